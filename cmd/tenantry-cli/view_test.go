package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tenantry/core/results"
	"tenantry/core/views"
)

// TestSavedViews shapes a table by a view that the window saved, and by one of a file.
func TestSavedViews(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "m.csv"), []byte("Name,Team,Size\nanna,red,3 GB\nbert,blue,11 GB\ncarl,red,1 GB\ndora,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	view := views.View{Name: "Red ones", Columns: []views.Column{{Name: "Size"}, {Name: "Name"}, {Name: "Gone"}},
		Sort: []results.SortKey{{Column: "Size", Desc: true}}, Filter: results.Filter{Column: "Team", Op: results.Equal, Value: "red"}}
	if err := views.Open(filepath.Join(who.home, "tenantry", "config", "views")).Keep(view); err != nil {
		t.Fatal(err)
	}
	if err := views.Open(filepath.Join(who.home, "tenantry", "config", "views")).Keep(views.View{Name: "Groups", Group: results.Group{Columns: []string{"Team"}, Sums: []string{"Size"}}}); err != nil {
		t.Fatal(err)
	}
	if err := views.WriteFile(filepath.Join(who.home, "red"+views.Ending), view); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want []string
		said string
	}{
		{[]string{"--view", "red ones"}, []string{"Size,Name", "3221225472,anna", "1073741824,carl"}, "Gone"},
		{[]string{"--view", "red.tenantry-view", "--where", "Size < 2GB", "--columns", "Team,Name"}, []string{"Team,Name", "red,carl"}, "Gone"},
		{[]string{"--view", "red ones", "--sort", "Name:desc"}, []string{"Size,Name", "1073741824,carl", "3221225472,anna"}, "Gone"},
		{[]string{"--view", "groups"}, []string{"Team,Count,Sum of Size", "blue,1,11811160064", "red,2,4294967296", ",1,0"}, ""},
		{[]string{"--view", "groups", "--group", "Name"}, []string{"Name,Count", "anna,1", "bert,1", "carl,1", "dora,1"}, ""},
	} {
		got := who.run(t, "", append([]string{"open", "m.csv", "--format", "csv"}, c.args...)...).want(t, 0, c.said)
		if !slices.Equal(lines(got.out), c.want) {
			t.Errorf("%v gives %s", c.args, got.out)
		}
		if c.said == "" && strings.Contains(got.err, "view") {
			t.Errorf("%v says %s", c.args, got.err)
		}
	}
	for _, c := range []struct{ view, said string }{
		{"Blue ones", "There is no saved view “Blue ones”. None with that name is kept on this computer for this table. There are: Groups, Red ones."},
		{"gone.tenantry-view", "gone.tenantry-view"},
		{"m.csv", "This is not a saved view."},
	} {
		if got := who.run(t, "", "open", "m.csv", "--view", c.view).want(t, 2, c.said); got.out != "" {
			t.Errorf("--view %s writes %s", c.view, got.out)
		}
	}
}
