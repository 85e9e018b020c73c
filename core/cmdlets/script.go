package cmdlets

import (
	"crypto/sha1" // Windows names certificates by it
	"encoding/hex"
	"encoding/pem"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// Script is a run as a script of Windows PowerShell that does the same, for people to read, keep and run
// themselves: it signs in, asks each customer, and always closes its sessions. No secret is in it; PowerShell
// asks for passwords. Tenantry itself runs no script.
type Script struct {
	Invocation exchange.Invocation
	Title      string // what it does in everyday words; empty for the cmdlet alone
	Customers  []ScriptCustomer

	// Connection is exchange.Classic or exchange.Modern. Of the account the script has the name only.
	Connection     exchange.Connection
	URL            string // where the classic connection is; a customer is added to it
	User           string // may be empty where a certificate or a ticket says who signs in
	Authentication exchange.Authentication
	Thumbprint     string // of the certificate of exchange.AuthCertificate, as Thumbprint gives it
	Proxy          exchange.Proxy
	PrivateCA      bool // the server's certificate is signed by an authority of one's own
	Import         bool // all cmdlets are fetched first, as Import-PSSession does
	Sample         bool // the sample partner is asked, which is there only as long as Tenantry runs it

	Version string    // of Tenantry
	At      time.Time // when it was written
}

// ScriptCustomer is one customer that a Script asks. An empty Domain is the account's own organisation.
type ScriptCustomer struct {
	Domain exchange.CustomerID
	Name   string
}

// Sentences are the words of a script's comments and questions. *wording.Words has them.
type Sentences interface {
	Text(key string, args ...any) string
	Count(key string, n int, args ...any) string
	DateTime(t time.Time) string
}

// Text is the script, with "\n" at the end of each line.
func (s Script) Text(say Sentences) string {
	w := scriptWriter{Script: s, say: say}
	w.command = commandLine(s.Invocation, w.secretOf)
	if !strings.Contains(s.Invocation.Cmdlet, "-") {
		w.command = "& " + w.command // or it could be read as a word of the language
	}
	w.head()
	w.ask()
	if len(s.Customers) > 1 {
		w.many()
	} else {
		w.one()
	}
	return w.String()
}

// File is the script as a file: in UTF-8 with its mark, because Windows PowerShell reads a file without one in
// the computer's old character set, and with the line ends of Windows.
func (s Script) File(say Sentences) []byte {
	return []byte("\ufeff" + strings.ReplaceAll(s.Text(say), "\n", "\r\n"))
}

// Thumbprint is the name of the first certificate in a PEM text, as Windows writes it; empty when there is none.
func Thumbprint(certificate secret.Secret) string {
	rest := []byte(certificate.Reveal())
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return ""
		}
		if block.Type == "CERTIFICATE" {
			sum := sha1.Sum(block.Bytes)
			return strings.ToUpper(hex.EncodeToString(sum[:]))
		}
	}
}

// scriptWriter writes one Script.
type scriptWriter struct {
	Script
	strings.Builder
	say     Sentences
	command string
	secrets []scriptSecret
}

// scriptSecret is a password that the script asks for before anything else.
type scriptSecret struct{ variable, param string }

// secretOf names the variable with a password. Exchange takes no variables in a command, but $using: is read
// here, by the PowerShell that sends the command.
func (w *scriptWriter) secretOf(param string) string {
	name := "Secret" + strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return r
	}, param)
	for _, known := range w.secrets {
		if strings.EqualFold(known.variable, name) {
			name += strconv.Itoa(len(w.secrets) + 1)
		}
	}
	w.secrets = append(w.secrets, scriptSecret{name, param})
	if w.invokes() {
		return "$using:" + name
	}
	return "$" + name
}

// imports tells whether the session's cmdlets become cmdlets of this computer first.
func (w *scriptWriter) imports() bool { return w.Connection != exchange.Modern && w.Import }

// invokes tells whether the command is sent with Invoke-Command, and not called like a cmdlet of this computer.
func (w *scriptWriter) invokes() bool { return w.Connection != exchange.Modern && !w.Import }

