package export

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// told is a table with the kind of each cell.
func told(v results.View) [][]string {
	var out [][]string
	var line []string
	for _, c := range v.Columns() {
		line = append(line, c.Name+" "+results.KindName(c.Type))
	}
	out = append(out, line)
	for r := range v.Len() {
		line = nil
		for c := range v.Columns() {
			cell := v.Cell(r, c)
			line = append(line, results.KindName(cell.Kind())+" "+cell.Text())
		}
		out = append(out, line)
	}
	return out
}

func reread(t testing.TB, name, data string) results.View {
	t.Helper()
	return results.All(readString(t, name, data).Table.Snapshot())
}

// typed has every kind that a column of its own can have.
func typed(t testing.TB) results.View {
	at := func(zone int, f ...int) exchange.Value {
		return exchange.NewTime(time.Date(2026, 5, 1, 10, 0, f[0], f[1], time.FixedZone("", zone)))
	}
	list := func(s ...string) exchange.Value {
		var l []exchange.Value
		for _, m := range s {
			l = append(l, exchange.NewText(m))
		}
		return exchange.NewList(l)
	}
	return view(t,
		rec("Name", "=HYPERLINK(\"http://x\")", "Size", exchange.NewSize(53150220289), "Quota", exchange.Unlimited(), "Items", exchange.NewInteger(12345),
			"Created", at(7200, 1, 0), "Seen", exchange.NewZonelessTime(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), "Keep", exchange.NewDuration(14*864000000000),
			"Hold", exchange.NewFlag(true), "Addresses", list("a@b", "c"), "Price", exchange.NewDecimal("1.50"), "Phone", "0612", "Note", "2026-01-01"),
		rec("Name", "@SUM(A1)", "Size", exchange.NewSize(900), "Quota", exchange.NewSize(107374182400), "Items", exchange.NewInteger(math.MaxInt64),
			"Created", at(0, 2, 120_000_000), "Seen", exchange.NewZonelessTime(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)), "Keep", exchange.NewDuration(-5),
			"Hold", exchange.NewFlag(false), "Addresses", list("one"), "Price", exchange.NewDecimal("79228162514264337593543950335"), "Phone", "+31 20", "Note", "True"),
		rec("Name", "-1+1", "Size", exchange.NewSize(1<<60+1), "Items", exchange.NewInteger(-3),
			"Created", at(-12600, 3, 100), "Keep", exchange.NewDuration(1), "Price", exchange.NewDecimal("-0.000001"), "Phone", "1e5", "Note", "two\r\nlines\t<b>&_x0041_ \U0001f600"),
	)
}

func TestAWorkbookKeepsTypes(t *testing.T) {
	v := typed(t)
	data := written(t, "xlsx", v, Options{})
	if diff := cmp.Diff(told(v), told(reread(t, "x.xlsx", data))); diff != "" {
		t.Error(diff)
	}
	// What it is does not hang on its name.
	if diff := cmp.Diff(told(v), told(reread(t, "x.csv", data))); diff != "" {
		t.Error(diff)
	}
}

