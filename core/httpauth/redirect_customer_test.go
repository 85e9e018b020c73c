package httpauth

import (
	"net/url"
	"testing"
)

func TestNamesCustomer(t *testing.T) {
	for query, want := range map[string]bool{
		"x=1;delegatedorg=contoso.example": true,
		"DelegatedOrg=a%20b&x":             true,
		"DelegatedOrg=":                    false,
		"x=DelegatedOrg":                   false,
		"":                                 false,
	} {
		if got := NamesCustomer(&url.URL{RawQuery: query}); got != want {
			t.Errorf("%q: %v", query, got)
		}
	}
}
