package export

import (
	"archive/zip"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/xuri/excelize/v2"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

const (
	sheetRows    = 1<<20 - 1 // rows of a sheet, the heading aside
	packLevel    = 6         // of 9
	sheetColumns = 1 << 14
	cellUnits    = 32767 // UTF-16 units of text in a cell
	sheetName    = 31    // UTF-16 units of a sheet's name

	widthSample = 200 // rows that a column's width is taken from
	widthLeast  = 8
	widthMost   = 60
)

// Cover is a first sheet that says where the rows came from.
type Cover struct {
	Sheet string // its name
	Lines []CoverLine
}

// CoverLine is a line of a Cover, in the reader's language. A line without a Value is a heading.
type CoverLine struct {
	Label string
	Value exchange.Value
}

// workbook writes an Excel file. Sheets are streamed through temporary files, so that a million rows take
// little memory.
type workbook struct {
	file   *excelize.File
	styles map[cellLook]int
	head   int
	label  int
	names  map[string]bool // of sheets, in lower case
}

// cellLook is what tells one style of cells from another.
type cellLook struct {
	format string // of numbers
	mark   Mark
}

// tints are the colours of marks.
var tints = map[Mark]string{Added: "DDF3E4", Removed: "FADFDC", Changed: "FCEFC7"}

// writeXLSX writes one sheet with all rows, or with Options.CustomerSheets one for each customer. Rows past
// what a sheet holds go on in the next one. The error is a CodeTooManyColumns or CodeCellTooLong, one of w, or one of the
// temporary files.
func writeXLSX(w io.Writer, v results.View, o Options) (err error) {
	if n := len(v.Columns()); n > sheetColumns {
		return &exchange.Problem{Code: CodeTooManyColumns, Doing: "write a workbook",
			Args: map[string]string{"columns": strconv.Itoa(n), "limit": strconv.Itoa(sheetColumns)}}
	}
	if err := tooLong(v); err != nil {
		return err
	}
	b := &workbook{file: excelize.NewFile(), styles: map[cellLook]int{}, names: map[string]bool{}}
	b.file.SetZipWriter(packed)
	defer func() {
		if e := b.file.Close(); err == nil {
			err = e
		}
	}()
	if b.head, err = b.style(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"DDE6F0"}},
		Border:    []excelize.Border{{Type: "bottom", Color: "7F8FA6", Style: 1}},
		Alignment: &excelize.Alignment{Vertical: "center"},
		NumFmt:    49,
	}); err != nil {
		return err
	}
	if b.label, err = b.style(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{Vertical: "top"}, NumFmt: 49,
	}); err != nil {
		return err
	}
	if o.Cover != nil && len(o.Cover.Lines) > 0 {
		if err := b.cover(*o.Cover); err != nil {
			return err
		}
	}
	if o.Chart != nil {
		if err := b.chart(v, *o.Chart); err != nil {
			return err
		}
	}
	done := 0
	for _, s := range sheetsOf(v, o) {
		if err := b.rows(v, s, o.Mark, func(i int) error { return o.told(done + i) }); err != nil {
			return err
		}
		done += s.n
	}
	b.file.SetActiveSheet(len(b.names) - 1)
	if o.Cover != nil {
		b.file.SetActiveSheet(0)
	}
	return b.file.Write(w)
}

// packed is the zip file that a workbook is. The standard library's way of packing takes as long as all else together,
// for a file that is hardly smaller.
func packed(w io.Writer) excelize.ZipWriter {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, packLevel) })
	return z
}

// sheet is what one sheet holds.
type sheet struct {
	name string
	rows []int // of the view; nil for all of them
	from int   // the first of the rows or of the view
	n    int
}

