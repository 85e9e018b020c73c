package resultstable

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/wording"
)

// of are the notices of one kind, in order.
func (m *Model) of(kind NoticeKind) []Notice {
	var out []Notice
	for _, n := range m.Notices {
		if n.Kind == kind {
			out = append(out, n)
		}
	}
	return out
}

// said are the notices of one kind that nobody has put away.
func (m *Model) said(kind NoticeKind) []Notice {
	return slices.DeleteFunc(m.of(kind), func(n Notice) bool { return n.Dismissed })
}

// named is p with the customer called as on the screen.
func (f *Flow) named(p *exchange.Problem) *exchange.Problem {
	id := exchange.CustomerID(p.Args["customer"])
	if id == "" || f.Name(id) == string(id) {
		return p
	}
	out := *p
	out.Args = maps.Clone(p.Args)
	out.Args["customer"] = f.Name(id)
	return &out
}

// alike tells whether notices are there for one reason.
func alike(these []Notice) bool {
	for _, n := range these {
		if n.Problem == nil || n.Problem.Code != these[0].Problem.Code {
			return false
		}
	}
	return true
}

// text is what a warning says: in our words where they are known, otherwise in the server's.
func (n Notice) text(w *wording.Words) string {
	if n.Code == "" {
		return n.Text
	}
	m := w.Explain(n.Code, n.Args)
	return strings.TrimSpace(m.Title + ". " + m.Why + " " + m.Next)
}

// noticeKeys name the sentence of a notice about one customer; with "-many" the one about several.
var noticeKeys = map[NoticeKind]string{Failed: "table.failed", NotAsked: "table.not-asked", Partial: "table.partial",
	Cancelled: "table.cancelled", Cut: "table.cut", Faults: "table.faults"}

// sayNotice is the sentence of notices of one kind.
func sayNotice(kind NoticeKind, these []Notice, f *Flow) string {
	w := f.Words()
	if kind == Warning {
		lines := make([]string, len(these))
		for i, n := range these {
			lines[i] = n.text(w)
			if len(f.Model().Info.Customers) > 1 {
				lines[i] = f.Name(n.Customer) + ": " + lines[i]
			}
		}
		return strings.Join(lines, "\n")
	}
	key := noticeKeys[kind]
	if m := f.Model(); kind == Faults && (m.changes() || m.View.Snapshot().Len() == 0) {
		key = "table.refused" // there are no others that could be read
	}
	if len(these) == 1 {
		if p := these[0].Problem; p != nil && w.Has(key+"."+string(p.Code)) {
			key += "." + string(p.Code)
		}
		return w.Count(key, these[0].Rows, "customer", f.Name(these[0].Customer))
	}
	const named = 5 // customers; the rest is a number
	var names []string
	for i, n := range these {
		if i == named && len(these) > named+1 {
			names = append(names, w.Count("table.more-customers", len(these)-named))
			break
		}
		names = append(names, f.Name(n.Customer))
	}
	return w.Count(key+"-many", len(these), "customers", strings.Join(names, ", "))
}

// sayNotices is everything the strips say, for telling whether it changed.
func sayNotices(m *Model, f *Flow) string {
	var b strings.Builder
	for _, n := range m.Notices {
		if n.Dismissed {
			continue
		}
		b.WriteString(strconv.Itoa(int(n.Kind)) + " " + sayNotice(n.Kind, []Notice{n}, f) + "\n")
		if n.Problem != nil { // the same words can offer other steps
			b.WriteString(string(n.Problem.Code) + strconv.Itoa(int(n.Problem.Retry)) + "\n")
		}
	}
	return b.String()
}
