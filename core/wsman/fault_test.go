package wsman_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/wsman"
)

func TestFaultsSurviveTheWayToTheClient(t *testing.T) {
	text := "[AuthZRequestId=5c1d][FailureCategory=AuthZ-AuthorizationException] Fail to create a runspace because you have exceeded the maximum number of connections allowed : 3"
	for _, tc := range []struct {
		name  string
		fault *wsman.Fault
		is    func(*wsman.Fault) bool
		code  wsman.Code
	}{
		{"timeout", wsman.FaultTimeout(), (*wsman.Fault).IsTimeout, 2150858793},
		{"shell gone", wsman.FaultInvalidSelectors(), (*wsman.Fault).IsShellGone, 2150858843},
		{"shell quota", wsman.FaultShellQuota(3), (*wsman.Fault).IsQuota, 2150859173},
		{"operations quota", wsman.FaultOperationsQuota(), nil, 2150858815},
		{"provider", wsman.FaultProvider("microsoft.powershell", `C:\windows\system32\pwrshplugin.dll`, text), (*wsman.Fault).IsProvider, 2152992672},
		{"access", wsman.FaultAccessDenied(), (*wsman.Fault).IsAccessDenied, 5},
		{"resource", wsman.FaultInvalidResourceURI(), (*wsman.Fault).IsInvalidResource, 2150858811},
		{"action", wsman.FaultActionNotSupported("urn:<x>"), nil, 2150858771},
		{"destination", wsman.FaultDestinationUnreachable(), nil, 2150858770},
		{"header", wsman.FaultMustUnderstand("Zebra"), nil, 2150858768},
		{"xml", wsman.FaultInvalidXML("a <tag>"), nil, 2150858819},
		{"too large", wsman.FaultEnvelopeTooLarge(), nil, 2150858825},
	} {
		for _, status := range []int{200, 400, 500} {
			var sent string
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
				if err != nil {
					t.Error(err)
				}
				sent = q.MessageID
				q.ActivityID = "A1"
				w.Header().Set("Content-Type", wsman.ContentType)
				w.WriteHeader(status)
				w.Write(q.Fault(tc.fault))
			})
			for what, err := range map[string]error{
				"Delete":  c.Delete(t.Context(), "S"),
				"Receive": second(c.Receive(t.Context(), "S", wsman.Receive{}, nil)),
			} {
				got := wsman.AsFault(err)
				if got == nil {
					t.Fatalf("%s %d %s: %T %v", tc.name, status, what, err, err)
				}
				if got.Code != tc.code || got.HTTPStatus != status || got.ActivityID != "A1" || !strings.HasPrefix(got.RelatesTo, "uuid:") || sent == "" {
					t.Errorf("%s %d %s: %+v", tc.name, status, what, got)
				}
				if tc.is != nil && !tc.is(got) {
					t.Errorf("%s: its own question says no", tc.name)
				}
				if got.Text() != strings.TrimSpace(tc.fault.Text()) || got.Provider != tc.fault.Provider || got.ProviderCode != tc.fault.ProviderCode || got.SOAPCode != tc.fault.SOAPCode || got.Subcode != tc.fault.Subcode {
					t.Errorf("%s: came back as %+v", tc.name, got)
				}
			}
		}
	}
	d := wsman.FaultProvider("p", "q", text).Diagnostics()
	if d.Get("failurecategory") != "AuthZ-AuthorizationException" || d.Get("AuthZRequestId") != "5c1d" || !strings.HasPrefix(d.Rest, "Fail to create") {
		t.Errorf("diagnostics = %+v", d)
	}
}

func second[A any](_ A, err error) error { return err }

