// Package resultstable is the results part of the screen: one run's rows as a table that sorts, finds,
// copies and unfolds, with what is to say about them above and a status line below. A tab holds one.
//
// The model says what is to be seen, the flow changes it and does the slow work away from the screen, the
// panel draws it. Only the panel knows the toolkit.
package resultstable

import (
	"sort"
	"strings"
	"time"

	"tenantry/core/charts"
	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/core/wording"
	"tenantry/gui/remedy"
)

// Span is rows of the view from First up to, not with, End.
type Span struct{ First, End int }

// ColumnState is what a user did to a column; the order of a slice of them is the order of the columns.
type ColumnState struct {
	Name   string  `json:"name"`
	Width  float32 `json:"width,omitempty"` // in points, 0 for the usual one
	Hidden bool    `json:"hidden,omitempty"`
}

// NoticeKind says what a Notice is about.
type NoticeKind uint8

// The kinds of notice, the gravest first.
const (
	Failed    NoticeKind = iota // asked, and it failed
	NotAsked                    // the question never reached the customer: not the same as no rows
	Partial                     // some rows came, then it failed
	Cancelled                   // the user stopped it
	Cut                         // a limit held back the rest
	Faults                      // single objects failed, the others are here
	Warning                     // the server's own words
)

// Notice is what is to be said about one customer's answer.
type Notice struct {
	Kind     NoticeKind
	Customer exchange.CustomerID
	Rows     int
	Problem  *exchange.Problem // why, for the kinds that have one
	Said     exchange.Notice   // a Warning

	// Dismissed says that the words were put away. What they said stays true.
	Dismissed bool
}

// Steps is what can be done about it, the best first.
func (n Notice) Steps() []remedy.Step {
	switch n.Kind {
	case Failed, NotAsked, Partial:
		if n.Problem == nil {
			return []remedy.Step{remedy.TryAgain}
		}
		return remedy.For(n.Problem)
	case Cancelled:
		return []remedy.Step{remedy.TryAgain}
	}
	return nil
}

// Model is what is to be seen. It belongs to the UI goroutine; a View in it never changes.
type Model struct {
	View      results.View
	Info      results.RunInfo
	Query     results.Query // as asked for; View.Query() is what is shown, until the new one is ready
	Running   bool          // rows may still arrive
	Arriving  int           // rows in the table, shown or not yet
	Progress  float32       // 0 to 1, below 0 while nobody knows
	Doing     string        // the server's words on what it is doing, may be empty
	Selection []Span
	Cursor    int     // row of the view, -1 for none
	Figures   Figures // of the selection
	Notices   []Notice
	Remarks   []Remark
	Problem   *exchange.Problem // the query could not be followed
	Columns   []ColumnState     // as the user left them; decided anew when columns appear
	Rules     []views.Rule      // colours
	Chart     charts.Spec       // as chosen for this table; zero for the usual one
	Frozen    int               // so many of the columns that show stay in sight while one scrolls sideways
	FindText  string            // what is looked for in all columns
	FindJumps bool              // all rows show, and one goes from hit to hit
	Hits      Hits              // where it stands, as far as that is counted
	Fields    bool              // the row of filter fields shows
	Said      string            // what just happened, until the next change: "52 rows copied"

	filled  filledShares       // of the columns, as far as they were counted
	figured string             // the column whose figures the user wants, empty for none
	other   []ColumnState      // the columns of the rows while groups show, and the other way round
	painter *painter           // Rules, ready for View
	hits    results.View       // the rows with hits, in the order of View
	largest map[string]float64 // of columns that get a bar, by name
	now     func() time.Time
	none    func() (sentence, hint string)
	decided map[string]bool // columns whose first visibility was decided
	narrow  bool            // a view says which columns show, and others that come do not
	whole   bool            // all columns of a file show at first
}

