package results

import "strings"

// Only is v with some of its rows and columns: rows are numbers of v's rows in the order wanted, nil for all
// of them; columns are names, nil for all, and those v does not have are passed over. Nothing is copied but
// the numbers, so rows that Find found by a column that is left out stay.
func (v View) Only(rows []int, columns []string) View {
	from := v.get()
	a := &arranged{snap: from.snap, query: from.query, columns: from.columns, source: from.source, rows: from.rows,
		count: from.count, groups: from.groups}
	if columns != nil {
		a.query.Columns = columns
		a.columns, a.source = nil, nil
		for _, name := range columns {
			for i, c := range from.columns {
				if strings.EqualFold(c.Name, name) {
					a.columns, a.source = append(a.columns, c), append(a.source, from.source[i])
					break
				}
			}
		}
	}
	if rows != nil {
		a.rows = make([]uint32, 0, len(rows))
		for _, r := range rows {
			if at, ok := from.at(r); ok {
				a.rows = append(a.rows, at)
			}
		}
		a.count = len(a.rows)
	}
	return View{a}
}
