package wording

import (
	"strings"
	"unicode"

	"tenantry/core/cmdlets"
)

// Words in names that are written otherwise on screen.
var asWritten = map[string]string{
	"smtp": "SMTP", "owa": "OWA", "pop": "POP", "imap": "IMAP", "mapi": "MAPI", "upn": "UPN", "scl": "SCL",
	"guid": "GUID", "id": "ID", "url": "URL", "uri": "URI", "ip": "IP", "tls": "TLS", "dn": "DN", "dl": "DL",
	"html": "HTML", "mime": "MIME", "smime": "S/MIME", "ews": "EWS", "oab": "OAB", "oof": "out of office",
	"dkim": "DKIM", "spf": "SPF", "dmarc": "DMARC", "sms": "SMS", "um": "UM", "ecp": "ECP", "bcc": "Bcc",
	"cc": "Cc", "irm": "IRM", "rms": "RMS", "dlp": "DLP", "ttl": "TTL", "mx": "MX", "dns": "DNS", "csv": "CSV",
	"xml": "XML", "json": "JSON", "pst": "PST", "sku": "SKU", "sid": "SID", "utc": "UTC", "http": "HTTP",
	"https": "HTTPS", "tnef": "TNEF", "dsn": "DSN", "ndr": "NDR", "ou": "OU", "pin": "PIN", "mrm": "MRM",
	"ca": "CA", "crm": "CRM", "sso": "SSO", "lan": "LAN", "fqdn": "FQDN", "anr": "ANR",
	"outlook": "Outlook", "exchange": "Exchange", "microsoft": "Microsoft", "active": "Active",
	"internet": "internet", "skype": "Skype", "teams": "Teams", "windows": "Windows", "apple": "Apple",
	"android": "Android", "facebook": "Facebook", "linkedin": "LinkedIn", "bluetooth": "Bluetooth",
	"wifi": "Wi-Fi", "whatif": "what if", "mailtip": "MailTip", "mailtips": "MailTips",
}

// Label returns the words for a parameter or property, such as "Primary SMTP address" for
// "PrimarySmtpAddress": from the file of labels, otherwise split at its capitals with acronyms kept. What has a
// space in it, or anything else but letters, digits and _, stays as it is; "X before" and "X after" are the columns
// of a comparison.
func (w *Words) Label(name string) string {
	name = strings.TrimPrefix(name, "-")
	if w.bare {
		return name
	}
	if text, ok := w.label(name); ok {
		return text
	}
	for _, when := range []string{"before", "after"} { // of a comparison
		if of, ok := strings.CutSuffix(name, " "+when); ok && of != "" {
			return w.Text("label."+when, "column", w.Label(of))
		}
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) {
		return name // no name of Exchange's: somebody wrote it for people
	}
	return splitLabel(name)
}

// WithParameterNames returns words that call parameters by their own names, for a command line, where those
// are what a person types.
func (w *Words) WithParameterNames() *Words {
	c := *w
	c.bare = true
	return &c
}

// label looks in the file of labels, also for a numbered name: CustomAttribute7 is CustomAttribute and 7.
func (w *Words) label(name string) (string, bool) {
	if e, ok := w.texts["field."+name]; ok {
		return e.plain, true
	}
	stem := strings.TrimRight(name, "0123456789")
	if stem != name && stem != "" {
		if e, ok := w.texts["field."+stem]; ok {
			return e.plain + " " + name[len(stem):], true
		}
	}
	if w.spare != nil {
		return w.spare.label(name)
	}
	return "", false
}

func splitLabel(name string) string {
	parts := cmdlets.NameWords(name)
	for i, p := range parts {
		low := strings.ToLower(p)
		switch written, known := asWritten[low]; {
		case known:
			parts[i] = written
		case len(p) > 1 && p == strings.ToUpper(p):
			// an acronym that is not in the list stays one
		default:
			parts[i] = low
		}
	}
	text := strings.Join(parts, " ")
	if text == "" {
		return name
	}
	runes := []rune(text)
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}

// Cmdlet returns what a cmdlet is for in a few everyday words, such as "Mailboxes" for "Get-Mailbox", and
// whether there are any; the window shows the cmdlet's own name beside or instead of them.
func (w *Words) Cmdlet(name string) (string, bool) {
	if !w.Has("cmdlet." + name) {
		return "", false
	}
	return w.Text("cmdlet." + name), true
}

// Choice returns the words for one of the values a field accepts, such as "Shared mailbox" for
// "SharedMailbox"; the value itself when there are none.
func (w *Words) Choice(value string) string {
	if w.Has("choice." + value) {
		return w.Text("choice." + value)
	}
	return value
}
