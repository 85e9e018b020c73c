package main_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWaysToSignIn(t *testing.T) {
	t.Parallel()
	clear := serve(t, "--plain", "--auth", "negotiate", "--auth", "ntlm", "--customers", "2", "--mailboxes", "7")
	safe := serve(t, "--auth", "ntlm", "--auth", "certificate", "--customers", "2", "--mailboxes", "7")
	var more struct {
		ClientCert string `json:"client_cert"`
	}
	if err := json.Unmarshal([]byte(safe.line), &more); err != nil || strings.Contains(clear.line, "client_cert") {
		t.Fatal(err, clear.line)
	}
	pair, err := os.ReadFile(more.ClientCert)
	if err != nil {
		t.Fatal(err)
	}
	who := somebody(t)
	certificate, key, _ := strings.Cut(string(pair), "-----BEGIN PRIVATE KEY")
	for name, text := range map[string]string{"cert.pem": certificate, "key.pem": "-----BEGIN PRIVATE KEY" + key} {
		if err := os.WriteFile(filepath.Join(who.home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rows := func(of *partner, args ...string) []string {
		return append([]string{"run", "Get-Mailbox", "--customer", of.Customers[0].Domain, "--columns", "Alias", "-p", "ResultSize=Unlimited"}, args...)
	}
	at := []string{"--url", safe.Classic, "--ca-cert", *safe.CACert}
	for _, c := range []struct {
		of   *partner
		args []string
	}{
		{clear, append(rows(clear, "--auth", "ntlm"), clear.at()...)},
		{clear, append(rows(clear, "--auth", "NEGOTIATE"), clear.at()...)},
		{safe, append(rows(safe, "--auth", "ntlm"), safe.at()...)},
		{safe, append(rows(safe, "--auth", "certificate", "--client-cert", more.ClientCert), at...)},
		{safe, append(rows(safe, "--client-cert", "cert.pem", "--client-key", "key.pem"), at...)},
	} {
		got := who.run(t, c.of.Password+"\n", c.args...)
		if got.want(t, 0); len(lines(got.out)) != 8 {
			t.Errorf("%v\n%s", c.args, got.out)
		}
	}

	who.run(t, "wrong\n", append(rows(clear, "--auth", "ntlm"), clear.at()...)...).want(t, 4)
	who.run(t, clear.Password+"\n", append(rows(clear), clear.at()...)...).want(t, 4, "NTLM", "Negotiate") // Basic is not offered
	if clear.stats(t).AuthFailures != 1 {
		t.Errorf("the partner counts %+v", clear.stats(t))
	}
	for args, said := range map[string]string{
		"--auth magic":                   "negotiate, ntlm, kerberos",
		"--auth certificate":             "--client-cert",
		"--client-cert nowhere.pem":      "nowhere.pem",
		"--proxy ftp://proxy.example":    "proxy.example",
		"--proxy http://jo:pw@p.example": "proxy",
	} {
		got := who.run(t, clear.Password+"\n", append(rows(clear, strings.Fields(args)...), clear.at()...)...)
		if got.want(t, 2, said); strings.Contains(got.err, "jo:pw") {
			t.Errorf("%s\n%s", args, got.err)
		}
	}
	for args, said := range map[string]string{
		"--auth magic": "magic", "--auth kerberos": "--keytab", "--auth certificate --plain": "--plain", "--keytab nowhere": "nowhere",
	} {
		who.run(t, "", append([]string{"sample", "serve"}, strings.Fields(args)...)...).want(t, 2, said)
	}
	got := who.run(t, "", "__complete", "run", "Get-Mailbox", "--auth", "k").want(t, 0)
	if !strings.Contains(got.out, "kerberos") {
		t.Errorf("--auth completes to %s", got.out)
	}
}

// gateway is a proxy that only opens ways, and only for those with the right password when it has one.
func gateway(t *testing.T, password string) (address string, used func() int) {
	t.Helper()
	opened := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if password != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte("jo:"+password)) {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		server, err := net.Dial("tcp", r.Host)
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		client, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			server.Close()
			return
		}
		opened <- struct{}{}
		io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(server, buffered); server.Close() }()
		io.Copy(client, server)
		client.Close()
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), func() int { return len(opened) }
}

func TestProxies(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--customers", "2", "--mailboxes", "7"), somebody(t)
	run := append([]string{"run", "Get-Mailbox", "--customer", p.Customers[0].Domain, "--columns", "Alias"}, p.at()...)
	open, used := gateway(t, "")
	if got := who.run(t, p.Password+"\n", append(run, "--proxy", open)...).want(t, 0); len(lines(got.out)) != 8 || used() == 0 {
		t.Errorf("%d times through the proxy\n%s", used(), got.out)
	}
	before := used()
	who.run(t, p.Password+"\n", append(run, "--proxy", "none")...).want(t, 0)
	who.run(t, p.Password+"\n", append(run, "--proxy", "system")...).want(t, 0)
	if used() != before {
		t.Error("a proxy was used that nobody asked for")
	}
	closed, used := gateway(t, "secret way")
	who.run(t, p.Password+"\n", append(run, "--proxy", "http://"+closed)...).want(t, 1, "proxy")
	who.run(t, p.Password+"\n", append(run, "--proxy", closed, "--proxy-user", "jo")...).want(t, 2, "jo") // nobody can be asked
	if used() != 0 {
		t.Error("the proxy let somebody through")
	}
}
