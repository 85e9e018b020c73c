package export

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// A large CSV file is read once, a few pieces at a time: what the columns hold is guessed from parts of the
// file and checked with each cell. A file that turns out otherwise, or is not simple in other ways, is read
// again from the start with all of it in memory, and then the table is the same as if that had been done at once.
const onceFrom = 4 << 20 // bytes: smaller ones are read as a whole

// onceSizes are how much is read at a time, in bytes.
type onceSizes struct {
	piece  int // about how long the pieces are
	head   int // how much tells what the file is
	sample int // and how much of each of so many parts what its columns hold
	parts  int
}

var usualSizes = onceSizes{piece: pieceBytes, head: headBytes, sample: 16 << 10, parts: 48}

// mostTries is how often a file is begun with better guesses.
const mostTries = 3

var (
	// errGuess says that some column holds something else than was guessed.
	errGuess = errors.New("not as guessed")

	// errOtherwise says that a file has to be read as a whole.
	errOtherwise = errors.New("not to be read once")
)

// openOnce reads a CSV file once. ok is false when it has to be read as a whole.
func openOnce(ctx context.Context, path string, size int64) (o *Opened, ok bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, nil // the same error comes from reading it as a whole
	}
	defer func() { _ = f.Close() }() // only read from
	var known []guess
	for range mostTries {
		o = newOpened(path)
		o.Format = "csv"
		if known, err = o.readOnce(ctx, path, f, size, usualSizes, known); err != errGuess {
			break
		}
	}
	switch err {
	case nil:
		o.Table.Finish(time.Now())
		return o, true, nil
	case errGuess, errOtherwise:
		return nil, false, nil
	}
	return nil, true, err
}

// once is a CSV file that is read once.
type once struct {
	*filling
	from   io.Reader
	text   []byte // what was read and is not in the table yet
	spare  []byte // where more is read to
	failed error  // of the last read; io.EOF at the end
}

// readOnce reads CSV of so many bytes once. known is what the columns can hold, as far as another try found it;
// with errGuess comes what this one did. The error is errOtherwise when all of the file is needed first.
func (o *Opened) readOnce(ctx context.Context, name string, src io.ReaderAt, size int64, by onceSizes, known []guess) ([]guess, error) {
	r := &once{from: io.NewSectionReader(src, 0, largest)}
	round := 2 * runtime.GOMAXPROCS(0)
	r.text = r.more("", max(round*by.piece, 2*by.head))
	if r.failed != nil {
		return nil, errOtherwise // the whole file is no more than this
	}
	text := strings.TrimPrefix(asString(r.text), "\xef\xbb\xbf")
	if isZip(text) || isParquet(text) || strings.IndexByte(text, 0) >= 0 || strings.TrimSpace(text) == "" || formatOf(name, text) != "csv" {
		return nil, errOtherwise
	}
	text, _, comma := preamble(text)
	if len(text) < by.head {
		return nil, errOtherwise
	}
	if comma == 0 {
		comma = separator(text)
	}
	reader := cellReader{text: text, comma: comma}
	heading, _, ok := reader.next()
	if !ok || reader.at > by.head || reader.at == len(text) || len(heading) > mostColumns || noComma(comma) || !utf8.ValidString(text[:reader.at]) {
		return nil, errOtherwise
	}
	var names headings
	for _, h := range heading {
		names.add(strings.Clone(refuse(h)))
	}
	r.text = r.text[len(r.text)-len(text)+reader.at:]
	types, rows := by.sampleOf(asString(r.text), src, size, comma, len(heading))
	for i := range known {
		types[i] = types[i].and(known[i])
	}
	r.filling = newFilling(o.Table, names.names, types, comma, by.piece, round)
	r.guessed(types)
	o.Table.Declare(names.names...)
	o.Table.Expect(rows)
	for {
		p, left := cutRows(asString(r.text), comma, by.piece, r.failed == nil)
		if r.failed != nil && r.failed != io.EOF || r.failed == nil && len(p.of) == 0 {
			return nil, errOtherwise
		}
		last := r.failed != nil
		read := func() {
			if !last {
				r.spare = r.more(left, round*by.piece)
			}
		}
		for of := p.of; len(of) > 0; read = func() {} {
			now := of[:min(round, len(of))]
			of = of[len(now):]
			if r.read(now, read); ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err := r.settle(r.blocks[:len(now)]); err != nil {
				return r.better(types, r.blocks[:len(now)]), err
			}
			if err := r.add(r.blocks[:len(now)]); err != nil {
				return nil, err
			}
		}
		if last {
			break
		}
		r.text, r.spare = r.spare, r.text
	}
	if !r.settled() {
		return nil, errOtherwise
	}
	return nil, nil
}

// asString is text as a string, which is good until text changes.
func asString(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }

// more reads so many bytes behind what is left over.
func (r *once) more(left string, bytes int) []byte {
	all := len(left) + bytes
	text := slices.Grow(r.spare[:0], all)[:all]
	n := copy(text, left)
	m, err := io.ReadFull(r.from, text[n:])
	if r.failed = err; err == io.ErrUnexpectedEOF {
		r.failed = io.EOF
	}
	return text[:n+m]
}

// sampleOf guesses what the columns hold and how many rows there are, from text, with which the rows start, and
// from parts of the file.
func (by onceSizes) sampleOf(text string, src io.ReaderAt, size int64, comma byte, width int) (types []guess, rows int) {
	types = make([]guess, width)
	for i := range types {
		types[i] = anything
	}
	bytes := 0
	look := func(text string) {
		bytes += len(text)
		for reader := (&cellReader{text: text, comma: comma}); ; rows++ {
			cells, _, ok := reader.next()
			if !ok {
				return
			}
			if len(cells) != width {
				continue // where a part starts may be anywhere
			}
			for i, cell := range cells {
				if cell != "" && types[i]&^seen != 0 {
					types[i] = types[i].narrow(cell)
				}
			}
		}
	}
	look(text[:1+strings.LastIndexByte(text[:min(len(text), by.sample)], '\n')])
	part := make([]byte, by.sample)
	for i := range int64(by.parts) {
		n, err := src.ReadAt(part, size/int64(by.parts)*i)
		if text := asString(part[:n]); err == nil {
			first, last := strings.IndexByte(text, '\n'), strings.LastIndexByte(text, '\n')
			look(text[1+first : 1+last])
		}
	}
	if bytes == 0 {
		return types, 0
	}
	return types, int(float64(size) / float64(bytes) * float64(rows) * 1.004)
}