func TestAWorkbookIsRead(t *testing.T) {
	data := written(t, "xlsx", typed(t), Options{Cover: &Cover{Sheet: "About", Lines: []CoverLine{
		{"Where from", exchange.NewText("=contoso")}, {"Rows", exchange.NewInteger(3)}, {Label: "Not asked"}, {"a", exchange.NewText("b")}, {"c", exchange.NewText("d")},
	}}})
	f, err := excelize.OpenReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	sheets := f.GetSheetList()
	if !slices.Equal(sheets, []string{"About", "Tenantry"}) {
		t.Fatalf("sheets %q", sheets)
	}
	if s, _ := f.GetCellValue("About", "B1"); s != "=contoso" {
		t.Errorf("the cover says %q", s)
	}
	for cell, want := range map[string]string{"A2": `=HYPERLINK("http://x")`, "C2": "Unlimited", "D2": "12345",
		"D3": "9223372036854775807", "F2": "2026-01-02 03:04:05", "G2": "336:00:00", "H2": "TRUE", "J2": "1.50", "K2": "0612"} {
		got, err := f.GetCellValue("Tenantry", cell)
		if err != nil || got != want {
			t.Errorf("%s shows %q, not %q (%v)", cell, got, want, err)
		}
		if formula, _ := f.GetCellFormula("Tenantry", cell); formula != "" {
			t.Errorf("%s holds the formula %q", cell, formula)
		}
	}
	if n, _ := f.GetCellValue("Tenantry", "B2", excelize.Options{RawCellValue: true}); !strings.HasPrefix(n, "49.5") {
		t.Errorf("a size is the number %s", n)
	}
	style, err := f.GetCellStyle("Tenantry", "A2")
	if err != nil || f.Styles.CellXfs.Xf[style].QuotePrefix == nil || !*f.Styles.CellXfs.Xf[style].QuotePrefix {
		t.Errorf("text is run when it is typed over again: %v", err)
	}
	if p, err := f.GetPanes("Tenantry"); err != nil || !p.Freeze || p.YSplit != 1 {
		t.Errorf("the heading moves away: %+v, %v", p, err)
	}
	if w, err := f.GetColWidth("Tenantry", "A"); err != nil || w < 20 || w > widthMost {
		t.Errorf("the first column is %v wide, %v", w, err)
	}
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, _ := part.Open()
		text, _ := io.ReadAll(r)
		if strings.Contains(string(text), "<f>") || strings.Contains(string(text), "<f ") {
			t.Errorf("%s has a formula", part.Name)
		}
		if part.Name == "xl/worksheets/sheet2.xml" && !strings.Contains(string(text), `<autoFilter ref="$A$1:$L$4"`) {
			t.Error("the rows have no filter")
		}
	}
	// The sheet with the rows is read, not the cover, which has more.
	if got := reread(t, "x.xlsx", data); got.Len() != 3 || got.Columns()[0].Name != "Name" {
		t.Errorf("read were %d rows of %v", got.Len(), got.Columns())
	}
}

