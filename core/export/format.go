// Package export writes tables to files and pipes and reads them back: CSV, JSON, JSON lines, Excel workbooks,
// Parquet, text for a terminal, a page for a browser (only written), and the files of PowerShell's Export-Clixml.
package export

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/results"
)

// The codes of this package.
const (
	// CodeUnknownFormat: no format has this name or ending. Args: format, known (names, joined by ", ").
	CodeUnknownFormat exchange.Code = "export.unknown-format"

	// CodeNotWritten: a file could not be written; nothing of it was left. Args: file.
	CodeNotWritten exchange.Code = "export.not-written"

	// CodeInUse: a file is open in another program that lets nobody replace it, as on Windows; it is as it was.
	// Args: file.
	CodeInUse exchange.Code = "export.in-use"

	// CodeNewColumn: rows that are written as they come brought a column after the heading had gone out.
	// Args: column.
	CodeNewColumn exchange.Code = "export.new-column"

	// CodeTooManyColumns: a sheet of a workbook takes fewer columns. Args: columns, limit.
	CodeTooManyColumns exchange.Code = "export.too-many-columns"

	// CodeCellTooLong: a cell of a workbook takes less text. Args: column, row, limit (characters).
	CodeCellTooLong exchange.Code = "export.cell-too-long"

	// CodeNotRead: a file could not be opened or read. Args: file.
	CodeNotRead exchange.Code = "open.not-read"

	// CodeFolder: a folder was named where a file is opened. Args: file.
	CodeFolder exchange.Code = "open.folder"

	// CodeNotATable: the file's content is not of its format. Args: file, line (may be empty), why (a word:
	// csv, json, clixml, xlsx, parquet, text).
	CodeNotATable exchange.Code = "open.not-a-table"

	// CodeTooLarge: a bound on what is read was passed. Args: file, limit, of (rows, columns, cell, bytes).
	CodeTooLarge exchange.Code = "open.too-large"

	// CodeRaggedRow is a warning: a row had more or fewer cells than there are headings; nothing was lost.
	// Args: file, line, cells, columns, count (how many rows of the file are so).
	CodeRaggedRow exchange.Code = "open.ragged-row"

	// CodeQuoteNotEnded is a warning: a cell starts with a quotation mark that nothing ends, so all that follows is in
	// it. Args: file, line.
	CodeQuoteNotEnded exchange.Code = "open.quote-not-ended"
)

// Options are for writing. The zero Options are good.
type Options struct {
	// Width is how many columns of characters a line of the table format may take; 0 means any.
	Width int

	// Comma is what parts the cells of the csv format: ',' when zero.
	Comma rune

	// BOM puts a byte-order mark before csv, without which Excel on Windows does not see that a file it opens
	// by a double click is UTF-8.
	BOM bool

	// CustomerSheets gives each customer a sheet of the xlsx format.
	CustomerSheets bool

	// Cover is put before the rows of the xlsx and html formats; nil for none.
	Cover *Cover

	// Chart is a picture of the rows: the html format has it above them, with its figures behind it, and the
	// xlsx format on a sheet of its own, as a chart of Excel. nil for none. A Spec that does not suit the rows
	// is an error of charts.Make; the zero Spec takes what charts.Usual finds, and no picture where that finds
	// none.
	Chart *charts.Chart

	// Language is that of the reader, as in "nl": the html format sorts and is read out by it.
	Language string

	// Mark tints cells of the xlsx format, by their row and column in the view; nil tints none. A cell says in words
	// too what its tint means.
	Mark func(row, col int) Mark

	// Progress hears now and then how many rows are written. An error of it ends the writing and is what the
	// writer returns; nil is told nothing.
	Progress func(rows int) error
}

// told tells Progress of a row, once every so many rows.
func (o Options) told(row int) error {
	const every = 2048
	if o.Progress == nil || row%every != 0 {
		return nil
	}
	return o.Progress(row)
}

// Mark is what the tint of a cell means.
type Mark uint8

// The marks, of a comparison.
const (
	NoMark Mark = iota
	Added
	Removed
	Changed
)

// Format is one way to write a View.
type Format struct {
	Name      string // as --format takes it
	Extension string // of files, with its dot

	write func(io.Writer, results.View, Options) error
	// stream is nil for a format that must see all rows first.
	stream func(io.Writer, Options) rowWriter
}

// Write writes all of v. Errors are those of w.
func (f Format) Write(w io.Writer, v results.View, o Options) error { return f.write(w, v, o) }

// Binary tells whether what is written is no text that a terminal shows.
func (f Format) Binary() bool { return f.Name == "xlsx" || f.Name == "parquet" }

// Covers tells whether the format has a place for Options.Cover.
func (f Format) Covers() bool { return f.Name == "xlsx" || f.Name == "html" }

// Charts tells whether the format has a place for Options.Chart.
func (f Format) Charts() bool { return f.Covers() }

// Streams tells whether the format can be written row by row; see NewStream.
func (f Format) Streams() bool { return f.stream != nil }

var formats = []Format{
	{Name: "table", Extension: ".txt", write: writeTable},
	{Name: "csv", Extension: ".csv", write: writeRows(newCSV), stream: newCSV},
	{Name: "json", Extension: ".json", write: writeRows(newJSON), stream: newJSON},
	{Name: "jsonl", Extension: ".jsonl", write: writeRows(newLines), stream: newLines},
	{Name: "xlsx", Extension: ".xlsx", write: writeXLSX},
	{Name: "html", Extension: ".html", write: writeHTML},
	{Name: "parquet", Extension: ".parquet", write: writeParquet},
}

// Formats are all formats.
func Formats() []Format { return slices.Clone(formats) }

// ByName finds a format by its name, or by its ending with or without the dot. The error is a
// CodeUnknownFormat.
func ByName(name string) (Format, error) {
	low := strings.ToLower(name)
	var names []string
	for _, f := range formats {
		if f.Name == low || strings.TrimPrefix(f.Extension, ".") == strings.TrimPrefix(low, ".") {
			return f, nil
		}
		names = append(names, f.Name)
	}
	switch low {
	case "ndjson":
		return ByName("jsonl")
	case "htm", ".htm":
		return ByName("html")
	}
	return Format{}, &exchange.Problem{Code: CodeUnknownFormat, Doing: "choose a format",
		Args: map[string]string{"format": name, "known": strings.Join(names, ", ")}}
}

// ByFile finds the format for a file name by its ending. The error is a CodeUnknownFormat.
func ByFile(name string) (Format, error) { return ByName(filepath.Ext(name)) }

// rowWriter writes rows one by one. Columns are given once, before the first row.
type rowWriter interface {
	begin(names []string) error
	row(values []exchange.Value) error
	end() error
}

func writeRows(make func(io.Writer, Options) rowWriter) func(io.Writer, results.View, Options) error {
	return func(w io.Writer, v results.View, o Options) error {
		out := make(w, o)
		cols := v.Columns()
		names := columnNames(cols)
		if err := out.begin(names); err != nil {
			return err
		}
		cells := newCells(len(names))
		for r := range v.Len() {
			if err := o.told(r); err != nil {
				return err
			}
			for c := range cells {
				cells[c] = v.Cell(r, c)
			}
			if err := out.row(cells); err != nil {
				return err
			}
		}
		return out.end()
	}
}

func newCells(n int) []exchange.Value { return make([]exchange.Value, n) }

func columnNames(cols []results.Column) []string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.Name
	}
	return names
}
