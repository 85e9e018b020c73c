package results

import "context"

// Hits counts, for each column of the view, the rows of the view that have the text in it, without regard to
// case; in a grouped view, or without text, none. It may take a moment with many rows. The only error is ctx's
// own.
func (v View) Hits(ctx context.Context, text string) ([]int, error) {
	a := v.get()
	hits := make([]int, len(a.columns))
	if a.groups != nil || text == "" {
		return hits, ctx.Err()
	}
	f, t := newFinder(text), a.snap.get()
	keep := make([]bool, t.rows)
	for i, at := range a.source {
		if at < 0 {
			continue
		}
		clear(keep)
		if err := f.column(ctx, t.cols[at], keep); err != nil {
			return nil, err
		}
		for row := range a.count {
			if at, _ := a.at(row); keep[at] {
				hits[i]++
			}
		}
	}
	return hits, nil
}

// Finder looks for one text in single cells, as Query.Find does in all.
type Finder struct{ f *finder }

// NewFinder makes a Finder for text.
func NewFinder(text string) Finder { return Finder{newFinder(text)} }

// In tells whether s has the text, without regard to case.
func (f Finder) In(s string) bool { return f.f != nil && f.f.in(s) }