func (w *scriptWriter) line(depth int, text string) {
	if text != "" {
		w.WriteString(strings.Repeat("    ", depth))
		w.WriteString(text)
	}
	w.WriteByte('\n')
}

// commentWidth is where comments are broken.
const commentWidth = 96

// comment writes a sentence as comments. What stands on a line of its own in it, as a command does, stays whole.
// The sentence begins with words of ours and not with those of others: PowerShell reads a few comments as more than
// that, "# SIG # Begin signature block" ends a script.
func (w *scriptWriter) comment(depth int, sentence string) {
	sentence, own, _ := strings.Cut(sentence, "\n")
	line := "#"
	for _, word := range strings.Fields(sentence) {
		if len([]rune(line))+len([]rune(word)) >= commentWidth && line != "#" && !strings.HasPrefix(strings.ToLower(word), "sig") {
			w.line(depth, line)
			line = "#"
		}
		line += " " + word
	}
	w.line(depth, line)
	if own != "" {
		w.line(depth, "#     "+own)
	}
}

// clean is a text of others for a comment: on one line, without what does not show.
func clean(text string) string {
	return strings.Join(strings.Fields(strings.Map(shown, strings.ToValidUTF8(text, "\ufffd"))), " ")
}

// shown puts a blank in the place of what does not show, such as the end of a line.
func shown(r rune) rune {
	if hidden(r) || unicode.IsSpace(r) {
		return ' '
	}
	return r
}

// head says what the script does, for whom, and what it needs.
func (w *scriptWriter) head() {
	what := w.Invocation.Cmdlet
	if w.Title != "" {
		what = w.Title + " (" + what + ")"
	}
	w.comment(0, w.say.Text("handover.what", "what", clean(what)))
	if len(w.Customers) == 1 && w.Customers[0].Domain != "" {
		w.comment(0, w.say.Text("handover.for", "customer", clean(w.Customers[0].called())))
	}
	if len(w.Customers) > 1 {
		w.comment(0, w.say.Count("handover.for-many", len(w.Customers)))
	}
	if IsChange(w.Invocation) {
		w.comment(0, w.say.Text("handover.changes"))
	}
	w.comment(0, w.say.Text("handover.written", "version", clean(w.Version), "time", w.say.DateTime(w.At)))
	w.line(0, "#")
	for _, key := range w.needs() {
		w.comment(0, w.say.Text(key, "proxy", clean(w.proxyHost())))
	}
	w.line(0, "")
}

// needs are the keys of what the script wants of the computer it runs on.
func (w *scriptWriter) needs() []string {
	if w.Connection == exchange.Modern {
		return []string{"handover.needs-module"}
	}
	keys := []string{"handover.needs-windows"}
	add := func(on bool, key string) {
		if on {
			keys = append(keys, key)
		}
	}
	add(w.Sample, "handover.sample")
	add(w.Authentication == exchange.AuthNTLM, "handover.ntlm")
	add(w.Authentication == exchange.AuthCertificate, "handover.certificate")
	add(w.PrivateCA && !w.Sample, "handover.authority")
	add(w.Proxy.Mode == exchange.ProxySystem && !w.Sample, "handover.proxy-system")
	add(w.Proxy.Mode == exchange.ProxyManual, "handover.proxy-manual")
	return keys
}

// proxyHost is the proxy's address as Windows' own tool takes it.
func (w *scriptWriter) proxyHost() string {
	if u, err := url.Parse(w.Proxy.URL); err == nil && u.Host != "" {
		return u.Host
	}
	return w.Proxy.URL
}

// called is the customer's name with its domain.
func (c ScriptCustomer) called() string {
	if c.Name == "" || c.Name == string(c.Domain) {
		return string(c.Domain)
	}
	return c.Name + ", " + string(c.Domain)
}

