package faults

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Rule says that a fault strikes, and when. The fitting requests are those at one of Steps at which the fault
// has something to do; First, Every and Times count them. All conditions must hold.
type Rule struct {
	Name  Name
	Value string // what ParseRule was given, or the fault's default
	Steps []Step // nil means the fault's usual ones

	Nth    int     // only the n-th fitting request; 0 means any
	From   int     // the n-th fitting request and those after it; 0 means from the first
	Every  int     // each n-th fitting request; 0 means each
	Chance float64 // probability, above 0 to 1; 0 means always
	Times  int     // at most so often; 0 means no end
}

// Mistake is what is wrong with a rule.
type Mistake uint8

// The mistakes.
const (
	UnknownFault Mistake = iota + 1 // Word is the name
	BadValue                        // Word is the value, or empty when one is missing
	NoValue                         // the fault takes none; Word is what was given
	BadWhen                         // Word is no step and no count
	WrongStep                       // Word is a step at which the fault never strikes
)

// RuleError says what is wrong with a rule.
type RuleError struct {
	Rule    string // as it was given
	Mistake Mistake
	Word    string
	Fault   Fault // zero with UnknownFault
}

func (e *RuleError) Error() string {
	what := "unknown fault"
	switch e.Mistake {
	case BadValue:
		what = "not a value of " + string(e.Fault.Name) + " (" + e.Fault.Means + ")"
	case NoValue:
		what = string(e.Fault.Name) + " takes no value"
	case BadWhen:
		what = "neither a step nor a count"
	case WrongStep:
		what = string(e.Fault.Name) + " does not strike there"
	}
	return fmt.Sprintf("faults: %q: %q: %s", e.Rule, e.Word, what)
}

// ParseRule reads NAME[@WHEN[,WHEN]...][=VALUE]. Everything behind the first = is the value as it stands. A
// WHEN is
//
//	a step    only there: create, first-receive, command, receive, send, signal, delete (several: at each)
//	N         only the N-th fitting request
//	N+        the N-th fitting request and those after it
//	every:N   each N-th fitting request
//	P%        with a probability, which a plan's Seed makes the same each time
//	xN        at most N times
//
// The error is a *RuleError.
func ParseRule(text string) (Rule, error) {
	wrong := func(m Mistake, word string, f Fault) (Rule, error) {
		return Rule{}, &RuleError{Rule: text, Mistake: m, Word: word, Fault: f}
	}
	head, value, given := strings.Cut(text, "=")
	name, when, timed := strings.Cut(head, "@")
	f, known := Find(Name(strings.TrimSpace(name)))
	if !known {
		return wrong(UnknownFault, strings.TrimSpace(name), f)
	}
	r := Rule{Name: f.Name, Value: f.Default}
	if timed {
		for word := range strings.SplitSeq(when, ",") {
			word = strings.ToLower(strings.TrimSpace(word))
			if step := Step(word); slices.Contains(allSteps, step) {
				if !f.Strikes(step) {
					return wrong(WrongStep, word, f)
				}
				if !slices.Contains(r.Steps, step) {
					r.Steps = append(r.Steps, step)
				}
				continue
			}
			if !r.when(word) {
				return wrong(BadWhen, word, f)
			}
		}
	}
	switch {
	case given && f.Value == "":
		return wrong(NoValue, value, f)
	case given:
		r.Value = value
	}
	if f.Value != "" && !f.check(r.Value) {
		return wrong(BadValue, r.Value, f)
	}
	return r, nil
}

// when reads one condition that is no step.
func (r *Rule) when(word string) bool {
	set := func(field *int, digits string) bool {
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 || n > math.MaxInt32 || *field != 0 || digits[0] == '+' {
			return false
		}
		*field = n
		return true
	}
	switch {
	case strings.HasSuffix(word, "%"):
		p, err := strconv.ParseFloat(strings.TrimSuffix(word, "%"), 64)
		if err != nil || !(p > 0 && p <= 100) || r.Chance != 0 {
			return false
		}
		r.Chance = p / 100
		return true
	case strings.HasPrefix(word, "every:"):
		return set(&r.Every, strings.TrimPrefix(word, "every:"))
	case strings.HasPrefix(word, "x"):
		return set(&r.Times, strings.TrimPrefix(word, "x"))
	case strings.HasSuffix(word, "+"):
		return r.Nth == 0 && set(&r.From, strings.TrimSuffix(word, "+"))
	}
	return r.From == 0 && set(&r.Nth, word)
}

// String writes the rule as ParseRule reads it.
func (r Rule) String() string {
	var when []string
	for _, s := range r.Steps {
		when = append(when, string(s))
	}
	add := func(n int, before, after string) {
		if n > 0 {
			when = append(when, before+strconv.Itoa(n)+after)
		}
	}
	add(r.Nth, "", "")
	add(r.From, "", "+")
	add(r.Every, "every:", "")
	if r.Chance > 0 {
		when = append(when, strconv.FormatFloat(r.Chance*100, 'g', -1, 64)+"%")
	}
	add(r.Times, "x", "")
	text := string(r.Name)
	if when != nil {
		text += "@" + strings.Join(when, ",")
	}
	if f, known := Find(r.Name); known && f.Value != "" {
		text += "=" + r.Value
	}
	return text
}

// steps are those at which the rule strikes.
func (r Rule) steps() []Step {
	if r.Steps != nil {
		return r.Steps
	}
	f, _ := Find(r.Name)
	return f.Usual
}

// check holds a rule made by hand against the catalogue, and fills in the value it leaves out.
func (r *Rule) check() error {
	f, known := Find(r.Name)
	if !known {
		return &RuleError{Rule: string(r.Name), Mistake: UnknownFault, Word: string(r.Name)}
	}
	if r.Value == "" {
		r.Value = f.Default
	}
	wrong := &RuleError{Rule: r.String(), Fault: f}
	for _, s := range r.Steps {
		if !f.Strikes(s) {
			wrong.Mistake, wrong.Word = WrongStep, string(s)
			return wrong
		}
	}
	switch {
	case f.Value == "" && r.Value != "":
		wrong.Mistake, wrong.Word = NoValue, r.Value
	case f.Value != "" && !f.check(r.Value):
		wrong.Mistake, wrong.Word = BadValue, r.Value
	case r.Nth < 0 || r.From < 0 || r.Every < 0 || r.Times < 0 || !(r.Chance >= 0 && r.Chance <= 1):
		wrong.Mistake, wrong.Word = BadWhen, r.String()
	default:
		return nil
	}
	return wrong
}
