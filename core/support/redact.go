package support

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tenantry/core/preflight"
)

// Names are what is known of this computer and of whom it works for, and what therefore must not leave it.
type Names struct {
	Customers [][]string // for each customer everything it is called: domains, name, ID
	Accounts  []string   // as they sign in, and the computer's own user
	Hosts     []string   // servers, proxies, and this computer
	Others    []string   // names of connections, tags, folders
}

// Redactor takes out of text whatever could name a customer, a person, a server or a place, and could be a
// secret. What it takes out becomes a placeholder such as customer-1, the same for the same thing.
//
// It works from what may stay: names that are known go first, and of the rest only numbers, versions, dates,
// Microsoft's own hosts and the words of a fixed list (vocabulary.txt) stay. So a name that nobody has told of
// does not pass either. Not for several goroutines at once.
type Redactor struct {
	known  map[string][]knownName // by the first runes, longest first
	short  map[string]string      // names of one or two letters, which go only as whole words
	given  map[string]string      // placeholders by kind and what they stand for
	counts map[string]int
}

type knownName struct {
	runes []rune
	place string
}

// The kinds of placeholders.
const (
	kindCustomer = "customer"
	kindAccount  = "account"
	kindHost     = "host"
	kindID       = "id"
	kindAddress  = "ip"
	kindPath     = "path"
	kindText     = "text"
)

// keyRunes is by how many runes known names are looked up.
const keyRunes = 3

// NewRedactor returns a redactor that knows names.
func NewRedactor(names Names) *Redactor {
	r := &Redactor{known: map[string][]knownName{}, short: map[string]string{}, given: map[string]string{}, counts: map[string]int{}}
	for _, c := range names.Customers {
		place := ""
		for _, name := range c {
			if strings.TrimSpace(name) == "" {
				continue
			}
			if place == "" {
				place = r.next(kindCustomer)
			}
			r.learn(name, place)
			if label, _, dotted := strings.Cut(name, "."); dotted && len(label) > keyRunes && !plainWords(label) {
				r.learn(label, place)
			}
		}
	}
	for _, a := range names.Accounts {
		r.learnAccount(a)
	}
	for _, h := range names.Hosts {
		if h = strings.TrimSpace(h); h != "" && !ofMicrosoft(h) && !loopback(h) && !plainWords(h) {
			r.learn(h, r.place(kindHost, h))
		}
	}
	for _, o := range names.Others {
		if !plainWords(o) {
			r.learn(o, r.place(kindText, o))
		}
	}
	for _, list := range r.known {
		slices.SortStableFunc(list, func(a, b knownName) int { return len(b.runes) - len(a.runes) })
	}
	return r
}

