package results

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// order is one language's order of text without regard to case. It is for one goroutine at a time.
//
// Most text here is plain ASCII, for which the collation of nearly every language is letter by letter. That
// is found out once a language, by asking the collator for every pair of characters; then ASCII text is
// sorted by letters, which is far quicker than by collation keys, and exactly as the collator would.
type order struct {
	*alphabet
	collator *collate.Collator
	buf      collate.Buffer
}

type alphabet struct {
	tag   language.Tag
	plain bool        // ASCII collates letter by letter
	class [128]uint8  // the place of each character in the order, from 1; 0 for those that are not plain
	keys  [128][]byte // the primary weights of each character
	level []byte      // the secondary weights each character adds
}

var alphabets sync.Map // language as given to *alphabet

func newOrder(lang string) *order {
	tag, err := language.Parse(lang)
	if err != nil {
		tag = language.Und
	}
	o := &order{collator: collate.New(tag, collate.IgnoreCase)}
	if known, ok := alphabets.Load(tag.String()); ok {
		o.alphabet = known.(*alphabet)
		return o
	}
	o.alphabet = &alphabet{tag: tag}
	o.learn()
	alphabets.Store(tag.String(), o.alphabet)
	return o
}

// key is the collation key of s; it is good until the next call of reset.
func (o *order) key(s string) []byte { return o.collator.KeyFromString(&o.buf, s) }

// learn finds out how ASCII collates.
func (o *order) learn() {
	var sorted []byte
	for c := byte(' '); c < 0x7f; c++ {
		o.buf.Reset()
		primary, rest, ok := bytes.Cut(bytes.Clone(o.key(string(rune(c)))), []byte{0, 0})
		if !ok || len(primary) == 0 || o.level != nil && !bytes.Equal(o.level, rest) {
			return
		}
		o.keys[c], o.level = primary, rest
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(a, b byte) int { return bytes.Compare(o.keys[a], o.keys[b]) })
	place := uint8(0)
	for i, c := range sorted {
		if i == 0 || !bytes.Equal(o.keys[sorted[i-1]], o.keys[c]) {
			place++
		}
		o.class[c] = place
	}
	for _, a := range sorted {
		for _, b := range sorted {
			o.buf.Reset()
			pair := string([]byte{a, b})
			if !bytes.Equal(o.key(pair), o.plainKey(nil, pair)) {
				return
			}
		}
	}
	o.plain = true
}

// plainKey builds the collation key of ASCII text from what was learned.
func (o *order) plainKey(b []byte, s string) []byte {
	for i := range len(s) {
		b = append(b, o.keys[s[i]]...)
	}
	b = append(b, 0, 0)
	for range len(s) {
		b = append(b, o.level...)
	}
	return b
}

// isPlain tells whether s has only characters that collate letter by letter.
func (o *order) isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < ' ' {
			return false
		}
	}
	return o.plain
}

func (o *order) compare(a, b string) int {
	if o.isPlain(a) && o.isPlain(b) {
		for i := range min(len(a), len(b)) {
			if x, y := o.class[a[i]], o.class[b[i]]; x != y {
				return int(x) - int(y)
			}
		}
		return len(a) - len(b)
	}
	return o.collator.CompareString(a, b)
}

// rank sorts n texts and calls set with the rank of each, from 0, equal texts alike. It returns the highest
// rank.
func (o *order) rank(ctx context.Context, n int, text func(i int) string, set func(i int, rank uint32)) (most uint32, err error) {
	if n == 0 {
		return 0, ctx.Err()
	}
	// Which bytes occur at all tells for most columns that every text is plain.
	var used [256]bool
	for i := range n {
		if i%pause == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		s := text(i)
		for j := range len(s) {
			used[s[j]] = true
		}
	}
	allPlain := o.plain
	for c, u := range used {
		allPlain = allPlain && (!u || c >= ' ' && c < 0x7f)
	}
	plain := make([]prefixed, 0, n)
	var others []int
	for i := range n {
		if allPlain || o.isPlain(text(i)) {
			plain = append(plain, prefixed{text: uint32(i)})
		} else {
			others = append(others, i)
		}
	}
	sorted, err := o.sortPlain(ctx, plain, text, used)
	if err != nil {
		return 0, err
	}
	if len(others) == 0 {
		rank := uint32(0)
		for i, p := range sorted {
			if i > 0 && p.letters == 0 {
				rank++
			}
			set(int(p.text), rank)
		}
		return rank, nil
	}
	return o.merge(ctx, sorted, others, text, set)
}

// sortPlain sorts plain texts. In the result letters is 1 for a text that is equal to the one before it.
func (o *order) sortPlain(ctx context.Context, plain []prefixed, text func(i int) string, used [256]bool) ([]prefixed, error) {
	// The letters that occur are numbered anew, so that more of them fit a word.
	var there [256]bool
	for c, u := range used[:128] {
		if u {
			there[o.class[c]] = true
		}
	}
	var renumbered [256]uint8
	last := uint8(0)
	for class := 1; class < len(there); class++ {
		if there[class] {
			last++
			renumbered[class] = last
		}
	}
	var class [128]uint8
	for c := range class {
		class[c] = renumbered[o.class[c]]
	}
	width := uint(1)
	for 1<<width <= int(last) {
		width++
	}
	if len(plain) == 0 {
		return nil, ctx.Err()
	}
	sorted := make([]prefixed, 0, len(plain))
	s := &wordSorter{ctx: ctx, text: text, class: &class, width: width, fits: int(64 / width),
		swap: make([]prefixed, len(plain)), more: make([]uint64, plain[len(plain)-1].text+1),
		next: func(text uint32, same bool) {
			p := prefixed{text: text}
			if same {
				p.letters = 1
			}
			sorted = append(sorted, p)
		}}
	return sorted, s.sort(plain, 0)
}

// merge puts the texts that need the collator between the sorted plain ones.
func (o *order) merge(ctx context.Context, plain []prefixed, others []int, text func(i int) string, set func(i int, rank uint32)) (uint32, error) {
	keys := make([][]byte, len(others))
	for i, other := range others {
		if i%pause == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		o.buf.Reset()
		keys[i] = bytes.Clone(o.key(text(other)))
	}
	by := make([]int, len(others))
	for i := range by {
		by[i] = i
	}
	slices.SortFunc(by, func(a, b int) int { return bytes.Compare(keys[a], keys[b]) })

	rank, first := uint32(0), true
	var last, scratch []byte // the key of the text ranked last
	give := func(i int, key []byte, same bool) {
		if !first && !same {
			rank++
		}
		first, last = false, key
		set(i, rank)
	}
	at := 0
	for _, b := range by {
		for at < len(plain) {
			scratch = o.plainKey(scratch[:0], text(int(plain[at].text)))
			if bytes.Compare(scratch, keys[b]) > 0 {
				break
			}
			same := plain[at].letters == 1 || bytes.Equal(scratch, last)
			give(int(plain[at].text), bytes.Clone(scratch), same)
			at++
		}
		give(others[b], keys[b], bytes.Equal(keys[b], last))
	}
	for ; at < len(plain); at++ {
		scratch = o.plainKey(scratch[:0], text(int(plain[at].text)))
		same := plain[at].letters == 1 || bytes.Equal(scratch, last)
		give(int(plain[at].text), bytes.Clone(scratch), same)
	}
	return rank, ctx.Err()
}