// sheetsOf divides a view among sheets.
func sheetsOf(v results.View, o Options) []sheet {
	title := v.Snapshot().Info().Title
	if title == "" {
		title = "Tenantry"
	}
	whole := []sheet{{name: title, n: v.Len()}}
	if o.CustomerSheets && !v.Grouped() {
		var order []exchange.CustomerID
		rows := map[exchange.CustomerID][]int{}
		written, ok := v.Snapshot().Column(results.CustomerColumn)
		for r := range v.Len() {
			id := v.Snapshot().Customer(v.ID(r))
			if id == "" && ok { // the rows of a file
				id = exchange.CustomerID(v.Snapshot().Cell(v.ID(r), written).Text())
			}
			if _, ok := rows[id]; !ok {
				order = append(order, id)
			}
			rows[id] = append(rows[id], r)
		}
		if len(order) > 1 {
			whole = whole[:0]
			for _, id := range order {
				name := string(id)
				if name == "" {
					name = title
				}
				whole = append(whole, sheet{name: name, rows: rows[id], n: len(rows[id])})
			}
		}
	}
	var parts []sheet
	for _, s := range whole {
		for from := 0; from == 0 || from < s.n; from += sheetRows {
			parts = append(parts, sheet{name: s.name, rows: s.rows, from: from, n: min(sheetRows, s.n-from)})
		}
	}
	return parts
}

// at is the row of the view that stands at place i of the sheet.
func (s sheet) at(i int) int {
	if s.rows == nil {
		return s.from + i
	}
	return s.rows[s.from+i]
}

// onPaper is how wide, in characters, columns are together that are printed as wide as the paper; more would be too
// small to read.
const onPaper = 220

// add makes a sheet whose rows are streamed, with columns so wide.
func (b *workbook) add(want string, widths ...float64) (*excelize.StreamWriter, string, error) {
	name, err := b.sheet(want)
	if err != nil {
		return nil, "", err
	}
	all := 0.0
	for _, w := range widths {
		all += w
	}
	lying, tall, fit := "landscape", 0, all <= onPaper
	if err := b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &lying, FitToHeight: &tall}); err != nil {
		return nil, "", err
	}
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return nil, "", err
	}
	out, err := b.file.NewStreamWriter(name)
	if err != nil {
		return nil, "", err
	}
	for i, w := range widths {
		if err := out.SetColWidth(i+1, i+1, w); err != nil {
			return nil, "", err
		}
	}
	return out, name, nil
}

// sheet makes a sheet under a name that is free and that Excel takes.
func (b *workbook) sheet(want string) (string, error) {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`:\/?*[]'`, r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, want)
	if plain = strings.TrimSpace(plain); plain == "" {
		plain = "Tenantry"
	}
	name := cutUnits(plain, sheetName)
	for n := 2; b.names[strings.ToLower(name)]; n++ {
		end := " " + strconv.Itoa(n)
		name = cutUnits(plain, sheetName-len(end)) + end
	}
	var err error
	if len(b.names) == 0 {
		err = b.file.SetSheetName("Sheet1", name)
	} else {
		_, err = b.file.NewSheet(name)
	}
	b.names[strings.ToLower(name)] = true
	return name, err
}

