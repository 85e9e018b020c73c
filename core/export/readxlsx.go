package export

import (
	"archive/zip"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"

	"tenantry/core/exchange"
)

const (
	// mostUnpacked and leastUnpacked bound what is unpacked of a workbook: so many times its size on disk, and
	// always so many bytes. Packed rows come to some thirty times, a file made to fill the memory to a thousand.
	mostUnpacked  = 200
	leastUnpacked = 64 << 20

	// mostCells bounds rows times columns, so that few cells far apart do not fill the memory.
	mostCells = 1 << 28

	headingRows = 10 // of a sheet among which the heading is looked for
)

var errNoSheet = errors.New("the workbook has no sheet with rows")

// isZip tells whether data starts as the files of Excel do.
func isZip(data string) bool { return strings.HasPrefix(data, "PK\x03\x04") }

// readXLSX reads the sheet with the rows: of those that have a filter, or else of all, the one with the
// most. Sheets with the same headings are read with it, as rows that are divided by customer are.
func (o *Opened) readXLSX(ctx context.Context, name, data string) error {
	bad := func(err error) error {
		var p *exchange.Problem
		switch {
		case errors.As(err, &p), ctx.Err() != nil:
			return err
		case errors.Is(err, errUnpacked):
			return tooLarge(name, "bytes", max(leastUnpacked, mostUnpacked*int64(len(data))))
		}
		return notATable(name, 0, "xlsx", err)
	}
	z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
	if err != nil {
		return bad(err)
	}
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	b, err := openBook(ctx, z, max(leastUnpacked, mostUnpacked*int64(len(data))))
	if err != nil {
		return bad(err)
	}
	chosen, err := b.choose()
	if err != nil {
		return bad(err)
	}
	into := sheetRowsOf{name: name, kept: map[string]bool{}}
	for _, part := range chosen {
		if err := into.read(b, part); err != nil {
			return bad(err)
		}
	}
	typeTexts(into.rows, into.kept)
	o.Table.Declare(into.names.names...)
	return o.Table.Append("", into.rows)
}

// choose finds the sheets to read.
func (b *book) choose() ([]string, error) {
	var best string
	var bestCount sheetCount
	heads := map[string][]string{}
	for _, part := range b.sheets {
		n, err := b.count(part)
		if err != nil {
			return nil, err
		}
		if n.rows == 0 {
			continue
		}
		if heads[part], err = b.heading(part); err != nil {
			return nil, err
		}
		if best == "" || n.filter && !bestCount.filter || n.filter == bestCount.filter && n.rows > bestCount.rows {
			best, bestCount = part, n
		}
	}
	if best == "" {
		return nil, errNoSheet
	}
	var chosen []string
	for _, part := range b.sheets {
		if part == best || heads[part] != nil && slices.Equal(heads[part], heads[best]) {
			chosen = append(chosen, part)
		}
	}
	return chosen, nil
}

// heading reads the heading of a sheet alone.
func (b *book) heading(part string) ([]string, error) {
	var first [][]sheetCell
	err := b.rows(part, func(cells []sheetCell) (bool, error) {
		first = append(first, slices.Clone(cells))
		return len(first) < headingRows, nil
	})
	if err != nil || len(first) == 0 {
		return nil, err
	}
	return headingTexts(first[headingAt(first)]), nil
}

// headingAt finds the heading among the first rows: the first one that is at least half as wide as the
// widest. What stands above it is a title.
func headingAt(first [][]sheetCell) int {
	widest := 0
	for _, cells := range first {
		widest = max(widest, len(cells))
	}
	return slices.IndexFunc(first, func(cells []sheetCell) bool { return 2*len(cells) >= widest })
}

func headingTexts(cells []sheetCell) []string {
	var texts []string
	for _, c := range cells {
		for len(texts) < c.col {
			texts = append(texts, "")
		}
		texts = append(texts, c.value.Text())
	}
	return texts
}

// sheetRowsOf gathers the rows of sheets.
type sheetRowsOf struct {
	name  string
	names headings
	rows  []exchange.Record
	kept  map[string]bool // columns whose cells say by their format what they are
}

func (s *sheetRowsOf) read(b *book, part string) error {
	var first [][]sheetCell
	started := false
	start := func() error {
		started = true
		at := headingAt(first)
		if len(s.names.names) == 0 {
			for _, text := range headingTexts(first[at]) {
				s.names.add(text)
			}
		}
		for _, cells := range first[at+1:] {
			if err := s.add(cells); err != nil {
				return err
			}
		}
		return nil
	}
	err := b.rows(part, func(cells []sheetCell) (bool, error) {
		if started {
			return true, s.add(cells)
		}
		if first = append(first, slices.Clone(cells)); len(first) < headingRows {
			return true, nil
		}
		return true, start()
	})
	if err == nil && !started && len(first) > 0 {
		err = start()
	}
	return err
}

func (s *sheetRowsOf) add(cells []sheetCell) error {
	fields := make([]exchange.Field, len(cells))
	for i, c := range cells {
		for len(s.names.names) <= c.col {
			s.names.add("")
		}
		fields[i] = exchange.Field{Name: s.names.names[c.col], Value: c.value}
		if c.known {
			s.kept[fields[i].Name] = true
		}
	}
	s.rows = append(s.rows, exchange.Record{Fields: fields})
	if int64(len(s.rows))*int64(len(s.names.names)) > mostCells {
		return tooLarge(s.name, "cells", mostCells)
	}
	return nil
}
