package jobs

import (
	"context"
	"sync"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal"
)

// part is one customer's part in a run. One worker at a time drives it; the news goroutine reads its
// count and empties its rows.
type part struct {
	run      *Run
	customer exchange.CustomerID
	attempts int
	reused   bool // the last attempt's session had been idle
	faults   int
	problem  *exchange.Problem
	partial  bool
	ended    time.Time

	mu     sync.Mutex // guards what follows, and keeps the rows in order
	phase  Phase
	batch  []exchange.Record
	rows   int // in the table
	broken error
}

// batchSize is how many rows wait for each other before they go to the table. They never wait longer than
// the run's interval.
const batchSize = 256

// ask asks the customer until it is in a final phase.
func (p *part) ask() {
	var waited time.Duration
	again := true // a lost session may be made good once
	var phase Phase
	var problem *exchange.Problem
	for {
		if why := p.run.stopReason(); why != nil {
			if problem != nil && why.Code == CodeStopped && why.Args["customer"] == string(p.customer) {
				p.end(phase, problem) // its own failure stopped the run, and is the news
				return
			}
			p.end(NotAsked, why)
			return
		}
		p.attempts++
		phase, problem = p.attempt()
		if problem == nil {
			p.end(Finished, nil)
			return
		}
		if p.run.ctx.Err() != nil || problem.Code == exchange.CodeCancelled {
			problem = &exchange.Problem{Code: exchange.CodeCancelled, Doing: problem.Doing, Cause: problem}
			if phase == Failed {
				phase = Cancelled
			}
			p.end(phase, problem)
			return
		}
		switch {
		case p.run.stopReason() != nil: // nobody is asked any more, so nobody is told to wait
		case !p.mayRepeat(phase):
		case problem.Retry == exchange.RetryNow && (again || p.reused):
			// One that was idle may have been dropped by the server meanwhile: that is no attempt.
			again = again && p.reused
			p.enter(Waiting, Update{Wait: &Wait{Reason: problem}})
			continue
		case problem.Retry == exchange.RetryLater:
			pause := secondsOf(problem, 10*time.Second)
			if waited+pause > p.run.runner.Patience {
				break
			}
			waited += pause
			elsewhere := p.run.runner.Sessions.heldElsewhere(problem)
			p.enter(Waiting, Update{Wait: &Wait{Reason: problem, For: pause, Elsewhere: elsewhere}})
			if p.sleep(pause) {
				continue
			}
			p.end(NotAsked, cancelled(p.run.ctx))
			return
		}
		p.end(phase, problem)
		return
	}
}

// mayRepeat tells whether asking again can neither make a change twice nor bring rows twice. A customer
// that was not reached at all can always be asked again.
func (p *part) mayRepeat(phase Phase) bool {
	if phase == NotAsked {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rows == 0 && len(p.batch) == 0 && p.faults == 0 && readsOnly(p.run.plan.Invocation.Cmdlet)
}

// sleep waits, and tells whether it was not cancelled.
func (p *part) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.run.ctx.Done():
		return false
	}
}

// attempt asks once. A nil problem means that the answer is complete; otherwise phase is where the
// customer ends unless it is asked again.
func (p *part) attempt() (phase Phase, problem *exchange.Problem) {
	nth := p.run.attempt()
	p.reused = false
	lease, err := p.run.runner.Sessions.Acquire(p.run.ctx, p.customer,
		func(holders []Holder) { p.enter(Waiting, Update{Wait: waitFor(holders)}) },
		func() { p.enter(Connecting, Update{}) })
	problem = exchange.AsProblem(err)
	if problem == nil || problem.Code != exchange.CodeCancelled {
		p.run.judge(p.customer, nth, problem)
	}
	if problem != nil {
		return NotAsked, problem
	}
	p.reused = !lease.Fresh()
	p.enter(Running, Update{})
	phase = Failed
	if problem = p.prepare(lease); problem != nil && problem.Retry == exchange.RetryNow {
		phase = NotAsked // the session was lost before the change was sent
	}
	if problem == nil {
		problem = p.invoke(lease.Session())
	}
	if problem != nil && problem.Code.AboutAccount() {
		p.run.judge(p.customer, nth, problem) // an open session says as much about the password as a new one
	}
	if problem == nil {
		lease.Done(nil) // not the nil *Problem, which is no nil error
		return Finished, nil
	}
	lease.Done(problem)
	return phase, problem
}

// prepare makes sure, before a change, that the session is in the right organisation, and that a server has
// not dropped it while it was idle: afterwards nobody could tell whether the change was made.
func (p *part) prepare(lease *Lease) (problem *exchange.Problem) {
	defer func() {
		if v := recover(); v != nil {
			problem = panicked("prove the organisation", v)
		}
	}()
	if readsOnly(p.run.plan.Invocation.Cmdlet) || p.customer == "" && lease.Fresh() {
		return nil
	}
	ctx, cancel := context.WithCancel(p.run.ctx)
	defer cancel()
	problem = proveOrganization(ctx, lease.Session(), p.customer)
	if p.customer == "" && problem != nil && problem.Code == CodeWrongOrganization {
		return nil // it answers, and there is nothing to prove
	}
	return problem
}

