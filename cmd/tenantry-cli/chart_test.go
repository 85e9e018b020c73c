package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tenantry/core/charts"
	"tenantry/core/views"
)

func TestChart(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "m.csv"), []byte("Name,Team,Size,Seen\nanna,red,3 GB (3221225472 bytes),2026-01-02\nbert,blue,11 GB (11811160064 bytes),2026-02-03\n"+
		"carl,red,1 GB (1073741824 bytes),2026-02-09\ndora,,,2026-04-01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for chart, want := range map[string][]string{
		"auto":               {"<figcaption>Size by Name</figcaption>", "<title>bert: 11 GB (73 %)</title>"},
		"bars:Team":          {"<figcaption>Rows by Team</figcaption>", "<title>red: 2 rows (50 %)</title>", "<title>(empty): 1 row (25 %)</title>"},
		"ring:team:top:2":    {"<path class=\"s0\"", ">red</text>", ">blue</text>"},
		"histogram:Size":     {"<figcaption>How Size is spread</figcaption>"},
		"timeline:Seen":      {"<figcaption>Rows over time, by Seen</figcaption>", "Feb</text>"},
		"bars:Team:sum:Size": {"<title>blue: 11 GB (73 %)</title>", "<title>red: 4 GB, 2 rows (27 %)</title>"},
	} {
		got := who.run(t, "", "open", "m.csv", "--format", "html", "--chart", chart).want(t, 0)
		for _, part := range want {
			if !strings.Contains(got.out, part) {
				t.Errorf("--chart %s has no %s", chart, part)
			}
		}
	}
	// The picture is of the rows that are chosen.
	got := who.run(t, "", "open", "m.csv", "--where", "Team = red", "--columns", "Name", "--format", "html", "--chart", "ring:Team").want(t, 0)
	if !strings.Contains(got.out, "<title>red: 2 rows (100 %)</title>") || strings.Contains(got.out, "blue") {
		t.Error(got.out)
	}
	// A saved view has one too, for rows that it suits.
	for file, view := range map[string]views.View{
		"Teams": {Name: "Teams", Chart: charts.Spec{Kind: charts.Ring, Column: "Team"}}, "Gone": {Name: "Gone", Chart: charts.Spec{Kind: charts.Ring, Column: "Gone"}}} {
		if err := views.WriteFile(filepath.Join(who.home, file+views.Ending), view); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args string
		has  string
	}{{"Teams", ">Rows by Team<"}, {"Teams --chart bars:Size", ">Size by Name<"}, {"Gone", ""}} {
		args := strings.Fields("open m.csv --format html --view " + strings.Replace(c.args, " ", views.Ending+" ", 1))
		if !strings.Contains(c.args, " ") {
			args[len(args)-1] += views.Ending
		}
		if got := who.run(t, "", args...).want(t, 0); !strings.Contains(got.out, c.has) || strings.Contains(got.out, "<figure") != (c.has != "") {
			t.Errorf("--view %s has no %s", c.args, c.has)
		}
	}
	who.run(t, "", "open", "m.csv", "-o", "m.xlsx", "--chart", "bars:Size").want(t, 0)
	if got := who.run(t, "", "open", "m.xlsx", "--format", "jsonl", "--columns", "Name,Size").want(t, 0); lines(got.out)[1] != `{"Name":"bert","Size":11811160064}` {
		t.Errorf("the workbook with a chart is read back as %s", got.out)
	}
	for _, c := range []struct {
		chart, format, said string
	}{
		{"bars:Teem", "html", "There is no column Teem. The table does not have it. Near it: Team"},
		{"bars:Team:sum:Name", "html", "Name cannot be added up."},
		{"histogram:Team", "html", "A histogram shows numbers. It counts numbers, sizes or durations in parts of their range, and Team holds text. Choose another column, such as Size"},
		{"timeline:Team", "xlsx", "A time line shows dates."},
		{"heap:Team", "html", "This chart cannot be read. heap:Team has no form that is known."},
		{"bars:Team", "csv", "--chart needs a file that holds pictures."},
	} {
		got := who.run(t, "", "open", "m.csv", "--chart", c.chart, "-o", "x."+c.format).want(t, 2, c.said)
		if _, err := os.Stat(filepath.Join(who.home, "x."+c.format)); err == nil || got.out != "" {
			t.Errorf("--chart %s wrote something", c.chart)
		}
	}
}
