package resultstable

import (
	"slices"

	"tenantry/core/results"
	"tenantry/core/views"
)

// Rules are the colour rules, the first that holds for a cell counts.
func (f *Flow) Rules() []views.Rule { return f.model.Rules }

// PutRule puts a colour rule in the place of the one at i of Rules, or behind them when there is none at i, and
// returns its place. typing is as in PutFilter.
func (f *Flow) PutRule(i int, rule views.Rule, typing string) int {
	if rule.When.IsZero() {
		return -1
	}
	now, i, other := placed(f.model.Rules, i, rule)
	if other {
		f.setRules(now, typing)
	}
	return i
}

// RemoveRule takes away the rule at i of Rules.
func (f *Flow) RemoveRule(i int) {
	if now := f.model.Rules; i >= 0 && i < len(now) {
		f.setRules(slices.Delete(slices.Clone(now), i, i+1), "")
	}
}

func (f *Flow) setRules(rules []views.Rule, typing string) {
	f.remember(typing)
	f.model.Rules = rules
	f.model.paint()
	f.changed(true)
}

// painter colours the cells of one view.
type painter struct {
	rules  []rulePainter
	shares map[int]views.Share // of columns of the view with their quota beside them
}

type rulePainter struct {
	column  int // of the view, -1 for the whole row
	tone    views.Tone
	matches *results.Matcher
}

// paint makes the rules ready for the view. Groups have no colours: a rule is about rows.
func (m *Model) paint() {
	m.painter = &painter{}
	if m.View.Grouped() {
		return
	}
	m.painter.shares = views.Shares(m.View.Columns())
	for _, r := range m.Rules {
		column := -1
		if r.Column != "" {
			var ok bool
			if column, ok = find(m.View.Columns(), r.Column); !ok {
				continue
			}
		}
		matcher, err := results.NewMatcher(m.View.Snapshot(), results.Query{Filter: r.When, Language: m.Query.Language})
		if err != nil {
			continue // of a column that later rows do not have any more in that type; its chip still says it
		}
		m.painter.rules = append(m.painter.rules, rulePainter{column, r.Tone, matcher})
	}
}

// tone is the colour the rules give a cell of a row; empty for none.
func (p *painter) tone(row results.RowID, column int) views.Tone {
	for _, r := range p.rules {
		if (r.column < 0 || r.column == column) && r.matches.Matches(row) {
			return r.tone
		}
	}
	return ""
}
