package export

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"tenantry/core/exchange"
)

var (
	errUnpacked = errors.New("the workbook unpacks to more than is read")
	errNoPart   = errors.New("a part of the workbook is missing")
)

// book is a workbook that is being read. Its parts are XML files in a zip.
type book struct {
	ctx      context.Context
	parts    map[string]*zip.File // by lower-case name
	left     int64                // bytes that may still be unpacked
	sheets   []string             // names of parts, in the workbook's order
	formats  []numberFormat       // of each style
	texts    []string             // shared by the cells
	from1904 bool
}

// sheetCell is a cell with something in it.
type sheetCell struct {
	col   int // from 0
	value exchange.Value
	known bool // its format says what it is
}

type sheetCount struct {
	rows   int
	filter bool
}

// open unpacks a part as it is read. Whoever reads past the bound gets errUnpacked.
func (b *book) open(name string) (io.ReadCloser, error) {
	part := b.parts[strings.ToLower(strings.TrimPrefix(name, "/"))]
	if part == nil {
		return nil, errNoPart
	}
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	return &unpacking{ReadCloser: r, book: b}, nil
}

type unpacking struct {
	io.ReadCloser
	book *book
}

func (u *unpacking) Read(p []byte) (int, error) {
	if err := u.book.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := u.ReadCloser.Read(p)
	if u.book.left -= int64(n); u.book.left < 0 {
		return n, errUnpacked
	}
	return n, err
}

