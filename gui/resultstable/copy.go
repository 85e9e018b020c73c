package resultstable

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// mostCopied bounds what goes to the clipboard, in cells: other programs stop answering far below a
// hundred million characters.
const mostCopied = 2_000_000

// Copy makes text of the selected rows for a spreadsheet, tabs between cells, and hands it to put, both away from the
// screen and back on it. With headers the first line is the titles. What does not fit a clipboard is refused with
// words in the status line.
//
// A number stays a number where the person's language writes 1,5 or 1.5; a size is its bytes, a time is a date to Excel,
// and text that would be taken for a formula is defused.
func (f *Flow) Copy(headers bool, put func(text string)) { f.copy(headers, true, put) }

// CopyShown is Copy for people, as in a letter: the words that show, and the titles above them.
func (f *Flow) CopyShown(put func(text string)) { f.copy(true, false, put) }

func (f *Flow) copy(headers, sheet bool, put func(text string)) {
	m := &f.model
	columns := m.Shown()
	n := m.Selected()
	if n == 0 || len(columns) == 0 {
		return
	}
	if n > mostCopied/len(columns) {
		f.Say(f.o.Words.Text("table.too-many-to-copy"))
		return
	}
	view, selection, w := m.View, slices.Clone(m.Selection), f.o.Words
	f.o.Loop.Go(f.ctx, func(ctx context.Context) {
		text := copyText(ctx, view, selection, columns, headers, sheet, w)
		f.o.Loop.Post(func() {
			if ctx.Err() != nil {
				return
			}
			put(text)
			f.Say(w.Count("table.copied", n))
		})
	})
}

func copyText(ctx context.Context, view results.View, selection []Span, columns []string, headers, sheet bool, w *wording.Words) string {
	var b strings.Builder
	whole, show := quoted, func(v exchange.Value) string { return pasted(w, v) }
	if !sheet {
		whole, show = strings.NewReplacer("\t", " ", "\r\n", " ", "\n", " ", "\r", " ").Replace, w.Value
	}
	line := func(cell func(i int) string) {
		for i := range columns {
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(whole(cell(i)))
		}
		b.WriteByte('\n')
	}
	source, places := view.Columns(), make([]int, len(columns))
	for i, name := range columns {
		places[i], _ = find(source, name)
	}
	if headers {
		line(func(i int) string {
			title := Heading(w, source[places[i]])
			if sheet && source[places[i]].Type == exchange.Size {
				title = w.Text("file.in-bytes", "column", title)
			}
			return title
		})
	}
	for _, s := range selection {
		for row := s.First; row < s.End && ctx.Err() == nil; row++ {
			line(func(i int) string { return show(view.Cell(row, places[i])) })
		}
	}
	return b.String()
}

// quoted is a cell as Excel reads it from the clipboard: one with a tab, a line break or a quote in front stands in
// quotes, and only then quotes inside it are doubled.
func quoted(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if !strings.ContainsAny(text, "\t\n") && !strings.HasPrefix(text, `"`) {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

// pasted is a value as a spreadsheet takes it from the clipboard.
func pasted(w *wording.Words, v exchange.Value) string {
	switch v.Kind() {
	case exchange.Integer:
		return fmt.Sprint(v.Int())
	case exchange.Size:
		if !v.IsUnlimited() {
			return fmt.Sprint(v.Int())
		}
	case exchange.Decimal:
		if text := v.Text(); strings.Trim(text, "-0123456789.") == "" {
			return strings.Replace(text, ".", strings.Trim(w.Decimal(0.5, 1), "05"), 1)
		}
	case exchange.Time:
		t, zone := v.Instant()
		if zone {
			t = t.Local()
		}
		if !zone && t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
			return t.Format(time.DateOnly)
		}
		return t.Format(time.DateTime)
	case exchange.Duration:
		const second, mostHours = int64(10_000_000), 9999 // what Excel takes for a span
		if s := v.Int() / second; s >= 0 && s/3600 <= mostHours {
			return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
		}
	}
	return export.Defuse(w.Value(v))
}
