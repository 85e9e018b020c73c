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

// alike tells whether notices are there for one reason.
func alike(these []Notice) bool {
	for _, n := range these {
		if n.Problem == nil || n.Problem.Code != these[0].Problem.Code {
			return false
		}
	}
	return true
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
			lines[i] = w.Notice(n.Said)
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
		if kind == Cancelled && these[0].Rows == 0 {
			key = "table.cancelled-early"
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

// sayWrong says what is wrong with a value, with the column's name as it stands on its header.
func sayWrong(err error, w *wording.Words) string {
	p := *exchange.AsProblem(err)
	p.Args = maps.Clone(p.Args)
	if name, ok := p.Args["column"]; ok {
		p.Args["column"] = w.Label(name)
	}
	m := w.Problem(&p)
	return m.Title + ". " + m.Next
}
