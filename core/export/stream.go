package export

import (
	"io"
	"strings"

	"tenantry/core/exchange"
)

// Stream writes rows as they come, for output that somebody else reads on while the run goes on. It is for
// one goroutine.
type Stream struct {
	out     rowWriter
	names   []string
	places  map[string]int // lower-case name to place
	cells   []exchange.Value
	started bool
	fixed   bool
	loose   bool // the format names the cells of each row, so later rows may bring more
	err     error
}

// NewStream starts writing in a format that Streams. With columns, only these are written, in this order;
// without, csv takes the columns of the first Write, and a later row with another one is refused with
// CodeNewColumn, because a heading that has gone out cannot be changed: write a View instead when rows may
// differ. json and jsonl name each cell, so there rows may differ freely.
//
// The error is a CodeUnknownFormat when the format cannot be written row by row.
func NewStream(f Format, w io.Writer, o Options, columns ...string) (*Stream, error) {
	if f.stream == nil {
		return nil, &exchange.Problem{Code: CodeUnknownFormat, Doing: "write rows as they come",
			Args: map[string]string{"format": f.Name, "known": "csv, json, jsonl"}}
	}
	s := &Stream{out: f.stream(w, o), places: map[string]int{}, fixed: len(columns) > 0}
	_, named := s.out.(*jsonWriter)
	s.loose = named && !s.fixed
	for _, c := range columns {
		s.column(c)
	}
	return s, nil
}

func (s *Stream) column(name string) {
	low := strings.ToLower(name)
	if _, ok := s.places[low]; !ok {
		s.places[low] = len(s.names)
		s.names = append(s.names, name)
	}
}

// Write writes rows. After an error nothing more is written, and the same error comes back.
func (s *Stream) Write(rows ...exchange.Record) error {
	if s.err == nil && len(rows) > 0 {
		s.err = s.write(rows)
	}
	return s.err
}

func (s *Stream) write(rows []exchange.Record) error {
	if s.loose {
		return s.writeLoose(rows)
	}
	if !s.started {
		if !s.fixed {
			for _, r := range rows {
				for _, f := range r.Fields {
					s.column(f.Name)
				}
			}
		}
		if err := s.start(); err != nil {
			return err
		}
	}
	for _, r := range rows {
		clear(s.cells)
		for _, f := range r.Fields {
			at, ok := s.places[strings.ToLower(f.Name)]
			switch {
			case ok:
				s.cells[at] = f.Value
			case !s.fixed:
				return &exchange.Problem{Code: CodeNewColumn, Doing: "write rows as they come",
					Args: map[string]string{"column": f.Name}}
			}
		}
		if err := s.out.row(s.cells); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stream) writeLoose(rows []exchange.Record) error {
	if !s.started {
		s.started = true
		if err := s.out.begin(nil); err != nil {
			return err
		}
	}
	j := s.out.(*jsonWriter)
	for _, r := range rows {
		if err := j.record(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stream) start() error {
	s.started = true
	s.cells = newCells(len(s.names))
	return s.out.begin(s.names)
}

// Close writes what the format needs at its end, also when there were no rows. It does not close the
// io.Writer.
func (s *Stream) Close() error {
	if s.err != nil {
		return s.err
	}
	if !s.started {
		if s.err = s.start(); s.err != nil {
			return s.err
		}
	}
	s.err = s.out.end()
	return s.err
}
