package journal

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"tenantry/core/exchange"
)

// LeftLimit is how long a shell that was left open counts among an account's sessions, from when it was
// found: Exchange drops one that nobody uses after 15 minutes.
const LeftLimit = 16 * time.Minute

// Places is the journal as the book in which all programs of this computer write who holds how many sessions
// of an account, so that together they stay within what the account may have. Who finds no room waits in
// the order of asking, whatever program asked; one that does not take its turn is passed. What a program held that died comes free by itself; a shell
// that it left open on the server keeps counting until it is struck out, for LeftLimit at most.
type Places struct {
	j       *Journal
	program string
}

// Places returns the book of sessions. program says who writes in it, "window" or "command line", for
// others to read. It does not own the journal.
func (j *Journal) Places(program string) *Places { return &Places{j, program} }

// Want says for what a place is taken.
type Want struct {
	Account  string // who signs in, and where; equal texts share one budget
	Customer exchange.CustomerID
	Max      int // how many sessions the account may have
}

// Place is the right to one session of an account. It is held until Free, or until this process ends.
type Place struct {
	id      int64
	account string
}

type placeKey struct{}

// Mark makes shells that are noted (ShellLog.Opening) with the returned context count for this place.
func (p *Place) Mark(ctx context.Context) context.Context {
	return context.WithValue(ctx, placeKey{}, p)
}

// Holder is one session that stands in the way of another.
type Holder struct {
	Customer exchange.CustomerID
	Program  string    // "window", "command line"; empty for a session left open
	Here     bool      // this process holds it
	Left     bool      // nobody uses it: a program left it open, and it is not known to be closed
	Since    time.Time // when it was opened
}

// Take waits until the account has room for one more session, and takes it. waits, which may be nil, is told
// who is in the way, now and when that changes, on the caller's goroutine. A ctx that is done ends the
// waiting with CodeCancelled and gives up the turn.
func (p *Places) Take(ctx context.Context, w Want, waits func([]Holder)) (*Place, error) {
	j := p.j
	mine := &turn{passed: map[int64]bool{}}
	now, err := p.try(ctx, w, mine)
	if err != nil {
		return nil, err
	}
	place := &Place{id: mine.id, account: w.Account}
	if now.room(w) {
		return place, nil
	}
	defer j.listen()()
	var told []Holder
	for change := j.news.await(); ; change = j.news.await() {
		// Looking needs no lock; taking does, and is tried only when it promises something.
		if now, err = j.standing(ctx, j.db, w, mine); err == nil && (now.room(w) || mine.passes(now, w)) {
			now, err = p.try(ctx, w, mine)
			if err == nil && now.room(w) {
				return place, nil
			}
		}
		if err != nil {
			break
		}
		if waits != nil && !slices.Equal(told, now.holders) {
			told = now.holders
			waits(told)
		}
		select {
		case <-change:
		case <-ctx.Done():
		case <-j.life.Done(): // closed: the next look says so
		}
		if err = ctx.Err(); err != nil {
			break
		}
	}
	_ = p.Free(ctx, place) // a turn that stays behind goes with this process
	return nil, j.problem("wait for a session", err)
}

// passAfter is how long somebody may leave a free place untaken before those behind pass.
const passAfter = 3 * time.Second

// turn is one who waits.
type turn struct {
	id     int64 // 0 before joining the queue
	passed map[int64]bool

	front []int64 // who had a free place before them, and since when
	since time.Time
}

// passes tells whether those ahead leave a free place untaken for so long that this one passes them: their
// program was stopped, or may have fewer sessions.
func (t *turn) passes(now standing, w Want) bool {
	switch {
	case len(now.holders) >= w.Max:
		t.front = nil
	case t.front == nil || !slices.Equal(t.front, now.ahead):
		t.front, t.since = now.ahead, time.Now()
	case time.Since(t.since) >= passAfter:
		for _, id := range now.ahead {
			t.passed[id] = true
		}
		t.front = nil
		return true
	}
	return false
}

// try takes the place when it is this one's turn and there is room, which the standing it returns tells.
// It strikes out what dead programs held, and joins the queue first where that was not done.
func (p *Places) try(ctx context.Context, w Want, mine *turn) (now standing, err error) {
	j := p.j
	id := mine.id
	err = j.write(ctx, "take a session's place", func(tx *sql.Tx) (err error) {
		if id == 0 {
			if id, err = p.enter(ctx, tx, w); err != nil {
				return err
			}
		}
		if now, err = j.standing(ctx, tx, w, &turn{id: id, passed: mine.passed}); err != nil {
			return err
		}
		for _, dead := range now.dead {
			if _, err := tx.ExecContext(ctx, `DELETE FROM places WHERE id = ?`, dead); err != nil {
				return err
			}
		}
		if err := noteFound(ctx, tx, now.fresh, j.now()); err != nil {
			return err
		}
		if now.room(w) {
			_, err = tx.ExecContext(ctx, `UPDATE places SET held = 1, since = ? WHERE id = ?`, j.now().UnixMilli(), id)
		}
		return err
	})
	if err == nil {
		mine.id = id
	}
	j.news.tell()
	return now, err
}

