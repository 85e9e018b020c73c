package jobs

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"tenantry/core/exchange"
	"tenantry/core/journal"
	"tenantry/core/results"
)

// DefaultInterval is how often counts and progress of one customer are told at most.
const DefaultInterval = 100 * time.Millisecond

// DefaultPatience is how long one customer waits for a busy server altogether.
const DefaultPatience = 3 * time.Minute

// Log is where runs are noted. *journal.Journal is one.
type Log interface {
	RunStarted(ctx context.Context, r journal.Run) error
	CustomerEnded(ctx context.Context, run string, c journal.RunCustomer) error
	RunEnded(ctx context.Context, run string, outcome journal.Outcome, rows int, at time.Time) error
}

// Runner starts runs over an account's sessions. Its fields are set before the first Start; after that it
// may be used from any goroutine, and several runs may share it.
type Runner struct {
	Sessions *Sessions

	// Interval is the least time between two Updates of one customer that only count or show progress.
	// NewRunner sets DefaultInterval; 0 delivers each at once.
	Interval time.Duration

	// Patience bounds the waits of one customer for a busy server or a free session on it. NewRunner sets
	// DefaultPatience; 0 does not wait at all.
	Patience time.Duration

	// Log is where runs are noted, nil for nowhere. A Log that fails stops a run that changes something
	// before it asks anybody; one that only reads goes on without.
	Log Log

	// Program is what the Log says ran it, "window" or "command line".
	Program string
}

// NewRunner returns a Runner with the usual times and no Log.
func NewRunner(s *Sessions) *Runner {
	return &Runner{Sessions: s, Interval: DefaultInterval, Patience: DefaultPatience}
}

// Run is one plan under way.
type Run struct {
	runner *Runner
	plan   Plan
	table  *results.Table
	ctx    context.Context
	cancel context.CancelFunc
	news   *news
	parts  []*part
	done   chan struct{}

	mu        sync.Mutex
	stopped   *exchange.Problem // why nobody more is asked
	attempts  int               // to connect, begun so far
	refusals  int               // sign-ins refused one after the other
	refusedAt int               // attempts begun when the last of them was refused
	summary   Summary
}

// Start asks the plan's customers and returns at once. deliver is called from one goroutine, in order,
// until the Update with the Summary, which is always the last; it should hand the Update on and return. It
// may be called before Start has returned.
//
// A phase, a notice and a problem are delivered at once; counts and progress at most once in Interval for
// each customer. A customer whose session was lost before its first row is asked once more on a new
// session, and one that the server is too busy for again after the time the server names, both only when
// that cannot make a change twice. When ctx ends the run is cancelled, as with Cancel.
func (r *Runner) Start(ctx context.Context, plan Plan, deliver func(Update)) *Run {
	plan = prepared(plan, r.Sessions)
	run := &Run{runner: r, plan: plan, table: results.NewTable(plan.Info), done: make(chan struct{})}
	run.ctx, run.cancel = context.WithCancel(ctx)
	run.news = newNews(plan.Info.ID, len(plan.Customers), r.Interval, deliver)
	for _, c := range plan.Customers {
		run.parts = append(run.parts, &part{run: run, customer: c, phase: Waiting})
	}
	go run.work()
	return run
}

// prepared fills in what a plan may leave open.
func prepared(plan Plan, s *Sessions) Plan {
	var once []exchange.CustomerID
	for _, c := range plan.Customers {
		if !slices.Contains(once, c) {
			once = append(once, c)
		}
	}
	if len(once) == 0 {
		once = []exchange.CustomerID{""}
	}
	plan.Customers = once
	most := s.Max()
	if plan.Jobs <= 0 || plan.Jobs > most {
		plan.Jobs = most
	}
	if plan.Info.ID == "" {
		plan.Info.ID = uuid.NewString()
	}
	if plan.Info.Started.IsZero() {
		plan.Info.Started = time.Now()
	}
	if plan.Info.Account == "" {
		plan.Info.Account = s.Account().Credential.User
	}
	plan.Info.Invocation, plan.Info.Customers = plan.Invocation, plan.Customers
	return plan
}

// ID is the run's RunInfo.ID.
func (r *Run) ID() string { return r.plan.Info.ID }

// Table is where the rows arrive. It may be read at any time.
func (r *Run) Table() *results.Table { return r.table }

// Cancel stops the run: what is being asked is stopped on the server and keeps its rows, nobody else is
// asked. It does not wait. Calling it again, or after the end, does nothing.
func (r *Run) Cancel() { r.cancel() }

