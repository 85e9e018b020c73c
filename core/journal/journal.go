// Package journal is Tenantry's memory of what it did: which shells it opened on a server and has not yet
// closed, which cmdlets it ran, for whom, with what outcome, and what it repaired on a computer. It is one
// SQLite database in the data folder that several running copies use at once. No secret is ever in it.
package journal

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tenantry/core/exchange"
)

// The codes of the journal.
const (
	CodeUnavailable exchange.Code = "journal.unavailable" // it cannot be opened, read or written: no right, no room, a broken disk. Args: path
	CodeDamaged     exchange.Code = "journal.damaged"     // the file is no journal; it is left as it is. Args: path
	CodeNewer       exchange.Code = "journal.newer"       // a newer Tenantry made it. Args: path, version, known
	CodeBusy        exchange.Code = "journal.busy"        // another program held it for longer than BusyLimit. Args: path
	CodeUnknownRun  exchange.Code = "journal.unknown-run" // there is no run of that number. Args: run
)

// BusyLimit is how long one read or write waits for another program.
const BusyLimit = 10 * time.Second

// Journal is the open database. Its methods block on the disk, may be called from any goroutine, and stop
// waiting when ctx is done. Errors are *exchange.Problem.
type Journal struct {
	db   *sql.DB
	path string
	self process
	now  func() time.Time
	news changes
	life context.Context // until Close
	end  context.CancelFunc
}

// Open opens the journal at path (signin.Folders.Journal), makes it when it is not there, and brings an
// older one up to date. The caller closes it.
func Open(ctx context.Context, path string) (*Journal, error) {
	j := &Journal{path: path, now: time.Now}
	j.life, j.end = context.WithCancel(context.Background())
	var err error
	if j.self, err = thisProcess(); err != nil {
		return nil, j.problem("ask the system about this process", err)
	}
	if err := makePrivate(path); err != nil {
		return nil, j.problem("make the journal", err)
	}
	if j.db, err = sql.Open("sqlite", dataSource(path)); err != nil {
		return nil, j.problem("open the journal", err)
	}
	// One connection: writes of one program queue here, in order, instead of meeting a lock below.
	j.db.SetMaxOpenConns(1)
	if err := j.prepare(ctx); err != nil {
		_ = j.Close()
		return nil, err
	}
	if err := j.dropDead(ctx); err != nil {
		_ = j.Close()
		return nil, j.problem("open the journal", err)
	}
	return j, nil
}

// Close closes the database. What was written before is kept. Places that are still held stay in the book
// until this process ends.
func (j *Journal) Close() error {
	j.end()
	if err := j.db.Close(); err != nil {
		return j.problem("close the journal", err)
	}
	return nil
}

// makePrivate makes the file before SQLite does, so that only this user can read it. SQLite gives its
// side files the same rights.
func makePrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func dataSource(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // file:///C:/…
	}
	u := url.URL{Scheme: "file", Path: path}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(" + strconv.FormatInt(BusyLimit.Milliseconds(), 10) + ")",
		"foreign_keys(1)",
		"synchronous(normal)", // nothing breaks when the system stops; writeThrough is for what must not be lost then
		"fullfsync(1)",        // on macOS, where a plain sync stops at the disk's own memory
		"secure_delete(1)",
	}}
	u.RawQuery = q.Encode()
	return u.String()
}

