package results

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"tenantry/core/exchange"
)

// Profile tells what is in one column of a View.
type Profile struct {
	Column   Column
	Rows     int // of the view
	Empty    int // cells without a value
	Distinct int // different values, in case too

	// Min and Max are the first and the last value in the order a sort has; None without values.
	Min, Max exchange.Value

	// Top are the most common values, the most common first; of equally common ones, the first to come.
	Top []Common

	// Histogram counts the values in equal parts of the way from the lowest to the highest, Unlimited left
	// out. It is nil for a column without numbers, durations or times, or in which all are equal.
	Histogram []int

	// Bins count the same values in parts whose borders are round, for people to read and to filter by; at
	// most 12. It is nil where Histogram is.
	Bins []Bin
}

// Common is a value and in how many rows it stands.
type Common struct {
	Value exchange.Value
	Count int
}

// histogramParts is how many parts a Histogram has.
const histogramParts = 10

// Profile looks at a column of the view; top is how many common values to give. It may take a moment with
// many rows. The only error is ctx's own. A column that is out of range has an empty profile.
func (v View) Profile(ctx context.Context, col, top int) (Profile, error) {
	a := v.get()
	p := Profile{Rows: a.count}
	if col < 0 || col >= len(a.columns) {
		return p, nil
	}
	p.Column = a.columns[col]
	if a.source[col] < 0 || a.count == 0 {
		p.Empty = a.count
		return p, ctx.Err()
	}
	c := a.snap.get().cols
	if a.groups != nil {
		c = a.groups.cols
	}
	return p, p.look(ctx, c[a.source[col]], a, top)
}

func (p *Profile) look(ctx context.Context, c *frozenColumn, a *arranged, top int) error {
	rows := a.rows
	if rows == nil {
		rows = identityRows(a.count)
	}
	all := &groups{snap: a.snap, rows: rows, of: make([]uint32, len(rows)), first: rows[:1]}
	lowest, err := all.extreme(ctx, c, false, a.query.Language)
	if err != nil {
		return err
	}
	highest, err := all.extreme(ctx, c, true, a.query.Language)
	if err != nil {
		return err
	}
	p.Min, p.Max = lowest[0], highest[0]
	// Rows with the same value become one part.
	parts := make([]uint32, len(rows))
	common := make([]Common, split(c, rows, parts, 1))
	for i, part := range parts {
		at := &common[part]
		if at.Count++; at.Count == 1 {
			at.Value = c.cell(int(rows[i]))
		}
	}
	some := common[:0]
	for _, one := range common {
		if one.Value.IsNone() {
			p.Empty += one.Count
		} else {
			some = append(some, one)
		}
	}
	p.Distinct = len(some)
	p.Histogram = histogram(some)
	p.Bins = bins(some, surroundings(a.query).now.Location())
	p.Top = mostCommon(some, top)
	return ctx.Err()
}

// mostCommon gives so many of the values that are most common; of equally common ones the first.
func mostCommon(values []Common, many int) []Common {
	more := func(x, y Common) int { return cmp.Compare(y.Count, x.Count) }
	var top []Common
	for _, one := range values {
		if n := len(top); n >= 2*many+64 { // so that few are moved when there are many
			slices.SortStableFunc(top, more)
			top = top[:many]
		}
		if n := len(top); n < many || n > 0 && many > 0 && one.Count > top[many-1].Count {
			top = append(top, one)
		}
	}
	slices.SortStableFunc(top, more)
	return slices.Clip(top[:min(many, len(top))])
}

// histogram puts values that stand on a line into equal parts of it.
func histogram(values []Common) []int {
	low, high := math.Inf(1), math.Inf(-1)
	for _, one := range values {
		x, ok := position(one.Value)
		if !ok {
			return nil
		}
		if !math.IsInf(x, 0) {
			low, high = min(low, x), max(high, x)
		}
	}
	if !(low < high) || math.IsInf(high-low, 0) {
		return nil
	}
	counts := make([]int, histogramParts)
	for _, one := range values {
		if x, _ := position(one.Value); !math.IsInf(x, 0) {
			at := int((x - low) / (high - low) * histogramParts)
			counts[min(at, histogramParts-1)] += one.Count
		}
	}
	return counts
}

// position is where a value stands on a line; ok is false when it stands on none.
func position(v exchange.Value) (x float64, ok bool) {
	switch v.Kind() {
	case exchange.Integer, exchange.Decimal, exchange.Size, exchange.Duration:
		x = v.Float()
		return x, !math.IsNaN(x)
	case exchange.Time:
		ticks, _, _, _ := v.Ticks()
		return float64(ticks), true
	}
	return 0, false
}

// Columns of the table that Describe makes.
const (
	describedColumn    = "Column"
	describedType      = "Type" // as KindName gives it
	describedEmpty     = "Empty"
	describedDistinct  = "Distinct"
	describedMin       = "Min"
	describedMax       = "Max"
	describedTop       = "Top"       // a list: value (how often), the most common first
	describedHistogram = "Histogram" // a list of counts
)

// describedTopMost is how many common values Describe gives.
const describedTopMost = 5

// Describe makes a table with the profile of each column of v, a row each. The only error is ctx's own.
func Describe(ctx context.Context, v View) (*Table, error) {
	table := NewTable(RunInfo{Title: v.Snapshot().Info().Title, Started: time.Now()})
	table.Declare(describedColumn, describedType, describedEmpty, describedDistinct, describedMin, describedMax, describedTop, describedHistogram)
	for col := range v.Columns() {
		p, err := v.Profile(ctx, col, describedTopMost)
		if err != nil {
			return nil, err
		}
		var top, parts []exchange.Value
		for _, one := range p.Top {
			top = append(top, exchange.NewText(fmt.Sprintf("%s (%d)", one.Value.Text(), one.Count)))
		}
		for _, n := range p.Histogram {
			parts = append(parts, exchange.NewInteger(int64(n)))
		}
		row := exchange.Record{Fields: []exchange.Field{
			{Name: describedColumn, Value: exchange.NewText(p.Column.Name)},
			{Name: describedType, Value: exchange.NewText(KindName(p.Column.Type))},
			{Name: describedEmpty, Value: exchange.NewInteger(int64(p.Empty))},
			{Name: describedDistinct, Value: exchange.NewInteger(int64(p.Distinct))},
			{Name: describedMin, Value: p.Min},
			{Name: describedMax, Value: p.Max},
			{Name: describedTop, Value: exchange.NewList(top)},
			{Name: describedHistogram, Value: exchange.NewList(parts)},
		}}
		if err := table.Append("", []exchange.Record{row}); err != nil {
			return nil, err
		}
	}
	table.Finish(time.Now())
	return table, nil
}
