package wsman

import "strings"

// Diagnostics are the bracketed groups Exchange puts before a message, such as
// "[Server=X,RequestId=Y,TimeStamp=Z] [FailureCategory=AuthZ-AuthorizationException] text".
type Diagnostics struct {
	Pairs []Pair // in the order they stand
	Rest  string // the text behind the groups
}

// Pair is one key and value of Diagnostics.
type Pair struct{ Key, Value string }

// Get returns the first value of key, compared without regard to case, or "".
func (d Diagnostics) Get(key string) string {
	for _, p := range d.Pairs {
		if strings.EqualFold(p.Key, key) {
			return p.Value
		}
	}
	return ""
}

// Category splits the FailureCategory "Group-Name" into its two halves. Both are empty when there is none.
func (d Diagnostics) Category() (group, name string) {
	group, name, _ = strings.Cut(d.Get("FailureCategory"), "-")
	return group, name
}

// ParseDiagnostics reads the groups text begins with. A bracket that holds no key=value is text, and ends them.
func ParseDiagnostics(text string) Diagnostics {
	d := Diagnostics{Rest: strings.TrimLeft(text, " \t\r\n\ufeff")}
	for strings.HasPrefix(d.Rest, "[") {
		inside, rest, closed := strings.Cut(d.Rest[1:], "]")
		if !closed || len(inside) > 4096 {
			break
		}
		pairs := parsePairs(inside)
		if pairs == nil {
			break
		}
		d.Pairs = append(d.Pairs, pairs...)
		d.Rest = strings.TrimLeft(rest, " \t\r\n")
	}
	return d
}

// parsePairs reads "k=v,k=v". A part without a key belongs to the value before it, because a value may hold a comma.
func parsePairs(s string) []Pair {
	var pairs []Pair
	for _, part := range strings.Split(s, ",") {
		key, value, ok := strings.Cut(part, "=")
		key = strings.TrimSpace(key)
		switch {
		case ok && isWord(key):
			pairs = append(pairs, Pair{key, strings.TrimSpace(value)})
		case len(pairs) > 0:
			pairs[len(pairs)-1].Value += "," + part
		default:
			return nil
		}
	}
	return pairs
}

func isWord(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '-' && s[i] != '_' {
			return false
		}
	}
	return s != ""
}
