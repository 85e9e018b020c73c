package faults

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/jobs"
)

// Every fault, at every request of a session: the run ends with the right code, keeps the rows that came
// whole and no others, and leaves no session that the journal does not know.
func TestEachFaultAtEachStep(t *testing.T) {
	all := baseline(t)
	table := &printed{cells: map[[2]string]string{}}
	for _, f := range faults.Catalogue() {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.fault == f.Name }) {
			t.Errorf("%s is not in the matrix", f.Name)
		}
	}
	t.Run("cells", func(t *testing.T) {
		for _, r := range rows {
			f, known := faults.Find(r.fault)
			if !known {
				t.Errorf("there is no fault %s", r.fault)
				continue
			}
			for _, step := range faults.Steps() {
				want, striking := r.at[step]
				if striking != f.Strikes(step) {
					t.Errorf("%s at %s: the matrix and the catalogue differ", r.fault, step)
				}
				if !striking {
					table.set(r.name(), step, why(f))
					continue
				}
				t.Run(r.name()+"@"+string(step), func(t *testing.T) {
					t.Parallel()
					table.set(r.name(), step, "FAILED")
					table.set(r.name(), step, play(t, r, step, want, all))
				})
			}
		}
	})
	table.write(t)
}

// Lines break in other ways below TLS, and a new session is redirected first there.
func TestBrokenLinesBelowTLS(t *testing.T) {
	all := baseline(t)
	for _, r := range rows {
		switch r.fault {
		case faults.DropBefore, faults.DropIn, faults.DropAfter, faults.HalfBody, faults.Retired, faults.Garbage, faults.WrongPassword:
		default:
			continue
		}
		for _, step := range []faults.Step{faults.Create, faults.Command, faults.Receive, faults.Delete} {
			if r.once && step == faults.Create {
				continue // it would strike the redirect, whose body nobody reads
			}
			t.Run(r.name()+"@"+string(step), func(t *testing.T) {
				t.Parallel()
				r.played(t, start(t, false, r.rules(step)), step, r.at[step], all)
			})
		}
	}
}

func (r row) name() string {
	name := string(r.fault)
	if r.value != "" {
		name += "=" + r.value
	}
	if r.once {
		name += ", once"
	}
	return name
}

// rule is the row's fault at one step, each time unless it is in mid-stream.
func (r row) rule(step faults.Step) string {
	when := string(step)
	late := step == faults.Receive && r.strikesLate()
	switch {
	case late && r.once:
		when += fmt.Sprintf(",%d", nth)
	case late:
		when += fmt.Sprintf(",%d+", nth)
	case r.once:
		when += ",x1"
	}
	text := string(r.fault) + "@" + when
	if r.value != "" {
		text += "=" + r.value
	}
	return text
}

// strikesLate tells whether rows are to come before the fault strikes at Receive.
func (r row) strikesLate() bool { return strings.HasSuffix(r.at[faults.Receive], "/4") }

// baseline is the rows of a run in which nothing goes wrong.
func baseline(t *testing.T) []string {
	s := open(t)
	e := s.run(question(false))
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if e.result.Phase != jobs.Finished || len(e.rows) != mailboxes || s.sim.Stats().OpenShells != 0 {
		t.Fatalf("without a fault: %d rows, %+v", len(e.rows), e.result)
	}
	return e.rows
}

// play lets a fault strike at one step and looks at everything that came of it. It returns what the table shows.
func play(t *testing.T, r row, step faults.Step, want string, all []string) string {
	t.Helper()
	return r.played(t, open(t, r.rules(step)...), step, want, all)
}

// rules are the row's, and for mid-stream the one that makes many answers.
func (r row) rules(step faults.Step) []string {
	rules := []string{r.rule(step)}
	if r.strikesLate() && step == faults.Receive {
		rules = append(rules, "small-answers@receive=1")
	}
	return rules
}

func (r row) played(t *testing.T, s *stage, step faults.Step, want string, all []string) string {
	t.Helper()
	if step == faults.Signal { // what ends the first run comes with the second
		if e := s.run(question(false)); e.result.Phase != jobs.Finished {
			t.Fatalf("the run before: %v", e.result.Problem)
		}
	}
	e := s.run(question(step == faults.Send))
	closing := s.close()
	struck := s.sim.Struck()[r.fault]
	shells := s.left(t)

	got := string(e.code())
	switch {
	case e.result.Phase == jobs.Finished && e.result.Attempts > 1:
		got = again
	case e.result.Phase == jobs.Finished && len(shells) > 0:
		got = left
	case e.result.Phase == jobs.Finished:
		got = ok
	case len(e.rows) > 0:
		got = fmt.Sprintf("%s/%d", got, len(e.rows))
	}
	if got != want {
		t.Errorf("it ended with %s, want %s: %v", got, want, e.result.Problem)
	}
	if struck == 0 {
		t.Error("the fault did not strike")
	}
	e.invented(t, all)
	if e.result.Phase == jobs.Finished && len(e.rows) != len(all) {
		t.Errorf("a complete answer has %d of %d rows", len(e.rows), len(all))
	}
	if e.result.Partial != (e.result.Phase == jobs.Failed && len(e.rows) > 0) || e.result.Rows != len(e.rows) {
		t.Errorf("%d rows, said to be %d, partial %v", len(e.rows), e.result.Rows, e.result.Partial)
	}
	switch {
	case closing != nil && (exchange.CodeOf(closing) != exchange.CodeSessionNotClosed || len(shells) == 0),
		// A session that was asked for without an answer is noted, though there is nothing to close.
		closing == nil && len(shells) > 0 && step != faults.Create:
		t.Errorf("closing said %v, and %d sessions are left", closing, len(shells))
	}
	if p := e.result.Problem; p != nil {
		s.told(t, p)
	}
	if r.also != nil {
		if complaint := r.also(e); complaint != "" {
			t.Error(complaint)
		}
	}
	s.clean(t)
	return shown(got, e.status(t), len(e.rows), len(shells))
}

