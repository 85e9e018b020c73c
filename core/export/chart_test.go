package export

import (
	"archive/zip"
	"context"
	"html"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

func chartOf(t testing.TB, text string) *charts.Chart {
	t.Helper()
	s, err := charts.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &charts.Chart{Spec: s, Words: wording.For("en-GB")}
}

// A page with a picture keeps its policy: still one script, no style but the page's own, nothing from outside.
func TestAPageWithAPicture(t *testing.T) {
	for _, spec := range []string{"auto", "bars:<b>Name</b>", "ring:Size", "histogram:Size"} {
		page := written(t, "html", evil(t), Options{Chart: chartOf(t, spec), Language: "en"})
		if n := strings.Count(page, "<script"); n != 1 {
			t.Errorf("%s: the page has %d scripts", spec, n)
		}
		if strings.Count(page, "<svg") != 1 || strings.Count(page, "<style") != 1 || strings.Count(page, "<details") != 1 {
			t.Errorf("%s: the page has no picture, or two", spec)
		}
		for _, bad := range []string{"<img", "<b>", "http://", "https://", "url(", " style=", "unsafe-inline", "@import"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: the page has %s", spec, bad)
			}
		}
	}
	bare := written(t, "html", evil(t), Options{})
	if strings.Contains(bare, ".chart text") {
		t.Error("a page without a picture has the style of one")
	}
	empty := written(t, "html", results.View{}, Options{Chart: chartOf(t, "bars:X")})
	if strings.Contains(empty, "<figure") {
		t.Error("no rows have a picture")
	}
}

func TestABrowserDrawsThePicture(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(written(t, "html", evil(t), Options{Chart: chartOf(t, "bars:Size:top:2"), Language: "en"})), 0o600); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t, (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String())
	for expression, want := range map[string]any{
		`document.querySelector("svg").getAttribute("role")`:                                                 "img",
		`getComputedStyle(document.querySelector("svg .s0")).fill`:                                           "rgb(15, 118, 110)",
		`document.querySelectorAll("svg g").length`:                                                          3.0,
		`document.querySelector("details").open`:                                                             false,
		`Array.from(document.querySelectorAll("figure tbody tr")).map(r => r.textContent).join(" | ")`:       "zoëUnlimited | =1+13 GB | 4 others5.8 KB",
		`Math.round(document.querySelector("svg").getBoundingClientRect().width)`:                            760.0,
		`typeof window.ran + document.images.length + document.scripts.length + document.styleSheets.length`: "undefined011",
	} {
		if got := b.ask(expression); got != want {
			t.Errorf("%s is %v, not %v", expression, got, want)
		}
	}
	// The rows still sort, and the figures do not.
	b.click(`document.querySelectorAll("th button")[1]`)
	rows := b.ask(`Array.from(document.querySelectorAll("table.rows tbody tr")).map(r => r.cells[1].textContent.split(" (")[0]).join(" | ")`)
	if want := "0 B | 70 B | 900 B | 4.883 KB | 3 GB | Unlimited"; rows != want {
		t.Errorf("the rows are %v", rows)
	}
	if got := b.ask(`document.querySelector("figure tbody tr").cells[0].textContent`); got != "zoë" {
		t.Errorf("the figures begin with %v", got)
	}
}

// sizes is a table of which charts can be made.
func sizes(t testing.TB) results.View {
	t.Helper()
	table := results.NewTable(results.RunInfo{Title: "Mailboxes"})
	for i, name := range []exchange.Value{exchange.NewText("=1+1"), exchange.NewText("Anna"), exchange.NewText("Bart"), {}, exchange.NewText("Chen"), exchange.NewText("Daan")} {
		when := exchange.NewTime(time.Date(2026, time.Month(1+i), 3, 0, 0, 0, 0, time.Local))
		if err := table.Append("", []exchange.Record{rec("Name", name, "Kind", exchange.NewText([]string{"User", "Room"}[i%2]),
			"Size", exchange.NewSize(int64(i+1)<<30), "When", when)}); err != nil {
			t.Fatal(err)
		}
	}
	return results.All(table.Snapshot())
}

