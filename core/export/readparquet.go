package export

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"tenantry/core/exchange"
	"tenantry/core/parquet"
	"tenantry/core/results"
)

const (
	// mostItems and cellsEach bound what a file may say in few bytes: so many values of lists, and so many cells
	// for each byte on disk and always mostItems.
	mostItems = 1 << 22
	cellsEach = 4096

	parquetRows = 4096 // read at a time
)

func isParquet(data string) bool { return parquet.Is(data) }

// readParquet reads a Parquet file. Each field of its schema is a column; those of groups stand beside each other as
// "group.field", lists and maps stay together.
func (o *Opened) readParquet(ctx context.Context, name, data string) error {
	size := int64(len(data))
	f, err := parquet.Open(data, parquet.Limits{
		Columns: mostColumns,
		Cells:   min(mostCells, max(mostItems, cellsEach*size)),
		Items:   min(mostCells, max(mostItems, 8*size)),
		Bytes:   max(leastUnpacked, mostUnpacked*size),
	})
	if err == nil {
		err = o.readParquetRows(ctx, f)
	}
	var p *exchange.Problem
	var large *parquet.ErrTooLarge
	switch {
	case err == nil, errors.As(err, &p), ctx.Err() != nil:
		return err
	case errors.As(err, &large):
		return tooLarge(name, large.Of, large.Limit)
	}
	return notATable(name, 0, "parquet", err)
}

func (o *Opened) readParquetRows(ctx context.Context, f *parquet.File) error {
	columns, about := parquetColumns(f)
	var names headings
	offsets := map[int]int{} // from a column to that with its offsets
	places := map[string]int{}
	for i, c := range columns {
		places[c.name] = i
	}
	apart := map[int]bool{} // the columns with offsets are none of the table
	for i := range columns {
		if j, ok := places[about[columns[i].name].OffsetIn]; ok && j != i && columns[j].whole() {
			offsets[i], apart[j] = j, true
		}
	}
	var shown []int
	for i, c := range columns {
		if !apart[i] {
			shown = append(shown, i)
			names.add(c.name)
		}
	}
	o.Table.Declare(names.names...)
	all := int64(0)
	for _, g := range f.Groups {
		all += g.Rows
	}
	o.Table.Expect(int(all))
	blocks := make([][]exchange.Value, len(columns))
	for i := range blocks {
		blocks[i] = make([]exchange.Value, min(all, parquetRows))
	}
	into := results.Block{Columns: make([]results.Cells, len(shown))}
	shapes := make([]columnCells, len(shown))
	for at, g := range f.Groups {
		for _, c := range columns {
			c.start(f, at)
		}
		for left := g.Rows; left > 0; left -= parquetRows {
			if err := ctx.Err(); err != nil {
				return err
			}
			rows := int(min(left, parquetRows))
			if err := readBlocks(columns, blocks, rows); err != nil {
				return err
			}
			for i, j := range offsets {
				putOffsets(blocks[i][:rows], blocks[j])
			}
			for i, from := range shown {
				into.Columns[i] = shapes[i].of(blocks[from][:rows])
			}
			into.Rows = rows
			if err := o.Table.AppendBlocks("", names.names, into); err != nil {
				return err
			}
		}
		for _, c := range columns {
			if err := c.end(); err != nil {
				return err
			}
		}
	}
	return nil
}

