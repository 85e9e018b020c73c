package updates_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/updates"
)

func TestLook(t *testing.T) {
	var says string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		case "/down":
			http.Redirect(w, r, "http://"+r.Host+"/here", http.StatusFound)
		case "/here":
			fmt.Fprint(w, says)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for _, c := range []struct {
		path, says    string
		version, page string
		code          exchange.Code
	}{
		{"/here", `{"version":"1.4.0","page":"https://intranet.example/tenantry"}`, "1.4.0", "https://intranet.example/tenantry", ""},
		{"/moved", `{"version":"v1.10.0","page":"https://intranet.example/t"}`, "1.10.0", "https://intranet.example/t", ""},
		{"/here", `{"version":"1.3.9"}`, "", "", ""},
		{"/here", `{"version":"1.3.9-rc.1"}`, "", "", ""},
		{"/here", `{"version":"2.0.0","page":"file:///etc/passwd"}`, "2.0.0", "", ""},
		{"/here", `{"version":"new"}`, "", "", updates.CodeNoAnswer},
		{"/here", `<html>`, "", "", updates.CodeNoAnswer},
		{"/here", `{"version":"` + strings.Repeat("1", 1<<20) + `"}`, "", "", updates.CodeNoAnswer},
		{"/gone", ``, "", "", updates.CodeNoAnswer},
		{"/down", ``, "", "", updates.CodeNoAnswer},
	} {
		says = c.says
		version, page, err := updates.Look(t.Context(), server.URL+c.path, "1.3.9", ca, nil)
		if version != c.version || page != c.page || exchange.CodeOf(err) != c.code {
			t.Errorf("%s %.60s: %q, %q, %v", c.path, c.says, version, page, err)
		}
	}
	if _, _, err := updates.Look(t.Context(), server.URL+"/here?key=abc", "1.0.0", nil, nil); exchange.CodeOf(err) != updates.CodeNoAnswer || strings.Contains(err.Error(), "abc") {
		t.Errorf("an authority that is not known: %v", err)
	}
	for _, address := range []string{"http://intranet.example/t", "intranet.example", "https://anna:pw@intranet.example/?x=1", "%"} {
		_, _, err := updates.Look(t.Context(), address, "1.0.0", nil, nil)
		if exchange.CodeOf(err) != updates.CodeBadAddress || strings.Contains(err.Error(), "pw") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