// decode reads a small part.
func (b *book) decode(name string, into any) error {
	r, err := b.open(name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	return xml.NewDecoder(bufio.NewReaderSize(r, 64<<10)).Decode(into)
}

type relations struct {
	Relationship []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

// partAt is the name of a part that another one points to.
func partAt(from, target string) string {
	if strings.HasPrefix(target, "/") {
		return path.Clean(target[1:])
	}
	return path.Join(path.Dir(from), target)
}

func openBook(ctx context.Context, z *zip.Reader, most int64) (*book, error) {
	b := &book{ctx: ctx, parts: map[string]*zip.File{}, left: most}
	for _, f := range z.File {
		b.parts[strings.ToLower(f.Name)] = f
	}
	var top, near relations
	if err := b.decode("_rels/.rels", &top); err != nil {
		return nil, err
	}
	main := ""
	for _, r := range top.Relationship {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			main = partAt("", r.Target)
		}
	}
	var workbook struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			ID string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			// Strict workbooks have another namespace.
			Strict string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := b.decode(main, &workbook); err != nil {
		return nil, err
	}
	if err := b.decode(path.Join(path.Dir(main), "_rels", path.Base(main)+".rels"), &near); err != nil {
		return nil, err
	}
	b.from1904 = workbook.Properties.Date1904 == "1" || workbook.Properties.Date1904 == "true"
	sheets := map[string]string{}
	for _, r := range near.Relationship {
		at := partAt(main, r.Target)
		var err error
		switch {
		case strings.HasSuffix(r.Type, "/worksheet"):
			sheets[r.ID] = at
		case strings.HasSuffix(r.Type, "/styles"):
			err = b.readStyles(at)
		case strings.HasSuffix(r.Type, "/sharedStrings"):
			err = b.readTexts(at)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, s := range workbook.Sheets {
		if at := sheets[s.ID+s.Strict]; at != "" {
			b.sheets = append(b.sheets, at)
		}
	}
	return b, nil
}

func (b *book) readStyles(part string) error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.decode(part, &styles); err != nil {
		return err
	}
	own := map[int]string{}
	for _, f := range styles.Formats {
		own[f.ID] = f.Code
	}
	for _, c := range styles.Cells {
		code, ok := own[c.Format]
		if !ok {
			code = builtinFormats[c.Format]
		}
		b.formats = append(b.formats, readFormat(code))
	}
	return nil
}

// readTexts reads the texts that cells point to.
func (b *book) readTexts(part string) error {
	r, err := b.open(part)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	x := newSheetXML(r)
	var text []byte
	in, aside := false, false
	for {
		if err := x.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if in {
			text = append(text, x.text...)
		}
		switch string(x.name) {
		case "si":
			if x.start {
				text = text[:0]
			}
			if x.end {
				b.texts = append(b.texts, unescapeCell(string(text)))
			}
		case "rPh":
			aside = x.start && !x.end
		case "t":
			in = x.start && !x.end && !aside
		}
	}
}

// count tells how many rows a sheet has, and whether they have a filter.
func (b *book) count(part string) (sheetCount, error) {
	r, err := b.open(part)
	if err != nil {
		return sheetCount{}, err
	}
	defer func() { _ = r.Close() }() // only read from
	var n sheetCount
	const overlap = 16
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		got, err := r.Read(buf[kept:])
		end := kept + got
		// What the next piece may begin with is counted there.
		whole := end
		if err == nil {
			whole = max(end-overlap, 0)
		}
		piece := buf[:min(whole+len("row"), end)]
		for _, tag := range []string{"<row", ":row"} {
			n.rows += bytes.Count(piece, []byte(tag))
		}
		n.filter = n.filter || bytes.Contains(buf[:end], []byte("autoFilter")) || bytes.Contains(buf[:end], []byte("tablePart "))
		kept = copy(buf, buf[whole:end])
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// rows calls use for each row of a sheet that has a cell with something in it, until use says no. The cells
// are good until use returns.
func (b *book) rows(part string, use func([]sheetCell) (more bool, err error)) error {
	r, err := b.open(part)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	x := newSheetXML(r)
	var cells []sheetCell
	var text []byte
	var at cellPlace
	in, aside, written := false, false, false
	for {
		if err := x.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if in {
			text = append(text, x.text...)
		}
		switch string(x.name) {
		case "row":
			if x.start {
				cells, at.col = cells[:0], -1
			}
			if !x.end || len(cells) == 0 {
				continue
			}
			if more, err := use(cells); err != nil || !more {
				return err
			}
			cells = cells[:0]
		case "c":
			if x.start {
				if err := at.take(x); err != nil {
					return err
				}
				text, written = text[:0], false
			}
			if !x.end || !written || at.col < 0 { // empty, or no cell began
				continue
			}
			if c := b.cell(at, string(text)); !c.value.IsNone() {
				cells = append(cells, c)
			}
			written = false
		case "rPh":
			aside = x.start && !x.end
		case "v", "t":
			in = x.start && !x.end && !aside
			written = written || x.start
		case "sheetData":
			if x.end {
				return nil
			}
		}
	}
}

// cellPlace is what a cell's element says of it.
type cellPlace struct {
	col   int
	style int
	kind  string
}

func (p *cellPlace) take(x *sheetXML) error {
	col := p.col + 1
	p.style, p.kind = 0, ""
	err := x.eachAttribute(func(name, value []byte) {
		switch string(name) {
		case "r":
			col = 0
			for _, c := range value {
				if c = lowerByte(c); c < 'a' || c > 'z' || col > mostColumns {
					break
				}
				col = col*26 + int(c-'a') + 1
			}
			col--
		case "s":
			p.style, _ = strconv.Atoi(string(value))
		case "t":
			p.kind = kindOfCell(value)
		}
	})
	if err != nil {
		return err
	}
	if col >= mostColumns {
		return &exchange.Problem{Code: CodeTooLarge, Doing: "read a table",
			Args: map[string]string{"of": "columns", "limit": strconv.Itoa(mostColumns)}}
	}
	// Cells come in the order of their columns; a place that goes back is not one.
	p.col = max(col, p.col+1)
	return nil
}

// kindOfCell is a cell's kind, without a copy for those there are.
func kindOfCell(value []byte) string {
	for _, kind := range []string{"s", "n", "b", "str", "inlineStr", "d", "e"} {
		if string(value) == kind {
			return kind
		}
	}
	return string(value)
}

// cell makes a value of what stands in a cell.
func (b *book) cell(at cellPlace, text string) sheetCell {
	var f numberFormat
	if at.style >= 0 && at.style < len(b.formats) {
		f = b.formats[at.style]
	}
	c := sheetCell{col: at.col, known: f.kind != exchange.None}
	switch at.kind {
	case "b":
		c.value, c.known = exchange.NewFlag(text == "1" || text == "true"), true
	case "s":
		if i, err := strconv.Atoi(text); err == nil && i >= 0 && i < len(b.texts) {
			c.value = f.text(b.texts[i])
		}
	case "inlineStr", "str":
		c.value = f.text(unescapeCell(text))
	case "d":
		v, ok := readTime(text)
		if !ok {
			v = exchange.NewText(text)
		}
		c.value = v
	case "e":
		c.value = exchange.NewText(text)
	default:
		v, ok := f.number(text, b.from1904)
		if !ok {
			v = exchange.NewText(text)
		}
		c.value = v
	}
	if c.value.IsNone() {
		c.value = exchange.Value{}
	}
	return c
}

// unescapeCell reads the characters that workbooks write as _x001F_, because XML cannot hold them.
func unescapeCell(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 {
			break
		}
		b.WriteString(s[:at])
		s = s[at:]
		hex := escapeAt(s)
		if hex == "" {
			b.WriteString("_x")
			s = s[2:]
			continue
		}
		n, _ := strconv.ParseUint(hex, 16, 16)
		s = s[len("_x0000_"):]
		if r := rune(n); utf8.ValidRune(r) {
			b.WriteRune(r)
		} else {
			b.WriteRune(utf8.RuneError)
		}
	}
	b.WriteString(s)
	return b.String()
}

// escapeAt is the hexadecimal number of an escape that s starts with, or empty.
func escapeAt(s string) string {
	if len(s) < 7 || s[:2] != "_x" || s[6] != '_' || strings.Trim(s[2:6], "0123456789abcdefABCDEF") != "" {
		return ""
	}
	return s[2:6]
}
