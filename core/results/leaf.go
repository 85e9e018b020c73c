package results

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tenantry/core/exchange"
)

// joined is one condition made of several on the same column: all of them, or any.
func joined(leaves []*leaf, any bool) *leaf {
	if len(leaves) == 1 {
		return leaves[0]
	}
	first := leaves[0]
	l := &leaf{col: first.col, parts: leaves, any: any, blank: !any, ranged: true, zoned: first.zoned, wall: first.wall}
	for i, part := range leaves {
		switch l.ranged = l.ranged && part.ranged; {
		case !l.ranged || i == 0:
		case any:
			l.zoned, l.wall = l.zoned.or(part.zoned), l.wall.or(part.wall)
		default:
			l.zoned, l.wall = l.zoned.and(part.zoned), l.wall.and(part.wall)
		}
		if part.blank == any {
			l.blank = any
		}
	}
	l.match = func(v exchange.Value) bool {
		for _, part := range leaves {
			if part.match(v) == any {
				return any
			}
		}
		return !any
	}
	if equal := equalTexts(leaves); any && equal != nil && l.col.way == words {
		l.match = func(v exchange.Value) bool { return equal.has(v.Text()) }
		l.parts = nil
	}
	return l
}

// not is the condition that holds where l does not.
func (l *leaf) not() *leaf {
	return &leaf{col: l.col, match: func(v exchange.Value) bool { return !l.match(v) }, blank: !l.blank, ranged: l.ranged,
		zoned: l.zoned.not(), wall: l.wall.not(), finder: l.finder, apart: !l.apart}
}

// textSet is a set of texts that are equal without regard to case.
type textSet struct {
	texts map[string]bool
	key   []byte
}

// equalTexts is the set of texts that conditions ask for; nil when one of them asks for something else.
func equalTexts(leaves []*leaf) *textSet {
	set := &textSet{texts: map[string]bool{}}
	for _, l := range leaves {
		if l.equal == nil {
			return nil
		}
		set.texts[string(appendUnified(nil, *l.equal))] = true
	}
	return set
}

// has is for one goroutine at a time.
func (s *textSet) has(text string) bool {
	s.key = appendUnified(s.key[:0], text)
	return s.texts[string(s.key)]
}

// appendUnified appends the text that all texts become which strings.EqualFold has for equal.
func appendUnified(b []byte, text string) []byte {
	for i := range len(text) {
		c := text[i]
		if c >= utf8.RuneSelf {
			for _, letter := range text[i:] {
				least := letter
				for r := unicode.SimpleFold(letter); r != letter; r = unicode.SimpleFold(r) {
					least = min(least, r)
				}
				b = utf8.AppendRune(b, least)
			}
			return b
		}
		if c-'a' < 26 {
			c -= 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// run clears keep where the condition does not hold.
func (l *leaf) run(ctx context.Context, keep []bool) error {
	c := l.col
	if c == nil {
		clear(keep)
		return ctx.Err()
	}
	if c.way == numbers {
		return l.runNumbers(ctx, keep)
	}
	answers, err := l.answers(ctx)
	if err != nil {
		return err
	}
	c.codes.clearOthers(keep, answers)
	return ctx.Err()
}

func (l *leaf) runNumbers(ctx context.Context, keep []bool) error {
	c := l.col
	if l.finder != nil {
		found := make([]bool, len(c.nums))
		if err := l.finder.numbers(ctx, c, found); err != nil {
			return err
		}
		for i, num := range c.nums {
			keep[i] = keep[i] && (num <= numLastBlank && l.blank || num > numLastBlank && found[i] != l.apart)
		}
		return nil
	}
	for first := 0; first < len(c.nums); first += pause {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		nums := c.nums[first:min(first+pause, len(c.nums))]
		keep := keep[first:][:len(nums)]
		r := l.zoned
		if c.kinds.has(exchange.Time) && c.tag == noZoneTag {
			r = l.wall
		}
		switch {
		case !l.ranged:
			for i, num := range nums {
				if num <= numLastBlank {
					keep[i] = keep[i] && l.blank
				} else {
					keep[i] = keep[i] && l.match(c.number(first+i))
				}
			}
		case c.tags != nil && c.kinds.has(exchange.Time):
			for i, num := range nums {
				if r = l.zoned; c.tags[first+i] == noZoneTag {
					r = l.wall
				}
				keep[i] = keep[i] && (num <= numLastBlank && l.blank || num > numLastBlank && r.has(num))
			}
		case len(r) == 1 && !l.blank:
			from, to := r[0].from, r[0].to
			for i, num := range nums {
				keep[i] = keep[i] && num >= from && num <= to
			}
		default:
			for i, num := range nums {
				keep[i] = keep[i] && (num <= numLastBlank && l.blank || num > numLastBlank && r.has(num))
			}
		}
	}
	return nil
}

// answers tells for each code whether the condition holds. Each distinct text or value is asked once.
func (l *leaf) answers(ctx context.Context) ([]bool, error) {
	c := l.col
	answers := make([]bool, int(firstCode)+c.distinct())
	switch {
	case len(l.parts) > 0:
		for i := range answers {
			answers[i] = !l.any
		}
		for _, part := range l.parts {
			more, err := part.answers(ctx)
			if err != nil {
				return nil, err
			}
			for i, a := range more {
				if a == l.any {
					answers[i] = a
				}
			}
		}
		return answers, nil
	case l.finder != nil && c.way == words:
		if _, err := l.finder.texts(ctx, &c.words, answers); err != nil {
			return nil, err
		}
		for i := firstCode; l.apart && int(i) < len(answers); i++ {
			answers[i] = !answers[i]
		}
	case l.equal != nil && c.way == words && sameLength(*l.equal):
		for i := range c.words.len() {
			if i%pause == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if t := c.words.text(uint32(i)); len(t) == len(*l.equal) {
				answers[int(firstCode)+i] = strings.EqualFold(t, *l.equal)
			}
		}
	default:
		for i := range c.distinct() {
			if i%pause == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			code := firstCode + uint32(i)
			if v := c.value(code); v.IsNone() {
				answers[code] = l.blank
			} else {
				answers[code] = l.match(v)
			}
		}
	}
	for code := range firstCode {
		answers[code] = l.blank
	}
	return answers, nil
}

// sameLength tells whether all texts that are equal to this one without regard to case are as long.
func sameLength(text string) bool {
	for i := range len(text) {
		if c := lower(text[i]); c >= utf8.RuneSelf || slices.Contains([]byte("ks"), c) {
			return false
		}
	}
	return true
}
