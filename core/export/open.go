package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tenantry/core/clixml"
	"tenantry/core/exchange"
	"tenantry/core/exchange/objects"
	"tenantry/core/results"
)

// largest is how big a file Open reads.
const largest = 8 << 30

// Opened is a table read from disk.
type Opened struct {
	Table    *results.Table
	Format   string              // "csv", "json", "xlsx", "parquet" or "clixml"
	Warnings []*exchange.Problem // CodeRaggedRow, CodeQuoteNotEnded: what was odd, though nothing was lost
}

// Open reads a table from a file: CSV, JSON lines or a JSON array, a workbook (xlsx), Parquet, or what PowerShell's
// Export-Clixml wrote.
// What it is shows in its content; the ending decides only where the content does not. Errors are *exchange.Problem
// with a code of this package, or ctx's own.
func Open(ctx context.Context, path string) (*Opened, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, notRead(path, err)
	case info.IsDir():
		return nil, &exchange.Problem{Code: CodeFolder, Doing: "read a file", Args: map[string]string{"file": path}}
	}
	if info.Size() > largest {
		return nil, tooLarge(path, "bytes", largest)
	}
	if info.Size() >= onceFrom {
		if o, ok, err := openOnce(ctx, path, info.Size()); ok {
			return o, err
		}
	}
	text, err := readFile(ctx, path, info.Size())
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, notRead(path, err)
	}
	return read(ctx, path, text)
}

// readFile reads a file as a string, without the copy that making one of bytes takes.
func readFile(ctx context.Context, path string, size int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read from
	var b strings.Builder
	b.Grow(int(size))
	n, err := io.Copy(&b, io.LimitReader(untilDone{ctx, f}, largest+1))
	if err == nil && n > largest {
		err = errors.New("grows while it is read")
	}
	return b.String(), err
}

// untilDone reads until ctx ends: a file may be far away.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// Read is Open for content that is in memory already; name is the file's name for its ending and for
// messages. Nothing of data is kept.
func Read(ctx context.Context, name string, data []byte) (*Opened, error) {
	return read(ctx, name, string(data))
}

func newOpened(name string) *Opened {
	return &Opened{Table: results.NewTable(results.RunInfo{ID: name, Title: filepath.Base(name), Started: time.Now()})}
}

func read(ctx context.Context, name, data string) (*Opened, error) {
	o := newOpened(name)
	var binary func(context.Context, string, string) error
	switch {
	case isZip(data):
		o.Format, binary = "xlsx", o.readXLSX
	case isParquet(data):
		o.Format, binary = "parquet", o.readParquet
	}
	if binary != nil {
		if err := binary(ctx, name, data); err != nil {
			return nil, err
		}
		o.Table.Finish(time.Now())
		return o, nil
	}
	text, err := decodeText(data)
	if err != nil {
		return nil, notATable(name, 0, "text", err)
	}
	switch o.Format = formatOf(name, text); o.Format {
	case "clixml":
		err = o.readClixml(ctx, name, text)
	case "json":
		err = o.readJSON(ctx, name, text)
	default:
		err = o.readCSV(ctx, name, text)
	}
	if err != nil {
		return nil, err
	}
	o.Table.Finish(time.Now())
	return o, nil
}

// formatOf tells the format of a file that starts with this text.
func formatOf(name, text string) string {
	body := strings.TrimLeft(text, " \t\r\n")
	ending := strings.ToLower(filepath.Ext(name))
	switch {
	case strings.HasPrefix(body, "#< CLIXML"), strings.HasPrefix(body, "<") && ending != ".csv":
		return "clixml"
	case ending == ".json", ending == ".jsonl", ending == ".ndjson",
		ending != ".csv" && (strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[")):
		return "json"
	}
	return "csv"
}

func notRead(name string, cause error) error {
	return &exchange.Problem{Code: CodeNotRead, Doing: "read a file", Cause: cause, Args: map[string]string{"file": name}}
}

func notATable(name string, line int, why string, cause error) error {
	p := &exchange.Problem{Code: CodeNotATable, Doing: "read a table", Cause: cause,
		Args: map[string]string{"file": name, "why": why, "line": ""}}
	if line > 0 {
		p.Args["line"] = fmt.Sprint(line)
	}
	return p
}

func tooLarge(name, of string, limit int64) error {
	return &exchange.Problem{Code: CodeTooLarge, Doing: "read a table",
		Args: map[string]string{"file": name, "of": of, "limit": fmt.Sprint(limit)}}
}

// decodeText makes UTF-8 of a file: UTF-16 with a byte-order mark or recognisable without, UTF-8 with or
// without, and otherwise Windows-1252, which every byte is good for.
func decodeText(data string) (string, error) {
	if rest, ok := strings.CutPrefix(data, "\xef\xbb\xbf"); ok {
		data = rest
	} else if rest, ok := strings.CutPrefix(data, "\xff\xfe"); ok {
		return fromUTF16(rest, 0), nil
	} else if rest, ok := strings.CutPrefix(data, "\xfe\xff"); ok {
		return fromUTF16(rest, 1), nil
	} else if len(data) >= 4 && data[0] != 0 && data[1] == 0 && data[2] != 0 && data[3] == 0 {
		return fromUTF16(data, 0), nil
	} else if len(data) >= 4 && data[0] == 0 && data[1] != 0 && data[2] == 0 && data[3] != 0 {
		return fromUTF16(data, 1), nil
	}
	if utf8.ValidString(data) {
		return data, nil
	}
	return charmap.Windows1252.NewDecoder().String(data)
}

// fromUTF16 reads UTF-16; low is where in a pair of bytes the lower one stands, 0 or 1.
func fromUTF16(data string, low int) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i+low]) | uint16(data[2*i+1-low])<<8
	}
	return string(utf16.Decode(units))
}

func (o *Opened) readClixml(ctx context.Context, name, text string) error {
	batch := make([]exchange.Record, 0, 256)
	for v, err := range clixml.NewDecoder(clixml.Limits{}).All([]byte(text)) {
		if err != nil {
			return notATable(name, 0, "clixml", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		batch = append(batch, objects.Record(v))
		if len(batch) == cap(batch) {
			if err := o.Table.Append("", batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return o.Table.Append("", batch)
}
