package main_test

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"
)

// question is a condition and which rows it keeps.
type question struct {
	file, where string
	keeps       func(*mailbox) bool
}

// compared are the six comparisons of a column with a value, where order says how a row's cell compares and is not
// asked of empty ones.
func compared(file, column, value string, there func(*mailbox) bool, order func(*mailbox) int) (list []question) {
	for op, holds := range map[string]func(int) bool{
		"=": func(c int) bool { return c == 0 }, "<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
		">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
	} {
		list = append(list, question{file, column + " " + op + " " + value, func(m *mailbox) bool { return there(m) && holds(order(m)) }})
	}
	return append(list, question{file, column + " != " + value, func(m *mailbox) bool { return !there(m) || order(m) != 0 }})
}

// told are the three conditions on what a cell shows.
func told(file, column, part, front string, there func(*mailbox) bool, texts func(*mailbox) []string) []question {
	low := strings.ToLower
	has := func(m *mailbox) bool {
		return there(m) && slices.ContainsFunc(texts(m), func(s string) bool { return strings.Contains(low(s), low(part)) })
	}
	return []question{
		{file, column + " ~ " + part, has},
		{file, column + " !~ " + part, func(m *mailbox) bool { return !has(m) }},
		{file, column + " ^ " + front, func(m *mailbox) bool {
			return there(m) && slices.ContainsFunc(texts(m), func(s string) bool { return strings.HasPrefix(low(s), low(front)) })
		}},
	}
}

func emptiness(file, column string, there func(*mailbox) bool) []question {
	return []question{
		{file, column + " empty", func(m *mailbox) bool { return !there(m) }},
		{file, column + " !empty", there},
		{file, column + ` = ""`, func(m *mailbox) bool { return !there(m) }},
		{file, column + ` != ""`, there},
	}
}

func one(text func(*mailbox) string) func(*mailbox) []string {
	return func(m *mailbox) []string { return []string{text(m)} }
}