// Done is closed after the last Update was delivered.
func (r *Run) Done() <-chan struct{} { return r.done }

// Wait waits for the end of the run and returns how it ended.
func (r *Run) Wait() Summary {
	<-r.done
	return r.summary
}

// work is the run's own goroutine.
func (r *Run) work() {
	defer close(r.done)
	defer r.cancel()
	for _, p := range r.parts {
		p.tell(Update{})
	}
	r.begin()

	queue := make(chan *part, len(r.parts))
	for _, p := range r.parts {
		queue <- p
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(r.plan.Jobs, len(r.parts)) {
		workers.Go(func() {
			for p := range queue {
				p.ask()
			}
		})
	}
	workers.Wait()
	r.finish()
}

// begin notes the run before anything is sent.
func (r *Run) begin() {
	if r.runner.Log == nil {
		return
	}
	customers := make([]journal.RunCustomer, len(r.parts))
	for i, p := range r.parts {
		customers[i].Customer = p.customer
	}
	info := r.plan.Info
	err := r.runner.Log.RunStarted(context.WithoutCancel(r.ctx), journal.Run{
		ID: info.ID, Program: r.runner.Program, Account: info.Account,
		URL: r.runner.Sessions.Account().Target.URL, Connection: info.Connection,
		Cmdlet: info.Invocation.Cmdlet, Params: journal.Describe(info.Invocation.Params),
		Started: info.Started, Customers: customers,
	})
	if err != nil && !readsOnly(r.plan.Invocation.Cmdlet) {
		r.stop(exchange.AsProblem(err))
	}
}

// finish ends the table and the log, and tells the summary.
func (r *Run) finish() {
	at := time.Now()
	r.table.Finish(at)
	s := Summary{Info: r.table.Info(), Rows: r.table.Len()}
	answered := 0
	for _, p := range r.parts {
		s.Customers = append(s.Customers, p.result())
		if p.phase == Finished {
			answered++
		}
		if p.problem != nil && p.problem.Code == exchange.CodeCancelled {
			s.Cancelled = true
		}
	}
	if r.runner.Log != nil {
		outcome := journal.Failed
		switch {
		case answered == len(r.parts):
			outcome = journal.Answered
		case s.Cancelled:
			outcome = journal.Cancelled
		case answered > 0:
			outcome = journal.Partly
		}
		// A log that fails now must not make the answer look like a failure: the rows are there.
		_ = r.runner.Log.RunEnded(context.WithoutCancel(r.ctx), r.ID(), outcome, s.Rows, at)
	}
	r.summary = s
	r.news.end(Update{Summary: &s})
}

// stop makes the customers that were not yet asked end as not asked.
func (r *Run) stop(why *exchange.Problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped == nil {
		r.stopped = why
	}
}

func (r *Run) stopReason() *exchange.Problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

// maxRefusals is how many refused sign-ins in a row end a run whose account had signed in before: its
// password may have been changed, and more attempts could lock it.
const maxRefusals = 3

// attempt numbers an attempt to connect.
func (r *Run) attempt() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts++
	return r.attempts
}

// judge looks at how the nth attempt to connect ended, and stops the run when the other customers would meet
// the same.
func (r *Run) judge(customer exchange.CustomerID, nth int, p *exchange.Problem) {
	if p != nil && (p.Code == CodeStopped || p.Code == CodeClosed) {
		r.stop(p)
		return
	}
	r.mu.Lock()
	switch {
	case p != nil && p.Code.AboutAccount():
		r.refusals++
		r.refusedAt = r.attempts
	case nth > r.refusedAt: // what began before the refusal says nothing about the password since
		r.refusals = 0
	}
	tooMany := r.refusals >= maxRefusals
	r.mu.Unlock()
	if p != nil && (tooMany || concernsAll(p.Code) && !r.runner.Sessions.SignedIn()) {
		r.stop(stoppedBy(customer, p))
	}
}

// readsOnly tells whether asking a cmdlet twice is the same as asking once.
func readsOnly(cmdlet string) bool {
	verb, _, _ := strings.Cut(cmdlet, "-")
	switch strings.ToLower(verb) {
	case "get", "test", "find":
		return true
	}
	return false
}

// secondsOf reads how long the server wants to be left alone, or gives other when it did not say.
func secondsOf(p *exchange.Problem, other time.Duration) time.Duration {
	n, err := strconv.ParseFloat(p.Args["seconds"], 64)
	if err != nil || n <= 0 || n > 1e6 {
		return other
	}
	return time.Duration(n * float64(time.Second))
}
