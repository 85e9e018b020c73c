package grid

import "sort"

// Range is rows from First up to, not with, End.
type Range struct{ First, End int }

// Selection is which rows are selected: ranges in order that neither touch nor overlap, so that all of ten
// million rows are one range. The zero value is empty. Anchor is where a range started by Shift begins;
// Cursor is the row that keys move from, -1 for none.
type Selection struct {
	ranges []Range
	anchor int
	cursor int
	// base is what was selected when the anchor was set with Ctrl: Shift adds to it.
	base []Range
}

// newSelection is empty, with no cursor.
func newSelection() Selection { return Selection{anchor: -1, cursor: -1} }

// Ranges is what is selected. The slice must not be changed.
func (s *Selection) Ranges() []Range { return s.ranges }

// Len is how many rows are selected.
func (s *Selection) Len() int {
	n := 0
	for _, r := range s.ranges {
		n += r.End - r.First
	}
	return n
}

// Contains tells whether a row is selected.
func (s *Selection) Contains(row int) bool {
	i := sort.Search(len(s.ranges), func(i int) bool { return s.ranges[i].End > row })
	return i < len(s.ranges) && s.ranges[i].First <= row
}

// one selects a row alone.
func (s *Selection) one(row int) {
	s.ranges = []Range{{row, row + 1}}
	s.base = nil
	s.anchor, s.cursor = row, row
}

// toggle selects a row beside the others, or takes it out.
func (s *Selection) toggle(row int) {
	if s.Contains(row) {
		s.ranges = subtract(s.ranges, Range{row, row + 1})
	} else {
		s.ranges = add(s.ranges, Range{row, row + 1})
	}
	s.base = s.ranges
	s.anchor, s.cursor = row, row
}

// extend selects from the anchor to row; keep leaves what was selected before the anchor was set.
func (s *Selection) extend(row int, keep bool) {
	if s.anchor < 0 {
		s.one(row)
		return
	}
	span := Range{min(s.anchor, row), max(s.anchor, row) + 1}
	if keep {
		s.ranges = add(s.base, span)
	} else {
		s.ranges = []Range{span}
	}
	s.cursor = row
}

// all selects every one of n rows.
func (s *Selection) all(n int) {
	s.ranges, s.base = nil, nil
	if n > 0 {
		s.ranges = []Range{{0, n}}
	}
	s.anchor = 0
	if s.cursor < 0 && n > 0 {
		s.cursor = 0
	}
}

// clear selects nothing; the cursor stays.
func (s *Selection) clear() {
	s.ranges, s.base = nil, nil
	s.anchor = s.cursor
}

// set takes ranges in any order; cursor may be -1.
func (s *Selection) set(ranges []Range, cursor int) {
	s.ranges, s.base = nil, nil
	sorted := append([]Range(nil), ranges...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].First < sorted[j].First })
	for _, r := range sorted {
		if r.First >= r.End {
			continue
		}
		if n := len(s.ranges); n > 0 && r.First <= s.ranges[n-1].End {
			s.ranges[n-1].End = max(s.ranges[n-1].End, r.End)
			continue
		}
		s.ranges = append(s.ranges, r)
	}
	s.base = s.ranges
	s.anchor, s.cursor = cursor, cursor
}

// trim forgets rows that are gone, when there are only n.
func (s *Selection) trim(n int) {
	gone := Range{n, int(^uint(0) >> 1)}
	s.ranges = subtract(s.ranges, gone)
	s.base = subtract(s.base, gone)
	s.cursor = min(s.cursor, n-1)
	s.anchor = min(s.anchor, n-1)
}

// add and subtract make new slices, because base and ranges may share one.
func add(ranges []Range, r Range) []Range {
	out := make([]Range, 0, len(ranges)+1)
	placed := false
	for _, x := range ranges {
		switch {
		case x.End < r.First:
			out = append(out, x)
		case r.End < x.First:
			if !placed {
				out = append(out, r)
				placed = true
			}
			out = append(out, x)
		default:
			r = Range{min(r.First, x.First), max(r.End, x.End)}
		}
	}
	if !placed {
		out = append(out, r)
	}
	return out
}

func subtract(ranges []Range, r Range) []Range {
	out := make([]Range, 0, len(ranges)+1)
	for _, x := range ranges {
		if x.First < r.First {
			out = append(out, Range{x.First, min(x.End, r.First)})
		}
		if x.End > r.End {
			out = append(out, Range{max(x.First, r.End), x.End})
		}
	}
	return out
}
