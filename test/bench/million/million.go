// Package million writes the large table that speed is measured on: invented mailboxes with 20 columns, the same
// ones every time.
package million

import (
	"bufio"
	"io"
	"math/rand"
	"strconv"
)

// Rows is how many rows the figures are for.
const Rows = 1_000_000

// Columns are the titles, in order.
var Columns = []string{
	"Customer", "DisplayName", "PrimarySmtpAddress", "Alias", "RecipientTypeDetails", "TotalItemSize", "ItemCount",
	"ProhibitSendQuota", "WhenCreated", "LastLogonTime", "Department", "Office", "City", "ForwardingSmtpAddress",
	"HiddenFromAddressListsEnabled", "LitigationHoldEnabled", "Database", "ExchangeGuid", "RetentionPolicy", "Notes",
}

var (
	firsts = []string{"Anna", "Bram", "Chen", "Daan", "Eva", "Fatima", "Gijs", "Hanna", "Ivo", "Jasmijn", "Koen", "Lotte"}
	lasts  = []string{"de Vries", "Jansen", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Vos", "Peters"}
	types  = []string{"UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"}
)

// Write writes the titles and the first rows of the table as CSV; all Rows of them are 276 MB. The number of a
// row, from 0, ends its DisplayName.
func Write(to io.Writer, rows int) error {
	w := bufio.NewWriterSize(to, 1<<20)
	for i, name := range Columns {
		if i > 0 {
			name = "," + name
		}
		_, _ = w.WriteString(name) // a Writer remembers its first error until Flush
	}
	_ = w.WriteByte('\n')
	r := line{r: rand.New(rand.NewSource(1))}
	for i := range rows {
		r.row(i)
		_, _ = w.Write(r.b)
	}
	return w.Flush()
}

// line makes one row after the other.
type line struct {
	r *rand.Rand
	b []byte
}

func (l *line) text(parts ...string) {
	for _, p := range parts {
		l.b = append(l.b, p...)
	}
}

// number writes n with at least so many digits.
func (l *line) number(n, digits int) { l.padded(int64(n), digits, 10) }

func (l *line) padded(n int64, digits, base int) {
	var room [20]byte
	text := strconv.AppendInt(room[:0], n, base)
	for range digits - len(text) {
		l.b = append(l.b, '0')
	}
	l.b = append(l.b, text...)
}

func (l *line) row(i int) {
	l.b = l.b[:0]
	first, last, customer := firsts[l.r.Intn(len(firsts))], lasts[l.r.Intn(len(lasts))], l.r.Intn(300)
	forward := -1
	if l.r.Intn(20) == 0 {
		forward = l.r.Intn(100000)
	}
	l.text("customer")
	l.number(customer, 3)
	l.text(",", first, " ", last, " ")
	l.number(i, 1)
	l.text(",", first, ".")
	l.number(i, 1)
	l.text("@customer")
	l.number(customer, 3)
	l.text(".onmicrosoft.com,", first)
	l.number(i, 1)
	l.text(",", types[l.r.Intn(4)], ",")
	l.padded(l.r.Int63n(100<<30), 1, 10)
	l.text(",")
	l.number(l.r.Intn(500000), 1)
	l.text(",")
	l.padded(50<<30, 1, 10)
	l.text(",")
	l.time(2024, 12)
	l.text(",")
	l.time(2026, 11)
	for _, part := range []struct {
		name string
		of   int
	}{{",Dept", 40}, {",Office", 200}, {",City", 100}} {
		l.text(part.name)
		l.number(l.r.Intn(part.of), 1)
	}
	l.text(",")
	if forward >= 0 {
		l.text("smtp:x")
		l.number(forward, 1)
		l.text("@outside.example")
	}
	l.text(",", strconv.FormatBool(l.r.Intn(10) == 0), ",", strconv.FormatBool(l.r.Intn(20) == 0), ",DB")
	l.number(l.r.Intn(500), 3)
	l.text(",")
	l.padded(int64(l.r.Uint32()), 8, 16)
	l.text("-")
	l.padded(int64(l.r.Intn(65536)), 4, 16)
	l.text("-4")
	l.padded(int64(l.r.Intn(4096)), 3, 16)
	l.text("-a")
	l.padded(int64(l.r.Intn(4096)), 3, 16)
	l.text("-")
	l.padded(l.r.Int63n(1<<48), 12, 16)
	l.text(",Policy")
	l.number(l.r.Intn(8), 1)
	l.text(",note ")
	l.number(l.r.Intn(1000), 1)
	l.text(" for ", last, "\n")
}

// time writes a moment in one of the first months of a year.
func (l *line) time(year, months int) {
	l.number(year, 4)
	for _, part := range []struct {
		before    string
		least, of int
	}{{"-", 1, months}, {"-", 1, 28}, {"T", 0, 24}, {":", 0, 60}, {":", 0, 60}} {
		l.text(part.before)
		l.number(part.least+l.r.Intn(part.of), 2)
	}
	l.text("Z")
}