// Every operator on every type of column, over twenty thousand rows; which rows it must keep is worked out from Go's own
// values.
func TestEveryOperatorOnEveryType(t *testing.T) {
	t.Parallel()
	who := withBigTables(t)
	named := func(m *mailbox) bool { return m.name >= 0 }
	counted := func(m *mailbox) bool { return m.items != nil }
	priced := func(m *mailbox) bool { return m.price != nil }
	sized := func(m *mailbox) bool { return m.size != nil }
	kept := func(m *mailbox) bool { return m.keep != nil }
	seen := func(m *mailbox) bool { return m.seen != nil }
	held := func(m *mailbox) bool { return m.hold != nil }
	colored := func(m *mailbox) bool { return len(m.colors) > 0 }
	size := func(limit int64) func(*mailbox) int {
		above := func(n int64) int64 {
			if n == noLimit {
				return 1 << 62
			}
			return n
		}
		return func(m *mailbox) int { return cmp.Compare(above(*m.size), above(limit)) }
	}
	age := func(days int) func(*mailbox) int {
		return func(m *mailbox) int { return cmp.Compare(bigNow.Sub(*m.seen), time.Duration(days)*24*time.Hour) }
	}
	within := func(from, to time.Time) func(*mailbox) int {
		return func(m *mailbox) int {
			switch {
			case m.seen.Before(from):
				return -1
			case !m.seen.Before(to):
				return 1
			}
			return 0
		}
	}
	day := bigNow.AddDate(0, 0, -100).Truncate(24 * time.Hour)
	month := time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, time.UTC)
	exact := *mailboxes()[slices.IndexFunc(mailboxes(), func(m mailbox) bool { return m.seen != nil })].seen

	all := slices.Concat(
		compared("big.csv", "Name", "chen", named, func(m *mailbox) int { return cmp.Compare(m.name, slices.Index(firstNames, "Chen")) }),
		compared("big.csv", "Name", "ÉMILE", named, func(m *mailbox) int { return cmp.Compare(m.name, slices.Index(firstNames, "Émile")) }),
		told("big.csv", "Name", "AN", "é", named, one((*mailbox).nameText)),
		emptiness("big.csv", "Name", named),

		compared("big.csv", "Items", "1,000", counted, func(m *mailbox) int { return cmp.Compare(*m.items, 1000) }),
		compared("big.csv", "Items", "-3.5", counted, func(m *mailbox) int { return cmp.Compare(float64(*m.items), -3.5) }),
		told("big.csv", "Items", "99", "-4", counted, one(func(m *mailbox) string { return fmt.Sprint(*m.items) })),
		emptiness("big.csv", "Items", counted),

		compared("big.csv", "Price", "12.5", priced, func(m *mailbox) int { return cmp.Compare(*m.price, 12.5) }),
		compared("big.csv", "Price", "40", priced, func(m *mailbox) int { return cmp.Compare(*m.price, 40) }),
		told("big.csv", "Price", ".37", "-0.", priced, one((*mailbox).priceText)),
		emptiness("big.csv", "Price", priced),

		compared("big.csv", "Size", "45GB", sized, size(45*gb)),
		compared("big.csv", "Size", "0.03125 TB", sized, size(32*gb)),
		compared("big.csv", "Size", "53687091200", sized, size(50*gb)),
		compared("big.csv", "Size", "Unlimited", sized, size(noLimit)),
		told("big.csv", "Size", "1,073,741,824", "5", sized, one((*mailbox).sizeText)),
		told("big.csv", "Size", "limit", "Unl", sized, one((*mailbox).sizeText)),
		emptiness("big.csv", "Size", sized),

		compared("big.csv", "Keep", "14d", kept, func(m *mailbox) int { return cmp.Compare(*m.keep, 14*24*time.Hour) }),
		compared("big.csv", "Keep", "36h", kept, func(m *mailbox) int { return cmp.Compare(*m.keep, 36*time.Hour) }),
		compared("big.csv", "Keep", "30.12:00:00", kept, func(m *mailbox) int { return cmp.Compare(*m.keep, 732*time.Hour) }),
		told("big.csv", "Keep", "7.12:", "12:", kept, one((*mailbox).keepText)),
		emptiness("big.csv", "Keep", kept),

		compared("big.csv", "Seen", "90d", seen, age(90)),
		compared("big.csv", "Seen", "1y", seen, age(365)),
		compared("big.csv", "Seen", day.Format(time.DateOnly), seen, within(day, day.AddDate(0, 0, 1))),
		compared("big.csv", "Seen", month.Format("2006-01"), seen, within(month, month.AddDate(0, 1, 0))),
		compared("big.csv", "Seen", exact.Format(time.RFC3339), seen, within(exact, exact.Add(time.Second))),
		told("big.csv", "Seen", "T10:", month.Format("2006-01"), seen, one(func(m *mailbox) string { return m.seen.Format(time.RFC3339) })),
		emptiness("big.csv", "Seen", seen),

		compared("big.csv", "Hold", "yes", held, func(m *mailbox) int { return map[bool]int{true: 0, false: -1}[*m.hold] }),
		compared("big.csv", "Hold", "false", held, func(m *mailbox) int { return map[bool]int{true: 1, false: 0}[*m.hold] }),
		told("big.csv", "Hold", "ru", "f", held, one(func(m *mailbox) string { return fmt.Sprint(*m.hold) })),
		emptiness("big.csv", "Hold", held),

		// A list is one of its members when it is asked for one, and orders as it shows.
		[]question{
			{"big.jsonl", "Colors = BLUE", func(m *mailbox) bool { return slices.Contains(m.colors, "blue") }},
			{"big.jsonl", "Colors != BLUE", func(m *mailbox) bool { return !slices.Contains(m.colors, "blue") }},
			{"big.jsonl", "Colors < green", func(m *mailbox) bool { return colored(m) && strings.Contains("Amber blue crimson", m.colors[0]) }},
			{"big.jsonl", "Colors >= green", func(m *mailbox) bool { return colored(m) && strings.Contains("Green red violet", m.colors[0]) }},
			{"big.jsonl", "Colors <= green", func(m *mailbox) bool {
				return colored(m) && (strings.Contains("Amber blue crimson", m.colors[0]) || slices.Equal(m.colors, []string{"Green"}))
			}},
			{"big.jsonl", "Colors > green", func(m *mailbox) bool {
				return colored(m) && strings.Contains("Green red violet", m.colors[0]) && !slices.Equal(m.colors, []string{"Green"})
			}},
		},
		told("big.jsonl", "Colors", "re", "v", colored, func(m *mailbox) []string { return m.colors }),
		emptiness("big.jsonl", "Colors", colored),
	)
	// No value lies there, so that none or all are kept.
	none := []string{"> Unlimited", "= -3.5", "= 90d", "= 1y", "Hold > yes", "Hold < false"}
	var group sync.WaitGroup
	lanes := make(chan struct{}, 2)
	for _, q := range all {
		lanes <- struct{}{}
		group.Go(func() {
			defer func() { <-lanes }()
			var want []string
			for i := range mailboxes() {
				if m := &mailboxes()[i]; q.keeps(m) {
					want = append(want, fmt.Sprint(m.row))
				}
			}
			got := lines(who.run(t, "", "open", q.file, "--where", q.where, "--columns", "Row", "--format", "csv").want(t, 0).out)
			if len(got) == 0 || got[0] != "Row" || !slices.Equal(got[1:], want) {
				t.Errorf("%s keeps %d rows, not %d", q.where, len(got)-1, len(want))
			}
			if (len(want) == bigRows || len(want) == 0) && !slices.ContainsFunc(none, func(s string) bool { return strings.Contains(q.where, s) }) {
				t.Errorf("%s keeps %d rows, which tells nothing", q.where, len(want))
			}
		})
	}
	group.Wait()
}