// status is the exit status with which the command line ends such a run.
func (e ended) status(t *testing.T) int {
	t.Helper()
	switch {
	case e.result.Phase == jobs.Finished && e.result.Faults > 0:
		return statuses[exchange.CodeObjectFailed]
	case e.result.Phase == jobs.Finished:
		return 0
	}
	status, known := statuses[e.code()]
	if !known {
		t.Errorf("no exit status is known for %s", e.code())
	}
	return status
}

// invented checks that each row is one of a faultless run, in its order and only once.
func (e ended) invented(t *testing.T, all []string) {
	t.Helper()
	for i, text := range e.rows {
		if i >= len(all) || text != all[i] {
			t.Errorf("row %d is not that of a run without faults: %.200s", i, text)
			return
		}
	}
}

// told checks that a problem says where and when, names what the server said, and keeps the password.
func (s *stage) told(t *testing.T, p *exchange.Problem) {
	t.Helper()
	for _, name := range []string{"Customer", "Account", "Host", "Time"} {
		if p.Details[name] == "" {
			t.Errorf("the details do not say %s: %v", name, p.Details)
		}
	}
	password := s.with.Password.Reveal()
	if strings.Contains(fmt.Sprint(p.Error(), p.Args, p.Details), password) {
		t.Error("the password shows")
	}
}

func argument(name, value string) func(ended) string {
	return func(e ended) string {
		if p := e.result.Problem; p != nil && p.Args[name] != value && p.Code != "" && len(e.rows) < mailboxes {
			return fmt.Sprintf("%s is %q, want %q", name, p.Args[name], value)
		}
		return ""
	}
}

func noticed(code exchange.Code, seconds string) func(ended) string {
	return func(e ended) string {
		for _, n := range e.notices {
			if n.Code == code && n.Args["seconds"] == seconds {
				return ""
			}
		}
		return fmt.Sprintf("nothing was said: %v", e.notices)
	}
}

func failures(n int) func(ended) string {
	return func(e ended) string {
		if e.result.Faults != n {
			return fmt.Sprintf("%d objects failed, want %d", e.result.Faults, n)
		}
		return ""
	}
}

// why says at which steps a fault strikes, for a cell at which it does not.
func why(f faults.Fault) string {
	switch {
	case len(f.Steps) == 1:
		return "only at " + string(f.Steps[0])
	case slices.Equal(f.Steps, []faults.Step{faults.FirstReceive, faults.Receive}):
		return "only at a receive"
	case !f.Strikes(faults.Create) && f.Strikes(faults.Delete):
		return "no session yet"
	}
	return "only in a run"
}

// shown is what the table shows of a cell: the code, the exit status where it is not 0, the rows kept, and
// whether the session waits in the journal to be removed.
func shown(got string, status, rows, sessions int) string {
	text, _, partial := strings.Cut(got, "/")
	switch got {
	case ok, left:
		text = fmt.Sprintf("rows %d ✓", rows)
	case again:
		text = fmt.Sprintf("again, rows %d ✓", rows)
	}
	if status != 0 {
		text += fmt.Sprintf(", exit %d", status)
	}
	if partial {
		text += fmt.Sprintf(", rows %d", rows)
	}
	if sessions > 0 {
		text += ", in journal"
	}
	return text
}

// printed collects what the cells show.
type printed struct {
	mu    sync.Mutex
	cells map[[2]string]string
}

func (p *printed) set(row string, step faults.Step, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cells[[2]string{row, string(step)}] = text
}

// write writes the table to the file that TENANTRY_FAULTS names, and checks that no cell is empty.
func (p *printed) write(t *testing.T) {
	heads := []string{"fault"}
	for _, s := range faults.Steps() {
		heads = append(heads, string(s))
	}
	lines := [][]string{heads}
	for _, r := range rows {
		line := []string{r.name()}
		for _, s := range faults.Steps() {
			cell := p.cells[[2]string{r.name(), string(s)}]
			if cell == "" && !strings.Contains(flag.Lookup("test.run").Value.String(), "/") { // unless only some cells were asked for
				t.Errorf("the cell of %s at %s is empty", r.name(), s)
			}
			line = append(line, cell)
		}
		lines = append(lines, line)
	}
	path := os.Getenv("TENANTRY_FAULTS")
	if path == "" {
		return
	}
	widths := make([]int, len(heads))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for n, line := range lines {
		for i, cell := range line {
			if i == len(line)-1 {
				b.WriteString(cell)
				break
			}
			b.WriteString(cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		b.WriteString("\n")
		if n == 0 {
			total := 0
			for _, w := range widths {
				total += w + 2
			}
			b.WriteString(strings.Repeat("-", total-2) + "\n")
		}
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Error(err)
	}
}
