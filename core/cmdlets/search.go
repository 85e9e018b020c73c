package cmdlets

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// everyday is a group of words people use, and the cmdlets they mean by them.
type everyday struct {
	Words   []string `json:"words"`
	Cmdlets []string `json:"cmdlets"`
}

func readEveryday(data []byte) ([]everyday, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var groups []everyday
	if err := json.Unmarshal(data, &groups); err != nil {
		return nil, err
	}
	for i := range groups {
		for j, w := range groups[i].Words {
			groups[i].Words[j] = plain(w)
		}
	}
	return groups, nil
}

// Search returns the cmdlets that text can mean, the likeliest first: the exact name, a name that begins
// with it, everyday words ("who can open", "forwarding", "out of office", in English and Dutch), names in
// which every word begins a word, names that contain it. An empty text gives all. It is meant to be called
// at every key.
func (c *Catalog) Search(text string) []*Spec {
	query := plain(text)
	if query == "" {
		return c.List()
	}
	type hit struct {
		spec *Spec
		rank int
	}
	meant := c.meant(query)
	words := strings.Fields(query)
	packed := strings.Join(words, "")
	var hits []hit
	for i := range c.names {
		n := &c.names[i]
		rank, ok := n.rank(query, packed, words)
		if m, also := meant[n.name]; also && (!ok || m < rank) {
			rank, ok = m, true
		}
		if ok {
			hits = append(hits, hit{c.specs[i], rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(verbRank(a.spec), verbRank(b.spec)),
			cmp.Compare(len(a.spec.Name), len(b.spec.Name)))
	})
	out := make([]*Spec, len(hits))
	for i, h := range hits {
		out[i] = h.spec
	}
	return out
}

// Ranks, lower is better. The order within a group of everyday words is added to its rank.
const (
	rankExact      = 0
	rankPrefix     = 100
	rankEveryday   = 200
	rankPartWord   = 1200 // everyday words that only partly match
	rankNounStarts = 275
	rankAllWords   = 280 // several words that all begin one of the name
	rankNoun       = 260
	rankStarts     = 2000
	rankContains   = 3000
)

// searchName is a cmdlet's name prepared for searching, all in lower case.
type searchName struct {
	name  string // get-mailbox
	bare  string // getmailbox
	noun  string // mailbox
	parts []string
}

func newSearchName(s *Spec) searchName {
	n := searchName{name: strings.ToLower(s.Name), noun: strings.ToLower(s.Noun)}
	n.bare = strings.ReplaceAll(n.name, "-", "")
	for _, p := range NameWords(s.Name) {
		n.parts = append(n.parts, strings.ToLower(p))
	}
	return n
}

func (n *searchName) rank(query, packed string, words []string) (int, bool) {
	switch {
	case n.name == query || n.bare == packed:
		return rankExact, true
	case strings.HasPrefix(n.name, query) || strings.HasPrefix(n.bare, packed):
		return rankPrefix, true
	case isNoun(n.noun, packed):
		return rankNoun, true
	case strings.HasPrefix(n.noun, packed) && len(packed) > 2:
		return rankNounStarts, true
	}
	all := true
	for _, w := range words {
		all = all && slices.ContainsFunc(n.parts, func(p string) bool { return strings.HasPrefix(p, w) })
	}
	switch {
	case all && len(words) > 1:
		return rankAllWords, true
	case all:
		return rankStarts, true
	case initials(n.parts, packed):
		return rankStarts + 500, true
	case len(packed) > 1 && strings.Contains(n.bare, packed):
		return rankContains, true
	}
	return 0, false
}

// isNoun tells whether word is the noun or its plural.
func isNoun(noun, word string) bool {
	rest, ok := strings.CutPrefix(word, noun)
	return ok && noun != "" && (rest == "" || rest == "s" || rest == "es")
}

// initials tells whether packed is made of the beginnings of all words, as in "gmb" for Get-MailBox.
func initials(parts []string, packed string) bool {
	if len(parts) < 2 || len(packed) != len(parts) {
		return false
	}
	for i, p := range parts {
		if p[0] != packed[i] {
			return false
		}
	}
	return true
}

// meant finds what everyday words lead to, with their ranks. A group counts when the query holds one of
// its phrases, or is the beginning of one, or shares a telling word with it.
func (c *Catalog) meant(query string) map[string]int {
	found := map[string]int{}
	for _, g := range c.words {
		best := -1
		for _, phrase := range g.Words {
			rank := -1
			switch {
			case phrase == query:
				rank = rankEveryday
			case hasPhrase(query, phrase):
				// The more of the query a phrase covers, the likelier it is what is meant.
				rank = rankEveryday + 50 + 100*min(9, words(query)-words(phrase))
			case len(query) > 2 && strings.HasPrefix(phrase, query):
				rank = rankEveryday + 100
			case len(query) > 3 && hasWordStart(phrase, query):
				rank = rankPartWord
			}
			if rank >= 0 && (best < 0 || rank < best) {
				best = rank
			}
		}
		if best < 0 {
			continue
		}
		for i, name := range g.Cmdlets {
			key := strings.ToLower(name)
			if had, ok := found[key]; !ok || best+i < had {
				found[key] = best + i
			}
		}
	}
	return found
}

func words(s string) int { return strings.Count(s, " ") + 1 }

func hasPhrase(query, phrase string) bool {
	return strings.Contains(" "+query+" ", " "+phrase+" ")
}

func hasWordStart(phrase, query string) bool { return strings.Contains(" "+phrase, " "+query) }

// verbRank puts reading before writing.
func verbRank(s *Spec) int {
	switch {
	case s.Verb == "Get":
		return 0
	case !s.Writes:
		return 1
	case s.Verb == "Set":
		return 2
	}
	return 3
}

// plain makes words comparable: lower case, without accents, dashes and signs as spaces.
func plain(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r == '-' && b.Len() > 0:
			b.WriteByte('-')
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unaccented(r))
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func unaccented(r rune) rune {
	switch r {
	case 'é', 'è', 'ë', 'ê':
		return 'e'
	case 'ï', 'í':
		return 'i'
	case 'ö', 'ó':
		return 'o'
	case 'ü', 'ú':
		return 'u'
	case 'á', 'à', 'ä':
		return 'a'
	}
	return r
}

// NameWords splits a name at its capitals and keeps acronyms whole: "PrimarySmtpAddress" is Primary, Smtp,
// Address; "OWAEnabled" is OWA, Enabled; "CustomAttribute10" is Custom, Attribute, 10.
func NameWords(name string) []string {
	var words []string
	runes := []rune(name)
	start := 0
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && !wordBreak(runes, i) {
			continue
		}
		if w := strings.Trim(string(runes[start:i]), "-_ ."); w != "" {
			words = append(words, w)
		}
		start = i
	}
	return words
}

func wordBreak(r []rune, i int) bool {
	before, at := r[i-1], r[i]
	switch {
	case at == '-' || at == '_' || at == ' ' || at == '.' || before == '-' || before == '_' || before == ' ' || before == '.':
		return true
	case unicode.IsUpper(at):
		// A capital begins a word, except inside an acronym; the last capital of one begins the next word.
		return !unicode.IsUpper(before) || i+1 < len(r) && unicode.IsLower(r[i+1])
	case unicode.IsDigit(at) != unicode.IsDigit(before):
		return unicode.IsDigit(at)
	}
	return false
}
