// Package grid is the table of results: a widget for any number of rows and columns that keeps only the
// cells one sees, counts rows in whole numbers so that the ten-millionth is as exact as the first, and
// behaves as people know it from file lists: click, Shift and Ctrl to select, keys to move, borders to drag.
//
// scroll.go, selection.go and columns.go are the mathematics and know no Fyne. body.go keeps the rows in sight, a
// picture each, which cell.go and ink.go paint; titles.go and filters.go are the header and the fields below it.
// keys.go, headerkeys.go, pointer.go, header.go and bar.go listen.
package grid

// Data is what a Grid shows. The Grid asks on the UI goroutine, only for cells that come into sight, so
// the answers must be quick. Rows may grow between two calls of Grid.Grown; everything else changes only
// with Grid.SetData. Row and column numbers start at 0.
type Data interface {
	Rows() int
	Columns() []Column
	Cell(row, column int) Cell
}

// Column describes a column of Data.
type Column struct {
	Title string
	Key   string  // names the column when widths, order and sorting are kept
	Kind  Kind    // numbers stand right
	Align Align   // overrides what Kind says
	Width float32 // in points at first; 0 means by kind and title
	Fill  bool    // takes the room the other columns leave, at least Width
	Tip   string  // shown on the header, such as the property's real name

	Filtered bool // marks the header: only some values of this column show
}

// Kind says what a column holds.
type Kind uint8

// The kinds.
const (
	Text Kind = iota
	Number
	Date
	Flag
)

// Align says where a cell's words stand.
type Align uint8

// The places.
const (
	ByKind Align = iota
	Left
	Right
	Center
)

// Cell is what stands in one cell.
type Cell struct {
	Text string
	Bar  float32 // 0 to 1: a bar under the text, for comparing at a glance; 0 draws none
	Tone Tone    // of the words and the mark
	Bold bool

	BarTone Tone // Plain draws the bar in its usual colour
	Mark    Mark // a shape before the words, so that a colour is never alone
	Fill    Tone // tints the cell; Plain does not
}

// Tone gives a cell's words a meaning by colour; the words must say it too.
type Tone uint8

// The tones.
const (
	Plain Tone = iota
	Muted
	Accent
	Good
	Warn
	Bad
	tones
)

// Mark is a small shape before a cell's words, in the colour of its Tone.
type Mark uint8

// The marks.
const (
	MarkNone    Mark = iota
	MarkUp           // a triangle: nearly too much
	MarkStop         // an octagon: too much
	MarkDot          // a dot: of note
	MarkChanged      // a diamond: another value than before
	MarkAdded        // a plus
	MarkRemoved      // a minus
	marks
)

// SortKey is one column the rows are sorted by.
type SortKey struct {
	Key        string
	Descending bool
}

// ColumnState is what a user did to a column.
type ColumnState struct {
	Key    string
	Width  float32
	Hidden bool
}

func (c Column) align() Align {
	if c.Align != ByKind {
		return c.Align
	}
	if c.Kind == Number {
		return Right
	}
	return Left
}

// none is the Data of a Grid that was given none.
type none struct{}

func (none) Rows() int          { return 0 }
func (none) Columns() []Column  { return nil }
func (none) Cell(_, _ int) Cell { return Cell{} }
