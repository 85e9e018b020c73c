package preflight

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"tenantry/core/exchange"
)

// The codes of the clock. Args of the latter two: seconds (how far it is off), direction ("ahead" or "behind"),
// host (whose clock says so).
const (
	CodeClockRight  exchange.Code = "preflight.clock-right"  // Args: none
	CodeClockUntold exchange.Code = "preflight.clock-untold" // no server told the time. Args: none
	CodeClockOff    exchange.Code = "preflight.clock-off"    // it is off, and nothing fails by it yet
	CodeClockWrong  exchange.Code = "preflight.clock-wrong"  // signing in or trusting a certificate fails by it
)

// How far a clock may be off: clockTolerance is what Kerberos allows (RFC 4120 1.6), and clockNoise is what is
// not worth a word.
const (
	clockTolerance = 5 * time.Minute
	clockNoise     = time.Minute
)

// skewOf is how far this computer's clock is ahead of the server's; 0 where that did not tell.
func skewOf(r Reach) time.Duration {
	if r.Date.IsZero() {
		return 0
	}
	return r.Asked.Sub(r.Date)
}

// lookAtClock holds this computer's clock against those of the servers that answered.
func lookAtClock(ctx context.Context, s Subject, seen *reaches) Finding {
	list, ran := seen.all()
	if !ran { // checked alone
		for _, e := range s.Endpoints {
			if !e.Web {
				continue
			}
			if _, f := seen.reach(ctx, s, e); f != nil {
				return *f
			}
		}
		list, _ = seen.all()
	}
	list = slices.DeleteFunc(list, func(r Reach) bool { return r.Date.IsZero() })
	if len(list) == 0 {
		return Finding{Status: NotApplicable, Code: CodeClockUntold}
	}
	var facts []Fact
	for _, r := range list {
		facts = append(facts, Fact{"Ahead of " + r.Endpoint.String(), skewOf(r).Round(time.Second).String()})
	}
	// One server whose own clock is wrong, or an old answer from a store on the way, must not decide.
	slices.SortFunc(list, func(a, b Reach) int { return cmp.Compare(skewOf(a), skewOf(b)) })
	middle := list[len(list)/2]
	if other := list[(len(list)-1)/2]; skewOf(other).Abs() < skewOf(middle).Abs() {
		middle = other
	}
	skew := skewOf(middle)
	if skew.Abs() <= clockNoise {
		return Finding{Status: Pass, Code: CodeClockRight, Facts: facts}
	}
	direction := "ahead"
	if skew < 0 {
		direction = "behind"
	}
	f := Finding{
		Status: Warn, Code: CodeClockOff, Facts: facts, Fixes: settings(ctx, s, pageTime),
		Args: args("seconds", strconv.Itoa(int(skew.Abs().Seconds())), "direction", direction, "host", middle.Endpoint.Host),
	}
	if skew.Abs() > clockTolerance {
		kerberos := s.Account != nil && s.Account.Authentication == exchange.AuthKerberos
		mistrusted := slices.ContainsFunc(list, func(r Reach) bool {
			return (r.Fault == FaultExpired || r.Fault == FaultNotYet) && timely(r.Chain, r.Date)
		})
		if kerberos || mistrusted {
			f.Status, f.Code = Fail, CodeClockWrong
		}
	}
	return f
}
