package export

import (
	"context"
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"tenantry/core/exchange"
)

const (
	// mostColumns bounds the columns of a file, so that a file of nothing but separators stays small.
	mostColumns = 16384

	csvPause = 1 << 12 // rows between two looks at whether to stop
)

// cellReader takes the cells of CSV from text, one row at a time.
type cellReader struct {
	text  string
	at    int
	line  int
	comma byte
	cells []string

	unended bool // the last cell starts with a quote that nothing ends,
	opened  int  // in this line
}

// next reads one row; its cells are good until the next call. Lines with nothing on them are passed over.
// It takes whatever comes: a quote inside an unquoted cell stands for itself, as does text after a closing
// quote, and a quoted cell that never ends goes to the end.
func (c *cellReader) next() (cells []string, line int, ok bool) {
	if c.skipLines(); c.at >= len(c.text) {
		return nil, 0, false
	}
	c.cells, line = c.cells[:0], c.line
	for {
		c.cells = append(c.cells, c.cell())
		if c.at >= len(c.text) {
			return c.cells, line, true
		}
		if c.text[c.at] == c.comma {
			c.at++
			continue
		}
		c.newline()
		return c.cells, line, true
	}
}

// skipLines passes over lines with nothing on them.
func (c *cellReader) skipLines() {
	for c.at < len(c.text) && (c.text[c.at] == '\n' || c.text[c.at] == '\r') {
		c.newline()
	}
}

func (c *cellReader) newline() {
	if c.text[c.at] == '\r' && c.at+1 < len(c.text) && c.text[c.at+1] == '\n' {
		c.at++
	}
	c.at++
	c.line++
}

func (c *cellReader) cell() string {
	if c.at < len(c.text) && c.text[c.at] == '"' {
		return c.quoted()
	}
	return c.bare()
}

func (c *cellReader) bare() string {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	text, at, comma := c.text, c.at, c.comma
	start := at
	// Eight letters at a time: the lowest high bit that is left is that of the first one looked for.
	for commas := ones * uint64(comma); at+8 <= len(text); at += 8 {
		t := text[at : at+8]
		w := uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
			uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
		x, y, z := w^commas, w^ones*'\n', w^ones*'\r'
		if hit := ((x-ones)&^x | (y-ones)&^y | (z-ones)&^z) & highs; hit != 0 {
			c.at = at + bits.TrailingZeros64(hit)/8
			return text[start:c.at]
		}
	}
	for at < len(text) {
		if b := text[at]; b == comma || b == '\n' || b == '\r' {
			break
		}
		at++
	}
	c.at = at
	return text[start:at]
}

func (c *cellReader) quoted() string {
	c.at++
	c.opened = c.line
	var b strings.Builder
	built := false
	for {
		end := strings.IndexByte(c.text[c.at:], '"')
		if end < 0 {
			end = len(c.text) - c.at
			c.unended = true
		}
		part := c.text[c.at : c.at+end]
		c.line += strings.Count(part, "\n")
		c.at += end
		if c.at+1 < len(c.text) && c.text[c.at+1] == '"' {
			b.WriteString(part)
			b.WriteByte('"')
			built = true
			c.at += 2
			continue
		}
		if c.at < len(c.text) {
			c.at++
		}
		if rest := c.bare(); rest != "" || built {
			b.WriteString(part)
			b.WriteString(rest)
			return b.String()
		}
		return part
	}
}

// separator finds what parts the cells: of the candidates the one that divides the first rows into the
// most equal number of cells.
func separator(text string) byte {
	best, bestScore := byte(','), 0
	for _, comma := range []byte{',', ';', '\t'} {
		r := &cellReader{text: head(text), comma: comma}
		columns, agree := 0, 0
		for range 20 {
			cells, _, ok := r.next()
			if !ok {
				break
			}
			switch {
			case columns == 0:
				columns, agree = len(cells), 1
			case len(cells) == columns:
				agree++
			}
		}
		if columns < 2 {
			continue
		}
		// A heading divides well by the right one alone; rows that agree outweigh more cells.
		if score := agree*1000 + min(columns, 999); score > bestScore {
			best, bestScore = comma, score
		}
	}
	return best
}

// headBytes is how much of a file tells what it is.
const headBytes = 256 << 10

