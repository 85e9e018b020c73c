package httpauth

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/types"
)

// realms is what this computer knows of Kerberos realms: krb5.conf where there is one, DNS otherwise.
type realms struct {
	conf   *config.Config
	useDNS bool
	store  string // where krb5.conf says that tickets are kept, or ""
}

// Of what a message can be sealed with, strongest as Windows prefers them first.
var supportedEncryption = []int32{
	etypeID.AES256_CTS_HMAC_SHA1_96, etypeID.AES128_CTS_HMAC_SHA1_96,
	etypeID.AES256_CTS_HMAC_SHA384_192, etypeID.AES128_CTS_HMAC_SHA256_128, etypeID.RC4_HMAC,
}

var (
	includeLine   = regexp.MustCompile(`(?m)^\s*(include|includedir|module)\s.*$`)
	noDNSLine     = regexp.MustCompile(`(?mi)^\s*dns_lookup_kdc\s*=\s*(false|no|n|off|nil|0)\s*$`)
	storeLine     = regexp.MustCompile(`(?m)^\s*default_ccache_name\s*=\s*(\S+)\s*$`)
	enctypesLine  = regexp.MustCompile(`(?m)^\s*(default_tkt_enctypes|default_tgs_enctypes|permitted_enctypes)\s*=`)
	maxConfigSize = int64(1 << 20)
)

// loadRealms reads krb5.conf. Without one everything is found by DNS.
func loadRealms(path string) (*realms, error) {
	text, err := readConfig(path)
	if err != nil {
		return nil, err
	}
	conf := config.New()
	if text != "" {
		// What other files hold, and what the library does not know, leaves the rest usable.
		read, err := config.NewFromString(includeLine.ReplaceAllString(text, ""))
		if read == nil {
			return nil, &Error{Kind: KindKDC, Cause: err}
		}
		conf = read
	}
	r := &realms{conf: conf, useDNS: !noDNSLine.MatchString(text)}
	if m := storeLine.FindStringSubmatch(text); m != nil {
		r.store = m[1]
	}
	lib := &conf.LibDefaults
	lib.Canonicalize = true // RFC 6806: Windows then corrects names, and refers to other realms
	lib.NoAddresses = true
	lib.DefaultTktEnctypeIDs = allowedEncryption(text, lib.DefaultTktEnctypeIDs)
	lib.DefaultTGSEnctypeIDs = allowedEncryption(text, lib.DefaultTGSEnctypeIDs)
	return r, nil
}

// allowedEncryption narrows what krb5.conf asks for to what is supported.
func allowedEncryption(text string, asked []int32) []int32 {
	if !enctypesLine.MatchString(text) {
		return supportedEncryption
	}
	var both []int32
	for _, e := range asked {
		if slices.Contains(supportedEncryption, e) {
			both = append(both, e)
		}
	}
	if len(both) == 0 {
		return supportedEncryption
	}
	return both
}

func readConfig(path string) (string, error) {
	paths := []string{path}
	if path == "" {
		if named := os.Getenv("KRB5_CONFIG"); named != "" {
			paths = filepath.SplitList(named)
		} else {
			paths = usualConfigs()
		}
	}
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil || info.Size() > maxConfigSize {
			continue
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return "", &Error{Kind: KindKDC, Cause: err}
		}
		return string(text), nil
	}
	if path != "" {
		return "", &Error{Kind: KindKDC, Cause: errors.New("there is no file " + path)}
	}
	return "", nil
}

func usualConfigs() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{filepath.Join(os.Getenv("ProgramData"), "MIT", "Kerberos5", "krb5.ini"), filepath.Join(os.Getenv("SystemRoot"), "krb5.ini")}
	case "darwin":
		return []string{"/Library/Preferences/edu.mit.Kerberos", "/etc/krb5.conf"}
	}
	return []string{"/etc/krb5.conf"}
}

