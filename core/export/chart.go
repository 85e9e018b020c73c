package export

import (
	"context"

	"tenantry/core/charts"
	"tenantry/core/results"
)

// drawn is a chart of the rows that are written.
type drawn struct {
	data    charts.Data
	caption string
	words   charts.Words
}

// drawChart works out a chart; nil when the rows have none. Errors are those of charts.Make.
func drawChart(v results.View, c charts.Chart) (*drawn, error) {
	ctx := context.Background() // writing a file is not stopped half way
	if c.Spec.IsZero() {
		var err error
		if c.Spec, err = charts.Usual(ctx, v); err != nil || c.Spec.IsZero() {
			return nil, err
		}
	}
	data, err := charts.Make(ctx, v, c.Spec)
	if err != nil || len(data.Points) == 0 {
		return nil, err
	}
	data.Customer = c.Customer
	return &drawn{data, data.Caption(c.Words), c.Words}, nil
}

// The size of the picture in a page, in its pixels.
const (
	pictureWidth  = 760
	pictureHeight = 320
)

// chart writes a picture and the figures behind it.
func (p *pageWriter) chart(d *drawn) {
	picture := charts.Layout(d.data, d.words, charts.Frame{W: pictureWidth, H: pictureHeight})
	p.raw("<figure>\n<figcaption>")
	p.text(d.caption)
	p.raw("</figcaption>\n" + picture.SVG("chart") + "<details><summary>")
	p.text(d.words.Text("charts.figures"))
	p.raw("</summary>\n<table>\n<thead><tr>")
	heads := d.data.Headings(d.words)
	for _, head := range []string{heads.Name, heads.Amount, heads.Share} {
		if head != "" {
			p.raw(`<th scope="col">`)
			p.text(head)
			p.raw("</th>")
		}
	}
	p.raw("</tr></thead>\n<tbody>\n")
	for _, row := range d.data.Table(d.words) {
		p.raw(`<tr><th scope="row">`)
		p.text(row.Name)
		p.raw(`</th><td class="n">`)
		p.text(row.Amount)
		p.raw("</td>")
		if heads.Share != "" {
			p.raw(`<td class="n">`)
			p.text(row.Share)
			p.raw("</td>")
		}
		p.raw("</tr>\n")
	}
	p.raw("</tbody>\n</table>\n</details>\n</figure>\n")
}