// The other words that shape a table, alone and together.
func TestShapingTwentyThousandRows(t *testing.T) {
	t.Parallel()
	who := withBigTables(t)
	rows := func(args ...string) []string {
		t.Helper()
		return lines(who.run(t, "", append([]string{"open", "big.csv", "--format", "csv"}, args...)...).want(t, 0).out)
	}
	type key func(a, b *mailbox) int
	sorted := func(keep func(*mailbox) bool, keys ...key) (out []string) {
		var list []*mailbox
		for i := range mailboxes() {
			if m := &mailboxes()[i]; keep(m) {
				list = append(list, m)
			}
		}
		slices.SortStableFunc(list, func(a, b *mailbox) int {
			for _, k := range keys {
				if c := k(a, b); c != 0 {
					return c
				}
			}
			return 0
		})
		for _, m := range list {
			out = append(out, fmt.Sprint(m.row))
		}
		return out
	}
	everyone := func(*mailbox) bool { return true }
	// last puts empty cells behind all others, whichever way the rest goes.
	last := func(there func(*mailbox) bool, order key) key {
		return func(a, b *mailbox) int {
			switch x, y := there(a), there(b); {
			case !x || !y:
				return map[bool]int{true: 0, false: 1}[x] - map[bool]int{true: 0, false: 1}[y]
			}
			return order(a, b)
		}
	}
	flip := func(k key) key { return func(a, b *mailbox) int { return k(b, a) } }
	byName := func(k key) key { return last(func(m *mailbox) bool { return m.name >= 0 }, k) }
	names := func(a, b *mailbox) int { return cmp.Compare(a.name, b.name) }
	bySize := func(k key) key { return last(func(m *mailbox) bool { return m.size != nil }, k) }
	sizes := func(a, b *mailbox) int { return cmp.Compare(uint64(*a.size), uint64(*b.size)) } // noLimit is the largest
	byPrice := func(k key) key { return last(func(m *mailbox) bool { return m.price != nil }, k) }
	prices := func(a, b *mailbox) int { return cmp.Compare(*a.price, *b.price) }
	bySeen := func(k key) key { return last(func(m *mailbox) bool { return m.seen != nil }, k) }
	times := func(a, b *mailbox) int { return a.seen.Compare(*b.seen) }
	byKeep := func(k key) key { return last(func(m *mailbox) bool { return m.keep != nil }, k) }
	spans := func(a, b *mailbox) int { return cmp.Compare(*a.keep, *b.keep) }
	for flag, want := range map[string][]string{
		"Name":                     sorted(everyone, byName(names)),
		"Name:desc,Size:desc":      sorted(everyone, byName(flip(names)), bySize(flip(sizes))),
		"Size,Name":                sorted(everyone, bySize(sizes), byName(names)),
		"Price:desc":               sorted(everyone, byPrice(flip(prices))),
		"Seen":                     sorted(everyone, bySeen(times)),
		"Keep,Seen:desc,Row:desc":  sorted(everyone, byKeep(spans), bySeen(flip(times)), func(a, b *mailbox) int { return cmp.Compare(b.row, a.row) }),
		"Name,Keep:desc,Price,Row": sorted(everyone, byName(names), byKeep(flip(spans)), byPrice(prices)),
	} {
		if got := rows("--sort", flag, "--columns", "Row"); !slices.Equal(got[1:], want) {
			t.Errorf("--sort %s goes another way", flag)
		}
	}

	// Found is what stands in a column that is written.
	has := func(m *mailbox, text string) bool { return strings.Contains(strings.ToLower(m.nameText()), text) }
	want := sorted(func(m *mailbox) bool { return has(m, "ë") || strings.Contains(strings.Join(m.colors, "; "), "ë") })
	if got := rows("--find", "Ë", "--columns", "Row,Name,Colors"); len(got)-1 != len(want) || len(want) == 0 {
		t.Errorf("--find finds %d rows, not %d", len(got)-1, len(want))
	}
	want = sorted(func(m *mailbox) bool {
		return has(m, "an") && m.size != nil && *m.size != noLimit && *m.size > 45*gb && m.hold != nil && *m.hold
	}, bySize(flip(sizes)), byName(names))[:7]
	if got := rows("--find", "AN", "--where", "Size > 45GB", "--where", "Size < Unlimited", "--where", "Hold = true", "--sort", "Size:desc,Name", "--limit", "7",
		"--columns", "Row,Name,Size"); len(got) != 8 || !slices.EqualFunc(got[1:], want, func(line, row string) bool { return strings.HasPrefix(line, row+",") }) {
		t.Errorf("all together give %q, not %q", got, want)
	}

	// A group's figures.
	type figures struct {
		count, sum int64
		most       float64
		colors     map[string]bool
	}
	groups := map[string]*figures{}
	for i := range mailboxes() {
		m := &mailboxes()[i]
		g := groups[m.nameText()]
		if g == nil {
			g = &figures{most: -1e9, colors: map[string]bool{}}
			groups[m.nameText()] = g
		}
		g.count++
		if m.items != nil {
			g.sum += *m.items
		}
		if m.price != nil {
			g.most = max(g.most, *m.price)
		}
		if c := strings.Join(m.colors, "; "); c != "" {
			g.colors[c] = true
		}
	}
	cells, err := csv.NewReader(strings.NewReader(who.run(t, "", "open", "big.csv", "--format", "csv", "--group", "Name", "--sum", "Items", "--max", "Price", "--distinct", "Colors").want(t, 0).out)).ReadAll()
	if err != nil || len(cells) != len(groups)+1 || !slices.Equal(cells[0], []string{"Name", "Count", "Sum of Items", "Max of Price", "Distinct Colors"}) {
		t.Fatalf("%v: %d groups, not %d: %q", err, len(cells)-1, len(groups), cells[0])
	}
	for _, c := range cells[1:] {
		g := groups[c[0]]
		if g == nil {
			t.Errorf("there is no group %q", c[0])
			continue
		}
		if want := []string{c[0], fmt.Sprint(g.count), fmt.Sprint(g.sum), strconv.FormatFloat(g.most, 'f', -1, 64), fmt.Sprint(len(g.colors))}; !slices.Equal(c, want) {
			t.Errorf("%q, not %q", c, want)
		}
	}
}

