package views

import (
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// Tone is the colour a rule gives.
type Tone string

// The tones.
const (
	Good   Tone = "good"
	Warn   Tone = "warn"
	Bad    Tone = "bad"
	Accent Tone = "accent"
)

// Tones are the tones there are. Each is drawn with a shape beside it, so that colour never stands alone.
func Tones() []Tone { return []Tone{Bad, Warn, Good, Accent} }

// Rule colours cells: in rows that match When, those of Column, or the whole row when Column is empty.
type Rule struct {
	Column string         `json:"column,omitempty"`
	When   results.Filter `json:"when"`
	Tone   Tone           `json:"tone"`
}

// Share is a size beside its quota: how full something is.
type Share struct {
	Size  string   // the column
	Quota []string // columns of its quotas, the one that counts first
}

// FullFrom and AlmostFullFrom are the shares of a quota from which a size is coloured.
const (
	AlmostFullFrom = 0.85 // amber, with a triangle
	FullFrom       = 0.95 // red, with a stop mark, above it
)

var quotas = map[string][]string{
	"TotalItemSize": {"ProhibitSendQuota", "ProhibitSendReceiveQuota", "IssueWarningQuota",
		"DatabaseProhibitSendQuota", "DatabaseProhibitSendReceiveQuota", "DatabaseIssueWarningQuota"},
	"TotalDeletedItemSize": {"RecoverableItemsQuota", "RecoverableItemsWarningQuota"},
	"ArchiveSize":          {"ArchiveQuota", "ArchiveWarningQuota"},
}

// Shares are the sizes that have a quota beside them, by the place of the column among columns.
func Shares(columns []results.Column) map[int]Share {
	out := map[int]Share{}
	for i, c := range columns {
		if c.Type != exchange.Size || c.Role != results.Data {
			continue
		}
		share := Share{Size: c.Name}
		for size, names := range quotas {
			if !strings.EqualFold(size, c.Name) {
				continue
			}
			for _, name := range names {
				for _, q := range columns {
					if strings.EqualFold(q.Name, name) && q.Type == exchange.Size {
						share.Quota = append(share.Quota, q.Name)
					}
				}
			}
		}
		if len(share.Quota) > 0 {
			out[i] = share
		}
	}
	return out
}

// Of is how full: the size as a part of the first quota that sets a bound, found with cell. ok is false when
// there is no size or none of the quotas bounds it.
func (s Share) Of(size exchange.Value, cell func(column string) exchange.Value) (part float64, ok bool) {
	if size.Kind() != exchange.Size || size.IsUnlimited() {
		return 0, false
	}
	for _, name := range s.Quota {
		if q := cell(name); q.Kind() == exchange.Size && !q.IsUnlimited() && q.Int() > 0 {
			return float64(size.Int()) / float64(q.Int()), true
		}
	}
	return 0, false
}

// ToneOf is the colour of a share; empty below AlmostFullFrom.
func ToneOf(part float64) Tone {
	switch {
	case part > FullFrom:
		return Bad
	case part >= AlmostFullFrom:
		return Warn
	}
	return ""
}
