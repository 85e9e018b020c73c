package export

import (
	"errors"
	"io"

	"tenantry/core/exchange"
	"tenantry/core/parquet"
)

var errUneven = errors.New("the columns of the file have different numbers of rows")

// leafValues reads the values of a leaf one by one. After an error it has none.
type leafValues struct {
	leaf   *parquet.Node
	as     parquet.As[exchange.Value]
	column *parquet.Column[exchange.Value]
	at     int // of the batch
	used   int // of its values
	err    error
}

func (l *leafValues) start(f *parquet.File, group int) {
	l.column = parquet.NewColumn(f, group, l.leaf.Column, l.as)
	l.at, l.used, l.err = 0, 0, nil
}

// more reads on when it must, and tells whether there is a value.
func (l *leafValues) more() bool {
	if l.err != nil {
		return false
	}
	if l.at < l.column.Len {
		return true
	}
	l.at, l.used = 0, 0
	if err := l.column.Next(parquetRows); err != nil {
		l.column.Len = 0
		if err != io.EOF {
			l.err = err
		}
		return false
	}
	return l.column.Len > 0
}

// rep and def are the levels of the value that is next. They are 0 when there is none.
func (l *leafValues) rep() int { return l.level(l.column.Reps) }
func (l *leafValues) def() int { return l.level(l.column.Defs) }

func (l *leafValues) level(of []uint8) int {
	if l.at >= len(of) || l.at >= l.column.Len {
		return 0
	}
	return int(of[l.at])
}

// next is the value, or none, and goes on to the one behind it.
func (l *leafValues) next() exchange.Value {
	if !l.more() {
		if l.err == nil {
			l.err = errUneven
		}
		return exchange.Value{}
	}
	v := exchange.Value{}
	if l.def() == l.leaf.Def {
		v = l.column.Values[l.used]
		l.used++
	}
	l.at++
	return v
}

// fill reads the values of a leaf that stands once in each row.
func (l *leafValues) fill(to []exchange.Value) error {
	for len(to) > 0 {
		if !l.more() {
			return errors.Join(errUneven, l.err)
		}
		n := min(len(to), l.column.Len-l.at)
		if l.column.Defs == nil {
			copy(to, l.column.Values[l.used:l.used+n])
			l.used += n
		} else {
			for i, def := range l.column.Defs[l.at : l.at+n] {
				to[i] = exchange.Value{}
				if int(def) == l.leaf.Def {
					to[i] = l.column.Values[l.used]
					l.used++
				}
			}
		}
		if l.leaf.Meaning == parquet.JSON {
			for _, v := range to[:n] {
				l.count(v)
			}
		}
		l.at += n
		to = to[n:]
	}
	return l.err
}

// value puts the field's next value together from those of its leaves.
func (p *parquetField) value() exchange.Value {
	if p.shape == leafShape {
		return p.leaves[0].next()
	}
	first := p.leaves[0]
	first.more()
	if first.def() < p.there {
		p.pass()
		return exchange.Value{}
	}
	switch p.shape {
	case groupShape:
		return p.record()
	case mapShape:
		return p.mapped()
	}
	list := []exchange.Value{}
	p.each(func() { list = append(list, p.part(0)) })
	return exchange.NewList(list)
}

// part is the next value of a child. Lists and objects keep copies of what they hold, which a file may say once for
// all of them, so those count as unpacked again.
func (p *parquetField) part(child int) exchange.Value {
	c := p.children[child]
	v := c.value()
	if c.shape == leafShape {
		c.leaves[0].count(v)
	}
	return v
}

func (l *leafValues) count(v exchange.Value) {
	if err := l.column.Take(weight(v)); err != nil && l.err == nil {
		l.err = err
	}
}

// weight is about how many bytes a copy of v takes.
func weight(v exchange.Value) int64 {
	n := int64(0)
	switch v.Kind() {
	case exchange.Text:
		n = int64(len(v.Text()))
	case exchange.List:
		for _, m := range v.List() {
			n += 24 + weight(m)
		}
	case exchange.Nested:
		for _, f := range v.Nested().Fields {
			n += 64 + int64(len(f.Name)) + weight(f.Value)
		}
	}
	return n
}

// each calls do for each thing in a list.
func (p *parquetField) each(do func()) {
	first := p.leaves[0]
	if first.def() < p.filled {
		p.pass()
		return
	}
	for {
		do()
		if !first.more() || first.rep() < p.again {
			return
		}
	}
}

// pass goes on behind a field that is not there.
func (p *parquetField) pass() {
	for _, l := range p.leaves {
		l.next()
	}
}

func (p *parquetField) record() exchange.Value {
	r := exchange.Record{Fields: make([]exchange.Field, len(p.children))}
	for i, c := range p.children {
		r.Fields[i] = exchange.Field{Name: c.node.Name, Value: p.part(i)}
	}
	return exchange.NewNested("", r)
}

// mapped makes an object of a map.
func (p *parquetField) mapped() exchange.Value {
	var r exchange.Record
	p.each(func() {
		name := p.part(0).Text()
		r.Fields = append(r.Fields, exchange.Field{Name: name, Value: p.part(1)})
	})
	return exchange.NewNested("", r)
}
