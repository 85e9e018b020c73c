package commands

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tenantry/core/results"
	"tenantry/core/views"
)

// openView is the saved view of --view: of a file, or by its name one that the window saved, for the cmdlet
// asked rather than for another.
func openView(a *app, forWhat, nameOrFile string) (*views.View, error) {
	_, err := os.Stat(nameOrFile)
	if err == nil || strings.EqualFold(filepath.Ext(nameOrFile), views.Ending) {
		v, err := views.ReadFile(nameOrFile)
		return &v, err
	}
	v, err := views.Open(a.folders.Views()).Find(forWhat, nameOrFile)
	return &v, err
}

// completeView offers the names of the views that are kept, and files.
func (a *app) completeView(c *cobra.Command) {
	_ = c.RegisterFlagCompletionFunc("view", func(*cobra.Command, []string, string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
		all, err := views.Open(a.folders.Views()).All("")
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault // names that cannot be looked up are not offered
		}
		for _, v := range all {
			names = append(names, v.Name)
		}
		return names, cobra.ShellCompDirectiveDefault
	}) // fails only for a flag that is not there
}

// followView puts what the saved view says into the query, as far as the table has what it asks for. Conditions
// of both must hold; columns, sort, groups and chart of the other flags go before those of the view.
func (s *shaper) followView(a *app, table results.Snapshot) {
	if s.view == nil || table.Len() == 0 { // without rows nobody can tell what a table has
		return
	}
	fit, missing := s.view.Fit(table)
	s.view = nil // it is part of the query from here on
	if len(missing) > 0 {
		a.note(a.words.Count("view.missing", len(missing), "view", fit.Name, "columns", strings.Join(missing, ", ")))
	}
	if s.chart == nil && s.format.Charts() {
		s.ofView = fit.Chart
	}
	q := &s.query
	q.Filter = results.And(fit.Filter, q.Filter)
	grouped := !q.Group.IsZero()
	if !grouped {
		q.Group = fit.Group
	}
	if len(q.Sort) == 0 && !(grouped && len(fit.Group.Columns) > 0) && results.Check(table, results.Query{Group: q.Group, Sort: fit.Sort}) == nil {
		q.Sort = fit.Sort
	}
	if len(q.Columns) == 0 && q.Group.IsZero() {
		for _, c := range fit.Columns {
			if !c.Hidden {
				q.Columns = append(q.Columns, c.Name)
			}
		}
	}
}