// The questions go by number: a German text with the right number counts, an English one without does not.
func TestFaultQuestionsDoNotReadText(t *testing.T) {
	read := func(detail, subcode string) *wsman.Fault {
		body := `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>` + subcode +
			`</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="de">Zeit abgelaufen: OperationTimeout</s:Text></s:Reason><s:Detail>` + detail + `</s:Detail></s:Fault></s:Body></s:Envelope>`
		return wsman.AsFault(wsman.NewClient(recorded{500, body}, "http://h", "r").Delete(t.Context(), "S"))
	}
	code := func(c string) string {
		return `<x:WSManFault xmlns:x="urn:y" Machine="m" Code="` + c + `"><x:Message>M</x:Message></x:WSManFault>`
	}
	for _, c := range []string{"2150858793", "-2144108503", "0x80338029", " 2150858793 "} {
		if f := read(code(c), ""); !f.IsTimeout() || f.IsShellGone() || f.IsQuota() {
			t.Errorf("code %s: %+v", c, f)
		}
	}
	for _, c := range []string{"2150859173", "2150859174", "2150859175", "2150859176", "2150859179", "2150859236"} {
		if !read(code(c), "").IsQuota() {
			t.Errorf("code %s is a quota", c)
		}
	}
	var none *wsman.Fault
	if none.IsTimeout() || none.IsShellGone() || none.IsQuota() || none.IsAccessDenied() || none.IsProvider() || none.IsInvalidResource() {
		t.Error("no fault answers yes")
	}
	if read(code("1"), "w:TimedOut").IsTimeout() {
		t.Error("another number with the subcode of a timeout was taken for one")
	}
	if !read("", "w:TimedOut").IsTimeout() || !read("", "InvalidSelectors").IsShellGone() {
		t.Error("without a number the subcode decides")
	}
	if f := read("some <b>plain</b> words", "w:Other"); f.IsTimeout() || f.DetailText != "some  words plain" {
		t.Errorf("detail read as %q", f.DetailText)
	}
}