func TestEachCustomerGetsASheet(t *testing.T) {
	long := exchange.CustomerID(strings.Repeat("x", 40) + ".example")
	asked := []exchange.CustomerID{"a.example", "A.example", long, long + "2"}
	table := results.NewTable(results.RunInfo{Title: "Get-Mailbox", Customers: asked})
	for i, id := range append(asked, "a.example") {
		if err := table.Append(id, []exchange.Record{rec("N", exchange.NewInteger(int64(i)))}); err != nil {
			t.Fatal(err)
		}
	}
	v := results.All(table.Snapshot())
	data := written(t, "xlsx", v, Options{CustomerSheets: true})
	f, err := excelize.OpenReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	x := strings.Repeat("x", 31)
	if diff := cmp.Diff([]string{"a.example", "A.example 2", x, x[:29] + " 2"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	if rows, _ := f.GetRows("a.example"); len(rows) != 3 || rows[2][1] != "4" {
		t.Errorf("the first sheet has %v", rows)
	}
	if got := reread(t, "x.xlsx", data); got.Len() != 5 {
		t.Errorf("%d of 5 rows came back", got.Len())
	}
	one, err := excelize.OpenReader(strings.NewReader(written(t, "xlsx", v, Options{})))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = one.Close() }()
	if rows, _ := one.GetRows("Get-Mailbox"); len(rows) != 6 || rows[0][0] != "Customer" {
		t.Errorf("one sheet has %v", rows)
	}
}

func TestWhatNoCellHoldsIsRefused(t *testing.T) {
	f, _ := ByName("xlsx")
	long := view(t, rec("A", strings.Repeat("é", cellUnits)), rec("A", strings.Repeat("é", cellUnits+1)))
	if err := f.Write(io.Discard, long, Options{}); exchange.CodeOf(err) != CodeCellTooLong || exchange.AsProblem(err).Args["row"] != "2" {
		t.Errorf("a long cell gave %v", err)
	}
	var wide exchange.Record
	for i := range sheetColumns + 1 {
		wide.Fields = append(wide.Fields, exchange.Field{Name: "C" + strings.Repeat("x", i%7) + string(rune('一'+i)), Value: exchange.NewFlag(true)})
	}
	if err := f.Write(io.Discard, view(t, wide), Options{}); exchange.CodeOf(err) != CodeTooManyColumns {
		t.Errorf("many columns gave %v", err)
	}
}

// zipped makes a workbook by hand.
func zipped(t testing.TB, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func byHand(sheet string) map[string]string {
	const rel = `<Relationships><Relationship Id="r1" Type="http://x/`
	return map[string]string{
		"_rels/.rels":                rel + `officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr date1904="1"/><sheets><sheet r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": rel + `worksheet" Target="worksheets/one.xml"/><Relationship Id="r2" Type="http://x/styles" Target="styles.xml"/><Relationship Id="r3" Type="http://x/sharedStrings" Target="texts.xml"/></Relationships>`,
		"xl/worksheets/one.xml":      `<x:worksheet><x:sheetData>` + sheet + `</x:sheetData></x:worksheet>`,
		"xl/styles.xml":              `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="20"/><xf numFmtId="9"/></cellXfs></styleSheet>`,
		"xl/texts.xml":               `<sst><si><t>Name</t></si><si><r><t>A</t></r><r><t>_x000D_nna</t></r><rPh><t>aside</t></rPh></si></sst>`,
	}
}

func TestWorkbooksOfOthersAreRead(t *testing.T) {
	data := zipped(t, byHand(`<x:row><x:c t="inlineStr"><x:is><x:t>A title</x:t></x:is></x:c></x:row><x:row/>`+
		`<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c/><x:c t="str"><x:v>Date</x:v></x:c><x:c t="str"><x:v>Date</x:v></x:c></x:row>`+
		`<x:row r="9"><x:c r="A9" t="s"><x:v>1</x:v></x:c><x:c r="C9" s="1"><x:v>0</x:v></x:c><x:c r="D9" s="2"><x:v>0.5</x:v></x:c><x:c r="F9" s="3"><x:f>1/4</x:f><x:v>0.25</x:v></x:c></x:row>`+
		`<x:row r="1000000"><x:c r="B1000000" t="b"><x:v>1</x:v></x:c><x:c r="C1000000" t="e"><x:v>#N/A</x:v></x:c><x:c t="d"><x:v>2026-01-02T03:04:05</x:v></x:c></x:row>`))
	want := [][]string{
		{"Name text", "Column 2 flag", "Date text", "Date 2 text", "Column 5 none", "Column 6 decimal"},
		{"text A\rnna", "none ", "time 1904-01-01T00:00:00", "duration 12:00:00", "none ", "decimal 0.25"},
		{"none ", "flag True", "text #N/A", "time 2026-01-02T03:04:05", "none ", "none "},
	}
	if diff := cmp.Diff(want, told(reread(t, "x.xlsx", data))); diff != "" {
		t.Error(diff)
	}
}

func TestBadWorkbooksAreRefused(t *testing.T) {
	bomb := byHand("")
	bomb["xl/texts.xml"] = `<sst><si><t>` + strings.Repeat("a", leastUnpacked+1) + `</t></si></sst>`
	cut := written(t, "xlsx", typed(t), Options{})
	for name, c := range map[string]struct {
		data string
		code exchange.Code
	}{
		"a bomb":         {zipped(t, bomb), CodeTooLarge},
		"far columns":    {zipped(t, byHand(`<row><c r="ZZZZ1"><v>1</v></c></row>`)), CodeTooLarge},
		"no rows":        {zipped(t, byHand("")), CodeNotATable},
		"another zip":    {zipped(t, map[string]string{"a.txt": "x"}), CodeNotATable},
		"half a file":    {cut[:len(cut)/2], CodeNotATable},
		"no XML":         {zipped(t, byHand("<row><c")), CodeNotATable},
		"no zip":         {"PK\x03\x04 and nothing more", CodeNotATable},
		"a missing part": {zipped(t, map[string]string{"_rels/.rels": byHand("")["_rels/.rels"]}), CodeNotATable},
	} {
		_, err := Read(context.Background(), "x.xlsx", []byte(c.data))
		if exchange.CodeOf(err) != c.code {
			t.Errorf("%s gave %v", name, err)
		}
	}
	done, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Read(done, "x.xlsx", []byte(cut)); err == nil || exchange.CodeOf(err) != "" {
		t.Errorf("after a stop: %v", err)
	}
}

// What is written to a workbook comes back in every cell with its type.
func TestWorkbookRoundTrip(t *testing.T) {
	text := rapid.Map(cellText(), func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff || r == 0xfffd {
				return 'x' // no workbook holds it
			}
			return r
		}, s)
	})
	value := rapid.OneOf(
		rapid.Map(rapid.Int64(), exchange.NewInteger),
		rapid.Map(rapid.Int64Range(0, 1<<62-1), exchange.NewSize),
		rapid.Map(rapid.Int64Range(-1<<50, 1<<50), exchange.NewDuration),
		rapid.Map(rapid.Int64Range(0, 3e18), func(n int64) exchange.Value { return exchange.NewTicks(n, 0, false) }),
		rapid.Map(rapid.Int64Range(6e13, 7e13), func(n int64) exchange.Value { return exchange.NewTicks(n*1e4, 330, true) }),
		rapid.Map(rapid.Float64Range(-1e12, 1e12), func(f float64) exchange.Value { return exchange.NewFloat(f + 0.5) }),
		rapid.Map(rapid.Bool(), exchange.NewFlag),
		rapid.Just(exchange.Unlimited()),
		rapid.Map(text, exchange.NewText),
		rapid.Just(exchange.Value{}))
	rapid.Check(t, func(t *rapid.T) {
		table := results.NewTable(results.RunInfo{})
		for range rapid.IntRange(1, 4).Draw(t, "rows") {
			_ = table.Append("", []exchange.Record{rec("Row", exchange.NewText("r"), "A", value.Draw(t, "a"), "TotalItemSize", value.Draw(t, "b"))})
		}
		v := results.All(table.Snapshot())
		f, _ := ByName("xlsx")
		var out bytes.Buffer
		if err := f.Write(&out, v, Options{}); err != nil {
			t.Fatal(err)
		}
		o, err := Read(context.Background(), "x.xlsx", out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		back := results.All(o.Table.Snapshot())
		for r := range v.Len() {
			for c := range v.Columns() {
				want, got := v.Cell(r, c), back.Cell(r, c)
				if want.IsNone() && got.IsNone() {
					continue
				}
				if want.Kind() == exchange.Decimal && got.Kind() == exchange.Decimal && math.Abs(want.Float()-got.Float()) <= 1e-14*math.Abs(want.Float()) {
					continue
				}
				if !want.Same(got) {
					t.Fatalf("%s %q came back as %s %q", results.KindName(want.Kind()), want.Text(), results.KindName(got.Kind()), got.Text())
				}
			}
		}
	})
}