func TestAWorkbookHasANativeChart(t *testing.T) {
	v := sizes(t)
	for spec, want := range map[string]struct {
		kind, title string
		cells       [][]string // of the sheet, as shown
		last        string     // row of the chart's figures
	}{
		"bars:Size:top:2": {"<barChart><barDir val=\"bar\">", "Size: the 2 largest of 6 rows",
			[][]string{{"Name", "Size", "Rows"}, {"Daan", "6 GB", "1"}, {"Chen", "5 GB", "1"}, {"4 others", "10 GB", "4"}}, "3"},
		"ring:Kind": {"<doughnutChart>", "Rows by Kind", [][]string{{"Kind", "Rows"}, {"User", "3"}, {"Room", "3"}}, "3"},
		"bars:Name": {"<barChart><barDir val=\"bar\">", "Rows by Name",
			[][]string{{"Name", "Rows"}, {"=1+1", "1"}, {"Anna", "1"}, {"Bart", "1"}, {"Chen", "1"}, {"Daan", "1"}, {"(empty)", "1"}}, "7"},
		"histogram:Size:top:3": {"<barChart><barDir val=\"col\">", "How Size is spread", [][]string{{"Size", "Rows"}, {"0 B – 5 GB", "4"}, {"5 GB – 10 GB", "2"}}, "3"},
		"timeline:When:sum:Size:top:6": {"<barChart><barDir val=\"col\">", "Size by When", [][]string{{"When", "Sum of Size", "Rows"}, {"Jan 2026", "1 GB", "1"},
			{"Feb 2026", "2 GB", "1"}, {"Mar 2026", "3 GB", "1"}, {"Apr 2026", "4 GB", "1"}, {"May 2026", "5 GB", "1"}, {"Jun 2026", "6 GB", "1"}}, "7"},
	} {
		data := written(t, "xlsx", v, Options{Chart: chartOf(t, spec), Cover: &Cover{Sheet: "About", Lines: []CoverLine{{"Rows", exchange.NewInteger(6)}}}})
		f, err := excelize.OpenReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if sheets := f.GetSheetList(); !slices.Equal(sheets, []string{"About", "Chart", "Mailboxes"}) {
			t.Errorf("%s: sheets %q", spec, sheets)
		}
		cells, err := f.GetRows("Chart")
		if diff := cmp.Diff(want.cells, cells); err != nil || diff != "" {
			t.Errorf("%s: %v: %s", spec, err, diff)
		}
		for r := range cells {
			if formula, _ := f.GetCellFormula("Chart", "A"+string(rune('1'+r))); formula != "" {
				t.Errorf("%s: a name is the formula %q", spec, formula)
			}
		}
		xml := part(t, data, "xl/charts/chart")
		plain := html.UnescapeString(xml)
		for _, must := range []string{want.kind, ">" + want.title + "<", "'Chart'!$A$2:$A$" + want.last, "'Chart'!$B$2:$B$" + want.last, "0f766e"} {
			if !strings.Contains(plain, must) {
				t.Errorf("%s: the chart has no %s", spec, must)
			}
		}
		if drawing := part(t, data, "xl/worksheets/sheet2.xml"); !strings.Contains(drawing, "<drawing ") {
			t.Errorf("%s: the sheet has no drawing", spec)
		}
		// The rows are read back, and not the figures of the chart.
		if diff := cmp.Diff(told(v), told(reread(t, "x.xlsx", data))); diff != "" {
			t.Errorf("%s: %s", spec, diff)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	plain := written(t, "xlsx", v, Options{})
	if strings.Contains(plain, "xl/charts/") {
		t.Error("a workbook that was asked for no chart has one")
	}
}

// part is the first file of a zip whose name begins so.
func part(t testing.TB, data, name string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(z.File, func(f *zip.File) bool { return strings.HasPrefix(f.Name, name) && strings.HasSuffix(f.Name, ".xml") })
	if at < 0 {
		t.Fatalf("there is no %s", name)
	}
	f, err := z.File[at].Open()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// LibreOffice opens the workbook, draws its chart, and writes it anew with the same figures.
func TestLibreOfficeKeepsTheChart(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed: apt-get install --no-install-recommends libreoffice-calc-nogui")
	}
	dir := t.TempDir()
	v := sizes(t)
	for i, spec := range []string{"bars:Size", "ring:Kind", "timeline:When"} {
		name := "chart" + string(rune('1'+i)) + ".xlsx"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(written(t, "xlsx", v, Options{Chart: chartOf(t, spec)})), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, office, "--headless", "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile", "--convert-to", "xlsx",
		"--outdir", filepath.Join(dir, "out"), filepath.Join(dir, "chart1.xlsx"), filepath.Join(dir, "chart2.xlsx"), filepath.Join(dir, "chart3.xlsx"))
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for name, want := range map[string][]string{
		"chart1.xlsx": {"barDir val=\"bar\"", "<c:v>Daan</c:v>", "<c:v>6</c:v>", "<c:v>=1+1</c:v>"},
		"chart2.xlsx": {"doughnutChart", "<c:v>User</c:v>", "<c:v>3</c:v>"},
		"chart3.xlsx": {"barDir val=\"col\"", "<c:v>1</c:v>"},
	} {
		data, err := os.ReadFile(filepath.Join(dir, "out", name))
		if err != nil {
			t.Fatal(err)
		}
		xml := part(t, string(data), "xl/charts/chart")
		for _, must := range want {
			if !strings.Contains(xml, must) {
				t.Errorf("%s has lost %s", name, must)
			}
		}
		if diff := cmp.Diff(told(v), told(reread(t, name, string(data)))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