func head(text string) string { return text[:min(len(text), headBytes)] }

// preamble is what stands before the heading: PowerShell 5's Export-Csv may write a line with the type, and
// Excel one with the separator, which is 0 when it is not said.
func preamble(text string) (rest string, line int, comma byte) {
	line = 1
	for {
		first, rest, _ := strings.Cut(text, "\n")
		first = strings.TrimSuffix(first, "\r")
		switch {
		case strings.HasPrefix(first, "#TYPE "):
		case len(first) == 5 && strings.EqualFold(first[:4], "sep="):
			comma = first[4]
		default:
			return text, line, comma
		}
		text = rest
		line++
	}
}

func (o *Opened) readCSV(ctx context.Context, name, text string) error {
	text, line, comma := preamble(text)
	if comma == 0 {
		comma = separator(text)
	}
	if strings.IndexByte(head(text), 0) >= 0 {
		return notATable(name, 0, "csv", nil)
	}
	reader := cellReader{text: text, line: line, comma: comma}
	heading, _, ok := reader.next()
	if !ok {
		return nil
	}
	if reader.unended {
		o.warnUnended(name, reader.opened)
	}
	if len(heading) > mostColumns {
		return tooLarge(name, "columns", mostColumns)
	}
	var names headings
	for _, h := range heading {
		names.add(refuse(h))
	}
	inHeading := len(names.names)

	// The types first, then the rows: a column has a type only when all its cells agree, and reading twice
	// takes less than keeping every cell as text.
	c, _ := cutRows(text[reader.at:], comma, pieceBytes, false)
	found, err := c.look(ctx, inHeading)
	if err != nil {
		return err
	}
	if found.widest > mostColumns {
		return tooLarge(name, "columns", mostColumns)
	}
	for len(names.names) < found.widest {
		names.add("")
	}
	if found.ragged > 0 {
		o.Warnings = append(o.Warnings, &exchange.Problem{Code: CodeRaggedRow, Doing: "read a table", Args: map[string]string{
			"file": name, "line": strconv.Itoa(reader.line + found.line), "cells": strconv.Itoa(found.cells),
			"columns": strconv.Itoa(inHeading), "count": strconv.Itoa(found.ragged)}})
	}
	if found.unended {
		o.warnUnended(name, reader.line+found.opened)
	}
	o.Table.Declare(names.names...)
	o.Table.Expect(found.rows)
	return o.fill(ctx, c, names.names, found.types)
}

func (o *Opened) warnUnended(name string, line int) {
	o.Warnings = append(o.Warnings, &exchange.Problem{Code: CodeQuoteNotEnded, Doing: "read a table",
		Args: map[string]string{"file": name, "line": strconv.Itoa(line)}})
}

// addRows adds the rows of a piece one by one, whatever their number of cells.
func (f *filling) addRows(ctx context.Context, text string) error {
	const batchRows = 256
	reader := cellReader{text: text, comma: f.comma}
	batch := make([]exchange.Record, 0, batchRows)
	fields := make([]exchange.Field, 0, batchRows*min(len(f.names), 256))
	for {
		cells, _, ok := reader.next()
		if ok {
			start := len(fields)
			for i, cell := range cells {
				field := exchange.Field{Name: f.names[i]}
				if cell != "" {
					field.Value = f.columns[i].read(cell)
				}
				fields = append(fields, field)
			}
			batch = append(batch, exchange.Record{Fields: fields[start:len(fields):len(fields)]})
		}
		if !ok || len(batch) == cap(batch) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f.table.Append("", batch); err != nil {
				return err
			}
			batch, fields = batch[:0], fields[:0]
		}
		if !ok {
			return nil
		}
	}
}

// headings gives every column a name of its own.
type headings struct {
	names []string
	taken map[string]bool
}

func (h *headings) add(name string) {
	if h.taken == nil {
		h.taken = map[string]bool{}
	}
	if name == "" {
		name = fmt.Sprintf("Column %d", len(h.names)+1)
	}
	unique := name
	for n := 2; h.taken[strings.ToLower(unique)]; n++ {
		unique = fmt.Sprintf("%s %d", name, n)
	}
	h.taken[strings.ToLower(unique)] = true
	h.names = append(h.names, unique)
}