func TestPrefixesInDifferentPlaces(t *testing.T) {
	for text, want := range map[string]wsman.Diagnostics{
		"plain": {Rest: "plain"},
		"[FailureCategory=AuthZ-RpsNotEnabled] Nicht erlaubt":                                     {Pairs: []wsman.Pair{{Key: "FailureCategory", Value: "AuthZ-RpsNotEnabled"}}, Rest: "Nicht erlaubt"},
		"[AuthZRequestId=1][FailureCategory=A-B]":                                                 {Pairs: []wsman.Pair{{Key: "AuthZRequestId", Value: "1"}, {Key: "FailureCategory", Value: "A-B"}}},
		"[Server=EX1,RequestId=2,TimeStamp=3/4/2021 5:06:07 PM] [FailureCategory=C-D] hash,Class": {Pairs: []wsman.Pair{{Key: "Server", Value: "EX1"}, {Key: "RequestId", Value: "2"}, {Key: "TimeStamp", Value: "3/4/2021 5:06:07 PM"}, {Key: "FailureCategory", Value: "C-D"}}, Rest: "hash,Class"},
		"[ClientAccessServer=A,BackEndServer=b.example,RequestId=c] x":                            {Pairs: []wsman.Pair{{Key: "ClientAccessServer", Value: "A"}, {Key: "BackEndServer", Value: "b.example"}, {Key: "RequestId", Value: "c"}}, Rest: "x"},
		"[a=1, 2,b=3]":            {Pairs: []wsman.Pair{{Key: "a", Value: "1, 2"}, {Key: "b", Value: "3"}}},
		"[not a pair] [a=b] text": {Rest: "[not a pair] [a=b] text"},
		"[a=b":                    {Rest: "[a=b"},
		"\ufeff [a=b] \r\n text":  {Pairs: []wsman.Pair{{Key: "a", Value: "b"}}, Rest: "text"},
		"[]":                      {Rest: "[]"},
		"":                        {},
	} {
		if diff := cmp.Diff(want, wsman.ParseDiagnostics(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if g, n := wsman.ParseDiagnostics("[FailureCategory=DelegatedAuth-AccessDenied] x").Category(); g != "DelegatedAuth" || n != "AccessDenied" {
		t.Errorf("category %q %q", g, n)
	}
}

func TestAnswersThatAreNoSOAP(t *testing.T) {
	const soap = "application/soap+xml;charset=UTF-8"
	for _, tc := range []struct {
		name, contentType, body string
		status                  int
		header                  map[string]string
		want                    wsman.HTTPError
	}{
		{"plain text labelled as SOAP", soap, "[FailureCategory=AuthZ-RpsNotEnabled] Not enabled.", 400, nil,
			wsman.HTTPError{Origin: wsman.Origin{FailureCategory: "AuthZ-RpsNotEnabled"}, Text: "[FailureCategory=AuthZ-RpsNotEnabled] Not enabled."}},
		{"web page", "text/html", "<html><body><p>Gone<br></body></html>", 404, nil, wsman.HTTPError{Text: "<html><body><p>Gone<br></body></html>"}},
		{"web page with status 200", "text/html", "<!doctype html><html></html>", 200, nil, wsman.HTTPError{Text: "<!doctype html><html></html>"}},
		{"web page that is XML", "text/html", "<html><body>Sign in</body></html>", 200, nil, wsman.HTTPError{Text: "<html><body>Sign in</body></html>"}},
		{"empty with status 200", "", "", 200, nil, wsman.HTTPError{}},
		{"empty", soap, "", 503, map[string]string{"Retry-After": "30", "X-FEServer": "FE1", "X-BEServer": "BE1", "X-CalculatedBETarget": "be1.example", "request-id": "R"},
			wsman.HTTPError{RetryAfter: "30", Origin: wsman.Origin{FrontEnd: "FE1", BackEnd: "BE1", BackEndTarget: "be1.example", RequestID: "R"}}},
		{"refused delegation", "", "", 401, map[string]string{"X-RemotePS-FailureCategory": "DelegatedAuth-AccessDenied", "WWW-Authenticate": `Basic realm="a, Digest b", Negotiate, Bearer client_id="x", authorization_uri="y"`},
			wsman.HTTPError{Origin: wsman.Origin{FailureCategory: "DelegatedAuth-AccessDenied"}, Schemes: []string{"Basic", "Negotiate", "Bearer"}}},
		{"half an envelope", soap, "<s:Envelope><s:Bo", 500, nil, wsman.HTTPError{Text: "<s:Envelope><s:Bo"}},
		{"envelope without a fault", soap, `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>`, 500, nil,
			wsman.HTTPError{Text: `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>`}},
		{"not text at all", soap, "\xFF\x00\x80", 500, nil, wsman.HTTPError{Text: "\uFFFD\x00\uFFFD"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				for k, v := range tc.header {
					w.Header().Set(k, v)
				}
				w.Header().Set("Content-Type", tc.contentType)
				w.WriteHeader(tc.status)
				io.WriteString(w, tc.body)
			})
			_, err := c.Create(t.Context(), wsman.Create{})
			var got *wsman.HTTPError
			if !errors.As(err, &got) {
				t.Fatalf("%T %v", err, err)
			}
			tc.want.Status = tc.status
			tc.want.ContentType = tc.contentType
			tc.want.Diagnostics = wsman.ParseDiagnostics(tc.want.Text)
			got.Text = strings.ReplaceAll(got.Text, "\uFFFD\uFFFD", "\uFFFD")
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	_, err := wsman.NewClient(recorded{500, strings.Repeat("x", 1<<20)}, "http://h", "r").Create(t.Context(), wsman.Create{})
	var got *wsman.HTTPError
	if !errors.As(err, &got) || len(got.Text) != wsman.MaxErrorText {
		t.Errorf("a long page: %T, %d bytes kept", err, len(got.Text))
	}
	if (&wsman.HTTPError{Schemes: []string{"Negotiate"}}).Offers("basic") {
		t.Error("Offers found a scheme that is not there")
	}
}

func TestRedirectsAreReportedNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		asked := 0
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.Header().Set("Location", "https://pod51043psh.outlook.com/powershell-liveid?SecurityToken=secret")
			w.WriteHeader(status)
		})
		_, err := c.Create(t.Context(), wsman.Create{})
		var r *wsman.Redirect
		if !errors.As(err, &r) || r.Status != status || r.Location != "https://pod51043psh.outlook.com/powershell-liveid?SecurityToken=secret" || asked != 1 {
			t.Errorf("%d: %T %v, %d requests", status, err, err, asked)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Error("the token stands in the error")
		}
	}
	var r *wsman.Redirect
	if _, err := wsman.NewClient(recorded{302, ""}, "http://h", "r").Create(t.Context(), wsman.Create{}); !errors.As(err, &r) || r.Location != "" {
		t.Errorf("a redirect without Location: %v", err)
	}
}
