package faults

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// Plan is what shall go wrong. The zero value is nothing.
type Plan struct {
	Rules []Rule
	Seed  uint64 // of the probabilities: the same seed and the same order of requests bring the same strikes
}

// Parse makes a plan from rules as ParseRule reads them.
func Parse(rules ...string) (Plan, error) {
	var p Plan
	for _, text := range rules {
		r, err := ParseRule(text)
		if err != nil {
			return Plan{}, err
		}
		p.Rules = append(p.Rules, r)
	}
	return p, nil
}

// Must is Parse for rules that are known to be right; it panics otherwise.
func Must(rules ...string) Plan {
	p, err := Parse(rules...)
	if err != nil {
		panic(err)
	}
	return p
}

// Check holds rules that were not made by ParseRule against the catalogue. The error is a *RuleError.
func (p Plan) Check() error {
	for _, r := range p.Rules {
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

// Tally counts what struck in all, over one plan after another. The zero value is ready; it is safe for use from
// several goroutines.
type Tally struct {
	mu     sync.Mutex
	counts map[Name]int
}

func (t *Tally) add(name Name) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = map[Name]int{}
	}
	t.counts[name]++
}

// Counts tells how often each fault struck; those that never did are left out. It is never nil.
func (t *Tally) Counts() map[Name]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make(map[Name]int, len(t.counts))
	maps.Copy(all, t.counts)
	return all
}

// Strikes carries out a plan: it is asked about every request and counts. It is safe for use from several
// goroutines. A nil Strikes never strikes.
type Strikes struct {
	total *Tally
	mu    sync.Mutex
	rules []ruleState
}

type ruleState struct {
	Rule
	fault Fault
	steps []Step
	seen  int // fitting requests
	hit   int
	rand  *rand.Rand
}

// Begin begins a plan. Each rule has numbers of its own, so that adding one does not change the others. What
// strikes is counted in total too, which may be nil. The error is a *RuleError.
func (p Plan) Begin(total *Tally) (*Strikes, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	s := &Strikes{total: total, rules: make([]ruleState, len(p.Rules))}
	for i, r := range p.Rules {
		_ = r.check() // fills in the value
		f, _ := Find(r.Name)
		r.Name = f.Name
		s.rules[i] = ruleState{Rule: r, fault: f, steps: r.steps(), rand: rand.New(rand.NewPCG(p.Seed, uint64(i)))}
	}
	return s, nil
}

// Strike tells which rules of a part strike a request at a step, and counts them. fits, which may be nil,
// tells whether a rule has something to do here; one that has not is not counted as fitting. Of Instead at
// most one strikes.
func (s *Strikes) Strike(part Part, step Step, fits func(Rule) bool) []Rule {
	if s == nil || len(s.rules) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var struck []Rule
	for i := range s.rules {
		r := &s.rules[i]
		if r.fault.Part != part || !slices.Contains(r.steps, step) || fits != nil && !fits(r.Rule) || !r.due() {
			continue
		}
		if part == Instead && len(struck) > 0 {
			continue // another answers; this one has counted the request all the same
		}
		r.hit++
		s.total.add(r.Name)
		struck = append(struck, r.Rule)
	}
	return struck
}

// due counts a fitting request and tells whether the rule is to strike it.
func (r *ruleState) due() bool {
	r.seen++
	if r.Nth > 0 && r.seen != r.Nth || r.From > 0 && r.seen < r.From || r.Every > 0 && r.seen%r.Every != 0 || r.Times > 0 && r.hit >= r.Times {
		return false
	}
	return r.Chance == 0 || r.rand.Float64() < r.Chance
}

// Has tells whether a rule for a fault is in the plan.
func (s *Strikes) Has(name Name) bool {
	if s == nil {
		return false
	}
	for i := range s.rules { // in place: the counts beside the names change meanwhile
		if s.rules[i].Name == name {
			return true
		}
	}
	return false
}