// Another program opens the workbook, writes it anew, and nothing has changed.
func TestLibreOfficeReadsTheWorkbook(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed: apt-get install --no-install-recommends libreoffice-calc-nogui")
	}
	dir := t.TempDir()
	v := typed(t)
	data := written(t, "xlsx", v, Options{Cover: &Cover{Sheet: "About", Lines: []CoverLine{{"Rows", exchange.NewInteger(3)}}}})
	if err := os.WriteFile(filepath.Join(dir, "typed.xlsx"), []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	convert := func(ending string) string {
		t.Helper()
		ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
		defer stop()
		c := exec.CommandContext(ctx, office, "--headless", "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile",
			"--convert-to", ending, "--outdir", filepath.Join(dir, "out"), filepath.Join(dir, "typed.xlsx"))
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		data, err := os.ReadFile(filepath.Join(dir, "out", "typed."+ending))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	want := told(v)
	for _, line := range want {
		for i := range line {
			line[i] = strings.ReplaceAll(line[i], "\r\n", "\n") // it knows one kind of line end
		}
	}
	if diff := cmp.Diff(want, told(reread(t, "x.xlsx", convert("xlsx")))); diff != "" {
		t.Error(diff)
	}
	// As it is shown.
	shown := convert("html")
	for _, want := range []string{"=HYPERLINK(&quot;http://x&quot;)<", ">49.50 GB<", ">Unlimited<", ">12345<", ">2026-05-01 10:00:01+02:00<", ">336:00:00<", ">@SUM(A1)<", ">-1+1<"} {
		if !strings.Contains(shown, want) {
			t.Errorf("it shows no %s", want)
		}
	}
}

// Rows past what a sheet takes go on in the next one, and are read back with it.
func TestMoreRowsThanASheetTakes(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a million rows")
	}
	const rows = sheetRows + 1500
	table := results.NewTable(results.RunInfo{Title: "Mailboxes"})
	numbers := make([]int64, rows)
	for i := range numbers {
		numbers[i] = int64(i)
	}
	if err := table.AppendBlocks("", []string{"Row"}, results.Block{Rows: rows, Columns: []results.Cells{{Numbers: numbers, Kind: exchange.Integer}}}); err != nil {
		t.Fatal(err)
	}
	data := written(t, "xlsx", results.All(table.Snapshot()), Options{})
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	sheets := 0
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			sheets++
		}
	}
	v := reread(t, "x.xlsx", data)
	if sheets != 2 || v.Len() != rows {
		t.Fatalf("%d rows on %d sheets", v.Len(), sheets)
	}
	for _, row := range []int{0, sheetRows - 1, sheetRows, rows - 1} {
		if v.Cell(row, 0).Int() != int64(row) {
			t.Errorf("row %d is %v", row, v.Cell(row, 0))
		}
	}
}