// principal is an account of a realm.
type principal struct {
	name  types.PrincipalName
	realm string
	// full is the whole name, for a realm that is not the one the name says: an account of the realm
	// ad.contoso.example may sign in as name@contoso.example.
	full string
}

var errNoRealm = errors.New("the account's name says no realm, and krb5.conf names none")

// principal reads a user name: name@domain, DOMAIN\name or name.
func (r *realms) principal(user, host string) (principal, error) {
	name, realm := user, ""
	if domain, rest, ok := strings.Cut(user, `\`); ok {
		name, realm = rest, r.windowsDomain(domain)
	} else if at := strings.LastIndexByte(user, '@'); at >= 0 {
		name, realm = user[:at], r.named(user[at+1:])
	} else {
		realm = r.home(host)
	}
	if name == "" {
		return principal{}, &Error{Kind: KindCredentials, Cause: errors.New("the account has no name")}
	}
	if realm == "" {
		return principal{}, &Error{Kind: KindNoTicket, Cause: errNoRealm}
	}
	p := principal{name: types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, name), realm: realm}
	if strings.Contains(user, "@") {
		p.full = user
	}
	return p, nil
}

// named is a realm as krb5.conf writes it, or in upper case, as Windows does.
func (r *realms) named(domain string) string {
	for _, known := range r.conf.Realms {
		if strings.EqualFold(known.Realm, domain) {
			return known.Realm
		}
	}
	return strings.ToUpper(domain)
}

// windowsDomain finds the realm of a domain's short name: usually the first part of the realm's.
func (r *realms) windowsDomain(domain string) string {
	if strings.Contains(domain, ".") {
		return r.named(domain)
	}
	candidates := []string{r.conf.LibDefaults.DefaultRealm, os.Getenv("USERDNSDOMAIN")}
	for _, known := range r.conf.Realms {
		candidates = append(candidates, known.Realm)
	}
	for _, c := range candidates {
		if first, _, _ := strings.Cut(c, "."); c != "" && strings.EqualFold(first, domain) {
			return r.named(c)
		}
	}
	return r.home("")
}

// home is the realm of a name that says none.
func (r *realms) home(host string) string {
	if d := r.conf.LibDefaults.DefaultRealm; d != "" {
		return d
	}
	if d := os.Getenv("USERDNSDOMAIN"); d != "" { // Windows sets it for accounts of a domain
		return r.named(d)
	}
	if d := r.conf.ResolveRealm(host); d != "" {
		return d
	}
	if _, domain, ok := strings.Cut(host, "."); ok && strings.Contains(domain, ".") && net.ParseIP(host) == nil {
		return r.named(domain)
	}
	return ""
}

// centres finds the key distribution centres of a realm, the one to ask first in front.
func (r *realms) centres(ctx context.Context, realm string) ([]string, error) {
	for _, known := range r.conf.Realms {
		if known.Realm != realm {
			continue
		}
		var found []string
		for _, c := range known.KDC {
			c = strings.TrimSuffix(strings.TrimSuffix(c, "*"), "/")
			c = strings.TrimPrefix(strings.TrimPrefix(c, "tcp/"), "udp/")
			if !strings.Contains(c, "/") { // centres behind a web proxy are out of reach
				found = append(found, c)
			}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	if !r.useDNS {
		return nil, &Error{Kind: KindKDC, Cause: errors.New("krb5.conf names no key distribution centre for " + realm)}
	}
	_, records, err := net.DefaultResolver.LookupSRV(ctx, "kerberos", "tcp", realm)
	if err != nil {
		return nil, &Error{Kind: KindKDC, Cause: err}
	}
	var found []string
	for _, s := range records {
		found = append(found, net.JoinHostPort(strings.TrimSuffix(s.Target, "."), strconv.Itoa(int(s.Port))))
	}
	if len(found) == 0 {
		return nil, &Error{Kind: KindKDC, Cause: errors.New("DNS names no key distribution centre for " + realm)}
	}
	return found, nil
}