func (b *workbook) cover(c Cover) error {
	out, _, err := b.add(c.Sheet, 24, 80)
	if err != nil {
		return err
	}
	for i, line := range c.Lines {
		value, err := b.cell(line.Value)
		if err != nil {
			return err
		}
		if cell, ok := value.(excelize.Cell); ok { // numbers too stand beside what they are called
			if cell.StyleID, err = b.toLeft(cell.StyleID); err != nil {
				return err
			}
			value = cell
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), []any{excelize.Cell{StyleID: b.label, Value: line.Label}, value}); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (b *workbook) rows(v results.View, s sheet, mark func(row, col int) Mark, told func(row int) error) error {
	cols := v.Columns()
	widths := make([]float64, len(cols))
	for i := range cols {
		widths[i] = columnWidth(v, s, i)
	}
	out, name, err := b.add(s.name, widths...)
	if err != nil {
		return err
	}
	if err := b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!$1:$1", Scope: name}); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	line := make([]any, len(cols))
	for i, c := range cols {
		line[i] = excelize.Cell{StyleID: b.head, Value: c.Name}
	}
	if err := out.SetRow("A1", line); err != nil {
		return err
	}
	for i := range s.n {
		if err := told(i); err != nil {
			return err
		}
		for c := range cols {
			m := NoMark
			if mark != nil {
				m = mark(s.at(i), c)
			}
			if line[c], err = b.marked(v.Cell(s.at(i), c), m); err != nil {
				return err
			}
		}
		if err := out.SetRow("A"+strconv.Itoa(i+2), line); err != nil {
			return err
		}
	}
	if len(cols) > 0 {
		last, err := excelize.CoordinatesToCellName(len(cols), s.n+1)
		if err != nil {
			return err
		}
		if err := b.file.AutoFilter(name, "A1:"+last, nil); err != nil {
			return err
		}
	}
	return out.Flush()
}

// columnWidth is how wide a column is drawn, in characters, by its name and its first rows.
func columnWidth(v results.View, s sheet, col int) float64 {
	width := utf8.RuneCountInString(v.Columns()[col].Name) + 3 // the filter's arrow
	for i := range min(s.n, widthSample) {
		cell := v.Cell(s.at(i), col)
		switch cell.Kind() {
		case exchange.Size:
			width = max(width, 12)
		case exchange.List, exchange.Nested, exchange.Text:
			width = max(width, displayWidth(cutUnits(cell.Text(), 2*widthMost))+1)
		default:
			width = max(width, len(cell.Text())+1)
		}
	}
	return float64(min(max(width, widthLeast), widthMost))
}

// The number formats by which a reader knows what a cell is. Sizes are numbers of GB, so that they show and
// add up as such; a zone stands in the format of its times, because a cell has no place for one.
const (
	formatWhole    = "0"
	formatSize     = `[=0]0" GB";[>=0.01]#,##0.00" GB";0.000000" GB"`
	formatDuration = "[h]:mm:ss"
	formatText     = "@"
	formatPlain    = "General"
	formatList     = "General;General;General;@"
	formatTime     = "yyyy\\-mm\\-dd hh:mm:ss"
)

// cell makes a cell of a value. What Excel's numbers cannot hold to the last digit becomes text in the
// number's format.
func (b *workbook) cell(v exchange.Value) (any, error) { return b.marked(v, NoMark) }

func (b *workbook) marked(v exchange.Value, mark Mark) (any, error) {
	var value any
	format := formatText
	switch v.Kind() {
	case exchange.None:
		if mark == NoMark {
			return nil, nil
		}
		format = formatPlain
	case exchange.Flag:
		if mark == NoMark {
			return excelize.Cell{Value: v.Flag()}, nil
		}
		value, format = v.Flag(), formatPlain
	case exchange.Integer, exchange.Size, exchange.Duration, exchange.Decimal, exchange.Time:
		value, format = sheetNumber(v)
	case exchange.List:
		if value = plainText(v); splits(v.List()) {
			format = formatList
		}
	default:
		if v.IsNone() {
			return nil, nil
		}
		value = v.Text()
	}
	if s, ok := value.(string); ok {
		value = strings.ToValidUTF8(s, "\ufffd")
	}
	style, err := b.styleOf(cellLook{format, mark})
	return excelize.Cell{StyleID: style, Value: value}, err
}

// styleOf is the style of cells that look so, made when it is first asked for.
func (b *workbook) styleOf(l cellLook) (int, error) {
	if style, ok := b.styles[l]; ok {
		return style, nil
	}
	want := &excelize.Style{CustomNumFmt: &l.format}
	if l.mark != NoMark {
		want.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{tints[l.mark]}}
		want.Font = &excelize.Font{Bold: l.mark == Changed}
	}
	style, err := b.style(want)
	if err != nil {
		return 0, err
	}
	// Text that is typed over again stays text.
	if l.format == formatText || l.format == formatList {
		yes := true
		b.file.Styles.CellXfs.Xf[style].QuotePrefix = &yes
	}
	b.styles[l] = style
	return style, nil
}