// The same rows in every format, each read by somebody else's reader.
func TestEveryFormatHasTheSameRows(t *testing.T) {
	t.Parallel()
	who := withBigTables(t)
	var want []*mailbox
	for i := range mailboxes() {
		if m := &mailboxes()[i]; m.size != nil && *m.size > 45*gb {
			want = append(want, m)
		}
	}
	slices.SortStableFunc(want, func(a, b *mailbox) int { return cmp.Compare(*b.size, *a.size) })
	want = want[:500]
	ask := func(format string) string {
		return who.run(t, "", "open", "big.jsonl", "--where", "Size > 45GB", "--where", "Size != Unlimited", "--sort", "Size:desc", "--limit", "500",
			"--columns", "Row,Name,Items,Size,Keep,Seen,Hold,Colors", "--format", format).want(t, 0).out
	}
	check := func(format string, n int, cells func(i int) []string, shown func(m *mailbox) []string) {
		t.Helper()
		if n != len(want) {
			t.Errorf("%s has %d rows, not %d", format, n, len(want))
			return
		}
		for i, m := range want {
			if got, want := cells(i), shown(m); !slices.Equal(got, want) {
				t.Errorf("%s, row %d: %q, not %q", format, i, got, want)
				return
			}
		}
	}
	// plain is a row as csv has it, but for what the format shows in another way.
	plain := func(m *mailbox, change ...func([]string)) []string {
		c := m.csv()
		c = append(c[:3:3], c[4:]...)
		c[3] = fmt.Sprint(*m.size)
		for _, f := range change {
			f(c)
		}
		return c
	}

	cells, err := csv.NewReader(strings.NewReader(ask("csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	check("csv", len(cells)-1, func(i int) []string { return cells[i+1] }, func(m *mailbox) []string { return plain(m) })

	// object is a row of JSON, with its types.
	object := func(m *mailbox) map[string]any {
		row := map[string]any{}
		d := json.NewDecoder(strings.NewReader(m.json()))
		d.UseNumber()
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		delete(row, "Price")
		row["Size"] = json.Number(fmt.Sprint(*m.size))
		return row
	}
	for _, format := range []string{"json", "jsonl"} {
		text := ask(format)
		if format == "jsonl" {
			text = "[" + strings.Join(lines(text), ",") + "]"
		}
		var rows []map[string]any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&rows); err != nil {
			t.Fatal(err)
		}
		check(format, len(rows), func(i int) []string { return []string{fmt.Sprint(rows[i])} }, func(m *mailbox) []string { return []string{fmt.Sprint(object(m))} })
	}

	table := lines(ask("table"))
	dashes := strings.Split(table[1], "  ")
	check("table", len(table)-2, func(i int) []string {
		letters, at, out := []rune(table[i+2]), 0, []string(nil)
		for _, d := range dashes {
			end := min(at+len(d), len(letters))
			out = append(out, strings.TrimSpace(string(letters[min(at, end):end])))
			at += len(d) + 2
		}
		return out
	}, func(m *mailbox) []string {
		return plain(m, func(c []string) { c[3] = fmt.Sprintf("%d GB", *m.size/gb) })
	})

	page := ask("html")
	lineOf, cellOf := regexp.MustCompile(`(?s)<tr>(<t[dh][^r].*?|<td.*?)</tr>|<tr>(.*?)</tr>`), regexp.MustCompile(`(?s)<td[^>]*>(.*?)</td>`)
	var onPage [][]string
	for _, line := range lineOf.FindAllString(page[strings.Index(page, "<tbody"):], -1) {
		var row []string
		for _, c := range cellOf.FindAllStringSubmatch(line, -1) {
			row = append(row, html.UnescapeString(c[1]))
		}
		onPage = append(onPage, row)
	}
	check("html", len(onPage), func(i int) []string { return []string{onPage[i][0], onPage[i][1], onPage[i][7]} }, func(m *mailbox) []string {
		c := plain(m)
		return []string{c[0], c[1], c[7]}
	})

	book, err := excelize.OpenReader(strings.NewReader(ask("xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	sheets := book.GetSheetList()
	inBook, err := book.GetRows(sheets[len(sheets)-1], excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	check("xlsx", len(inBook)-1, func(i int) []string {
		row := slices.Concat(inBook[i+1], make([]string, 8))[:8]
		return append(slices.Clone(row[:4]), row[6], row[7])
	}, func(m *mailbox) []string {
		c := plain(m, func(c []string) { c[3] = fmt.Sprint(*m.size / gb) }) // shown as GB, and summed as such
		hold := map[string]string{"True": "1", "False": "0"}[c[6]]
		return append(slices.Clone(c[:4]), hold, c[7])
	})
	if first, err := excelize.ExcelDateToTime(numberOf(t, inBook, 5), false); err != nil || !slices.ContainsFunc(want, func(m *mailbox) bool {
		return m.seen != nil && m.seen.Sub(first).Abs() < time.Second
	}) {
		t.Errorf("a date of the workbook is %v, %v", first, err)
	}

	type row struct {
		Row    int64    `parquet:"Row,optional"`
		Name   *string  `parquet:"Name,optional"`
		Items  *int64   `parquet:"Items,optional"`
		Size   *int64   `parquet:"Size,optional"`
		Keep   *int64   `parquet:"Keep,optional"`
		Seen   *int64   `parquet:"Seen,optional,timestamp(microsecond)"`
		Hold   *bool    `parquet:"Hold,optional"`
		Colors []string `parquet:"Colors,optional,list"`
	}
	data := ask("parquet")
	inFile, err := parquet.Read[row](strings.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	check("parquet", len(inFile), func(i int) []string {
		r := inFile[i]
		m := mailbox{row: int(r.Row), name: -1, items: r.Items, size: r.Size, hold: r.Hold, colors: r.Colors}
		if r.Keep != nil {
			m.keep = ptr(time.Duration(*r.Keep * 100))
		}
		if r.Seen != nil {
			m.seen = ptr(time.UnixMicro(*r.Seen).UTC())
		}
		c := plain(&m)
		if r.Name != nil {
			c[1] = *r.Name
		}
		return c
	}, func(m *mailbox) []string { return plain(m) })
}

// numberOf is the first number in a column of a sheet.
func numberOf(t *testing.T, rows [][]string, col int) float64 {
	t.Helper()
	for _, r := range rows[1:] {
		if len(r) > col && r[col] != "" {
			n, err := strconv.ParseFloat(r[col], 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("the column is empty")
	return 0
}
