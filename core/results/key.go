package results

import (
	"context"

	"tenantry/core/exchange"
)

// keyNames are columns by which Exchange tells things apart, what people know them by first.
var keyNames = []string{"PrimarySmtpAddress", "UserPrincipalName", "WindowsEmailAddress", "ExternalDirectoryObjectId", "ExchangeGuid", "Guid",
	"ExchangeObjectId", "DistinguishedName", "DeviceId", "MessageTraceId", "DomainName", "Identity", "Id", "Name", "DisplayName"}

// GuessKey finds columns that tell the rows of both tables apart, for Compare: the first of those Exchange has for
// it, then any other, that no two rows agree in and no row lacks. Over several customers a column may tell apart
// only with the customer's. Where none does, it is the best known column that both have; nil when they share none.
//
// It may take a moment with many rows. The only error is ctx's own.
func GuessKey(ctx context.Context, before, after Snapshot) ([]string, error) {
	const most = 40 // columns that are tried
	var names []string
	for _, name := range keyNames {
		if at, ok := after.Column(name); ok {
			names = append(names, after.Columns()[at].Name)
		}
	}
	for _, c := range after.Columns() {
		if (c.Type == exchange.Text || c.Type == exchange.Integer) && !containsFold(names, c.Name) && len(names) < most {
			names = append(names, c.Name)
		}
	}
	_, one := before.Column(CustomerColumn)
	_, other := after.Column(CustomerColumn)
	var shared []string
	for _, name := range names {
		if _, ok := before.Column(name); !ok {
			continue
		}
		shared = append(shared, name)
		keys := [][]string{{name}}
		if one && other && name != CustomerColumn {
			keys = append(keys, []string{CustomerColumn, name})
		}
		for _, key := range keys {
			tells := true
			for _, s := range []Snapshot{after, before} {
				yes, err := s.tellsApart(ctx, key)
				if err != nil {
					return nil, err
				}
				if tells = yes; !yes {
					break
				}
			}
			if tells {
				return key, nil
			}
		}
	}
	return shared[:min(len(shared), 1)], nil
}

// tellsApart tells whether no two rows agree in the columns, as Compare sees them, and each row has them.
func (s Snapshot) tellsApart(ctx context.Context, key []string) (bool, error) {
	seen := make(map[string]struct{})
	places := make([]int, len(key))
	for i, name := range key {
		places[i], _ = s.Column(name)
	}
	var buf []byte
	for row := range RowID(s.Len()) {
		if row%pause == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		buf = buf[:0]
		for _, at := range places {
			part := keyText(s.Cell(row, at))
			if part == "" {
				return false, nil
			}
			buf = append(append(buf, part...), 0)
		}
		if _, again := seen[string(buf)]; again {
			return false, nil
		}
		seen[string(buf)] = struct{}{}
	}
	return true, nil
}
