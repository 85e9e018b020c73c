package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// Outcome is how a run, or its part for one customer, ended.
type Outcome string

// The outcomes.
const (
	Running   Outcome = "running"   // not ended yet, or the program died while it ran
	Answered  Outcome = "answered"  // all that was asked was answered, an empty answer too
	Partly    Outcome = "partly"    // of a run: some customers answered, others failed or were not asked
	Failed    Outcome = "failed"    // it failed
	NotAsked  Outcome = "not-asked" // of a customer: the question never reached it
	Cancelled Outcome = "cancelled" // the user stopped it
)

// Run is one cmdlet run over one or many customers.
type Run struct {
	ID         string // unique; the RunInfo.ID of its table
	Program    string // which program ran it: "window" or "command line"
	Account    string
	URL        string // the endpoint, without whatever could be a secret
	Connection exchange.Connection
	Cmdlet     string
	Params     []Param
	Started    time.Time
	Ended      time.Time // zero while it runs
	Outcome    Outcome
	Rows       int
	Customers  []RunCustomer // in the order they were asked for
}

// Param is a parameter as the journal keeps it: what a person can read, and never a secret.
type Param struct {
	Name   string `json:"name"`
	Value  string `json:"value"`            // one line; secret.Hidden for a secret
	Switch bool   `json:"switch,omitempty"` // the value is True or False
}

// RunCustomer is one customer's part in a run.
type RunCustomer struct {
	Customer exchange.CustomerID
	Outcome  Outcome
	Rows     int
	Partial  bool          // rows arrived, but not all there were
	Code     exchange.Code // why it failed or was not asked
	Ended    time.Time
}

// MaxValue is how many bytes of one parameter's value are kept.
const MaxValue = 2048

// Describe turns the parameters of an invocation into what the journal keeps. Values that are secrets, and
// all values of parameters whose name speaks of one, become secret.Hidden.
func Describe(params []exchange.Param) []Param {
	list := make([]Param, 0, len(params))
	for _, p := range params {
		text := p.Value.Text()
		if secretName(p.Name) || p.Value.Kind() == exchange.Secret {
			text = secret.Hidden
		}
		if len(text) > MaxValue {
			text = cutText(text, MaxValue) + "…"
		}
		list = append(list, Param{Name: p.Name, Value: text, Switch: p.Value.Kind() == exchange.Flag})
	}
	return list
}

// cutText cuts text to at most n bytes without cutting a letter.
func cutText(text string, n int) string {
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n]
}

// RunStarted notes a run before anything is sent. Ended, Outcome, Rows and those of its customers are left
// alone: they start out as running. An ID that is there already is an error.
func (j *Journal) RunStarted(ctx context.Context, r Run) error {
	params, err := json.Marshal(r.Params)
	if err != nil {
		return j.problem("note a run", err)
	}
	return j.write(ctx, "note a run", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO runs
			(id, program, account, url, connection, cmdlet, params, started, ended, outcome, rows)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, 0)`,
			r.ID, r.Program, r.Account, WithoutSecrets(r.URL), string(r.Connection), r.Cmdlet, string(params),
			r.Started.UnixMilli(), string(Running)); err != nil {
			return err
		}
		add, err := tx.PrepareContext(ctx, `INSERT INTO run_customers
			(run, place, customer, outcome, rows, partial, code, ended) VALUES (?, ?, ?, ?, 0, 0, '', NULL)`)
		if err != nil {
			return err
		}
		defer add.Close()
		for i, c := range r.Customers {
			if _, err := add.ExecContext(ctx, r.ID, i, string(c.Customer), string(Running)); err != nil {
				return err
			}
		}
		return nil
	})
}

// CustomerEnded notes how one customer's part in a run ended.
func (j *Journal) CustomerEnded(ctx context.Context, run string, c RunCustomer) error {
	return j.write(ctx, "note a customer's answer", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE run_customers SET outcome = ?, rows = ?, partial = ?, code = ?, ended = ?
			WHERE run = ? AND customer = ?`,
			string(c.Outcome), c.Rows, c.Partial, string(c.Code), milliseconds(c.Ended), run, string(c.Customer))
		return err
	})
}

// RunEnded notes how a run ended, and with how many rows.
func (j *Journal) RunEnded(ctx context.Context, run string, outcome Outcome, rows int, at time.Time) error {
	return j.write(ctx, "note the end of a run", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE runs SET outcome = ?, rows = ?, ended = ? WHERE id = ?`,
			string(outcome), rows, milliseconds(at), run)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err == nil && n == 0 {
			return unknownRun(run)
		}
		return nil
	})
}

// Runs returns the newest runs first, at most limit of them, or all when limit is 0.
func (j *Journal) Runs(ctx context.Context, limit int) ([]Run, error) {
	if limit <= 0 {
		limit = -1
	}
	return j.runs(ctx, "list runs", `ORDER BY started DESC, rowid DESC LIMIT ?`, limit)
}

// Run returns the run of that ID. An unknown one is CodeUnknownRun.
func (j *Journal) Run(ctx context.Context, id string) (Run, error) {
	list, err := j.runs(ctx, "find a run", `WHERE id = ?`, id)
	if err != nil {
		return Run{}, err
	}
	if len(list) == 0 {
		return Run{}, unknownRun(id)
	}
	return list[0], nil
}

func (j *Journal) runs(ctx context.Context, doing, which string, arg any) (list []Run, err error) {
	defer func() {
		if err != nil {
			list, err = nil, j.problem(doing, err)
		}
	}()
	tx, err := j.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, notDone(tx.Rollback())) }()

	rows, err := tx.QueryContext(ctx, `SELECT id, program, account, url, connection, cmdlet, params, started, ended,
		outcome, rows FROM runs `+which, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r Run
		var params []byte
		var started, ended sql.NullInt64
		if err := rows.Scan(&r.ID, &r.Program, &r.Account, &r.URL, &r.Connection, &r.Cmdlet, &params,
			&started, &ended, &r.Outcome, &r.Rows); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(params, &r.Params); err != nil {
			return nil, err
		}
		r.Started, r.Ended = timeOf(started), timeOf(ended)
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	ask, err := tx.PrepareContext(ctx, `SELECT customer, outcome, rows, partial, code, ended FROM run_customers
		WHERE run = ? ORDER BY place`)
	if err != nil {
		return nil, err
	}
	defer ask.Close()
	for i := range list {
		if err := list[i].readCustomers(ctx, ask); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *Run) readCustomers(ctx context.Context, ask *sql.Stmt) error {
	rows, err := ask.QueryContext(ctx, r.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c RunCustomer
		var ended sql.NullInt64
		if err := rows.Scan(&c.Customer, &c.Outcome, &c.Rows, &c.Partial, &c.Code, &ended); err != nil {
			return err
		}
		c.Ended = timeOf(ended)
		r.Customers = append(r.Customers, c)
	}
	return rows.Err()
}

func notDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func unknownRun(id string) *exchange.Problem {
	return &exchange.Problem{Code: CodeUnknownRun, Doing: "find a run", Args: map[string]string{"run": id}}
}
