package results

import (
	"cmp"
	"context"
	"math"
	"slices"

	"tenantry/core/exchange"
)

// blankRank is the rank of a value that is empty though it is there, such as a list without members.
const blankRank = math.MaxUint32

// rank tells where each code of the column stands among the codes: ranks is indexed by code less firstCode,
// and equal values have equal ranks. When rows are few beside the column's distinct values, only the codes
// they use are ranked.
func (f *frozenColumn) rank(ctx context.Context, rows []uint32, language string) (ranks []uint32, most uint32, err error) {
	f.ranks.mu.Lock()
	defer f.ranks.mu.Unlock()
	if f.ranks.ranks != nil && f.ranks.language == language {
		return f.ranks.ranks, f.ranks.most, nil
	}
	n := f.distinct()
	codes := make([]uint32, 0, n)
	few := len(rows) < n/8
	if few {
		used := make([]bool, n)
		for _, r := range rows {
			if c := f.codes.at(int(r)); c >= firstCode && !used[c-firstCode] {
				used[c-firstCode] = true
				codes = append(codes, c-firstCode)
			}
		}
	} else {
		for c := range uint32(n) {
			codes = append(codes, c)
		}
	}
	ranks, most, err = f.rankCodes(ctx, codes, language)
	if err == nil && !few {
		f.ranks.ranks, f.ranks.most, f.ranks.language = ranks, most, language
	}
	return ranks, most, err
}

func (f *frozenColumn) rankCodes(ctx context.Context, codes []uint32, language string) (ranks []uint32, most uint32, err error) {
	ranks = make([]uint32, f.distinct())
	if f.way == words {
		most, err = newOrder(language).rank(ctx, len(codes), func(i int) string {
			return f.words.text(codes[i])
		}, func(i int, rank uint32) { ranks[codes[i]] = rank })
		return ranks, most, err
	}
	full := codes[:0:0]
	for _, c := range codes {
		if f.vals[c].IsNone() {
			ranks[c] = blankRank
		} else {
			full = append(full, c)
		}
	}
	if k := f.typ; k != exchange.Text && k != exchange.List && k != exchange.Nested {
		slices.SortFunc(full, func(a, b uint32) int { return f.vals[a].Compare(f.vals[b]) })
		for i, c := range full {
			if i > 0 && f.vals[full[i-1]].Compare(f.vals[c]) != 0 {
				most++
			}
			ranks[c] = most
		}
		return ranks, most, ctx.Err()
	}
	shown := make([]string, len(full))
	for i, c := range full {
		shown[i] = f.vals[c].Text()
	}
	most, err = newOrder(language).rank(ctx, len(full), func(i int) string { return shown[i] },
		func(i int, rank uint32) { ranks[full[i]] = rank })
	return ranks, most, err
}

// prefixed is a text that is being sorted: the next few of its letters packed so that they compare as a
// number, and which text it is.
type prefixed struct {
	letters uint64
	text    uint32
}

// wordSorter sorts texts by their letters, a word of them at a time, and calls next for each in order; same
// tells that it is equal to the one before.
type wordSorter struct {
	ctx   context.Context
	text  func(i int) string
	class *[128]uint8 // the weight of each letter, packed: 0 for the end of the text
	width uint        // bits a letter takes
	fits  int         // letters in a word
	swap  []prefixed
	more  []uint64 // the word behind the first one of each text, so that few texts are looked at again
	next  func(text uint32, same bool)
}

// pack packs as many letters of t as fit a word.
func (s *wordSorter) pack(t string) uint64 {
	var w uint64
	if len(t) >= s.fits {
		for j := range s.fits {
			w = w<<s.width | uint64(s.class[t[j]&127])
		}
		return w
	}
	for j := range len(t) {
		w = w<<s.width | uint64(s.class[t[j]&127])
	}
	return w << (s.width * uint(s.fits-len(t)))
}

// load fills in the letters of the texts from depth on.
func (s *wordSorter) load(a []prefixed, depth int) {
	switch depth {
	case 0:
		// Here the texts stand in their own order, which is that of memory; later they do not.
		for i := range a {
			t := s.text(int(a[i].text))
			a[i].letters = s.pack(t)
			if len(t) > s.fits {
				s.more[a[i].text] = s.pack(t[s.fits:])
			}
		}
	case s.fits:
		for i := range a {
			a[i].letters = s.more[a[i].text]
		}
	default:
		for i := range a {
			t := s.text(int(a[i].text))
			a[i].letters = s.pack(t[min(depth, len(t)):])
		}
	}
}

// sort sorts texts whose letters up to depth are equal.
func (s *wordSorter) sort(a []prefixed, depth int) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	s.load(a, depth)
	sortLetters(a, s.swap[:len(a)])
	for i := 0; i < len(a); {
		j := i + 1
		for j < len(a) && a[j].letters == a[i].letters {
			j++
		}
		// A word that ends in the class of "end of text" is of texts that have ended: those are equal.
		ended := a[i].letters&(1<<s.width-1) == 0
		switch {
		case j == i+1:
			s.next(a[i].text, false)
		case ended:
			for k := i; k < j; k++ {
				s.next(a[k].text, k > i)
			}
		default:
			if err := s.sort(a[i:j], depth+s.fits); err != nil {
				return err
			}
		}
		i = j
	}
	return nil
}

func sortLetters(a, swap []prefixed) {
	if len(a) < 256 {
		slices.SortFunc(a, func(x, y prefixed) int { return cmp.Compare(x.letters, y.letters) })
		return
	}
	var differ uint64
	for i := range a {
		differ |= a[i].letters ^ a[0].letters
	}
	from, to := a, swap
	for shift := 0; shift < 64; {
		if differ>>shift == 0 {
			break
		}
		if differ>>shift&1 == 0 {
			shift++
			continue
		}
		var at [digits]uint32
		for i := range from {
			at[from[i].letters>>shift&(digits-1)]++
		}
		sum := uint32(0)
		for d := range at {
			at[d], sum = sum, sum+at[d]
		}
		for i := range from {
			d := from[i].letters >> shift & (digits - 1)
			to[at[d]] = from[i]
			at[d]++
		}
		from, to = to, from
		shift += digitBits
	}
	if &from[0] != &a[0] {
		copy(a, from)
	}
}
