package export

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tenantry/core/results"
)

// pieceBytes is about how long the pieces are that a CSV file is read in, by all cores at once.
const pieceBytes = 128 << 10

// pieces is CSV in pieces of whole rows, so that reading each gives the rows that reading on would.
type pieces struct {
	of    []string
	comma byte
	size  int // what they were to be; a piece is longer where a row is, or no line ends
}

// noComma tells whether a byte that was given as separator is all but one.
func noComma(b byte) bool { return b == '"' || b == '\n' || b == '\r' }

// cutRows parts text, which starts with a row, behind line ends that no quotes are around. When more follows,
// rest is what is behind the last of those.
func cutRows(text string, comma byte, size int, more bool) (p pieces, rest string) {
	p = pieces{comma: comma, size: size}
	if noComma(comma) {
		p.of = []string{text}
		return p, ""
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
		if end == len(text) && more {
			return p, text[start:]
		}
		end = min(end+1, len(text))
		p.of = append(p.of, text[start:end])
		start = end
	}
	return p, ""
}

// look is what a first reading finds.
type look struct {
	types  []guess
	rows   int
	widest int // cells of the longest row, or the heading
	ragged int // rows with another number of cells than the heading
	line   int // of the first of those, from 0
	cells  int // that it has

	unended bool // the last cell starts with a quote that nothing ends,
	opened  int  // in this line, from 0
}

// and is what the cells of both guesses can be.
func (g guess) and(other guess) guess { return g&other | (g|other)&seen }

// look finds the types of all columns.
func (p pieces) look(ctx context.Context, inHeading int) (look, error) {
	type part struct {
		lines, rows, ragged, line, cells, opened int
		unended                                  bool
	}
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
			parts[i].lines, parts[i].unended, parts[i].opened = reader.line, reader.unended, reader.opened
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
		if f.unended {
			all.unended, all.opened = true, line+f.opened
		}
		all.rows += f.rows
		all.ragged += f.ragged
		line += f.lines
	}
	return all, ctx.Err()
}

// filling adds the cells of pieces to a table.
type filling struct {
	table   *results.Table
	names   []string
	columns []columnRead
	comma   byte
	longest int     // a piece that is longer is not read into a block
	blocks  []block // one for each piece of a round

	// What columns are read as may be a guess. Then it is found what their cells can be, until that shows that
	// they are to be read so.
	guesses bool
	unknown []bool
	found   []guess
	blank   []bool // nothing was in their cells yet, so they may still be read as anything
}

func newFilling(table *results.Table, names []string, types []guess, comma byte, size, pieces int) *filling {
	f := &filling{table: table, names: names, comma: comma, longest: 4 * size, blocks: make([]block, pieces)}
	for i, name := range names {
		f.columns = append(f.columns, asType(types[i], name))
	}
	f.unknown, f.blank, f.found = make([]bool, len(names)), make([]bool, len(names)), make([]guess, len(names))
	return f
}

// guessed says that the types are guesses, made from some of the cells.
func (f *filling) guessed(types []guess) {
	f.guesses = true
	for i, t := range types {
		f.unknown[i], f.found[i], f.blank[i] = true, anything, t&seen == 0
	}
}

// settle takes in what blocks found. The error is errGuess where a guess does not hold, or errOtherwise.
func (f *filling) settle(blocks []block) error {
	wrong := false
	for i := range blocks {
		if !blocks[i].even || !blocks[i].valid {
			return errOtherwise
		}
		wrong = wrong || blocks[i].wrong
	}
	if wrong {
		return errGuess
	}
	for c := range f.columns {
		if !f.unknown[c] {
			continue
		}
		for i := range blocks {
			f.found[c] = f.found[c].and(blocks[i].found[c])
		}
		if f.found[c]&seen == 0 {
			continue
		}
		if f.blank[c] {
			f.blank[c] = false
			f.columns[c] = asType(f.found[c], f.names[c])
			for i := range blocks {
				blocks[i].readColumn(c, &f.columns[c])
			}
		}
		f.unknown[c] = f.found[c].choice() != f.columns[c].as
	}
	return nil
}

// better is what the cells of columns can be after blocks did not hold what types says.
func (f *filling) better(types []guess, blocks []block) []guess {
	types = slices.Clone(types)
	for i := range blocks {
		for c := range types {
			if blocks[i].wrong && f.columns[c].as != 0 {
				types[c] = types[c].and(blocks[i].find(c, anything|seen)) // no column is read as that, so it looks at all cells
			}
		}
	}
	return types
}

// settled tells whether all guesses were right, when all blocks were taken in.
func (f *filling) settled() bool {
	for c, unknown := range f.unknown {
		if unknown && f.found[c].choice() != f.columns[c].as {
			return false
		}
	}
	return true
}

// read reads pieces, as many as there are blocks at most, each core one at a time. beside is done at the same
// time.
func (f *filling) read(pieces []string, beside func()) {
	spread(1+len(pieces), func(take func() (int, bool)) {
		for i, ok := take(); ok; i, ok = take() {
			if i == 0 {
				beside()
				continue
			}
			b, text := &f.blocks[i-1], pieces[i-1]
			if b.even = false; len(text) <= f.longest && !noComma(f.comma) {
				b.take(text, f)
			}
		}
	})
}

// add adds the rows of blocks to the table.
func (f *filling) add(blocks []block) error {
	now := make([]results.Block, len(blocks))
	for i := range now {
		now[i] = blocks[i].Block
	}
	return f.table.AppendBlocks("", f.names, now...)
}

// fill adds the rows of all pieces, in order. Cores read a piece each, and then add the columns.
func (o *Opened) fill(ctx context.Context, p pieces, names []string, types []guess) error {
	f := newFilling(o.Table, names, types, p.comma, p.size, 2*runtime.GOMAXPROCS(0))
	for of := p.of; len(of) > 0; {
		now := of[:min(len(f.blocks), len(of))]
		of = of[len(now):]
		f.read(now, func() {})
		for i := 0; i < len(now); {
			even := i
			for even < len(now) && f.blocks[even].even {
				even++
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f.add(f.blocks[i:even]); err != nil {
				return err
			}
			if i = even; i < len(now) {
				if err := f.addRows(ctx, now[i]); err != nil {
					return err
				}
				i++
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
