package commands

import (
	"context"
	"slices"
	"unicode/utf8"

	"tenantry/core/results"
)

// foremost are the columns by which people know what a row is about, in this order.
var foremost = []string{
	"Customer", "DisplayName", "Name", "PrimarySmtpAddress", "RecipientTypeDetails", "Identity", "User", "Trustee", "Deny",
	"AccessRights", "IsInherited", "TotalItemSize", "ItemCount", "LastLogonTime", "Enabled", "Description", "Subject",
}

// sampled is how many rows decide how wide a column is, widest how much of the screen it can claim.
const (
	sampled = 200
	widest  = 40
)

// fitted keeps the columns people look for, and of the others those that fit beside them, where the screen has
// no room for all; and says that there are more. Columns that were asked for stay as they are.
func (s *shaper) fitted(ctx context.Context, a *app, view results.View, width int) (results.View, error) {
	if len(s.query.Columns) > 0 || view.Grouped() {
		return view, nil
	}
	wide := map[string]int{}
	var names []string
	all := 0
	for i, c := range view.Columns() {
		n := utf8.RuneCountInString(c.Name)
		for row := range min(view.Len(), sampled) {
			n = max(n, utf8.RuneCountInString(view.Cell(row, i).Text()))
		}
		wide[c.Name] = min(n, widest) + 2
		names = append(names, c.Name)
		all += wide[c.Name]
	}
	if all-2 <= width {
		return view, nil
	}
	var first []string
	room := width + 2
	for _, name := range foremost {
		again := name == "Name" && slices.Contains(first, "DisplayName") ||
			name == "Identity" && (slices.Contains(first, "DisplayName") || slices.Contains(first, "Name")) // says the same
		if slices.Contains(names, name) && !again && (wide[name] <= room || len(first) == 0) {
			first = append(first, name)
			room -= wide[name]
		}
	}
	if len(first) == 0 {
		return view, nil
	}
	for _, name := range names {
		if wide[name] > room {
			break
		}
		if !slices.Contains(foremost, name) {
			first = append(first, name)
			room -= wide[name]
		}
	}
	a.note(a.words.Count("cli.more-columns", len(names)))
	query := s.query
	query.Columns = first
	return results.Arrange(context.WithoutCancel(ctx), view.Snapshot(), query)
}
