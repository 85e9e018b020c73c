package grid

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestAxisVisible(t *testing.T) {
	for _, c := range []struct {
		name               string
		rows, height, view int64
		off                int64
		first, end         int64
	}{
		{"no rows", 0, 28, 400, 0, 0, 0},
		{"fewer rows than fit", 3, 28, 400, 0, 0, 3},
		{"exactly at the top", 1000, 28, 280, 0, 0, 10},
		{"one point down shows one row more", 1000, 28, 280, 1, 0, 11},
		{"a row down", 1000, 28, 280, 28, 1, 11},
		{"the last rows", 1000, 28, 280, 27720, 990, 1000},
		{"the ten-millionth row", 10_000_000, 34, 340, 10_000_000*34 - 340, 9_999_990, 10_000_000},
		{"in the middle of ten million", 10_000_000, 34, 340, 6_000_000*34 + 1, 6_000_000, 6_000_011},
		{"no height", 10, 28, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := axis{total: c.rows * c.height, view: c.view}
			a.set(c.off)
			if first, end := a.visible(c.height); first != c.first || end != c.end {
				t.Errorf("shows %d to %d, want %d to %d", first, end, c.first, c.end)
			}
		})
	}
}

func TestAxisReveal(t *testing.T) {
	for _, c := range []struct {
		name        string
		off, start  int64
		want        int64
		length, max int64
	}{
		{"is seen already", 100, 150, 100, 28, 10_000},
		{"above", 100, 50, 50, 28, 10_000},
		{"below", 0, 400, 128, 28, 10_000},
		{"higher than the window", 0, 500, 500, 900, 10_000},
		{"beyond the end", 0, 9_990, 9_718, 28, 10_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := axis{total: c.max + 18, view: 300, off: c.off}
			a.reveal(c.start, c.length)
			if a.off != c.want {
				t.Errorf("scrolled to %d, want %d", a.off, c.want)
			}
		})
	}
}

func TestScrollBarReachesBothEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		height := rapid.Int64Range(1, 60).Draw(t, "height")
		a := axis{total: rapid.Int64Range(0, 20_000_000).Draw(t, "rows") * height, view: rapid.Int64Range(1, 3000).Draw(t, "view")}
		track := rapid.Int64Range(30, 3000).Draw(t, "track")
		a.set(rapid.Int64().Draw(t, "off"))
		if a.off < 0 || a.off > a.max() {
			t.Fatalf("off %d outside 0 to %d", a.off, a.max())
		}
		start, length := a.thumb(track, shortest)
		if start < 0 || start+length > track {
			t.Fatalf("handle %d+%d outside the track of %d", start, length, track)
		}
		a.drag(track, track, shortest)
		if a.off != a.max() {
			t.Fatalf("dragged to the end it is at %d of %d", a.off, a.max())
		}
		if s, l := a.thumb(track, shortest); s+l != track {
			t.Fatalf("at the end the handle ends at %d of %d", s+l, track)
		}
		a.drag(0, track, shortest)
		if a.off != 0 {
			t.Fatalf("dragged to the start it is at %d", a.off)
		}
	})
}

func TestEveryVisibleRowIsInTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		height := rapid.Int64Range(1, 60).Draw(t, "height")
		rows := rapid.Int64Range(0, 10_000_000).Draw(t, "rows")
		a := axis{total: rows * height, view: rapid.Int64Range(1, 3000).Draw(t, "view")}
		a.set(rapid.Int64Range(0, max(a.total, 1)).Draw(t, "off"))
		first, end := a.visible(height)
		for _, row := range []int64{first, end - 1} {
			if end > first && (row*height >= a.off+a.view || (row+1)*height <= a.off || row >= rows) {
				t.Fatalf("row %d is not in the window at %d", row, a.off)
			}
		}
		if end > first && end < rows && end*height < a.off+a.view {
			t.Fatalf("row %d is in the window but not drawn", end)
		}
	})
}

func TestSelection(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(s *Selection)
		want []Range
	}{
		{"a click", func(s *Selection) { s.one(4) }, []Range{{4, 5}}},
		{"Shift down", func(s *Selection) { s.one(4); s.extend(6, false) }, []Range{{4, 7}}},
		{"Shift down, then up past the anchor", func(s *Selection) { s.one(4); s.extend(6, false); s.extend(2, false) }, []Range{{2, 5}}},
		{"Shift with nothing before", func(s *Selection) { s.extend(3, false) }, []Range{{3, 4}}},
		{"Ctrl adds", func(s *Selection) { s.one(4); s.toggle(8) }, []Range{{4, 5}, {8, 9}}},
		{"Ctrl joins neighbours", func(s *Selection) { s.one(4); s.toggle(5) }, []Range{{4, 6}}},
		{"Ctrl takes out of the middle", func(s *Selection) { s.one(4); s.extend(8, false); s.toggle(6) }, []Range{{4, 6}, {7, 9}}},
		{"Ctrl+Shift keeps the others", func(s *Selection) { s.one(1); s.toggle(10); s.extend(12, true) }, []Range{{1, 2}, {10, 13}}},
		{"Ctrl+Shift shrinks again", func(s *Selection) { s.one(1); s.toggle(10); s.extend(15, true); s.extend(11, true) }, []Range{{1, 2}, {10, 12}}},
		{"all", func(s *Selection) { s.all(10_000_000) }, []Range{{0, 10_000_000}}},
		{"all but one", func(s *Selection) { s.all(10); s.toggle(9) }, []Range{{0, 9}}},
		{"clear", func(s *Selection) { s.all(10); s.clear() }, nil},
		{"rows that are gone", func(s *Selection) { s.all(10); s.trim(4) }, []Range{{0, 4}}},
		{"set in any order", func(s *Selection) { s.set([]Range{{8, 9}, {1, 3}, {2, 4}, {5, 5}}, 8) }, []Range{{1, 4}, {8, 9}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSelection()
			c.do(&s)
			if got := s.Ranges(); len(got) != len(c.want) || (len(got) > 0 && !reflect.DeepEqual(got, c.want)) {
				t.Errorf("selected %v, want %v", got, c.want)
			}
		})
	}
}

