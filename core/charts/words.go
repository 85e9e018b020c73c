package charts

import (
	"math"
	"strings"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Words say what is drawn, in the reader's language. *wording.Words is one.
type Words interface {
	Text(key string, args ...any) string
	Count(key string, n int, args ...any) string
	Label(column string) string
	Value(v exchange.Value) string
	Number(n int64) string
	Decimal(f float64, digits int) string
	DateTime(t time.Time) string
	Date(t time.Time) string
	Clock(t time.Time) string
}

// saying is data in words.
type saying struct {
	Data
	w     Words
	total float64 // of amounts that are parts of a whole; 0 otherwise
}

func say(d Data, w Words) saying {
	s := saying{Data: d, w: w}
	if d.Spec.Measure != Average && d.Spec.Kind != Histogram && d.Spec.Kind != Timeline {
		for _, p := range d.Points {
			switch x := p.size(); {
			case math.IsInf(x, 0), x < 0:
				s.total = math.NaN()
			default:
				s.total += x
			}
		}
		if math.IsNaN(s.total) {
			s.total = 0
		}
	}
	return s
}

// size is an amount as a length; 0 for none.
func (p Point) size() float64 {
	if p.Amount.IsNone() {
		return 0
	}
	return p.Amount.Float()
}

// countsRows tells whether amounts are numbers of rows.
func (d Data) countsRows() bool {
	return d.Spec.Measure == Rows || d.Spec.Measure == Sum && d.Of.Role == results.Count || d.Spec.Kind == Histogram
}

// Caption says what the chart shows, in one line.
func (d Data) Caption(w Words) string {
	column, of := w.Label(d.Column.Name), w.Label(d.Of.Name)
	if d.Of.Of != "" { // worked out for groups
		of = d.Of.Name
	}
	top := 0
	for _, p := range d.Points {
		if p.Role == Plain {
			top++
		}
	}
	switch {
	case d.Spec.Kind == Histogram:
		return w.Text("charts.caption.histogram", "column", column)
	case d.Spec.Kind == Timeline && d.Spec.Measure == Rows:
		return w.Text("charts.caption.timeline", "column", column)
	case d.Spec.Measure == Each && d.Others() > 0:
		return w.Count("charts.caption.largest", top, "of", of, "rows", w.Number(int64(d.Rows)))
	case d.Spec.Measure == Each:
		return w.Text("charts.caption.each", "of", of, "column", column)
	case d.countsRows():
		return w.Text("charts.caption.rows", "column", column)
	case d.Spec.Measure == Average:
		return w.Text("charts.caption.average", "of", of, "column", column)
	}
	return w.Text("charts.caption.sum", "of", of, "column", column)
}

// Others is how many values have no bar of their own.
func (d Data) Others() int {
	for _, p := range d.Points {
		if p.Role == Others {
			return p.Members
		}
	}
	return 0
}

// Name says what a point stands for.
func (d Data) Name(w Words, p Point) string {
	switch p.Role {
	case Others:
		return w.Count("charts.others", p.Members)
	case Blank:
		return w.Text("charts.blank")
	case Unlimited:
		return w.Value(exchange.Unlimited())
	case Outside:
		return w.Text("charts.outside")
	}
	if d.Spec.Kind == Timeline {
		return d.span(w, p)
	}
	if d.single(p) {
		if p.Value.IsNone() {
			return w.Text("charts.blank")
		}
		if d.Customer != nil && d.Column.Name == results.CustomerColumn {
			if name := d.Customer(exchange.CustomerID(p.Value.Text())); name != "" {
				return name
			}
		}
		return oneLine(w.Value(p.Value))
	}
	return w.Text("charts.range", "from", w.Value(p.Value), "to", w.Value(p.To))
}

// single tells whether a part of a histogram is one number.
func (d Data) single(p Point) bool {
	return p.To.IsNone() || d.Column.Type == exchange.Integer && p.To.Kind() == exchange.Integer && p.To.Int()-p.Value.Int() == 1
}

// oneLine puts the lines of a text behind each other.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

// Begin is Name, but of a part of a time line only when it begins.
func (d Data) Begin(w Words, p Point) string {
	if d.Spec.Kind != Timeline || p.Role != Plain {
		return d.Name(w, p)
	}
	t, _ := p.Value.Instant()
	switch t = t.In(d.zone); d.Step.Unit {
	case Years:
		return t.Format("2006")
	case Months:
		return month(w, t) + " " + t.Format("2006")
	case Days, Weeks:
		return w.Date(t)
	}
	return w.DateTime(t)
}

// span says when a part of a time line is.
func (d Data) span(w Words, p Point) string {
	from, _ := p.Value.Instant()
	to, _ := p.To.Instant()
	from, to = from.In(d.zone), to.In(d.zone)
	switch {
	case d.Step == Step{Days, 1}:
		return w.Date(from)
	case d.Step == Step{Months, 1}:
		return month(w, from) + " " + from.Format("2006")
	case d.Step == Step{Years, 1}:
		return from.Format("2006")
	case d.Step.Unit == Years:
		return w.Text("charts.range", "from", from.Format("2006"), "to", to.AddDate(0, 0, -1).Format("2006"))
	case d.Step.Unit >= Days:
		return w.Text("charts.range", "from", w.Date(from), "to", w.Date(to.AddDate(0, 0, -1)))
	case d.Step.Unit == Seconds:
		return w.Date(from) + " " + from.Format("15:04:05")
	}
	return w.Text("charts.range", "from", w.DateTime(from), "to", w.Clock(to))
}

// Amount says what is measured of a point.
func (d Data) Amount(w Words, p Point) string {
	if p.Amount.IsNone() {
		return w.Text("charts.no-amount")
	}
	if p.Amount.Kind() == exchange.Decimal { // a picture has no use for the sixth digit
		switch x := math.Abs(p.Amount.Float()); {
		case x >= 1000 || d.Spec.Measure == Average && x >= 1:
			return w.Decimal(p.Amount.Float(), 1)
		case x >= 1:
			return w.Decimal(p.Amount.Float(), 2)
		case x >= 1e-6:
			return w.Decimal(p.Amount.Float(), 6)
		}
	}
	return w.Value(p.Amount)
}

// Share is the part of the whole that a point is, such as "12 %"; empty when the amounts are no parts of one.
func (s saying) share(p Point) string {
	x := p.size()
	if s.total <= 0 || math.IsInf(s.total, 0) {
		return ""
	}
	part := 100 * x / s.total
	switch {
	case x > 0 && part < 0.1:
		return s.w.Text("charts.share-below", "n", s.w.Decimal(0.1, 1))
	case part < 10:
		return s.w.Text("charts.share", "n", s.w.Decimal(part, 1))
	}
	return s.w.Text("charts.share", "n", s.w.Decimal(part, 0))
}

// says is a point whole: what it stands for, what is measured, and what part of the whole that is.
func (s saying) says(p Point) string {
	amount := s.Data.Amount(s.w, p)
	if s.countsRows() {
		amount = s.w.Count("table.rows", int(p.Amount.Int()))
	} else if p.Rows > 1 || p.Role != Plain {
		amount = s.w.Text("charts.amount-rows", "amount", amount, "rows", s.w.Count("table.rows", p.Rows))
	}
	if share := s.share(p); share != "" {
		amount = s.w.Text("charts.amount-share", "amount", amount, "share", share)
	}
	return s.w.Text("charts.point", "name", s.Name(s.w, p), "amount", amount)
}

// Describe says the whole chart in a few sentences, for who does not see it.
func (d Data) Describe(w Words) string {
	const most = 5
	s := say(d, w)
	parts := []string{w.Text("charts.kind."+string(d.Spec.Kind)) + ": " + d.Caption(w)}
	points := d.Points
	if d.Spec.Kind == Histogram || d.Spec.Kind == Timeline {
		points = nil
		for _, p := range d.Points {
			if p.Rows > 0 {
				points = append(points, p)
			}
		}
	}
	for i, p := range points {
		if i == most {
			parts = append(parts, w.Count("charts.more-points", len(points)-most))
			break
		}
		parts = append(parts, s.says(p))
	}
	return strings.Join(parts, ". ") + "."
}

// Row is a line of the table behind a chart.
type Row struct{ Name, Amount, Share string }

// Table is the figures of the chart in words, a line for each point.
func (d Data) Table(w Words) []Row {
	s := say(d, w)
	rows := make([]Row, len(d.Points))
	for i, p := range d.Points {
		rows[i] = Row{d.Name(w, p), d.Amount(w, p), s.share(p)}
	}
	return rows
}

// Headings are those of Table: the column, what is measured, and the share, which is empty when there are
// no shares.
func (d Data) Headings(w Words) Row {
	r := Row{Name: w.Label(d.Column.Name), Amount: w.Text("charts.rows")}
	if !d.countsRows() {
		of := w.Label(d.Of.Name)
		if d.Of.Of != "" {
			of = d.Of.Name
		}
		switch {
		case d.Spec.Measure == Sum && d.Of.Of == "":
			r.Amount = w.Text("charts.measure.sum-of", "of", of)
		case d.Spec.Measure == Average:
			r.Amount = w.Text("charts.measure.average-of", "of", of)
		default:
			r.Amount = of
		}
	}
	if say(d, w).total > 0 {
		r.Share = w.Text("charts.share-heading")
	}
	return r
}

var months = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// month is the short name of t's month.
func month(w Words, t time.Time) string { return w.Text("charts.month." + months[t.Month()-1]) }

// day is a day without its year.
func day(w Words, t time.Time) string {
	return w.Text("charts.day", "day", t.Day(), "month", month(w, t))
}
