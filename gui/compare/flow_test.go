package compare

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit/loop"
)

// source makes a table of lines such as "anna,Sales" below headings.
func source(t *testing.T, title string, day int, headings string, lines ...string) Source {
	t.Helper()
	table := results.NewTable(results.RunInfo{Title: title})
	names := strings.Split(headings, ",")
	table.Declare(names...)
	for _, line := range lines {
		var r exchange.Record
		for i, cell := range strings.Split(line, ",") {
			r.Fields = append(r.Fields, exchange.Field{Name: names[i], Value: exchange.NewText(cell)})
		}
		if err := table.Append("", []exchange.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	return Source{Title: title, Read: time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC), Rows: table.Snapshot}
}

// The other table is the earlier or the later of the two by its time; another choice drops what was found for the
// one before; two columns together can be the key.
func TestChoosingWhatToCompareWith(t *testing.T) {
	queue := loop.NewQueue()
	defer queue.Close()
	do := func(f func()) {
		t.Helper()
		queue.Do(f)
		<-queue.Idle()
	}
	this := source(t, "this", 10, "Name,Room", "anna,1", "anna,2")
	var f *Flow
	var started []string
	do(func() {
		f = NewFlow(queue, wording.For("en"), this, []Source{source(t, "newer", 20, "Name,Room", "anna,1"), source(t, "older", 1, "Room,Name", "1,anna", "2,anna")})
		f.OnStart = func(before, after Source, key []string) {
			started = append([]string{before.Title, after.Title}, key...)
		}
		f.Start() // the columns are looked at still
		f.Choose(1)
	})
	m := f.Model()
	if started != nil || !m.Ready() || m.Later || !slices.Equal(m.Key, []string{"Room"}) || len(m.Columns) != 2 {
		t.Fatalf("asked is %+v, started %q", m, started)
	}
	do(func() { f.Choose(0) })
	if before, after := m.Pair(); before.Title != "this" || after.Title != "newer" {
		t.Errorf("the earlier is %s, the later %s", before.Title, after.Title)
	}
	do(func() {
		f.SetKey(0, "Name")
		f.SetKey(1, "Room")
		f.Swap()
		f.Start()
	})
	if !slices.Equal(started, []string{"newer", "this", "Name", "Room"}) {
		t.Errorf("started is %q", started)
	}
	do(func() {
		f.SetKey(1, "Name") // the same twice is once
		f.Start()
	})
	if !slices.Equal(started[2:], []string{"Name"}) {
		t.Errorf("the key is %q", started[2:])
	}
	do(func() { f.SetKey(0, "") })
	if m.Ready() {
		t.Error("without a key it is ready")
	}
}

// A comparison shows what it is about in front, and hides what is the same in all rows.
func TestColumnsOfAResult(t *testing.T) {
	r, err := Make(t.Context(), source(t, "a", 1, "Guid,DisplayName,Room,Note", "1,Anna,1,x"), source(t, "b", 2, "Guid,DisplayName,Room,Note", "1,Anna,2,x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	shown := ""
	for _, c := range r.Columns() {
		if !c.Hidden {
			shown += c.Name + "|"
		}
	}
	if shown != "Change|Guid|Changed|DisplayName|Room before|Room after|" || r.Before.Rows != nil {
		t.Errorf("the columns are %s", shown)
	}
}
