package charts

import (
	"context"
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// known are the charts people make of what a cmdlet answers, the best first, by the noun of the cmdlet. The
// first whose columns are there and have something to show is taken.
var known = map[string][]string{
	"Mailbox":                       {"ring:RecipientTypeDetails", "bars:RecipientTypeDetails"},
	"MailboxStatistics":             {"bars:TotalItemSize:name:DisplayName", "bars:TotalItemSize"},
	"MailboxFolderStatistics":       {"bars:FolderSize:name:FolderPath", "bars:ItemsInFolder:name:FolderPath"},
	"MailboxPermission":             {"bars:User"},
	"RecipientPermission":           {"bars:Trustee"},
	"MailboxFolderPermission":       {"bars:User"},
	"Recipient":                     {"ring:RecipientTypeDetails", "ring:RecipientType"},
	"User":                          {"bars:Department", "ring:RecipientTypeDetails"},
	"InboxRule":                     {"ring:Enabled"},
	"DistributionGroup":             {"ring:GroupType"},
	"DistributionGroupMember":       {"ring:RecipientTypeDetails", "ring:RecipientType"},
	"UnifiedGroup":                  {"ring:AccessType"},
	"AcceptedDomain":                {"ring:DomainType"},
	"MobileDevice":                  {"ring:DeviceOS", "ring:DeviceType"},
	"MobileDeviceStatistics":        {"ring:DeviceOS", "ring:DeviceType"},
	"MailboxAutoReplyConfiguration": {"ring:AutoReplyState"},
	"TransportRule":                 {"ring:State"},
	"MessageTrace":                  {"timeline:Received", "ring:Status"},
	"CalendarProcessing":            {"ring:AutomateProcessing"},
	"InboundConnector":              {"ring:ConnectorType"},
	"OutboundConnector":             {"ring:ConnectorType"},
	"ManagementRoleAssignment":      {"bars:Role"},
	"RoleGroupMember":               {"ring:RecipientType"},
	"MailUser":                      {"timeline:WhenCreated"},
	"MailContact":                   {"timeline:WhenCreated"},
}

const (
	ringMost = 6  // different values that a ring still shows well
	barsMost = 60 // and bars
)

// Usual is the chart that says most about the rows of v: what people make of the cmdlet's answer, otherwise
// by the names, types and values of its columns. It is the zero Spec when no column is worth one. The only
// error is ctx's own.
func Usual(ctx context.Context, v results.View) (Spec, error) {
	if v.Len() == 0 {
		return Spec{}, ctx.Err()
	}
	if v.Grouped() {
		return grouped(v), ctx.Err()
	}
	columns := columnsOf(v)
	if change, ok := find(columns, results.ChangeColumn); ok && change.Name == columns[0].Name {
		return Spec{Kind: Ring, Column: change.Name}, nil // of a comparison
	}
	_, noun, _ := strings.Cut(v.Snapshot().Info().Invocation.Cmdlet, "-")
	list, ok := known[noun]
	if !ok {
		list = known[strings.TrimSuffix(strings.TrimPrefix(noun, "EXO"), "V2")]
	}
	for _, text := range list {
		s, err := Parse(text)
		if err != nil {
			return Spec{}, err
		}
		if ok, err := says(ctx, v, s); ok || err != nil {
			return s, err
		}
	}
	return byTypes(ctx, v, columns)
}

// grouped is a bar for each group, with what was worked out for it.
func grouped(v results.View) Spec {
	columns := v.Columns()
	s := Spec{Kind: Bars, Measure: Rows}
	if by := v.Query().Group.Columns; len(by) > 0 {
		if c, ok := find(columns, by[0]); ok {
			s.Column = c.Name
		}
	}
	if s.Column == "" {
		return Spec{}
	}
	for _, c := range columns {
		switch {
		case c.Role <= results.Count || !adds(c.Type):
			continue
		case c.Role == results.Sum:
			s.Measure, s.Of = Sum, c.Name
		case len(v.Query().Group.Columns) == 1:
			s.Measure, s.Of = Each, c.Name
		default:
			continue
		}
		break
	}
	return s
}

// says tells whether a chart has something to show: its columns are there and not empty throughout.
func says(ctx context.Context, v results.View, s Spec) (bool, error) {
	fitted, err := Fit(v, s)
	if err != nil {
		return false, ctx.Err()
	}
	name := fitted.Column
	if fitted.Measure == Each {
		name = fitted.Of
	}
	at := v.Reader(name)
	for row := range v.Len() {
		if row%pause == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		if !at(row).IsNone() {
			return true, nil
		}
	}
	return false, nil
}

// telling are ends of names of columns that sort rows into a few kinds, the best first.
var telling = []string{"TypeDetails", "Type", "Kind", "State", "Status", "Department", "Office", "Country", "City", "Role", "OS", "Mode"}

func ends(name, end string) bool { return strings.HasSuffix(name, end) }

// byTypes finds a chart by what the columns hold.
func byTypes(ctx context.Context, v results.View, columns []results.Column) (Spec, error) {
	// How large something is comes first, unless it is a quota.
	for _, c := range columns {
		if c.Type == exchange.Size && strings.Contains(c.Name, "Size") && !strings.HasPrefix(c.Name, "Max") {
			s := Spec{Kind: Bars, Column: namer(columns, c.Name), Measure: Each, Of: c.Name}
			if ok, err := says(ctx, v, s); ok || err != nil {
				return s, err
			}
		}
	}
	best, bestRank := Spec{}, len(telling)+3
	for _, c := range columns {
		rank := len(telling)
		switch c.Type {
		case exchange.Text:
			for i, end := range telling {
				if ends(c.Name, end) {
					rank = min(rank, i)
				}
			}
		case exchange.Flag:
			rank = len(telling) + 2
		default:
			continue
		}
		if slices.Contains(namesOfRows, c.Name) || rank >= bestRank {
			continue
		}
		p, err := v.Parts(ctx, c.Name, results.Count, "", barsMost)
		if err != nil {
			return Spec{}, err
		}
		// One value alone, or nearly one a row, is no picture.
		if n := len(p.Top) + p.Others; n < 2 || n > barsMost || 2*n > v.Len() && v.Len() > 4 {
			continue
		}
		bestRank = rank
		if best = (Spec{Kind: Bars, Column: c.Name}); len(p.Top)+p.Others <= ringMost {
			best.Kind = Ring
		}
	}
	if !best.IsZero() && bestRank < len(telling)+2 {
		return best, nil
	}
	for _, kind := range []struct {
		is   Kind
		fits func(exchange.Kind) bool
	}{
		{Timeline, func(k exchange.Kind) bool { return k == exchange.Time }},
		{Histogram, adds},
	} {
		for _, c := range columns {
			if !kind.fits(c.Type) {
				continue
			}
			s := Spec{Kind: kind.is, Column: c.Name}
			if ok, err := says(ctx, v, s); ok || err != nil {
				return s, err
			}
		}
	}
	return best, nil
}