// apply takes one piece of news about the run.
func (m *Model) apply(u jobs.Update) {
	if u.Summary != nil {
		m.Running = false
		m.Progress = 1
		m.Info = u.Summary.Info
		return
	}
	if u.Of > 0 {
		m.Progress = float32(u.Ended) / float32(u.Of)
		if u.Ended == 0 && u.Of == 1 {
			m.Progress = -1
		}
	}
	if p := u.Progress; p != nil && !p.Done {
		m.Doing = p.Status
		if p.Percent >= 0 && u.Of > 0 && !u.Phase.Final() {
			m.Progress = (float32(u.Ended) + float32(p.Percent)/100) / float32(u.Of)
		}
	}
	if n := u.Notice; n != nil && n.Level == exchange.Warning {
		m.warn(u, *n)
	}
	switch {
	case u.Phase == jobs.Running && u.Problem != nil:
		m.fault(u)
	case u.Phase == jobs.Failed && u.Partial:
		m.add(Notice{Kind: Partial, Customer: u.Customer, Rows: u.Rows, Problem: u.Problem})
	case u.Phase == jobs.Failed:
		m.add(Notice{Kind: Failed, Customer: u.Customer, Rows: u.Rows, Problem: u.Problem})
	case u.Phase == jobs.NotAsked:
		m.add(Notice{Kind: NotAsked, Customer: u.Customer, Problem: u.Problem})
	case u.Phase == jobs.Cancelled:
		m.add(Notice{Kind: Cancelled, Customer: u.Customer, Rows: u.Rows})
	case u.Phase == jobs.Finished && m.limit() > 0 && u.Rows >= m.limit():
		m.add(Notice{Kind: Cut, Customer: u.Customer, Rows: u.Rows})
	}
}

// warn keeps a warning of the server. The one that says that a limit held back rows names the parameter
// that lifts it, in every language.
func (m *Model) warn(u jobs.Update, n exchange.Notice) {
	if n.Code == "" && strings.Contains(n.Text, "ResultSize") {
		m.add(Notice{Kind: Cut, Customer: u.Customer, Rows: u.Rows})
		return
	}
	for i, have := range m.Notices {
		if have.Kind != Warning || have.Customer != u.Customer {
			continue
		}
		if n.Code != "" && have.Said.Code == n.Code {
			m.Notices[i].Said = n // the newest of a kind says it all
			return
		}
		if n.Code == "" && have.Said.Text == n.Text {
			return
		}
	}
	const most = 20 // a server may warn about every row
	if len(m.Notices) < most {
		m.Notices = append(m.Notices, Notice{Kind: Warning, Customer: u.Customer, Said: n})
	}
}

// fault counts objects that failed; the first problem stands for them.
func (m *Model) fault(u jobs.Update) {
	for i, n := range m.Notices {
		if n.Kind == Faults && n.Customer == u.Customer {
			m.Notices[i].Rows++
			return
		}
	}
	m.Notices = append(m.Notices, Notice{Kind: Faults, Customer: u.Customer, Rows: 1, Problem: u.Problem})
}

// add keeps one notice of a kind for each customer, the newest.
func (m *Model) add(n Notice) {
	for i, have := range m.Notices {
		if have.Kind == n.Kind && have.Customer == n.Customer {
			m.Notices[i] = n
			return
		}
	}
	m.Notices = append(m.Notices, n)
	sort.SliceStable(m.Notices, func(i, j int) bool { return m.Notices[i].Kind < m.Notices[j].Kind })
}

// limit is how many rows the run asked for at most, 0 for all.
func (m *Model) limit() int {
	for _, p := range m.Info.Invocation.Params {
		if strings.EqualFold(p.Name, "ResultSize") && p.Value.Kind() == exchange.Integer {
			return int(p.Value.Int())
		}
	}
	return 0
}

// Selected is how many rows are selected.
func (m *Model) Selected() int {
	n := 0
	for _, s := range m.Selection {
		n += s.End - s.First
	}
	return n
}

// rowsLike are the rows that a command on one row is about: all that are selected when it is one of them and
// they are not too many to name, otherwise itself.
func (m *Model) rowsLike(row int) []int {
	const most = 100
	var rows []int
	in := false
	if n := m.Selected(); n > 1 && n <= most {
		for _, s := range m.Selection {
			for r := s.First; r < s.End; r++ {
				rows = append(rows, r)
				in = in || r == row
			}
		}
	}
	if !in {
		return []int{row}
	}
	return rows
}

// mostOfFile is how many columns of a file all show at first: whoever wrote it chose them.
const mostOfFile = 40

