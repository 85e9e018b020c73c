package soak

import (
	"math/rand/v2"

	"tenantry/core/exchangesim/faults"
)

// forms are other values than the default that a fault is given now and then.
var forms = map[faults.Name][]string{
	faults.RedirectChain:      {"1", "4", "5", "9"},
	faults.RedirectForeign:    {"127.0.0.1:1", "https://outlook.com@attacker.example/", "https://ps-outlook.com/"},
	faults.RedirectBroken:     {"none", "//", "https:\\\\outlook.com"},
	faults.WrongPassword:      {"400"},
	faults.MFANeeded:          {"400"},
	faults.NoBasic:            {"none"},
	faults.Retired:            {"401", "403", "404", "close", "no-basic"},
	faults.Quota:              {"user", "system", "shell-users"},
	faults.HardLock:           {"1", "1500"},
	faults.Budget:             {"1"},
	faults.BackEndUnreachable: {"400", "503"},
	faults.Unavailable:        {"1"},
	faults.WSManFault:         {"1", "5", "2150858793", "4294967295"},
	faults.RunspaceBroken:     {"0", "7", "90"},
	faults.PipelineStopped:    {"0", "7", "90"},
	faults.ErrorState:         {"7", "90"},
	faults.ErrorRecord:        {"7", "90"},
	faults.ErrorBoth:          {"7", "90"},
	faults.PollTimeouts:       {"3"},
	faults.SmallFragments:     {"22", "1000"},
	faults.SmallAnswers:       {"3"},
	faults.DropIn:             {"headers"},
	faults.HalfBody:           {"chunked"},
	faults.Slow:               {"50ms", "3s"},
	faults.Trickle:            {"50ms", "3s"},
	faults.Gzip:               {"always"},
	faults.Chunked:            {"1", "100000"},
	faults.Garbage:            {"cut", "soap", "empty"},
}

// trouble draws some of the faults of the catalogue. Each strikes seldom, so that runs get far between them,
// or often for a while.
func trouble(d *rand.Rand) faults.Plan {
	all := faults.Catalogue()
	plan := faults.Plan{Seed: d.Uint64()}
	for range 3 + d.IntN(5) {
		f := all[d.IntN(len(all))]
		r := faults.Rule{Name: f.Name, Value: f.Default, Chance: 0.01 + 0.12*d.Float64()}
		if d.IntN(8) == 0 {
			r.Chance, r.Times = 1, 1+d.IntN(20)
		}
		if other := forms[f.Name]; len(other) > 0 && d.IntN(2) == 0 {
			r.Value = other[d.IntN(len(other))]
		}
		if d.IntN(2) == 0 {
			r.Steps = []faults.Step{f.Steps[d.IntN(len(f.Steps))]}
		}
		plan.Rules = append(plan.Rules, r)
	}
	return plan
}