// prepare turns on write-ahead logging and runs the migrations that are missing.
func (j *Journal) prepare(ctx context.Context) error {
	// Two programs that turn logging on at the same moment can meet a lock that SQLite does not wait for.
	end := j.now().Add(BusyLimit)
	for {
		var mode string
		err := j.db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		if err == nil {
			break
		}
		if !isBusy(err) || time.Now().After(end) {
			return j.problem("open the journal", err)
		}
		select {
		case <-ctx.Done():
			return j.problem("open the journal", ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return j.write(ctx, "bring the journal up to date", func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > len(migrations) {
			return &exchange.Problem{Code: CodeNewer, Doing: "open the journal", Args: map[string]string{
				"path": j.path, "version": strconv.Itoa(version), "known": strconv.Itoa(len(migrations)),
			}}
		}
		for _, m := range migrations[version:] {
			if _, err := tx.ExecContext(ctx, m); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "PRAGMA user_version = "+strconv.Itoa(len(migrations)))
		return err
	})
}

// write runs f in one transaction that holds the write lock from its beginning.
func (j *Journal) write(ctx context.Context, doing string, f func(*sql.Tx) error) error {
	return j.writeOn(ctx, j.db, doing, f)
}

// writeThrough is write for what must be on the disk when it returns, whatever happens to the computer then.
func (j *Journal) writeThrough(ctx context.Context, doing string, f func(*sql.Tx) error) error {
	conn, err := j.db.Conn(ctx)
	if err != nil {
		return j.problem(doing, err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = FULL"); err != nil {
		return j.problem(doing, err)
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "PRAGMA synchronous = NORMAL") }()
	return j.writeOn(ctx, conn, doing, f)
}

// begins is the database, or its one connection.
type begins interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

func (j *Journal) writeOn(ctx context.Context, on begins, doing string, f func(*sql.Tx) error) error {
	tx, err := on.BeginTx(ctx, nil)
	if err != nil {
		return j.problem(doing, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if err := f(tx); err != nil {
		return j.problem(doing, err)
	}
	if err := tx.Commit(); err != nil {
		return j.problem(doing, err)
	}
	return nil
}

// problem gives an error of the database its code. A Problem stays what it is.
func (j *Journal) problem(doing string, err error) error {
	var p *exchange.Problem
	if errors.As(err, &p) {
		return p
	}
	p = &exchange.Problem{Code: CodeUnavailable, Doing: doing, Args: map[string]string{"path": j.path}, Cause: err}
	var s *sqlite.Error
	switch {
	case errors.Is(err, context.Canceled):
		p.Code, p.Args = exchange.CodeCancelled, nil
	case errors.As(err, &s) && (s.Code()&0xff == sqlite3.SQLITE_NOTADB || s.Code()&0xff == sqlite3.SQLITE_CORRUPT):
		p.Code = CodeDamaged
	case isBusy(err), errors.Is(err, context.DeadlineExceeded):
		p.Code, p.Retry = CodeBusy, exchange.RetryNow
	}
	return p
}

func isBusy(err error) bool {
	var s *sqlite.Error
	return errors.As(err, &s) && (s.Code()&0xff == sqlite3.SQLITE_BUSY || s.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// migrations bring a journal from the version of their place to the next. They are never changed once
// released, only added to. Times are milliseconds since 1970 in UTC.
var migrations = []string{
	`CREATE TABLE shells (
		id       TEXT PRIMARY KEY,
		url      TEXT NOT NULL,
		account  TEXT NOT NULL,
		customer TEXT NOT NULL,
		host     TEXT NOT NULL,
		pid      INTEGER NOT NULL,
		begun    TEXT NOT NULL, -- when the process began, in the system's own terms
		opened   INTEGER NOT NULL
	) STRICT;
	CREATE TABLE runs (
		id         TEXT PRIMARY KEY,
		program    TEXT NOT NULL,
		account    TEXT NOT NULL,
		url        TEXT NOT NULL,
		connection TEXT NOT NULL,
		cmdlet     TEXT NOT NULL,
		params     TEXT NOT NULL, -- JSON
		started    INTEGER NOT NULL,
		ended      INTEGER,
		outcome    TEXT NOT NULL,
		rows       INTEGER NOT NULL
	) STRICT;
	CREATE INDEX runs_by_time ON runs (started);
	CREATE TABLE run_customers (
		run      TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
		place    INTEGER NOT NULL,
		customer TEXT NOT NULL,
		outcome  TEXT NOT NULL,
		rows     INTEGER NOT NULL,
		partial  INTEGER NOT NULL,
		code     TEXT NOT NULL,
		ended    INTEGER,
		PRIMARY KEY (run, place)
	) STRICT;`,

	`CREATE TABLE places (
		id       INTEGER PRIMARY KEY AUTOINCREMENT, -- also the turn of those who wait
		account  TEXT NOT NULL,
		customer TEXT NOT NULL,
		program  TEXT NOT NULL,
		held     INTEGER NOT NULL, -- 0 while it is waited for
		host     TEXT NOT NULL,
		pid      INTEGER NOT NULL,
		begun    TEXT NOT NULL,
		since    INTEGER NOT NULL
	) STRICT;
	CREATE INDEX places_by_account ON places (account);
	ALTER TABLE shells ADD COLUMN budget TEXT NOT NULL DEFAULT '';     -- the account as places name it
	ALTER TABLE shells ADD COLUMN place INTEGER NOT NULL DEFAULT 0;    -- the place it counts for, 0 for none
	ALTER TABLE shells ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 1; -- the server said that it made it
	ALTER TABLE shells ADD COLUMN found INTEGER;                       -- when it was first seen to be left open`,

	`CREATE TABLE repairs (
		at       INTEGER NOT NULL,
		program  TEXT NOT NULL,
		computer TEXT NOT NULL, -- empty for the one the journal is on
		fix      TEXT NOT NULL,
		change   TEXT NOT NULL,
		code     TEXT NOT NULL  -- empty when it was made
	) STRICT;`,
}

func milliseconds(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}

func timeOf(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}