// decide gives columns that appeared a place and decides whether they show at first.
func (m *Model) decide() {
	columns := m.View.Columns()
	if len(columns) == 0 || len(columns) == 1 && m.View.Len() == 0 && columns[0].Name == results.CustomerColumn {
		return // what the rows have is not known yet
	}
	if m.View.Grouped() {
		m.decideGroups()
		return
	}
	usual, known := usualColumns(m.Info.Invocation.Cmdlet)
	if m.decided == nil {
		m.whole = len(m.Columns) == 0 && m.Info.Invocation.Cmdlet == "" && len(columns) <= mostOfFile
		m.decided = map[string]bool{}
		for _, s := range m.Columns {
			m.decided[s.Name] = true
		}
		// The usual ones come first, in their own order, whatever order the server sends.
		for _, name := range usual {
			if m.narrow {
				break
			}
			if _, ok := find(columns, name); ok && !m.decided[name] {
				m.decided[name] = true
				m.Columns = append(m.Columns, ColumnState{Name: name})
			}
		}
	}
	for _, c := range columns {
		if m.decided[c.Name] {
			continue
		}
		m.decided[c.Name] = true
		state := ColumnState{Name: c.Name, Hidden: true}
		at := len(m.Columns)
		switch {
		case m.narrow:
		case c.Name == results.CustomerColumn:
			state.Hidden, at = len(m.Info.Customers) == 1, 0 // a file does not say who was asked
		case known && contains(usual, c.Name):
			state.Hidden, at = false, m.shown()
		case m.whole:
			state.Hidden = false
		case !known && m.shown() < 8:
			state.Hidden, at = dull(c.Name), m.shown()
			if state.Hidden {
				at = len(m.Columns)
			}
		}
		m.Columns = append(m.Columns[:at:at], append([]ColumnState{state}, m.Columns[at:]...)...)
	}
	if m.shown() == 0 && len(m.Columns) > 0 {
		for i := range min(len(m.Columns), 8) {
			m.Columns[i].Hidden = false
		}
	}
}

// decideGroups makes the columns those of the groups, in the order of the grouping; what was done to a column
// that was there before stays.
func (m *Model) decideGroups() {
	before, columns := m.Columns, m.View.Columns()
	m.Columns = nil
	same := len(before) == len(columns)
	for _, s := range before {
		_, here := find(columns, s.Name)
		same = same && here
	}
	if same {
		m.Columns = before
		return
	}
	for _, c := range columns {
		state := ColumnState{Name: c.Name}
		for _, s := range before {
			if s.Name == c.Name {
				state = s
			}
		}
		m.Columns = append(m.Columns, state)
	}
}

// shown is how many columns at the front show; hidden ones stand behind them at first.
func (m *Model) shown() int {
	n := 0
	for _, s := range m.Columns {
		if !s.Hidden {
			n++
		}
	}
	return n
}

// Shown are the names of the columns that show, in order; what an export of "these columns" takes.
func (m *Model) Shown() []string {
	var names []string
	for _, s := range m.Columns {
		if s.Hidden {
			continue
		}
		if _, here := find(m.View.Columns(), s.Name); here {
			names = append(names, s.Name)
		}
	}
	return names
}

func find(columns []results.Column, name string) (int, bool) {
	for i, c := range columns {
		if strings.EqualFold(c.Name, name) {
			return i, true
		}
	}
	return 0, false
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// Bar is how long the bar of a cell is, 0 to 1; 0 for none.
func (m *Model) Bar(column string, v exchange.Value) float32 {
	most := m.largest[column]
	if most <= 0 || v.Kind() != exchange.Size || v.IsUnlimited() {
		return 0
	}
	return float32(min(max(float64(v.Int())/most, 0), 1))
}

// largestSizes finds the largest value of each column that holds how big something is, for the bars. Quotas
// are sizes too, but comparing them at a glance says nothing.
func largestSizes(v results.View) map[string]float64 {
	out := map[string]float64{}
	for i, c := range v.Columns() {
		if c.Type != exchange.Size || !strings.Contains(c.Name, "Size") || strings.HasPrefix(c.Name, "Max") {
			continue
		}
		var most int64
		for row := range v.Len() {
			if x := v.Cell(row, i); !x.IsUnlimited() && x.Kind() == exchange.Size {
				most = max(most, x.Int())
			}
		}
		out[c.Name] = float64(most)
	}
	return out
}

// Status is the line below the table: rows, customer, time, and what just happened. What is selected stands
// behind it, see FiguresText.
func (m *Model) Status(w *wording.Words, name func(exchange.CustomerID) string) string {
	var parts []string
	total := m.View.Snapshot().Len()
	switch {
	case m.Running:
		parts = append(parts, w.Count("table.rows-so-far", max(m.Arriving, total)))
	case total == 0 && len(m.Info.Customers) > 0 && len(m.answered()) == 0:
		parts = append(parts, w.Text("table.no-answer")) // not asked is not zero rows
	case m.View.Grouped() && m.incomplete():
		parts = append(parts, w.Count("groups.of-all", m.View.Len(), "rows", w.Count("table.rows-partial", total)))
	case m.View.Grouped() && m.Query.Filter.IsZero() && m.Query.Find == "":
		parts = append(parts, w.Count("groups.of-all", m.View.Len(), "rows", w.Count("table.rows", total)))
	case m.View.Grouped():
		parts = append(parts, w.Count("groups.some", m.View.Len()))
	case m.incomplete() && m.View.Len() == total:
		parts = append(parts, w.Count("table.rows-partial", total))
	case m.incomplete():
		parts = append(parts, w.Count("table.rows-of-partial", total, "shown", m.View.Len()))
	case m.View.Grouped():
		parts = append(parts, w.Count("view.groups", m.View.Len()))
	case m.View.Len() != total:
		parts = append(parts, w.Count("table.rows-of", total, "shown", m.View.Len()))
	default:
		parts = append(parts, w.Count("table.rows", total))
	}
	switch len(m.Info.Customers) {
	case 0:
	case 1:
		parts = append(parts, name(m.Info.Customers[0]))
	default:
		parts = append(parts, w.Count("table.customers", len(m.Info.Customers)))
	}
	switch {
	case m.Running && m.Doing != "":
		parts = append(parts, m.Doing)
	case !m.Info.Finished.IsZero():
		parts = append(parts, w.Text("table.read", "time", m.when(w, m.Info.Finished)))
	}
	if m.Said != "" {
		parts = append(parts, m.Said)
	}
	return strings.Join(parts, " · ")
}

// when is the time alone on the same day, otherwise with its date: "read 14:02" would mislead tomorrow.
func (m *Model) when(w *wording.Words, t time.Time) string {
	t, now := t.Local(), m.now().Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return w.Clock(t)
	}
	return w.DateTime(t)
}