// readBlocks reads so many rows of all columns, on all cores.
func readBlocks(columns []*parquetField, blocks [][]exchange.Value, rows int) error {
	var mu sync.Mutex
	var failed error
	spread(len(columns), func(take func() (int, bool)) {
		for i, ok := take(); ok; i, ok = take() {
			if err := columns[i].read(blocks[i][:rows]); err != nil {
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		}
	})
	return failed
}

// putOffsets gives times the minutes east of UTC that they were written with.
func putOffsets(times, minutes []exchange.Value) {
	for i, v := range times {
		if ticks, _, zone, ok := v.Ticks(); ok && zone && minutes[i].Kind() == exchange.Integer {
			times[i] = exchange.NewTicks(ticks, int16(minutes[i].Int()), true)
		}
	}
}

// parquetColumns are the columns of the table that a file holds, and what was noted about them.
func parquetColumns(f *parquet.File) ([]*parquetField, map[string]parquetColumn) {
	var noted []parquetColumn
	_ = json.Unmarshal([]byte(f.Words[columnsKey]), &noted) // what cannot be read says nothing
	about := map[string]parquetColumn{}
	for _, c := range noted {
		about[c.Name] = c
	}
	var columns []*parquetField
	var add func(prefix string, nodes []*parquet.Node)
	add = func(prefix string, nodes []*parquet.Node) {
		for _, n := range nodes {
			name := prefix + n.Name
			if !n.Leaf() && n.Repeats != parquet.Repeated && n.Meaning != parquet.List && n.Meaning != parquet.Map {
				add(name+".", n.Children)
				continue
			}
			c := newParquetField(f, n, about[name])
			if len(c.leaves) == 0 {
				continue // a group of nothing
			}
			c.name = name
			columns = append(columns, c)
		}
	}
	add("", f.Root.Children)
	return columns, about
}

// parquetField is a part of the schema with the values of its leaves: a leaf, a group, a list of what its only child
// is, or a map of what its two children are.
type parquetField struct {
	name     string // of a column: with those of the groups around it
	node     *parquet.Node
	shape    parquetShape
	children []*parquetField
	leaves   []*leafValues // in and below it
	there    int           // the definition level from which it is there, and
	filled   int           // from which a list or map has something in it, and
	again    int           // the repetition level of what is not its first thing
}

type parquetShape int

const (
	leafShape parquetShape = iota
	groupShape
	listShape
	mapShape
)

func newParquetField(f *parquet.File, n *parquet.Node, about parquetColumn) *parquetField {
	if n.Repeats == parquet.Repeated {
		// A list that is not said to be one.
		return listOf(n, n.Def-1, n, plainField(f, n, about))
	}
	if n.Leaf() || len(n.Children) != 1 || n.Children[0].Repeats != parquet.Repeated {
		return plainField(f, n, about)
	}
	switch inner := n.Children[0]; {
	case n.Meaning == parquet.Map && len(inner.Children) == 2:
		l := listOf(n, n.Def, inner, newParquetField(f, inner.Children[0], about), newParquetField(f, inner.Children[1], about))
		l.shape = mapShape
		return l
	case n.Meaning == parquet.List && len(inner.Children) == 1 && inner.Name != "array" && inner.Name != n.Name+"_tuple":
		return listOf(n, n.Def, inner, newParquetField(f, inner.Children[0], about))
	case n.Meaning == parquet.List || n.Meaning == parquet.Map:
		return listOf(n, n.Def, inner, plainField(f, inner, about)) // as programs wrote them once
	}
	return plainField(f, n, about)
}

func listOf(n *parquet.Node, there int, repeated *parquet.Node, of ...*parquetField) *parquetField {
	l := &parquetField{node: n, shape: listShape, there: there, filled: repeated.Def, again: repeated.Rep, children: of}
	l.gather()
	return l
}

// plainField is a leaf or group, however often it stands.
func plainField(f *parquet.File, n *parquet.Node, about parquetColumn) *parquetField {
	p := &parquetField{node: n, there: n.Def}
	if n.Leaf() {
		p.leaves = []*leafValues{{leaf: n, as: parquetValues(f, n, about)}}
		return p
	}
	p.shape = groupShape
	for _, child := range n.Children {
		if c := newParquetField(f, child, parquetColumn{}); len(c.leaves) > 0 {
			p.children = append(p.children, c)
		}
	}
	p.gather()
	return p
}

func (p *parquetField) gather() {
	for _, c := range p.children {
		p.leaves = append(p.leaves, c.leaves...)
	}
}

// whole tells whether the field is a column of whole numbers.
func (p *parquetField) whole() bool {
	return p.shape == leafShape && p.node.Rep == 0 && (p.node.Kind == parquet.Int32 || p.node.Kind == parquet.Int64)
}

// start goes to the first row of a group of rows.
func (p *parquetField) start(f *parquet.File, group int) {
	for _, l := range p.leaves {
		l.start(f, group)
	}
}

// end checks that nothing stands behind the last row of a group.
func (p *parquetField) end() error {
	for _, l := range p.leaves {
		if l.more() || l.err != nil {
			return errors.Join(errUneven, l.err)
		}
	}
	return nil
}

// read reads the rows that follow.
func (p *parquetField) read(to []exchange.Value) error {
	if p.shape == leafShape && p.node.Rep == 0 {
		return p.leaves[0].fill(to)
	}
	for i := range to {
		to[i] = p.value()
		for _, l := range p.leaves {
			if l.more() && l.rep() != 0 {
				l.err = errors.Join(errUneven, l.err)
			}
			if l.err != nil {
				return l.err
			}
		}
	}
	return nil
}
