package export

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
)

// The native chart of a workbook, in Excel's pixels.
const (
	sheetChartWidth = 760
	sheetChartLeast = 380
	sheetChartBar   = 24 // the height a bar adds
)

// chart writes a sheet with the figures of a chart, and the chart beside them. The sheet is not streamed: it
// is short, and excelize reads a sheet to put a chart on it.
func (b *workbook) chart(v results.View, c charts.Chart) error {
	d, err := drawChart(v, c)
	if err != nil || d == nil {
		return err
	}
	name, err := b.sheet(d.words.Text("charts.sheet"))
	if err != nil {
		return err
	}
	points, n := charted(d.data)
	heads := d.data.Headings(d.words)
	counts := heads.Amount == d.words.Text("charts.rows")
	titles := []string{heads.Name, heads.Amount}
	if !counts {
		titles = append(titles, d.words.Text("charts.rows"))
	}
	for i, title := range titles {
		if err := b.put(name, i, 0, excelize.Cell{StyleID: b.head, Value: title}); err != nil {
			return err
		}
	}
	for row, p := range points {
		cells := []exchange.Value{exchange.NewText(d.data.Begin(d.words, p)), p.Amount}
		if !counts {
			cells = append(cells, exchange.NewInteger(int64(p.Rows)))
		}
		for col, value := range cells {
			cell, err := b.cell(value)
			if err != nil {
				return err
			}
			if err := b.put(name, col, row+1, cell); err != nil {
				return err
			}
		}
	}
	if err := b.file.SetColWidth(name, "A", "A", 32); err != nil {
		return err
	}
	wide := float64(max(18, min(displayWidth(heads.Amount)+2, widthMost)))
	if err := b.file.SetColWidth(name, "B", "C", wide); err != nil {
		return err
	}
	// It prints on one page.
	yes, landscape, one := true, "landscape", 1
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	if err := b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &one, FitToHeight: &one}); err != nil {
		return err
	}
	return b.file.AddChart(name, "E2", nativeChart(d, name, n))
}

// put writes a cell of a sheet that is not streamed; col and row count from 0.
func (b *workbook) put(sheet string, col, row int, cell any) error {
	c, ok := cell.(excelize.Cell)
	if !ok {
		return nil // of no value
	}
	at, err := excelize.CoordinatesToCellName(col+1, row+1)
	if err != nil {
		return err
	}
	if text, ok := c.Value.(string); ok {
		c.Value = cutUnits(strings.ToValidUTF8(text, "\ufffd"), cellUnits)
	}
	if err := b.file.SetCellValue(sheet, at, c.Value); err != nil {
		return err
	}
	return b.file.SetCellStyle(sheet, at, at, c.StyleID)
}

// charted is the points in the order of the sheet, and how many of them the chart shows. The others come last,
// and are left to the figures where their bar would make all else look like nothing.
func charted(d charts.Data) (points []charts.Point, n int) {
	points = slices.Clone(d.Points)
	slices.SortStableFunc(points, func(a, b charts.Point) int {
		return map[bool]int{true: 1}[a.Role == charts.Others] - map[bool]int{true: 1}[b.Role == charts.Others]
	})
	most := 0.0
	for _, p := range points {
		if x := p.Amount.Float(); p.Role != charts.Others && !math.IsInf(x, 0) {
			most = max(most, x)
		}
	}
	n = len(points)
	if last := points[n-1]; d.Spec.Kind == charts.Bars && last.Role == charts.Others && last.Amount.Float() > 1.5*most {
		n--
	}
	return points, max(n, 1)
}

// nativeChart is a chart of the sheet's first n rows below the heading.
func nativeChart(d *drawn, sheet string, n int) *excelize.Chart {
	last := strconv.Itoa(n + 1)
	series := excelize.ChartSeries{
		Name:       "'" + sheet + "'!$B$1",
		Categories: "'" + sheet + "'!$A$2:$A$" + last,
		Values:     "'" + sheet + "'!$B$2:$B$" + last,
		Fill:       solid(charts.Series),
	}
	asCells := excelize.ChartNumFmt{CustomNumFmt: "General", SourceLinked: true}
	words := excelize.Font{Size: 9, Color: tone(charts.Soft)}
	c := &excelize.Chart{
		Title:      excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: d.caption, Font: &excelize.Font{Size: 14, Bold: true}}}},
		Legend:     excelize.ChartLegend{Position: "none"},
		Dimension:  excelize.ChartDimension{Width: sheetChartWidth, Height: sheetChartLeast},
		PlotArea:   excelize.ChartPlotArea{ShowVal: true, NumFmt: asCells},
		XAxis:      excelize.ChartAxis{Font: words, NumFmt: asCells},
		YAxis:      excelize.ChartAxis{Font: words, MajorGridLines: true, NumFmt: asCells},
		VaryColors: new(bool),
	}
	gap := uint(40)
	switch d.data.Spec.Kind {
	case charts.Bars:
		c.Type = excelize.Bar
		c.XAxis.ReverseOrder = true // the first row on top
		c.YAxis.None, c.YAxis.MajorGridLines = true, false
		c.Dimension.Height = uint(max(sheetChartLeast, 100+n*sheetChartBar))
	case charts.Ring:
		c.Type, c.HoleSize = excelize.Doughnut, 60
		c.Legend.Position = "right"
		c.PlotArea.ShowVal, c.PlotArea.ShowPercent = false, true
		*c.VaryColors = true
		series.DataLabel.Font = excelize.Font{Size: 10, Bold: true, Color: tone(charts.OnFill)}
		for i := range n {
			series.DataPoint = append(series.DataPoint, excelize.ChartDataPoint{Index: i, Fill: solid(charts.Series + charts.Tone(i%charts.SeriesTones))})
		}
	default:
		c.Type = excelize.Col
		c.PlotArea.ShowVal = n <= 20
		if n > 8 { // words below each column have no room side by side
			c.XAxis.Alignment.TextRotation = -60
			c.XAxis.TickLabelSkip = (n + 29) / 30
		}
		if gap = 15; d.data.Spec.Kind == charts.Histogram {
			gap = 4
		}
	}
	c.GapWidth = &gap
	c.Series = []excelize.ChartSeries{series}
	return c
}

func solid(t charts.Tone) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{tone(t)}}
}

// tone is a colour as excelize takes it.
func tone(t charts.Tone) string { return strings.TrimPrefix(charts.ColourOf(t, false).String(), "#") }