// learnAccount learns an account with its parts: anna@fabrikam.example or FABRIKAM\anna.
func (r *Redactor) learnAccount(account string) {
	account = strings.TrimSpace(account)
	if account == "" {
		return
	}
	place := r.place(kindAccount, account)
	r.learn(account, place)
	if user, domain, ok := strings.Cut(account, "@"); ok {
		r.learnPart(user, place)
		r.learnPart(domain, r.place(kindHost, domain))
	} else if domain, user, ok := strings.Cut(account, `\`); ok {
		r.learnPart(user, place)
		r.learnPart(domain, r.place(kindHost, domain))
	}
}

func (r *Redactor) learnPart(part, place string) {
	if !plainWords(part) {
		r.learn(part, place)
	}
}

func (r *Redactor) learn(name, place string) {
	runes := folded(strings.TrimSpace(name))
	if len(runes) == 0 {
		return
	}
	if len(runes) < keyRunes {
		if _, there := r.short[string(runes)]; !there {
			r.short[string(runes)] = place
		}
		return
	}
	key := string(runes[:keyRunes])
	for _, k := range r.known[key] {
		if slices.Equal(k.runes, runes) {
			return
		}
	}
	r.known[key] = append(r.known[key], knownName{runes, place})
}

// place is the placeholder of a thing of a kind.
func (r *Redactor) place(kind, of string) string {
	key := kind + "\x00" + string(folded(of))
	if r.given[key] == "" {
		r.given[key] = r.next(kind)
	}
	return r.given[key]
}

func (r *Redactor) next(kind string) string {
	r.counts[kind]++
	return kind + "-" + strconv.Itoa(r.counts[kind])
}

// Text returns text with everything taken out that is not known to be harmless.
func (r *Redactor) Text(text string) string {
	runes := []rune(tidy(text))
	fold := make([]rune, len(runes))
	for i, c := range runes {
		fold[i] = foldRune(c)
	}
	var b strings.Builder
	from := 0
	for i := 0; i < len(runes); {
		name := r.knownAt(fold, i)
		if name == nil {
			i++
			continue
		}
		r.rest(&b, string(runes[from:i]))
		b.WriteString(name.place)
		i += len(name.runes)
		from = i
	}
	r.rest(&b, string(runes[from:]))
	return b.String()
}

func (r *Redactor) knownAt(fold []rune, i int) *knownName {
	if i+keyRunes > len(fold) {
		return nil
	}
	for _, k := range r.known[string(fold[i:i+keyRunes])] {
		if i+len(k.runes) <= len(fold) && slices.Equal(fold[i:i+len(k.runes)], k.runes) {
			return &k
		}
	}
	return nil
}

// Between chunks: what ends one in a sentence, a list or a list of values.
func between(c rune) bool {
	return unicode.IsSpace(c) || strings.ContainsRune(`"'`+"`"+`()[]{}<>,;|=*!“”‘’«»…`, c)
}

// rest writes what stands between known names, chunk by chunk.
func (r *Redactor) rest(b *strings.Builder, text string) {
	for text != "" {
		at := strings.IndexFunc(text, between)
		if at < 0 {
			at = len(text)
		}
		b.WriteString(r.chunk(text[:at]))
		text = text[at:]
		end := strings.IndexFunc(text, func(c rune) bool { return !between(c) })
		if end < 0 {
			end = len(text)
		}
		b.WriteString(text[:end])
		text = text[end:]
	}
}

var (
	guid     = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	moment   = regexp.MustCompile(`^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$`)
	span     = regexp.MustCompile(`^-?(\d{1,6}(\.\d{1,9})?(ns|us|µs|ms|s|m|h))+$`)
	faultNum = regexp.MustCompile(`^(0x[0-9A-Fa-f]{1,8}|2150\d{6}|-?214\d{7})$`)
	release  = regexp.MustCompile(`^\d\dH\d$`)
	drive    = regexp.MustCompile(`^[A-Za-z]:[\\/]`)
)

// chunk returns what may be said of one chunk.
func (r *Redactor) chunk(chunk string) string {
	core := strings.TrimRight(chunk, ".:?")
	tail := chunk[len(core):]
	if core == "" || strings.IndexFunc(core, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) < 0 && !strings.Contains(core, "::") {
		return chunk
	}
	if place, ok := r.short[string(folded(core))]; ok {
		return place + tail
	}
	return r.judged(core) + tail
}

func (r *Redactor) judged(core string) string {
	host, port, err := net.SplitHostPort(core)
	switch {
	case strings.Contains(core, "://"):
		return r.URL(core)
	case strings.ContainsRune(core, '@'):
		return r.place(kindAccount, core)
	case guid.MatchString(core):
		return r.place(kindID, core)
	case moment.MatchString(core), span.MatchString(core), faultNum.MatchString(core), release.MatchString(core):
		return core
	case isAddress(core):
		return r.Host(core)
	case err == nil && host != "" && number(port) && (isAddress(host) || dotted(host)):
		return r.Host(host) + ":" + port
	case dotted(core):
		return r.Host(core)
	case drive.MatchString(core), strings.HasPrefix(core, `\\`), strings.HasPrefix(core, "/") && strings.Count(core, "/") > 1, strings.HasPrefix(core, "~"):
		return r.place(kindPath, core)
	}
	if rest, ok := strings.CutPrefix(core, "network:"); ok {
		return "network:" + r.judged(rest)
	}
	if plainWords(core) {
		return core
	}
	return r.place(kindText, core)
}

// Host returns a host as it may be told: Microsoft's own and this computer as they are.
func (r *Redactor) Host(host string) string {
	switch {
	case host == "", ofMicrosoft(host), loopback(host):
		return strings.ToLower(host)
	case isAddress(host):
		return r.place(kindAddress, host)
	}
	runes := folded(host)
	if len(runes) >= keyRunes {
		if k := r.knownAt(runes, 0); k != nil && len(k.runes) == len(runes) {
			return k.place
		}
	}
	return r.place(kindHost, host)
}

// URL returns an address with its host as Host tells it; of its path only what every server of its kind has.
func (r *Redactor) URL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https"}, strings.ToLower(u.Scheme)) {
		return r.place(kindText, address)
	}
	told := strings.ToLower(u.Scheme) + "://" + r.Host(u.Hostname())
	if number(u.Port()) {
		told += ":" + u.Port()
	}
	switch path := strings.ToLower(strings.Trim(u.Path, "/")); path {
	case "":
	case "powershell", "powershell-liveid", "wsman":
		told += "/" + path
	default:
		told += "/…"
	}
	return told
}

// Endpoint returns a host and port, or what else is written like one, as it may be told.
func (r *Redactor) Endpoint(address string) string {
	if host, port, err := net.SplitHostPort(address); err == nil && number(port) {
		return r.Host(host) + ":" + port
	}
	return r.Host(address)
}

// microsoft are public hosts that say nothing about anybody. They are named one by one: what merely ends in
// outlook.com or onmicrosoft.com can begin with a customer's name.
var microsoft = map[string]bool{
	"outlook.office.com": true, "login.windows.net": true, "login.microsoft.com": true, "graph.microsoft.com": true,
	"www.microsoft.com": true, "ps.compliance.protection.outlook.com": true, "ctldl.windowsupdate.com": true,
	"crl3.digicert.com": true, "crl4.digicert.com": true, "ocsp.digicert.com": true,
}

// pod is a server of Exchange Online that a session is sent on to.
var pod = regexp.MustCompile(`^pod[0-9]{1,6}psh\.outlook\.com$`)

func ofMicrosoft(host string) bool {
	host = strings.ToLower(host)
	for _, e := range preflight.DefaultEndpoints() {
		if e.Host == host {
			return true
		}
	}
	return microsoft[host] || pod.MatchString(host)
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback() && a.Zone() == "" || strings.EqualFold(host, "localhost")
}

func isAddress(s string) bool {
	s = strings.Trim(s, "[]")
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}

func number(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// domains are endings by which a name with dots is a host, whatever words it is made of.
var domains = map[string]bool{
	"com": true, "net": true, "org": true, "info": true, "biz": true, "io": true, "eu": true, "nl": true, "be": true, "de": true,
	"fr": true, "uk": true, "us": true, "ch": true, "at": true, "cloud": true, "online": true, "app": true, "dev": true,
	"local": true, "lan": true, "internal": true, "corp": true, "intern": true, "home": true, "example": true, "test": true, "invalid": true,
}

func dotted(s string) bool {
	at := strings.LastIndexByte(s, '.')
	return at > 0 && domains[strings.ToLower(s[at+1:])] && !strings.EqualFold(s, "Microsoft.NET") && !strings.ContainsAny(s, `/\`)
}

// plainWords tells whether text is made of nothing but short numbers and words of the vocabulary.
func plainWords(text string) bool {
	for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		if !plainWord(word) {
			return false
		}
	}
	return true
}

func plainWord(word string) bool {
	if strings.Trim(word, "0123456789") == "" {
		return len(word) <= 6
	}
	if vocabulary()[strings.ToLower(word)] {
		return true
	}
	parts := camel(word)
	for _, p := range parts {
		if !vocabulary()[strings.ToLower(p)] && !(strings.Trim(p, "0123456789") == "" && len(p) <= 4) {
			return false
		}
	}
	return len(parts) > 1
}

// camel splits a name such as ExecutionPolicy or v4Full at its capitals and digits.
func camel(word string) []string {
	var parts []string
	runes := []rune(word)
	from := 0
	for i := 1; i < len(runes); i++ {
		before, here := runes[i-1], runes[i]
		next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if unicode.IsDigit(before) != unicode.IsDigit(here) || unicode.IsUpper(here) && (unicode.IsLower(before) || next) {
			parts = append(parts, string(runes[from:i]))
			from = i
		}
	}
	return append(parts, string(runes[from:]))
}

// tidy is text in its composed form without what does not show, which could stand in the middle of a name.
func tidy(text string) string {
	return norm.NFC.String(strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Cf, c) || unicode.IsControl(c) && !unicode.IsSpace(c) {
			return -1
		}
		if unicode.IsControl(c) && c != '\n' { // other spaces could command a terminal
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, "\uFFFD")))
}

// folded is text by which it is compared, a rune for each rune of its composed form.
func folded(text string) []rune {
	runes := []rune(tidy(text))
	for i, c := range runes {
		runes[i] = foldRune(c)
	}
	return runes
}

func foldRune(c rune) rune {
	if unicode.IsSpace(c) {
		return ' '
	}
	least := c
	for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}
