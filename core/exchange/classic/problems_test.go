package classic_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/exchange/classic"
	"tenantry/core/exchangesim"
	"tenantry/core/secret"
	"tenantry/core/wsman"
)

// refuses is a server that answers everything with the same refusal.
type refuses struct {
	status int
	header map[string]string
	body   string
}

func (r refuses) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", wsman.ContentType)
	w.Header().Set("request-id", "5d1c-request")
	w.Header().Set("X-FEServer", "AM0FE01")
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(r.status)
	_, _ = w.Write([]byte(r.body))
}

// problem is what connecting to a server that refuses ends with.
func (r refuses) problem(t *testing.T, with exchange.Authentication) *exchange.Problem {
	t.Helper()
	server := httptest.NewServer(r)
	defer server.Close()
	_, err := classic.New(classic.Options{CloseLimit: time.Second}).Connect(context.Background(),
		exchange.Target{Customer: "contoso.example", URL: server.URL + "/powershell", Proxy: exchange.Proxy{Mode: exchange.ProxyNone}},
		exchange.Credential{User: "anna@fabrikam.example", Password: secret.New("Pa55-word"), Authentication: with})
	if err == nil {
		t.Fatal("it connected")
	}
	return exchange.AsProblem(err)
}

func category(status int, name string) refuses {
	return refuses{status: status, header: map[string]string{"X-RemotePS-FailureCategory": name, "WWW-Authenticate": `Basic realm=""`}}
}

// fault is an answer with a fault of WSMan; text goes into the provider's part when there is a provider.
func fault(code uint32, provider, text string) refuses {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text)) // a builder takes everything
	inside := escaped.String()
	if provider != "" {
		inside = fmt.Sprintf(`<f:ProviderFault provider=%q path="x.dll">%s</f:ProviderFault>`, provider, inside)
	}
	return refuses{status: 500, body: fmt.Sprintf(`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en-US">no</s:Text></s:Reason><s:Detail><f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="%d" Machine="m"><f:Message>%s</f:Message></f:WSManFault></s:Detail></s:Fault></s:Body></s:Envelope>`, code, inside)}
}

// both is a fault with a message of its own beside the plugin's.
func both(message, provider string) refuses {
	r := fault(pluginFault, plugin, provider)
	r.body = strings.Replace(r.body, "<f:Message>", "<f:Message>"+message, 1)
	return r
}

const plugin, pluginFault = "microsoft.powershell", 2152992672

