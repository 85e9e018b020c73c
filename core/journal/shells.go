package journal

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"time"
)

// Shell is one shell that this computer has, or had, open on a server.
type Shell struct {
	ID       string // the ShellId of MS-WSMV, as sent
	URL      string // where it is; whatever could be a secret is taken out before it is written
	User     string // the account that opened it
	Customer string // the customer it was opened for, empty for the account's own organisation
	Budget   string // the account as Want.Account names it, empty when no place was taken for the shell
	PID      int    // the process that opened it
	Host     string // the computer that process runs on
	Opened   time.Time

	place int64 // the place it counts for, 0 for none
}

// Owner tells about the process that opened a shell.
type Owner string

// What can be known about the process that opened a shell.
const (
	OwnerRunning Owner = "running" // it still runs: the shell is in use, leave it alone
	OwnerGone    Owner = "gone"    // it ended without closing the shell
	OwnerGaveUp  Owner = "gave-up" // it runs, but could not close the shell and has given back its place
	OwnerUnknown Owner = "unknown" // it was started on another computer
)

// Left tells whether nobody will close the shell unless it is removed.
func (o Owner) Left() bool { return o == OwnerGone || o == OwnerGaveUp }

// OpenShell is a Shell that was not noted as closed.
type OpenShell struct {
	Shell
	Owner Owner

	// Confirmed tells that the server said it made the shell. Without that its creation may never have
	// arrived, or may still be on its way.
	Confirmed bool

	// Found is when the shell was first seen to be left open; the zero time while it is not.
	Found time.Time
}

// ShellOpening notes a shell before its creation is sent, so that one which the server made while this
// program died, or the power failed, is known at the next start. PID, Host and Opened may be left empty: then they are those of
// this process and this moment. A shell with the same ID is replaced. When it fails, do not open the shell.
func (j *Journal) ShellOpening(ctx context.Context, s Shell) error {
	begun := ""
	if s.PID == 0 || s.PID == j.self.pid {
		s.PID, begun = j.self.pid, j.self.begun
	}
	if s.Host == "" {
		s.Host = j.self.host
	}
	if s.Opened.IsZero() {
		s.Opened = j.now()
	}
	return j.writeThrough(ctx, "note a shell", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO shells
			(id, url, account, customer, host, pid, begun, opened, budget, place, confirmed, found)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL)`,
			s.ID, WithoutSecrets(s.URL), s.User, s.Customer, s.Host, s.PID, begun, s.Opened.UnixMilli(), s.Budget, s.place)
		return err
	})
}

// ShellNamed notes that the server made the shell noted as id, and calls it serverID, which may be the same.
func (j *Journal) ShellNamed(ctx context.Context, id, serverID string) error {
	return j.write(ctx, "confirm a shell", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE OR REPLACE shells SET id = ?, confirmed = 1 WHERE id = ?`, serverID, id)
		return err
	})
}

// ShellClosed strikes a shell out after the server confirmed its deletion, or said that it never was or no
// longer is. One that is not noted is already struck out.
func (j *Journal) ShellClosed(ctx context.Context, id string) error {
	err := j.write(ctx, "strike out a shell", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM shells WHERE id = ?`, id)
		return err
	})
	j.news.tell() // it may have been somebody's place
	return err
}

// OpenShells returns the shells that were not struck out, the oldest first, each with what is known about
// the process that opened it. A process number that the system gave to another program since is not taken
// for the old one. It notes which are seen to be left open for the first time.
func (j *Journal) OpenShells(ctx context.Context) ([]OpenShell, error) {
	const doing = "list open shells"
	open, err := j.shellsOf(ctx, j.db, "")
	if err != nil {
		return nil, j.problem(doing, err)
	}
	now := j.now().UTC().Truncate(time.Millisecond)
	var fresh []string
	for i := range open {
		if s := &open[i]; s.Owner.Left() && s.Found.IsZero() {
			s.Found, fresh = now, append(fresh, s.ID)
		}
	}
	if len(fresh) > 0 { // the list is of use without the note
		_ = j.write(ctx, doing, func(tx *sql.Tx) error { return noteFound(ctx, tx, fresh, now) })
	}
	return open, nil
}

func noteFound(ctx context.Context, tx *sql.Tx, ids []string, at time.Time) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, `UPDATE shells SET found = ? WHERE id = ? AND found IS NULL`, at.UnixMilli(), id); err != nil {
			return err
		}
	}
	return nil
}

// queries is the database, or a transaction on it.
type queries interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// shellsOf reads the open shells of an account as places name it, or all for "".
func (j *Journal) shellsOf(ctx context.Context, from queries, budget string) ([]OpenShell, error) {
	rows, err := from.QueryContext(ctx, `SELECT s.id, s.url, s.account, s.customer, s.host, s.pid, s.begun, s.opened,
		s.budget, s.place, s.confirmed, s.found, p.id IS NOT NULL
		FROM shells s LEFT JOIN places p ON p.id = s.place AND p.held
		WHERE ? IN ('', s.budget) ORDER BY s.opened, s.id`, budget)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var open []OpenShell
	for rows.Next() {
		var s OpenShell
		var begun string
		var opened, found sql.NullInt64
		var placed bool
		if err := rows.Scan(&s.ID, &s.URL, &s.User, &s.Customer, &s.Host, &s.PID, &begun, &opened,
			&s.Budget, &s.place, &s.Confirmed, &found, &placed); err != nil {
			return nil, err
		}
		s.Opened, s.Found = timeOf(opened), timeOf(found)
		s.Owner = j.owner(process{pid: s.PID, begun: begun, host: s.Host})
		if s.Owner == OwnerRunning && s.place != 0 && !placed {
			s.Owner = OwnerGaveUp
		}
		open = append(open, s)
	}
	return open, rows.Err()
}

func (j *Journal) owner(p process) Owner {
	begun, err := beginningOf(p.pid)
	switch {
	case err == nil && begun == p.begun: // whatever this computer is called now
		return OwnerRunning
	case !p.sameComputer(j.self):
		return OwnerUnknown
	case err == nil && p.begun == "":
		return OwnerRunning
	}
	return OwnerGone
}

// WithoutSecrets takes out of an address what could be a secret: user name and password before the host,
// the fragment, and those parts of the query whose name or length says that they are a token.
func WithoutSecrets(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "" // what cannot be read cannot be cleaned
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if u.Opaque != "" {
		u.Opaque = ""
	}
	var kept []string
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		switch {
		case pair == "", len(value) > 128:
		case !secretName(name), strings.EqualFold(value, "true"), strings.EqualFold(value, "false"): // BasicAuthToOAuthConversion=true
			kept = append(kept, pair)
		}
	}
	u.RawQuery = strings.Join(kept, "&")
	return u.String()
}

// secretName tells whether a parameter of that name may hold a secret.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"token", "password", "passwd", "pwd", "secret", "credential", "signature", "sig", "apikey", "auth", "ticket", "assertion", "cookie"} {
		if name == word || len(word) > 3 && strings.Contains(name, word) {
			return true
		}
	}
	return name == "code" || name == "key"
}
