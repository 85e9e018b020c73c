package faults

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/exchangesim/faults"
	"tenantry/core/jobs"
)

// Faults come together. Whatever a run meets, it keeps only true rows, ends with a code that has words, and
// leaves nothing that the journal does not know.
func TestFaultsThatComeTogether(t *testing.T) {
	t.Parallel()
	all := baseline(t)
	for seed := range uint64(32) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			dice := rand.New(rand.NewPCG(seed, 17))
			var rules []string
			for range 3 {
				f := faults.Catalogue()[dice.IntN(len(faults.Catalogue()))]
				rule := fmt.Sprintf("%s@%d%%", f.Name, 5+dice.IntN(60))
				switch f.Name {
				case faults.Slow, faults.Trickle:
					rule += "=20ms"
				}
				rules = append(rules, rule)
			}
			s := open(t, rules...)
			for range 3 {
				e := s.run(question(false))
				e.invented(t, all)
				switch p := e.result.Problem; {
				case p == nil && (e.result.Phase != jobs.Finished || len(e.rows) != len(all)):
					t.Errorf("%v: %s with %d rows and no problem", rules, e.result.Phase, len(e.rows))
				case p != nil && (p.Code == exchange.CodeUnexpected || p.Code == ""):
					t.Errorf("%v: %v", rules, p)
				case p != nil && p.Code != jobs.CodeStopped:
					s.told(t, p)
				}
			}
			_ = s.close() // may say that a session is not closed, which the journal knows then
			s.clean(t)
			if t.Failed() {
				t.Logf("rules %v", rules)
			}
		})
	}
}
