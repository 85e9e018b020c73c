package results

import "time"

// Query says how a table is wanted: plain data that can be compared, saved as JSON and sent. The zero Query
// is the table as it came. Steps are taken in this order: Filter, Find, Group, Sort, Limit, Columns.
type Query struct {
	// Columns are the columns to show, in this order; none means all. In a grouped view they name columns
	// of that view.
	Columns []string `json:"columns,omitempty"`

	// Sort are the keys to sort by, the first one deciding most. Rows that are equal in all keys stay in
	// the order they arrived in. Empty cells come last in both directions.
	Sort []SortKey `json:"sort,omitempty"`

	// Filter keeps rows that match.
	Filter Filter `json:"filter,omitzero"`

	// Find keeps rows in which some column to show has this text, without regard to case.
	Find string `json:"find,omitempty"`

	// Group makes one row of all rows that agree in its columns.
	Group Group `json:"group,omitzero"`

	// Limit keeps the first so many rows of the view; 0 keeps all.
	Limit int `json:"limit,omitempty"`

	// Language is the BCP 47 tag of the user's language, such as "nl", for the order of text. Empty or
	// unknown means the order most languages share.
	Language string `json:"language,omitempty"`

	// Now is the moment to which ages such as "90d" are counted; its location is the zone in which dates
	// without one are read. Zero means the time of Arrange on this computer.
	Now time.Time `json:"-"`
}

// SortKey is one column to sort by.
type SortKey struct {
	Column string `json:"column"`
	Desc   bool   `json:"desc,omitempty"` // from high to low
}

// Group says which rows become one. It groups when it has a column or something to work out; with that alone
// all rows become one. The view then has Columns, a Count and one column for each of Sums, Averages, Mins,
// Maxs and Distincts, and is sorted by Columns unless Query.Sort says otherwise. Sort may name a column that
// was worked out by the column it is of; of several, the first. Empty cells count only in Count: where all
// are empty, so is an average, a lowest and a highest value.
type Group struct {
	Columns   []string `json:"columns,omitempty"`
	Sums      []string `json:"sums,omitempty"`      // columns of numbers, sizes or durations
	Averages  []string `json:"averages,omitempty"`  // likewise; Unlimited when a cell is
	Mins      []string `json:"mins,omitempty"`      // the first value in the order Sort has
	Maxs      []string `json:"maxs,omitempty"`      // the last value in that order
	Distincts []string `json:"distincts,omitempty"` // how many different values; in case too
}

// IsZero tells whether g groups nothing.
func (g Group) IsZero() bool { return len(g.Columns) == 0 && len(g.worked()) == 0 }

// Filter is a condition, or a tree of them. The zero Filter matches every row. Only one of All, Any, Not
// and Column should be set; when several are, all of them must match.
type Filter struct {
	All []Filter `json:"all,omitempty"` // each must match
	Any []Filter `json:"any,omitempty"` // one must match
	Not *Filter  `json:"not,omitempty"` // must not match

	Column string `json:"column,omitempty"`
	Op     Op     `json:"op,omitempty"`
	Value  string `json:"value,omitempty"` // as a person types it; read by the column's type, see ParseCondition
}

// IsZero tells whether f matches every row by being empty.
func (f Filter) IsZero() bool {
	return len(f.All) == 0 && len(f.Any) == 0 && f.Not == nil && f.Column == ""
}

// And returns a Filter that matches when all of the given do; empty ones are left out.
func And(fs ...Filter) Filter {
	var all []Filter
	for _, f := range fs {
		if !f.IsZero() {
			all = append(all, f)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return Filter{All: all}
}

// Op is how a condition compares.
type Op string

// The operators, as they are typed.
const (
	Equal       Op = "="
	NotEqual    Op = "!="
	Less        Op = "<"
	LessEqual   Op = "<="
	More        Op = ">"
	MoreEqual   Op = ">="
	Contains    Op = "~"
	NotContains Op = "!~"
	StartsWith  Op = "^"
	IsEmpty     Op = "empty"
	IsNotEmpty  Op = "!empty"

	// Exactly is Equal to the last letter, case too; a list has all the members in their order, and nothing
	// else. It is how the rows of one group are asked for, and is not typed.
	Exactly Op = "=="
)

func (o Op) known() bool {
	switch o {
	case Equal, NotEqual, Less, LessEqual, More, MoreEqual, Contains, NotContains, StartsWith, IsEmpty, IsNotEmpty, Exactly:
		return true
	}
	return false
}