func FuzzXLSX(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>1</v></c></row><row><c s="1"><v>1e3</v></c></row>`)
	f.Add(`<row><c t="inlineStr"><is><t>_x0041_</t></is></c></row><row><c r="B"><v>-1</v></c></row>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		o, err := Read(context.Background(), "x.xlsx", []byte(zipped(t, byHand(sheet))))
		if err != nil {
			if exchange.CodeOf(err) == "" {
				t.Fatalf("no code: %v", err)
			}
			return
		}
		format, _ := ByName("jsonl")
		if err := format.Write(io.Discard, results.All(o.Table.Snapshot()), Options{}); err != nil {
			t.Fatal(err)
		}
	})
}

// A workbook is printed with the names above every page, as wide as the paper where that can be read.
func TestAWorkbookOnPaper(t *testing.T) {
	table := results.NewTable(results.RunInfo{Title: "Anna's"})
	fields := []exchange.Field{{Name: "Name", Value: exchange.NewText("Anna")}}
	for i := range 40 {
		fields = append(fields, exchange.Field{Name: fmt.Sprint("Other ", i), Value: exchange.NewInteger(int64(i))})
	}
	if err := table.Append("", []exchange.Record{{Fields: fields}}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		columns []string
		fits    bool
	}{{[]string{"Name", "Other 1"}, true}, {nil, false}} {
		view, err := results.Arrange(t.Context(), table.Snapshot(), results.Query{Columns: test.columns})
		if err != nil {
			t.Fatal(err)
		}
		cover := &Cover{Sheet: "About", Lines: []CoverLine{{Label: "Rows", Value: exchange.NewInteger(1)}}}
		f, err := excelize.OpenReader(strings.NewReader(written(t, "xlsx", view, Options{Cover: cover})))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		for sheet, fits := range map[string]bool{"About": true, "Anna s": test.fits} {
			props, err := f.GetSheetProps(sheet)
			if err != nil || (props.FitToPage != nil && *props.FitToPage) != fits {
				t.Errorf("%s is made as wide as the paper: %+v, %v", sheet, props.FitToPage, err)
			}
		}
		if names := f.GetDefinedName(); len(names) == 0 || names[0].Name != "_xlnm.Print_Titles" || names[0].RefersTo != "'Anna s'!$1:$1" {
			t.Errorf("named parts %v", names)
		}
		style, err := f.GetCellStyle("About", "B1")
		if err != nil {
			t.Fatal(err)
		}
		if look, err := f.GetStyle(style); err != nil || look.Alignment == nil || look.Alignment.Horizontal != "left" || *look.CustomNumFmt != "0" {
			t.Errorf("a number of the cover looks %+v, %v", look, err)
		}
	}
}