// TestSelectionIsASet compares the ranges with the plainest thing that could work: a set of rows.
func TestSelectionIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const rows = 40
		s, plain, base, anchor := newSelection(), map[int]bool{}, map[int]bool{}, -1
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			row := rapid.IntRange(0, rows-1).Draw(t, "row")
			switch rapid.SampledFrom([]string{"one", "toggle", "extend", "add"}).Draw(t, "do") {
			case "one":
				s.one(row)
				plain, base, anchor = map[int]bool{row: true}, map[int]bool{}, row
			case "toggle":
				s.toggle(row)
				if plain[row] {
					delete(plain, row)
				} else {
					plain[row] = true
				}
				base, anchor = copyOf(plain), row
			case "extend", "add":
				keep := rapid.Bool().Draw(t, "keep")
				s.extend(row, keep)
				if anchor < 0 {
					plain, base, anchor = map[int]bool{row: true}, map[int]bool{}, row
					break
				}
				plain = map[int]bool{}
				if keep {
					plain = copyOf(base)
				}
				for r := min(anchor, row); r <= max(anchor, row); r++ {
					plain[r] = true
				}
			}
			for r := range rows {
				if s.Contains(r) != plain[r] {
					t.Fatalf("row %d: selected %v, want %v; ranges %v", r, s.Contains(r), plain[r], s.Ranges())
				}
			}
			if s.Len() != len(plain) {
				t.Fatalf("%d selected, want %d", s.Len(), len(plain))
			}
			for i, r := range s.Ranges() {
				if r.First >= r.End || (i > 0 && s.Ranges()[i-1].End >= r.First) {
					t.Fatalf("ranges are not in order: %v", s.Ranges())
				}
			}
		}
	})
}

func copyOf(m map[int]bool) map[int]bool {
	out := map[int]bool{}
	for k := range m {
		out[k] = true
	}
	return out
}

func TestColumns(t *testing.T) {
	make3 := func() *columns {
		c := &columns{list: []shown{{index: 0, width: 100}, {index: 1, width: 50}, {index: 2, width: 200}}}
		c.arrange()
		return c
	}
	t.Run("at", func(t *testing.T) {
		for x, want := range map[int64]int{-1: -1, 0: 0, 99: 0, 100: 1, 149: 1, 150: 2, 349: 2, 350: -1} {
			if got := make3().at(x); got != want {
				t.Errorf("at %d is column %d, want %d", x, got, want)
			}
		}
	})
	t.Run("border", func(t *testing.T) {
		for x, want := range map[int64]int{94: -1, 95: 0, 100: 0, 104: 0, 105: -1, 150: 1, 346: 2, 350: 2, 354: 2, 360: -1} {
			if got := make3().border(x); got != want {
				t.Errorf("the border at %d is of column %d, want %d", x, got, want)
			}
		}
	})
	t.Run("visible", func(t *testing.T) {
		if first, end := make3().visible(120, 40); first != 1 || end != 3 {
			t.Errorf("shows %d to %d, want 1 to 3", first, end)
		}
		if first, end := make3().visible(400, 40); first != end {
			t.Errorf("shows %d to %d beyond the columns", first, end)
		}
	})
	t.Run("move", func(t *testing.T) {
		for _, m := range []struct {
			from, to int
			want     [3]int
		}{{0, 0, [3]int{0, 1, 2}}, {0, 1, [3]int{0, 1, 2}}, {0, 2, [3]int{1, 0, 2}}, {0, 3, [3]int{1, 2, 0}}, {2, 0, [3]int{2, 0, 1}}} {
			c := make3()
			changed := c.move(m.from, m.to)
			got := [3]int{c.list[0].index, c.list[1].index, c.list[2].index}
			if got != m.want || changed != (m.want != [3]int{0, 1, 2}) {
				t.Errorf("moving %d before %d gives %v (changed %v), want %v", m.from, m.to, got, changed, m.want)
			}
			if c.total != 350 || c.list[2].start+c.list[2].width != 350 {
				t.Errorf("the widths no longer add up: %v", c.list)
			}
		}
	})
	t.Run("resize stays within bounds", func(t *testing.T) {
		c := make3()
		c.resize(1, -5)
		if c.list[1].width != narrowest || c.list[2].start != 100+narrowest {
			t.Errorf("dragged to nothing: %v", c.list)
		}
		c.resize(1, 99_999)
		if c.list[1].width != broadest {
			t.Errorf("dragged far: %v", c.list)
		}
	})
}
