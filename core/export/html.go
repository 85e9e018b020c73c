package export

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
	"strings"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
)

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// pageWriter writes one page that needs nothing beside it. A browser runs the script and the style of the
// page, which are named by what they are, and nothing that stands in a row.
type pageWriter struct {
	w   *bufio.Writer
	buf []byte
}

// writeHTML writes a page with a table: a click on a heading sorts, and it prints. Errors are those of w.
func writeHTML(w io.Writer, v results.View, o Options) error {
	p := pageWriter{w: bufio.NewWriterSize(w, 64<<10)}
	title := v.Snapshot().Info().Title
	if title == "" {
		title = "Tenantry"
	}
	p.raw("<!DOCTYPE html>\n<html")
	if o.Language != "" {
		p.raw(` lang="`)
		p.text(o.Language)
		p.raw(`"`)
	}
	style, picture := pageStyle, (*drawn)(nil)
	if o.Chart != nil {
		var err error
		if picture, err = drawChart(v, *o.Chart); err != nil {
			return err
		}
		style += charts.Style
	}
	p.raw(">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '" +
		hashOf(style) + "'; script-src '" + hashOf(pageScript) + "'; base-uri 'none'; form-action 'none'\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>")
	p.text(title)
	p.raw("</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>")
	p.text(title)
	p.raw("</h1>\n")
	if o.Cover != nil {
		p.raw("<dl>\n")
		for _, line := range o.Cover.Lines {
			p.raw("<dt>")
			p.text(line.Label)
			p.raw("</dt><dd>")
			p.text(line.Value.Text())
			p.raw("</dd>\n")
		}
		p.raw("</dl>\n")
	}
	if picture != nil {
		p.chart(picture)
	}
	p.raw("<table class=\"rows\">\n<thead><tr>")
	cols := v.Columns()
	for _, c := range cols {
		p.raw(`<th scope="col" aria-sort="none"><button type="button">`)
		p.text(c.Name)
		p.raw("</button></th>")
	}
	p.raw("</tr></thead>\n<tbody>\n")
	for r := range v.Len() {
		if err := o.told(r); err != nil {
			return err
		}
		p.raw("<tr>")
		for c := range cols {
			p.cell(v.Cell(r, c))
		}
		p.raw("</tr>\n")
		if err := p.flush(); err != nil {
			return err
		}
	}
	p.raw("</tbody>\n</table>\n<script>" + pageScript + "</script>\n</body>\n</html>\n")
	if err := p.flush(); err != nil {
		return err
	}
	return p.w.Flush()
}

// hashOf names a style or script in the page's policy by what it is.
func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (p *pageWriter) raw(s string) { p.buf = append(p.buf, s...) }

// text writes text of which nothing is taken for HTML.
func (p *pageWriter) text(s string) {
	p.buf = append(p.buf, template.HTMLEscapeString(strings.ToValidUTF8(s, "\ufffd"))...)
}

func (p *pageWriter) flush() error {
	_, err := p.w.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}

// cell writes a cell. Numbers and times carry the number by which they sort.
func (p *pageWriter) cell(v exchange.Value) {
	switch k := v.Kind(); {
	case v.IsNone():
		p.raw("<td></td>")
		return
	case v.IsUnlimited():
		p.raw(`<td class="n" data-n="1e308">`)
	case k == exchange.Integer, k == exchange.Size, k == exchange.Duration, k == exchange.Decimal:
		p.raw(`<td class="n" data-n="` + strconv.FormatFloat(v.Float(), 'g', -1, 64) + `">`)
	case k == exchange.Time:
		ticks, _, _, _ := v.Ticks()
		p.raw(`<td class="t" data-n="` + strconv.FormatInt(ticks, 10) + `">`)
	case k == exchange.Flag:
		p.raw(`<td data-n="` + strconv.FormatInt(v.Int(), 10) + `">`)
	default:
		p.raw("<td>")
	}
	p.text(v.Text())
	p.raw("</td>")
}
