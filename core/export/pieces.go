package export

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"tenantry/core/exchange"
)

// pieceBytes is about how long the pieces are that a CSV file is read in, by all cores at once.
const pieceBytes = 128 << 10

// pieces is CSV in pieces of whole rows, so that reading each gives the rows that reading on would.
type pieces struct {
	of    []string
	comma byte
	size  int // what they were to be; a piece is longer where a row is, or no line ends
}

// cutRows parts text, which starts with a row, behind line ends that no quotes are around.
func cutRows(text string, comma byte, size int) pieces {
	p := pieces{comma: comma, size: size}
	if comma == '"' || comma == '\n' || comma == '\r' {
		p.of = []string{text} // a separator that is all but one
		return p
	}
	find := func(b byte, from int) int {
		if at := strings.IndexByte(text[from:], b); at >= 0 {
			return from + at
		}
		return len(text)
	}
	start, quote := 0, find('"', 0) // quote is the first that was not looked at
	for start < len(text) {
		end := find('\n', min(start+size, len(text)))
		for quote < end {
			behind := quote + 1
			if quote == 0 || text[quote-1] == comma || text[quote-1] == '\n' || text[quote-1] == '\r' {
				behind = find('"', behind)
				for behind+1 < len(text) && text[behind+1] == '"' {
					behind = find('"', behind+2)
				}
				behind = min(behind+1, len(text))
			}
			quote = find('"', behind)
			if behind > end {
				end = find('\n', behind)
			}
		}
		end = min(end+1, len(text))
		p.of = append(p.of, text[start:end])
		start = end
	}
	return p
}

// look is what a first reading finds.
type look struct {
	types  []guess
	rows   int
	widest int // cells of the longest row, or the heading
	ragged int // rows with another number of cells than the heading
	line   int // of the first of those, from 0
	cells  int // that it has
}

// and is what the cells of both guesses can be.
func (g guess) and(other guess) guess { return g&other | (g|other)&seen }

// look finds the types of all columns.
func (p pieces) look(ctx context.Context, inHeading int) (look, error) {
	type part struct{ lines, rows, ragged, line, cells int }
	parts := make([]part, len(p.of))
	var mu sync.Mutex
	all := look{widest: inHeading}
	for range inHeading {
		all.types = append(all.types, anything)
	}
	spread(len(p.of), func(take func() (int, bool)) {
		types := make([]guess, inHeading)
		for i := range types {
			types[i] = anything
		}
		for i, ok := take(); ok && ctx.Err() == nil && len(types) <= mostColumns; i, ok = take() {
			reader := cellReader{text: p.of[i], comma: p.comma}
			for n := 1; n%csvPause != 0 || ctx.Err() == nil; n++ {
				cells, line, ok := reader.next()
				if !ok {
					break
				}
				parts[i].rows++
				if len(cells) != inHeading {
					if parts[i].ragged++; parts[i].ragged == 1 {
						parts[i].line, parts[i].cells = line, len(cells)
					}
				}
				for len(cells) > len(types) {
					types = append(types, anything)
				}
				if len(types) > mostColumns {
					break
				}
				for i, cell := range cells {
					if cell != "" && types[i]&^seen != 0 {
						types[i] = types[i].narrow(cell)
					}
				}
			}
			parts[i].lines = reader.line
		}
		mu.Lock()
		defer mu.Unlock()
		for len(all.types) < len(types) {
			all.types = append(all.types, anything)
		}
		for i, t := range types {
			all.types[i] = all.types[i].and(t)
		}
		all.widest = max(all.widest, len(types))
	})
	line := 0
	for _, f := range parts {
		if f.ragged > 0 && all.ragged == 0 {
			all.line, all.cells = line+f.line, f.cells
		}
		all.rows += f.rows
		all.ragged += f.ragged
		line += f.lines
	}
	return all, ctx.Err()
}

// block is the cells of a piece, column by column.
type block struct {
	columns [][]exchange.Value
	rows    int
	even    bool // every row has all columns
}

func (b *block) read(text string, comma byte, read []func(string) exchange.Value) {
	if b.columns == nil {
		b.columns = make([][]exchange.Value, len(read))
	}
	for i := range b.columns {
		b.columns[i] = b.columns[i][:0]
	}
	b.rows, b.even = 0, true
	reader := cellReader{text: text, comma: comma}
	for {
		cells, _, ok := reader.next()
		if !ok {
			return
		}
		if len(cells) != len(read) {
			b.even = false
			return
		}
		for i, cell := range cells {
			var v exchange.Value
			if cell != "" {
				v = read[i](cell)
			}
			b.columns[i] = append(b.columns[i], v)
		}
		b.rows++
	}
}

// fill adds the rows of all pieces, in order. Cores read a piece each, and then add the columns.
func (o *Opened) fill(ctx context.Context, p pieces, names []string, types []guess) error {
	read := make([]func(string) exchange.Value, len(types))
	for i := range types {
		read[i] = types[i].reader(names[i])
	}
	blocks := make([]block, runtime.GOMAXPROCS(0))
	for of := p.of; len(of) > 0; of = of[min(len(blocks), len(of)):] {
		now := of[:min(len(blocks), len(of))]
		spread(len(now), func(take func() (int, bool)) {
			for i, ok := take(); ok; i, ok = take() {
				if blocks[i].even = false; len(now[i]) <= 4*p.size {
					blocks[i].read(now[i], p.comma, read)
				}
			}
		})
		for i := range now {
			err := ctx.Err()
			switch {
			case err != nil:
			case blocks[i].even:
				err = o.Table.AppendColumns("", blocks[i].rows, names, blocks[i].columns)
			default:
				err = o.fillRows(ctx, &cellReader{text: now[i], comma: p.comma}, names, read)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// spread lets every core work on n things; take gives each the number of its next one.
func spread(n int, work func(take func() (int, bool))) {
	var next atomic.Int64
	take := func() (int, bool) {
		i := int(next.Add(1)) - 1
		return i, i < n
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) - 1 {
		others.Go(func() { work(take) })
	}
	work(take)
	others.Wait()
}