// ask writes the customers, and everything a person is asked for.
func (w *scriptWriter) ask() {
	if len(w.Customers) > 1 {
		w.line(0, "$Customers = @(")
		for _, c := range w.Customers {
			item := quote(string(c.Domain))
			if name := clean(c.Name); name != "" && name != string(c.Domain) {
				item += ` # "` + name + `"` // in quotes: a comment never begins with words of others
			}
			w.line(1, item)
		}
		w.line(0, ")")
	}
	if w.asksAccount() {
		w.line(0, "$UserCredential = Get-Credential -Credential "+quote(w.User))
		w.line(0, "if (-not $UserCredential) { return }")
	}
	if w.Connection != exchange.Modern {
		switch w.Proxy.Mode {
		case exchange.ProxyNone:
			w.line(0, "$SessionOption = New-PSSessionOption -ProxyAccessType NoProxyServer")
		case exchange.ProxyManual:
			option := "$SessionOption = New-PSSessionOption -ProxyAccessType WinHttpConfig"
			if w.Proxy.User != "" {
				option += " -ProxyAuthentication Negotiate -ProxyCredential (Get-Credential -Credential " + quote(w.Proxy.User) + ")"
			}
			w.line(0, option)
		}
	}
	for _, s := range w.secrets {
		w.line(0, "$"+s.variable+" = Read-Host -AsSecureString -Prompt "+quote(w.say.Text("handover.secret", "param", s.param)))
	}
	w.line(0, "")
}

// asksAccount tells whether the script asks for the account's password itself.
func (w *scriptWriter) asksAccount() bool {
	switch {
	case w.Connection == exchange.Modern, w.Authentication == exchange.AuthCertificate:
		return false
	case w.Authentication == exchange.AuthKerberos:
		return w.User != "" // otherwise the ticket of whoever is signed in to Windows
	}
	return true
}

// one asks a single customer.
func (w *scriptWriter) one() {
	var c ScriptCustomer
	if len(w.Customers) == 1 {
		c = w.Customers[0]
	}
	if w.Connection == exchange.Modern {
		w.line(0, w.connect(quoted(c.Domain)))
	} else {
		w.line(0, w.newSession(quote(WithCustomer(w.URL, c.Domain))))
	}
	if w.imports() {
		w.line(0, "$Module = $null")
	}
	w.line(0, "try {")
	w.run(1, "$Rows = ", "")
	w.line(0, "}")
	w.line(0, "finally {")
	w.end(1, false)
	w.line(0, "}")
	w.comment(0, w.say.Text("handover.rows"))
	w.line(0, "$Rows")
}

// many asks one customer after the other, so that no more than one session is open. What fails for one is told
// and does not keep the others from being asked, unless nobody could be asked: then it is the account, and a
// wrong password that is sent again and again locks it.
func (w *scriptWriter) many() {
	w.comment(0, w.say.Text("handover.one-by-one"))
	w.line(0, "$NotAsked = @()")
	w.line(0, "$Connected = $false")
	w.line(0, "$Rows = foreach ($Customer in $Customers) {")
	w.line(1, "Write-Host $Customer")
	if w.Connection != exchange.Modern {
		w.line(1, "$Session = $null")
		if w.imports() {
			w.line(1, "$Module = $null")
		}
	}
	w.line(1, "try {")
	if w.Connection == exchange.Modern {
		w.line(2, w.connect("$Customer"))
	} else {
		w.line(2, w.newSession(w.addressOfMany()))
	}
	w.line(2, "$Connected = $true")
	w.run(2, "", " | Select-Object -Property @{ Name = 'Customer'; Expression = { $Customer } }, '*' -ExcludeProperty 'PSComputerName', 'PSShowComputerName', 'RunspaceId'")
	w.line(1, "}")
	w.line(1, "catch {")
	w.line(2, "Write-Warning ($Customer + ': ' + $_.Exception.Message)")
	w.line(2, "$NotAsked += $Customer")
	w.line(2, "if (-not $Connected -and $NotAsked.Count -ge 3) {")
	w.line(3, "Write-Warning "+quote(w.say.Text("handover.stopped")))
	w.line(3, "break")
	w.line(2, "}")
	w.line(1, "}")
	w.line(1, "finally {")
	w.end(2, true)
	w.line(1, "}")
	w.line(0, "}")
	w.line(0, "if ($NotAsked) {")
	w.line(1, "Write-Warning ("+quote(w.say.Text("handover.not-asked"))+" + ' ' + ($NotAsked -join ', '))")
	w.line(0, "}")
	w.comment(0, w.say.Text("handover.rows"))
	w.line(0, "$Rows")
}

