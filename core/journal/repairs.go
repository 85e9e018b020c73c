package journal

import (
	"context"
	"database/sql"
	"time"

	"tenantry/core/exchange"
)

// Repair is a change to a computer that a person agreed to, and what became of it.
type Repair struct {
	At       time.Time
	Program  string        // which program made it: "window" or "command line"
	Computer string        // empty for this one
	Fix      string        // the repair's name, such as "execution-policy-user"
	Change   string        // a line for each thing that was changed: the place, its old and its new value
	Code     exchange.Code // why it was not made; empty when it was
}

// Repaired notes a repair. It is on the disk when Repaired returns.
func (j *Journal) Repaired(ctx context.Context, r Repair) error {
	return j.writeThrough(ctx, "note a repair", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO repairs (at, program, computer, fix, change, code) VALUES (?, ?, ?, ?, ?, ?)`,
			r.At.UnixMilli(), r.Program, r.Computer, r.Fix, r.Change, string(r.Code))
		return err
	})
}

// Repairs returns the newest repairs first, at most limit of them, or all when limit is 0.
func (j *Journal) Repairs(ctx context.Context, limit int) ([]Repair, error) {
	if limit <= 0 {
		limit = -1
	}
	rows, err := j.db.QueryContext(ctx, `SELECT at, program, computer, fix, change, code FROM repairs ORDER BY at DESC, rowid DESC LIMIT ?`, limit)
	if err != nil {
		return nil, j.problem("list repairs", err)
	}
	defer rows.Close()
	var list []Repair
	for rows.Next() {
		var r Repair
		var at int64
		if err := rows.Scan(&at, &r.Program, &r.Computer, &r.Fix, &r.Change, &r.Code); err != nil {
			return nil, j.problem("list repairs", err)
		}
		r.At = time.UnixMilli(at).UTC()
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, j.problem("list repairs", err)
	}
	return list, nil
}