func waitFor(holders []Holder) *Wait {
	w := &Wait{Holders: holders}
	for _, h := range holders {
		w.Behind = append(w.Behind, h.Customer)
	}
	return w
}

// invoke runs the cmdlet and takes in what comes back.
func (p *part) invoke(session exchange.Session) (problem *exchange.Problem) {
	defer func() {
		if v := recover(); v != nil {
			problem = panicked("run a cmdlet", v)
		}
		if err := p.flush(); err != nil && problem == nil {
			problem = exchange.AsProblem(err)
		}
	}()
	ctx, cancel := context.WithCancel(p.run.ctx)
	defer cancel()
	for event, err := range session.Invoke(ctx, p.run.plan.Invocation) {
		if err != nil {
			return exchange.AsProblem(err)
		}
		switch e := event.(type) {
		case exchange.Row:
			if err := p.take(e.Record); err != nil {
				return exchange.AsProblem(err)
			}
		case exchange.Progress:
			p.soon(&e)
		case exchange.Notice:
			p.tell(Update{Notice: &e})
		case exchange.Fault:
			p.faults++
			p.tell(Update{Problem: e.Problem})
		}
	}
	if p.run.ctx.Err() != nil {
		return cancelled(p.run.ctx)
	}
	return nil
}

// take adds a row.
func (p *part) take(r exchange.Record) error {
	p.mu.Lock()
	p.batch = append(p.batch, r)
	first := len(p.batch) == 1
	full := len(p.batch) >= batchSize || p.run.runner.Interval <= 0
	p.mu.Unlock()
	if full {
		if err := p.flush(); err != nil {
			return err
		}
	}
	if first || full {
		p.soon(nil)
	}
	return nil
}

// soon tells of a new count or progress within the interval.
func (p *part) soon(progress *exchange.Progress) {
	if p.run.runner.Interval <= 0 {
		p.tell(Update{Progress: progress})
		return
	}
	p.run.news.later(p, progress)
}

// flush moves the rows that wait into the table.
func (p *part) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.flushLocked()
}

func (p *part) flushLocked() error {
	if p.broken != nil || len(p.batch) == 0 {
		return p.broken
	}
	if p.broken = p.run.table.Append(p.customer, p.batch); p.broken == nil {
		p.rows += len(p.batch)
	}
	clear(p.batch) // or the records would live as long as the run
	p.batch = p.batch[:0]
	return p.broken
}

// enter moves the customer into a phase and tells of it.
func (p *part) enter(phase Phase, u Update) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.phase = phase
	p.run.news.now(p.standing(u))
}

// tell delivers u at once.
func (p *part) tell(u Update) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run.news.now(p.standing(u))
}

// count tells what was kept back, unless the customer has left the phase in which it counts. News that
// holds mu cannot be overtaken by the news of the next phase.
func (p *part) count(progress *exchange.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase == Running {
		p.run.news.now(p.standing(Update{Progress: progress}))
	}
}

// standing fills u in with where the customer stands. The rows it counts are in the table. mu is held.
func (p *part) standing(u Update) Update {
	_ = p.flushLocked() // what fails stays in p.broken and ends the invocation
	u.Customer, u.Phase, u.Rows = p.customer, p.phase, p.rows
	return u
}

// end moves the customer into a final phase.
func (p *part) end(phase Phase, problem *exchange.Problem) {
	_ = p.flush()
	p.mu.Lock()
	rows := p.rows
	p.mu.Unlock()
	p.ended, p.problem = time.Now(), problem
	p.partial = rows > 0 && (phase == Failed || phase == Cancelled)
	if log := p.run.runner.Log; log != nil {
		c := journal.RunCustomer{Customer: p.customer, Outcome: outcomes[phase], Rows: rows, Partial: p.partial, Ended: p.ended}
		if problem != nil {
			c.Code = problem.Code
		}
		_ = log.CustomerEnded(context.WithoutCancel(p.run.ctx), p.run.ID(), c)
	}
	p.enter(phase, Update{Problem: problem, Partial: p.partial})
}

var outcomes = map[Phase]journal.Outcome{
	Finished: journal.Answered, Failed: journal.Failed, Cancelled: journal.Cancelled, NotAsked: journal.NotAsked,
}

// result is how it ended, after it has.
func (p *part) result() CustomerResult {
	return CustomerResult{
		Customer: p.customer, Phase: p.phase, Rows: p.rows, Partial: p.partial, Faults: p.faults,
		Problem: p.problem, Attempts: p.attempts, Ended: p.ended,
	}
}