// allHidden tells whether there are rows of which no column shows.
func (m *Model) allHidden() bool {
	return m.View.Len() > 0 && len(m.Columns) > 0 && len(m.Shown()) == 0
}

// Empty is what stands in place of the rows when none show; ok is false when rows show.
func (m *Model) Empty(w *wording.Words, name func(exchange.CustomerID) string) (sentence, hint string, ok bool) {
	switch {
	case m.allHidden():
		return w.Text("columns.none-shown"), w.Text("columns.none-shown-hint"), true
	case m.View.Len() > 0:
		return "", "", false
	case m.Running && m.View.Snapshot().Len() == 0:
		return w.Text("table.waiting"), m.Doing, true
	case m.View.Snapshot().Len() > 0 && m.Query.Find != "":
		return w.Text("table.none-found", "text", m.Query.Find), w.Text("table.none-found-hint"), true
	case m.View.Snapshot().Len() > 0 && !m.Query.Filter.IsZero():
		return w.Text("view.none-match"), w.Count("view.none-match-hint", m.View.Snapshot().Len()), true
	case len(m.answered()) == 0 && len(m.Info.Customers) > 0:
		return w.Text("table.no-answer"), w.Text("table.no-answer-hint"), true
	case len(m.of(Faults)) > 0:
		return w.Text("table.nothing-came"), w.Text("table.no-answer-hint"), true
	case m.changes() && len(m.Info.Customers) > 0:
		return w.Text("table.done"), w.Count("table.done-hint", len(m.Info.Customers), "customer", name(m.Info.Customers[0])), true
	}
	if m.none != nil {
		sentence, hint = m.none()
		return sentence, hint, true
	}
	hint = w.Text("table.empty-hint-many")
	if len(m.Info.Customers) == 1 {
		hint = w.Text("table.empty-hint", "customer", name(m.Info.Customers[0]))
	}
	return w.Text("table.empty"), hint, true
}

// incomplete tells whether rows came that are not all there were.
func (m *Model) incomplete() bool {
	for _, n := range m.Notices {
		if n.Rows > 0 && (n.Kind == Partial || n.Kind == Cancelled) {
			return true
		}
	}
	return false
}

// changes tells whether the run changes something rather than read.
func (m *Model) changes() bool { return cmdlets.IsChange(m.Info.Invocation) }

// answered are the customers whose answer is whole.
func (m *Model) answered() []exchange.CustomerID {
	var out []exchange.CustomerID
next:
	for _, c := range m.Info.Customers {
		for _, n := range m.Notices {
			if n.Customer == c && n.Kind <= Cancelled {
				continue next
			}
		}
		out = append(out, c)
	}
	return out
}