// enter joins the queue.
func (p *Places) enter(ctx context.Context, tx *sql.Tx, w Want) (int64, error) {
	self := p.j.self
	done, err := tx.ExecContext(ctx, `INSERT INTO places (account, customer, program, held, host, pid, begun, since)
		VALUES (?, ?, ?, 0, ?, ?, ?, ?)`,
		w.Account, string(w.Customer), p.program, self.host, self.pid, self.begun, p.j.now().UnixMilli())
	if err != nil {
		return 0, err
	}
	return done.LastInsertId()
}

// dropDead strikes out what programs held or waited for that have ended.
func (j *Journal) dropDead(ctx context.Context) error {
	rows, err := j.placesOf(ctx, j.db, "")
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r placeRow) bool { return j.owner(r.process) != OwnerGone })
	if len(rows) == 0 {
		return nil
	}
	return j.write(ctx, "strike out programs that ended", func(tx *sql.Tx) error {
		for _, r := range rows {
			if _, err := tx.ExecContext(ctx, `DELETE FROM places WHERE id = ?`, r.id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Free gives a place back, or a turn. It does so also when ctx is done. A shell that was noted for the place
// and not struck out counts as left open from then on.
func (p *Places) Free(ctx context.Context, place *Place) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*BusyLimit)
	defer cancel()
	err := p.j.write(ctx, "give a session's place back", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM places WHERE id = ?`, place.id)
		return err
	})
	p.j.news.tell()
	return err
}

// Watch calls f with how many others on this computer wait for a session of the account, in other programs,
// at once and at each change, on a goroutine of its own until stop is called or the journal closed. stop
// does not wait for a call that is under way.
func (p *Places) Watch(account string, f func(others int)) (stop func()) {
	ctx, cancel := context.WithCancel(p.j.life)
	done := p.j.listen()
	go func() {
		defer done()
		told := -1
		for {
			change := p.j.news.await()
			n, err := p.j.othersWaiting(ctx, account)
			if ctx.Err() != nil {
				return
			}
			if err == nil && n != told {
				f(n)
				told = n
			}
			select {
			case <-change:
			case <-ctx.Done():
				return
			}
		}
	}()
	return cancel
}

func (j *Journal) othersWaiting(ctx context.Context, account string) (n int, err error) {
	rows, err := j.placesOf(ctx, j.db, account)
	for _, r := range rows {
		if !r.held && !r.here(j) && j.owner(r.process) == OwnerRunning {
			n++
		}
	}
	return n, err
}

// placeRow is one row of the book.
type placeRow struct {
	process
	id       int64
	customer exchange.CustomerID
	program  string
	held     bool
	since    time.Time
}

func (r placeRow) here(j *Journal) bool { return r.pid == j.self.pid && r.begun == j.self.begun }

// placesOf reads the book for an account, or for all with "".
func (j *Journal) placesOf(ctx context.Context, from queries, account string) ([]placeRow, error) {
	rows, err := from.QueryContext(ctx, `SELECT id, customer, program, held, host, pid, begun, since FROM places
		WHERE ? IN ('', account) ORDER BY id`, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []placeRow
	for rows.Next() {
		var r placeRow
		var since sql.NullInt64
		if err := rows.Scan(&r.id, &r.customer, &r.program, &r.held, &r.host, &r.pid, &r.begun, &since); err != nil {
			return nil, err
		}
		r.since = timeOf(since)
		list = append(list, r)
	}
	return list, rows.Err()
}

// standing is how things are for one who waits.
type standing struct {
	holders []Holder
	ahead   []int64  // who wait longer and were not passed
	dead    []int64  // places of programs that ended
	fresh   []string // shells not yet noted as left open
}

// room tells whether there is a place left after those who wait longer have theirs.
func (s standing) room(w Want) bool { return len(s.holders)+len(s.ahead) < w.Max }

// standing reads how things are for mine, or for nobody with nil.
func (j *Journal) standing(ctx context.Context, from queries, w Want, mine *turn) (s standing, err error) {
	places, err := j.placesOf(ctx, from, w.Account)
	if err != nil {
		return s, err
	}
	live := map[int64]bool{}
	for _, r := range places {
		switch j.owner(r.process) {
		case OwnerGone:
			s.dead = append(s.dead, r.id)
			continue
		case OwnerUnknown: // a home folder that several computers share; the server counts theirs
			continue
		}
		switch {
		case r.held:
			live[r.id] = true
			s.holders = append(s.holders, Holder{Customer: r.customer, Program: r.program, Here: r.here(j), Since: r.since})
		case mine != nil && r.id < mine.id && !mine.passed[r.id]:
			s.ahead = append(s.ahead, r.id)
		}
	}
	shells, err := j.shellsOf(ctx, from, w.Account)
	if err != nil {
		return s, err
	}
	now := j.now()
	for _, sh := range shells {
		if live[sh.place] || sh.Owner == OwnerUnknown || !sh.Found.IsZero() && now.Sub(sh.Found) > LeftLimit {
			continue
		}
		if sh.Found.IsZero() && sh.Owner.Left() {
			s.fresh = append(s.fresh, sh.ID)
		}
		s.holders = append(s.holders, Holder{Customer: exchange.CustomerID(sh.Customer), Left: sh.Owner.Left(), Since: sh.Opened})
	}
	return s, nil
}
