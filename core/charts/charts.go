// Package charts makes a picture of a column: bars, a ring, a histogram or a time line.
//
// A Spec says which picture, as plain data that can be saved. Make works out the figures of a results.View,
// Layout places rectangles, lines, slices and texts for a given size, and whoever shows the picture draws
// those: the window as vectors, SVG as a file. Nothing here knows a screen.
package charts

import (
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Kind is the form of a chart.
type Kind string

// The kinds.
const (
	Bars      Kind = "bars"      // a bar for each value of a column, the largest first
	Ring      Kind = "ring"      // the same as parts of a whole
	Histogram Kind = "histogram" // how many rows have a number in each part of its range
	Timeline  Kind = "timeline"  // how many rows fall into each hour, day, week, month …
)

// Kinds are all kinds.
func Kinds() []Kind { return []Kind{Bars, Ring, Histogram, Timeline} }

// Measure is what the length of a bar means.
type Measure string

// The measures.
const (
	Fitting Measure = ""        // Each for bars and rings of a column of numbers, otherwise Rows
	Rows    Measure = "rows"    // the number of rows
	Sum     Measure = "sum"     // the sum of Spec.Of
	Average Measure = "average" // the average of Spec.Of
	Each    Measure = "each"    // Spec.Of in each row: a bar is one row, and Spec.Column names it
)

// Order says in which order bars and slices stand.
type Order string

// The orders.
const (
	ByAmount Order = ""     // the largest first
	ByName   Order = "name" // as the column sorts
)

// Bounds of Spec.Most.
const (
	LeastMost = 2
	MostMost  = 200
)

// Spec says which chart is wanted: plain data that can be compared and saved as JSON. Its text form is read
// by Parse.
type Spec struct {
	Kind    Kind    `json:"kind"`
	Column  string  `json:"column"` // whose values have bars, slices or places on the axis
	Measure Measure `json:"measure,omitempty"`
	Of      string  `json:"of,omitempty"`    // the column that Sum, Average and Each are of
	Most    int     `json:"most,omitempty"`  // bars, slices or parts at most, the others and the empty aside; 0 is usual
	Order   Order   `json:"order,omitempty"` // of bars and slices
}

// IsZero tells whether s names no chart.
func (s Spec) IsZero() bool { return s.Kind == "" }

// most is how many points the chart has at most.
func (s Spec) most() int {
	switch {
	case s.Most > 0:
		return min(max(s.Most, LeastMost), MostMost)
	case s.Kind == Ring:
		return 7
	case s.Kind == Timeline:
		return 60
	}
	return 20
}

// The codes of this package. Columns that are not there and sums of what is no number have those of
// core/results.
const (
	// CodeBadSpec: the text of a Spec cannot be read. Args: expression, near (one that can, may be empty).
	CodeBadSpec exchange.Code = "chart.bad-spec"

	// CodeNeedsNumbers: a histogram of a column that holds no numbers, sizes or durations. Args: column, type
	// (as results.KindName gives it), near (columns that would do, joined by ", "; may be empty).
	CodeNeedsNumbers exchange.Code = "chart.needs-numbers"

	// CodeNeedsTimes: a time line of a column that holds no times. Args: as of CodeNeedsNumbers.
	CodeNeedsTimes exchange.Code = "chart.needs-times"
)

// Chart is a Spec and the words to draw it with: what is handed to whoever writes a file with a picture.
type Chart struct {
	Spec  Spec // the zero Spec takes what Usual finds for the rows
	Words Words

	// Customer gives a customer's name for its domain; nil leaves the domain.
	Customer func(exchange.CustomerID) string
}

// namesOfRows are columns that name a row, the best first.
var namesOfRows = []string{"DisplayName", "Name", "UserDisplayName", "DeviceFriendlyName", "FriendlyName", "FolderPath", "DomainName",
	"Subject", "Identity", "UserPrincipalName", "PrimarySmtpAddress", "Alias", "Id"}

// namer finds the column that names the rows of a table: one of the known names, otherwise the first with
// text.
func namer(columns []results.Column, not string) string {
	for _, name := range namesOfRows {
		for _, c := range columns {
			if strings.EqualFold(c.Name, name) && !strings.EqualFold(c.Name, not) {
				return c.Name
			}
		}
	}
	for _, c := range columns {
		if c.Type == exchange.Text && c.Name != results.CustomerColumn {
			return c.Name
		}
	}
	return not
}

// adds tells whether a column can be summed.
func adds(k exchange.Kind) bool {
	switch k {
	case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration:
		return true
	}
	return false
}

// columnsOf are the columns a chart of v may name: of a table all, also those that do not show.
func columnsOf(v results.View) []results.Column {
	if v.Grouped() {
		return v.Columns()
	}
	return v.Snapshot().Columns()
}

// find finds a column by name without regard to case; an exact match wins.
func find(columns []results.Column, name string) (results.Column, bool) {
	for _, c := range columns {
		if c.Name == name {
			return c, true
		}
	}
	for _, c := range columns {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return results.Column{}, false
}

// Fit fills in what s leaves open, spells its columns as v does, and tells whether v has what it needs. The
// errors are *exchange.Problem with a code of this package or of core/results. A view without rows cannot
// tell its columns, so any will do there.
func Fit(v results.View, s Spec) (Spec, error) {
	columns := columnsOf(v)
	if s, err := s.sound(); err != nil {
		return s, err
	}
	c, err := column(v, columns, s.Column)
	if err != nil {
		return s, err
	}
	s.Column = c.Name
	if s.Measure == Fitting {
		s.Measure = Rows
		if (s.Kind == Bars || s.Kind == Ring) && adds(c.Type) {
			s.Measure, s.Of, s.Column = Each, c.Name, namer(columns, c.Name)
		}
	}
	if s.Measure == Rows {
		s.Of = ""
		if v.Grouped() { // the rows of the table, not the groups
			s.Measure, s.Of = Sum, results.CountColumn
		}
	}
	if s.Of != "" {
		of, err := column(v, columns, s.Of)
		if err != nil {
			return s, err
		}
		if s.Of = of.Name; !adds(of.Type) && of.Type != exchange.None {
			return s, &exchange.Problem{Code: results.CodeNoSum, Doing: "make a chart",
				Args: map[string]string{"column": of.Name, "type": results.KindName(of.Type)}}
		}
	}
	if c.Type == exchange.None {
		return s, nil // every cell is empty
	}
	needs := func(code exchange.Code, fits func(exchange.Kind) bool) error {
		var near []string
		for _, other := range columns {
			if fits(other.Type) && len(near) < 5 {
				near = append(near, other.Name)
			}
		}
		return &exchange.Problem{Code: code, Doing: "make a chart",
			Args: map[string]string{"column": c.Name, "type": results.KindName(c.Type), "near": strings.Join(near, ", ")}}
	}
	if s.Kind == Histogram && !adds(c.Type) {
		return s, needs(CodeNeedsNumbers, adds)
	}
	if isTime := func(k exchange.Kind) bool { return k == exchange.Time }; s.Kind == Timeline && !isTime(c.Type) {
		return s, needs(CodeNeedsTimes, isTime)
	}
	return s, nil
}

// column finds a column, or tells which are near.
func column(v results.View, columns []results.Column, name string) (results.Column, error) {
	if c, ok := find(columns, name); ok {
		return c, nil
	}
	q := results.Query{Columns: []string{name}}
	if v.Grouped() {
		q.Group = v.Query().Group
	}
	return results.Column{Name: name}, results.Check(v.Snapshot(), q)
}
