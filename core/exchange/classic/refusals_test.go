package classic

import (
	"strconv"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/wsman"
)

// Servers write what they like into a category and a text: whatever it is, it has a code, and numbers are numbers.
func FuzzRefusal(f *testing.F) {
	f.Add("AuthZ-AuthorizationException", "maximum number of connections allowed : 3", uint32(wsman.CodeProviderFault))
	f.Add("LiveID-", "Please wait for 99999999999999999999 seconds.", uint32(5))
	f.Add("-", "Suggested backoff time 887405440 ms.", uint32(2150859174))
	f.Add("Cafe-SendFailure", "[a=b]", uint32(0))
	f.Fuzz(func(t *testing.T, category, text string, code uint32) {
		where := place{user: "u", customer: "c", host: "h"}
		fault := &wsman.Fault{Code: wsman.Code(code), ProviderText: "[FailureCategory=" + category + "] " + text}
		p := where.faultProblem(doingOpen, fault, fault)
		if p.Code == "" || p.Code == exchange.CodeUnexpected {
			t.Fatalf("the code is %q", p.Code)
		}
		for _, name := range []string{"seconds", "limit"} {
			if n := p.Args[name]; n != "" {
				if _, err := strconv.ParseInt(n, 10, 64); err != nil {
					t.Errorf("%s is %q", name, n)
				}
			}
		}
		for name, detail := range p.Details {
			if len([]rune(detail)) > maxDetail+1 || strings.TrimSpace(detail) == "" {
				t.Errorf("the detail %s has %d bytes", name, len(detail))
			}
		}
	})
}