// toLeft is a style that is as another, but that what it is of stands at the left.
func (b *workbook) toLeft(style int) (int, error) {
	s, err := b.file.GetStyle(style)
	if err != nil {
		return 0, err
	}
	s.Alignment = &excelize.Alignment{Horizontal: "left", Vertical: "top"}
	return b.style(s)
}

func (b *workbook) style(s *excelize.Style) (int, error) { return b.file.NewStyle(s) }

// splits tells whether a list comes back from its text as it is.
func splits(list []exchange.Value) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(m exchange.Value) bool {
		return m.Kind() != exchange.Text || m.IsNone() || strings.Contains(m.Text(), ";") || strings.TrimSpace(m.Text()) != m.Text()
	})
}

// sheetNumber is how a number or time stands in a sheet, and its number format. Decimals keep the fifteen
// digits that Excel has.
func sheetNumber(v exchange.Value) (value any, format string) {
	var number float64
	switch v.Kind() {
	case exchange.Decimal:
		return sheetDecimal(v)
	case exchange.Integer:
		number, format = float64(v.Int()), formatWhole
	case exchange.Size:
		number, format = float64(v.Int())/(1<<30), formatSize
	case exchange.Duration:
		number, format = float64(v.Int())/dayTicks, formatDuration
		if v.Int() < 0 {
			return v.Text(), format // Excel shows no time before zero
		}
	case exchange.Time:
		t, zone := v.Instant()
		ticks, offset, _, _ := v.Ticks()
		number, format = float64(ticks+int64(offset)*60*exchange.TicksPerSecond-epochTicks)/dayTicks, formatTime
		if t.Nanosecond() != 0 {
			format += ".000"
		}
		if zone {
			format += `"` + t.Format("Z07:00") + `"`
		}
		if ticks < firstTicks || t.Year() > 9998 {
			return v.Text(), format
		}
	}
	if v.IsUnlimited() {
		return v.Text(), format
	}
	digits := strconv.FormatFloat(number, 'g', 15, 64)
	back, ok := readFormat(format).number(digits, false)
	if !ok || !back.Same(v) {
		return v.Text(), format
	}
	return rounded(number), format
}

// sheetDecimal shows as many digits behind the point as there were. Longer ones than a float64 can hold
// become text.
func sheetDecimal(v exchange.Value) (value any, format string) {
	const longest = 17
	mantissa, _, _ := strings.Cut(strings.ToLower(v.Text()), "e")
	digits := len(strings.Trim(strings.Replace(strings.TrimLeft(mantissa, "+-"), ".", "", 1), "0"))
	number := rounded(v.Float())
	if digits > longest || math.IsInf(number, 0) || math.IsNaN(number) {
		return v.Text(), "0.0"
	}
	fixed := v.Text()
	if digits > 15 || mantissa != fixed {
		fixed = strconv.FormatFloat(number, 'f', -1, 64)
	}
	_, part, _ := strings.Cut(fixed, ".")
	return number, "0." + strings.Repeat("0", min(max(len(part), 1), mostDecimals))
}

func rounded(f float64) float64 {
	f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	return f
}

// cutUnits cuts text to so many UTF-16 units.
func cutUnits(s string, most int) string {
	units := 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > most {
			return s[:i]
		}
	}
	return s
}

// tooLong looks for text that fits no cell: it would be cut off without a word.
func tooLong(v results.View) error {
	for c, col := range v.Columns() {
		switch col.Type {
		case exchange.Text, exchange.List, exchange.Nested, exchange.Decimal:
		default:
			continue
		}
		for r := range v.Len() {
			if s := plainText(v.Cell(r, c)); len(s) > cellUnits && len(cutUnits(s, cellUnits)) < len(s) {
				return &exchange.Problem{Code: CodeCellTooLong, Doing: "write a workbook",
					Args: map[string]string{"column": col.Name, "row": strconv.Itoa(r + 1), "limit": strconv.Itoa(cellUnits)}}
			}
		}
	}
	return nil
}