// connect signs in to Exchange Online; customer is an expression, empty for the account's own organisation.
func (w *scriptWriter) connect(customer string) string {
	line := "Connect-ExchangeOnline"
	if customer != "" {
		line += " -DelegatedOrganization " + customer
	}
	if w.User != "" {
		line += " -UserPrincipalName " + quote(w.User)
	}
	return line + " -ShowBanner:$false -ErrorAction Stop"
}

func quoted(id exchange.CustomerID) string {
	if id == "" {
		return ""
	}
	return quote(string(id))
}

// newSession opens a session at an address, which is an expression.
func (w *scriptWriter) newSession(address string) string {
	line := "$Session = New-PSSession -ConfigurationName Microsoft.Exchange -ConnectionUri " + address
	if w.asksAccount() {
		line += " -Credential $UserCredential"
	}
	switch w.Authentication {
	case exchange.AuthCertificate:
		line += " -CertificateThumbprint " + quote(w.Thumbprint)
	case exchange.AuthKerberos:
		line += " -Authentication Kerberos"
	case exchange.AuthNegotiate, exchange.AuthNTLM:
		line += " -Authentication Negotiate"
	default:
		line += " -Authentication Basic"
	}
	line += " -AllowRedirection"
	if w.Proxy.Mode != exchange.ProxySystem {
		line += " -SessionOption $SessionOption"
	}
	return line + " -ErrorAction Stop"
}

// run writes the command itself, with what stands before and behind it.
func (w *scriptWriter) run(depth int, before, behind string) {
	switch {
	case w.invokes():
		w.line(depth, before+"Invoke-Command -Session $Session -ScriptBlock {")
		w.line(depth+1, w.command)
		w.line(depth, "}"+behind)
		return
	case w.imports():
		w.line(depth, "$Module = Import-PSSession -Session $Session -DisableNameChecking -AllowClobber -ErrorAction Stop")
	}
	w.line(depth, before+w.command+behind)
}

// end closes what was opened.
func (w *scriptWriter) end(depth int, maybe bool) {
	if w.Connection == exchange.Modern {
		w.line(depth, "Disconnect-ExchangeOnline -Confirm:$false")
		return
	}
	if w.imports() {
		w.line(depth, "if ($Module) { Remove-Module -ModuleInfo $Module }")
	}
	if maybe {
		w.line(depth, "if ($Session) { Remove-PSSession -Session $Session }")
		return
	}
	w.line(depth, "Remove-PSSession -Session $Session")
}

// addressOfMany is the expression for the address of the customer whose turn it is.
func (w *scriptWriter) addressOfMany() string {
	customer := "$Customer"
	for _, c := range w.Customers {
		if url.QueryEscape(string(c.Domain)) != string(c.Domain) {
			customer = "[uri]::EscapeDataString($Customer)"
		}
	}
	return "(" + quote(strings.TrimSuffix(WithCustomer(w.URL, "x"), "x")) + " + " + customer + ")"
}

// WithCustomer returns an address of remote PowerShell with DelegatedOrg at the end of its query, in place of
// one that stands there. Other parameters stay byte for byte; ";" and "&" separate them alike. Without a
// customer the address stays as it is.
func WithCustomer(address string, customer exchange.CustomerID) string {
	if customer == "" {
		return address
	}
	address, _, _ = strings.Cut(address, "#")
	path, query, _ := strings.Cut(address, "?")
	separator := "&"
	if strings.Contains(query, ";") {
		separator = ";"
	}
	kept := ""
	for query != "" {
		end := strings.IndexAny(query, "&;")
		var next string
		if end >= 0 {
			query, next = query[:end], query[end+1:]
		}
		name, _, _ := strings.Cut(query, "=")
		if decoded, err := url.QueryUnescape(name); query != "" && (err != nil || !strings.EqualFold(decoded, "DelegatedOrg")) {
			kept += query + separator
		}
		query = next
	}
	return strings.TrimRight(path, "/") + "?" + kept + "DelegatedOrg=" + url.QueryEscape(string(customer))
}