func TestEachRefusalHasItsCode(t *testing.T) {
	text := func(status int, body string) refuses { return refuses{status: status, body: body} }
	for name, c := range map[string]struct {
		refuses
		code  exchange.Code
		retry exchange.Retry
		args  string // name=value
	}{
		"password":               {category(401, "LiveID-InvalidCreds"), exchange.CodeSignInRefused, exchange.RetryAfterSignIn, ""},
		"logon failed":           {category(401, "LiveID-AuthFailure"), exchange.CodeSignInRefused, exchange.RetryAfterSignIn, ""},
		"user name":              {category(401, "liveid-invalidusername"), exchange.CodeSignInRefused, exchange.RetryAfterSignIn, ""},
		"no category":            {refuses{status: 401, header: map[string]string{"WWW-Authenticate": "Basic"}}, exchange.CodeSignInRefused, exchange.RetryAfterSignIn, ""},
		"multi-factor":           {category(401, "LiveID-AppPasswordRequired"), exchange.CodeMFANeeded, exchange.RetryAfterSignIn, ""},
		"multi-factor, as 400":   {text(400, "[FailureCategory=LiveID-AppPasswordRequired] Access Denied"), exchange.CodeMFANeeded, exchange.RetryAfterSignIn, ""},
		"rules of the place":     {category(401, "LiveID-UnfamiliarLocation"), exchange.CodeSignInBlocked, exchange.RetryAfterSignIn, ""},
		"rules of the company":   {category(401, "LiveID-FederatedStsADFSRulesDenied"), exchange.CodeSignInBlocked, exchange.RetryAfterSignIn, ""},
		"an app password":        {text(400, "[FailureCategory=AuthZ-AppPasswordLoginException] no"), exchange.CodeSignInBlocked, exchange.RetryNever, ""},
		"expired":                {category(401, "LiveID-ExpiredCreds"), exchange.CodePasswordExpired, exchange.RetryAfterSignIn, ""},
		"something to do":        {category(401, "LiveID-RecoverableAuthFailure"), exchange.CodeAccountAttention, exchange.RetryAfterSignIn, ""},
		"not provisioned":        {category(401, "LiveID-AccountNotProvisioned"), exchange.CodeAccountUnknown, exchange.RetryAfterSignIn, ""},
		"unknown":                {category(401, "LiveID-UserNotFoundInAD"), exchange.CodeAccountUnknown, exchange.RetryAfterSignIn, ""},
		"federation away":        {category(401, "LiveID-FederatedStsUnreachable"), exchange.CodeSignInService, exchange.RetryLater, ""},
		"service slow":           {category(401, "LiveID-OperationTimedOut"), exchange.CodeSignInService, exchange.RetryLater, ""},
		"delegation":             {category(401, "DelegatedAuth-AccessDenied"), exchange.CodeDelegationRefused, exchange.RetryNever, ""},
		"delegation, in trouble": {category(500, "DelegatedAuth-CannotResolveTenantNameException"), exchange.CodeDelegationFault, exchange.RetryLater, ""},
		"remote PowerShell":      {text(400, "[FailureCategory=AuthZ-RpsNotEnabled] Das Konto ist nicht berechtigt."), exchange.CodeRemotePowerShellOff, exchange.RetryNever, ""},
		"no role":                {fault(pluginFault, plugin, `[AuthZRequestId=1][FailureCategory=AuthZ-CmdletAccessDeniedException] x`), exchange.CodeNoRole, exchange.RetryNever, ""},
		"no role, older":         {fault(pluginFault, plugin, `[FailureCategory=AuthZ-AuthorizationException] The user "x" isn't assigned to any management roles.`), exchange.CodeNoRole, exchange.RetryNever, ""},
		"not authorised":         {fault(pluginFault, plugin, `[FailureCategory=AuthZ-ImpersonationDeniedException] You may not.`), exchange.CodeAccessDenied, exchange.RetryNever, "text=You may not."},
		"server's own trouble":   {fault(pluginFault, plugin, `[FailureCategory=AuthZ-TypeInitializationException] The type initializer threw.`), exchange.CodeServerFault, exchange.RetryNever, "fault=2152992672"},
		"back end":               {text(503, "[ClientAccessServer=A,BackEndServer=B,RequestId=1,TimeStamp=2] [FailureCategory=Cafe-SendFailure] "), exchange.CodeBackEnd, exchange.RetryLater, ""},
		"blocked after failures": {category(400, "FailFast-BySelf"), exchange.CodeServerBusy, exchange.RetryLater, ""},
		"server blocks all":      {category(400, "FailFast-ByServer"), exchange.CodeServerOverloaded, exchange.RetryLater, ""},
		"shell unknown":          {fault(pluginFault, plugin, `[FailureCategory=WSMan-InvalidShellID] x`), exchange.CodeSessionGone, exchange.RetryNow, ""},
		"plugin ends":            {fault(pluginFault, plugin, `[FailureCategory=WSMan-PluginOperationShutDown] x`), exchange.CodeSessionBroken, exchange.RetryNow, ""},

		"limit of Exchange": {fault(pluginFault, plugin, `Fail to create a runspace because you have exceeded the maximum number of connections allowed : 5`), exchange.CodeSessionLimit, exchange.RetryLater, "limit=5"},
		"limit in the message, beside the plugin": {both(`[FailureCategory=AuthZ-AuthorizationException] Fail to create a runspace because you have exceeded the maximum number of connections allowed : 3`, "The plugin said no."),
			exchange.CodeSessionLimit, exchange.RetryLater, "limit=3"},
		"limit of WSMan":      {fault(2150859173, "", `This user is allowed a maximum number of 18 concurrent shells, which has been exceeded.`), exchange.CodeSessionLimit, exchange.RetryLater, "limit=18"},
		"limit of WSMan, mum": {fault(2150859173, "", `Zu viele.`), exchange.CodeSessionLimit, exchange.RetryLater, "limit=3"},
		"limit of the plugin": {fault(2150859236, "", ``), exchange.CodeSessionLimit, exchange.RetryLater, "limit=3"},
		"budget":              {fault(pluginFault, plugin, `Fail to create runspace because you have exceeded your budget to create runspace. Please wait for 42 seconds.`), exchange.CodeSessionBudget, exchange.RetryLater, "seconds=42"},
		"load of the user":    {fault(pluginFault, plugin, `The user load quota of 1000 requests per 5 seconds has been exceeded.`), exchange.CodeServerBusy, exchange.RetryLater, "seconds=5"},
		"lock":                {fault(pluginFault, plugin, `Budget type: 'PowerShell'.  Suggested backoff time 887405440 ms.`), exchange.CodeServerLocked, exchange.RetryLater, "seconds=887406"},
		"operations":          {fault(2150859174, "", ""), exchange.CodeServerOperations, exchange.RetryLater, ""},
		"user quota":          {fault(2150859175, "", ""), exchange.CodeServerBusy, exchange.RetryLater, ""},
		"system quota":        {fault(2150859176, "", ""), exchange.CodeServerOverloaded, exchange.RetryLater, ""},
		"people":              {fault(2150859179, "", ""), exchange.CodeServerFull, exchange.RetryLater, ""},
		"people, plugin":      {fault(2150859237, "", ""), exchange.CodeServerFull, exchange.RetryLater, ""},
		"commands, plugin":    {fault(2150859241, "", ""), exchange.CodeServerOperations, exchange.RetryLater, ""},
		"slow down":           {refuses{status: 429, header: map[string]string{"Retry-After": "17"}}, exchange.CodeServerBusy, exchange.RetryLater, "seconds=17"},
		"away":                {refuses{status: 503, header: map[string]string{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}}, exchange.CodeUnavailable, exchange.RetryLater, "seconds="},

		"access denied":     {fault(5, "", "Access is denied."), exchange.CodeAccessDenied, exchange.RetryNever, ""},
		"logon failure":     {fault(1326, "", ""), exchange.CodeSignInRefused, exchange.RetryAfterSignIn, ""},
		"restricted":        {fault(1327, "", ""), exchange.CodeSignInBlocked, exchange.RetryNever, ""},
		"must change":       {fault(1907, "", ""), exchange.CodePasswordExpired, exchange.RetryNever, ""},
		"disabled":          {fault(1331, "", ""), exchange.CodeAccountDisabled, exchange.RetryNever, "why=disabled"},
		"last day":          {fault(1793, "", ""), exchange.CodeAccountDisabled, exchange.RetryNever, "why=account-expired"},
		"locked":            {fault(1909, "", ""), exchange.CodeAccountDisabled, exchange.RetryNever, "why=locked"},
		"no such resource":  {fault(2150858811, "", ""), exchange.CodeNotRemoting, exchange.RetryNever, "status=500"},
		"another fault":     {fault(2150859046, "", "Cannot complete."), exchange.CodeServerFault, exchange.RetryNever, "fault=2150859046"},
		"another category":  {text(400, "[FailureCategory=Client-VersionTooOld] Install a newer version."), exchange.CodeServerFault, exchange.RetryNever, "text=Install a newer version."},
		"a page":            {text(200, "<html>Sign in</html>"), exchange.CodeNotRemoting, exchange.RetryNever, "status=200"},
		"not found":         {text(404, "<html>no</html>"), exchange.CodeNotRemoting, exchange.RetryNever, "status=404"},
		"an error page":     {text(500, "<!DOCTYPE html><html>Runtime error</html>"), exchange.CodeServerFault, exchange.RetryNever, "text="},
		"forbidden":         {text(403, "<html>no</html>"), exchange.CodeForbidden, exchange.RetryNever, ""},
		"gateway":           {text(502, "<html>no</html>"), exchange.CodeBackEnd, exchange.RetryLater, ""},
		"no Basic":          {refuses{status: 401, header: map[string]string{"WWW-Authenticate": "Negotiate, Kerberos"}}, exchange.CodeNoBasic, exchange.RetryNever, "offered=Negotiate, Kerberos"},
		"a proxy's refusal": {refuses{status: 407}, exchange.CodeProxySignIn, exchange.RetryNever, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.problem(t, exchange.AuthBasic)
			if p.Code != c.code || p.Retry != c.retry {
				t.Errorf("%v, retry %d; want %s, retry %d", p, p.Retry, c.code, c.retry)
			}
			if arg, want, given := strings.Cut(c.args, "="); given && p.Args[arg] != want {
				t.Errorf("%s is %q, want %q", arg, p.Args[arg], want)
			}
			for detail, want := range map[string]string{
				"Request id": "5d1c-request", "Front end": "AM0FE01", "Customer": "contoso.example", "Account": "anna@fabrikam.example",
				"Status": fmt.Sprint(c.status), "Failure category": c.header["X-RemotePS-FailureCategory"],
			} {
				if got := p.Details[detail]; got != want && want != "" {
					t.Errorf("the detail %s is %q, want %q", detail, got, want)
				}
			}
			if p.Details["Shell id"] == "" || p.Details["Time"] == "" || p.Details["Host"] == "" {
				t.Errorf("details are missing: %v", p.Details)
			}
			if strings.Contains(fmt.Sprint(p, p.Details), "Pa55-word") {
				t.Error("the password shows")
			}
		})
	}
}

