package results

import (
	"cmp"
	"math/big"
	"slices"

	"tenantry/core/exchange"
)

// ranges are the numbers of a column that match: spans that do not touch, from low to high, ends included.
type ranges []span

type span struct{ from, to int64 }

const (
	lowestNumber  = numLastBlank + 1
	highestNumber = numUnlimited
)

func (r ranges) has(n int64) bool {
	at, ok := slices.BinarySearchFunc(r, n, func(s span, n int64) int { return cmp.Compare(s.from, n) })
	return ok || at > 0 && n <= r[at-1].to
}

// or is what is in one of both.
func (r ranges) or(o ranges) ranges {
	all := slices.Concat(r, o)
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && (out[n-1].to == highestNumber || s.from <= out[n-1].to+1) {
			out[n-1].to = max(out[n-1].to, s.to)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// not is every other number.
func (r ranges) not() (out ranges) {
	from := lowestNumber
	for _, s := range r {
		if s.from > from {
			out = append(out, span{from, s.from - 1})
		}
		if s.to == highestNumber {
			return out
		}
		from = s.to + 1
	}
	return append(out, span{from, highestNumber})
}

// and is what is in both.
func (r ranges) and(o ranges) ranges { return r.not().or(o.not()).not() }

// rangesOf are the numbers for which op holds, when at is the first that is not below what they are compared
// with, and above the first that is above it; none is when there is none.
func rangesOf(op Op, at, above int64, none bool) (r ranges) {
	at = max(at, lowestNumber)
	below, upTo := ranges{}, ranges{{lowestNumber, highestNumber}} // what is below, and what is not above
	if at > lowestNumber {
		below = ranges{{lowestNumber, at - 1}}
	}
	if !none {
		if upTo = (ranges{}); above > lowestNumber {
			upTo = ranges{{lowestNumber, above - 1}}
		}
	}
	switch op {
	case Less:
		return below
	case LessEqual:
		return upTo
	case More:
		return upTo.not()
	case MoreEqual:
		return below.not()
	case Equal:
		return upTo.and(below.not())
	case NotEqual:
		return upTo.and(below.not()).not()
	}
	return nil
}

// rangesFor are the numbers, sizes and Unlimited for which op holds with a literal. ok is false for one that a
// column of numbers may hold as something else.
func rangesFor(op Op, literal exchange.Value) (r ranges, ok bool) {
	switch {
	case literal.IsUnlimited():
		return rangesOf(op, numUnlimited, 0, true), true
	case literal.Kind() == exchange.Decimal:
		x, _, ok := rational(literal.Text())
		if !ok {
			return nil, false
		}
		floor := new(big.Int).Div(x.Num(), x.Denom()) // the denominator is above 0, so this is the floor
		if !floor.IsInt64() || floor.Int64() < -1<<62 || floor.Int64() > 1<<62 {
			return nil, false
		}
		at := floor.Int64()
		if !x.IsInt() {
			at++
		}
		return rangesOf(op, at, floor.Int64()+1, false), true
	}
	n := literal.Int()
	if n <= numLastBlank || n >= numUnlimited-1 {
		return nil, false
	}
	return rangesOf(op, n, n+1, false), true
}
