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
	PID      int    // the process that opened it
	Host     string // the computer that process runs on
	Opened   time.Time
}

// Owner tells about the process that opened a shell.
type Owner string

// What can be known about the process that opened a shell.
const (
	OwnerRunning Owner = "running" // it still runs: the shell is in use, leave it alone
	OwnerGone    Owner = "gone"    // it ended without closing the shell
	OwnerUnknown Owner = "unknown" // it was started on another computer
)

// OpenShell is a Shell that was not noted as closed.
type OpenShell struct {
	Shell
	Owner Owner
}

// ShellOpening notes a shell before its creation is sent, so that one which the server made while this
// program died is known at the next start. PID, Host and Opened may be left empty: then they are those of
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
	return j.write(ctx, "note a shell", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO shells
			(id, url, account, customer, host, pid, begun, opened) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			s.ID, WithoutSecrets(s.URL), s.User, s.Customer, s.Host, s.PID, begun, s.Opened.UnixMilli())
		return err
	})
}

// ShellNamed notes that the server gave the shell noted as id another name.
func (j *Journal) ShellNamed(ctx context.Context, id, serverID string) error {
	if id == serverID {
		return nil
	}
	return j.write(ctx, "rename a shell", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE OR REPLACE shells SET id = ? WHERE id = ?`, serverID, id)
		return err
	})
}

// ShellClosed strikes a shell out after the server confirmed its deletion, or said that it never was or no
// longer is. One that is not noted is already struck out.
func (j *Journal) ShellClosed(ctx context.Context, id string) error {
	return j.write(ctx, "strike out a shell", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM shells WHERE id = ?`, id)
		return err
	})
}

// OpenShells returns the shells that were not struck out, the oldest first, each with what is known about
// the process that opened it. A process number that the system gave to another program since is not taken
// for the old one.
func (j *Journal) OpenShells(ctx context.Context) ([]OpenShell, error) {
	const doing = "list open shells"
	rows, err := j.db.QueryContext(ctx, `SELECT id, url, account, customer, host, pid, begun, opened
		FROM shells ORDER BY opened, id`)
	if err != nil {
		return nil, j.problem(doing, err)
	}
	defer rows.Close()
	var open []OpenShell
	for rows.Next() {
		var s OpenShell
		var begun string
		var opened sql.NullInt64
		if err := rows.Scan(&s.ID, &s.URL, &s.User, &s.Customer, &s.Host, &s.PID, &begun, &opened); err != nil {
			return nil, j.problem(doing, err)
		}
		s.Opened = timeOf(opened)
		s.Owner = j.owner(process{pid: s.PID, begun: begun, host: s.Host})
		open = append(open, s)
	}
	if err := rows.Err(); err != nil {
		return nil, j.problem(doing, err)
	}
	return open, nil
}

func (j *Journal) owner(p process) Owner {
	if p.host != j.self.host {
		return OwnerUnknown
	}
	begun, err := beginningOf(p.pid)
	switch {
	case err != nil:
		return OwnerGone
	case p.begun == "" || begun == p.begun:
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
		if pair != "" && !secretName(name) && len(value) <= 128 {
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