// The ids that Exchange puts before its texts are kept, wherever they stand.
func TestIDsBeforeATextAreKept(t *testing.T) {
	const ids = "[Server=AM0PR01,RequestId=aaaa-1,TimeStamp=3/2/2026 9:30:00 AM] [FailureCategory=AuthZ-CmdletAccessDeniedException] no"
	for name, r := range map[string]refuses{
		"in the provider's part": fault(pluginFault, plugin, ids),
		"in the message":         fault(pluginFault, "", ids),
		"in a plain text":        {status: 400, body: ids},
	} {
		p := r.problem(t, exchange.AuthBasic)
		if p.Code != exchange.CodeNoRole || p.Details["Server"] != "AM0PR01" || p.Details["RequestId"] != "aaaa-1" ||
			p.Details["TimeStamp"] != "3/2/2026 9:30:00 AM" || !strings.Contains(p.Details["Server said"], "no") {
			t.Errorf("%s: %v %v", name, p, p.Details)
		}
	}
	long := refuses{status: 500, body: strings.Repeat("é", 100_000)}.problem(t, exchange.AuthBasic)
	if n := len([]rune(long.Details["Server said"])); n > 4100 {
		t.Errorf("%d runes of a page are kept", n)
	}
}

// A failure without an answer still names the server that answered last, and the session.
func TestABrokenLineNamesTheAnswerBeforeIt(t *testing.T) {
	var broken atomic.Bool
	sim, customer := partner(t, &exchangesim.Server{Plain: true, Hooks: exchangesim.Hooks{
		HTTP: func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-FEServer", "AM0FE07")
			if broken.Load() {
				if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
					_ = c.Close()
				}
				return true
			}
			return false
		},
	}}, 5)
	to, with := target(sim, customer)
	s, err := classic.New(classic.Options{StopLimit: time.Second, CloseLimit: time.Second}).Connect(context.Background(), to, with)
	if err != nil {
		t.Fatal(err)
	}
	broken.Store(true)
	var p *exchange.Problem
	for _, err := range s.Invoke(context.Background(), exchange.Invocation{Cmdlet: "Set-Mailbox"}) {
		p = exchange.AsProblem(err)
	}
	if p == nil || p.Code != exchange.CodeDropped || p.Args["unsure"] != exchange.Unsure ||
		p.Details["Last front end"] != "AM0FE07" || p.Details["Last request id"] == "" || p.Details["Request id"] != "" || p.Details["Shell id"] == "" {
		t.Errorf("%v %v", p, p.Details)
	}
	p = exchange.AsProblem(s.Close(context.Background()))
	if p == nil || p.Code != exchange.CodeSessionNotClosed || p.Args["reason"] != string(exchange.CodeDropped) {
		t.Errorf("closing: %v", p)
	}
	broken.Store(false)
	if err := s.Close(context.Background()); err != nil {
		t.Errorf("closing again: %v", err)
	}
}
