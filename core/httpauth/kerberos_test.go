package httpauth

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"tenantry/core/gsskrb5"
	"tenantry/core/secret"
)

func confFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "krb5.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRealmOfAnAccount(t *testing.T) {
	const conf = `includedir /etc/krb5.conf.d/
[libdefaults]
	default_realm = CORP.CONTOSO.EXAMPLE
	default_ccache_name = KCM:
[realms]
	CORP.CONTOSO.EXAMPLE = {
		kdc = tcp/dc1.corp.contoso.example:88
		kdc = dc2.corp.contoso.example
	}
	lab.example = {
		kdc = 192.0.2.1:1088
	}
[domain_realm]
	.lab.example = lab.example
`
	t.Setenv("USERDNSDOMAIN", "")
	for _, c := range []struct{ conf, user, host, name, realm string }{
		{conf, "admin@corp.contoso.example", "ex01", "admin", "CORP.CONTOSO.EXAMPLE"},
		{conf, "admin@LAB.Example", "ex01", "admin", "lab.example"},
		{conf, "admin@elsewhere.example", "ex01", "admin", "ELSEWHERE.EXAMPLE"},
		{conf, `CORP\admin`, "ex01", "admin", "CORP.CONTOSO.EXAMPLE"},
		{conf, `corp.contoso.example\admin`, "ex01", "admin", "CORP.CONTOSO.EXAMPLE"},
		{conf, `OLDNAME\admin`, "ex01", "admin", "CORP.CONTOSO.EXAMPLE"},
		{conf, "admin", "ex01", "admin", "CORP.CONTOSO.EXAMPLE"},
		{"", "admin@contoso.example", "ex01", "admin", "CONTOSO.EXAMPLE"},
		{"", "admin", "ex01.contoso.example", "admin", "CONTOSO.EXAMPLE"},
		{"", `CONTOSO\admin`, "127.0.0.1", "", ""},
		{"", "admin", "192.0.2.7", "", ""},
		{conf, "@corp.contoso.example", "ex01", "", ""},
	} {
		r, err := loadRealms(confFile(t, c.conf))
		if err != nil {
			t.Fatal(err)
		}
		p, err := r.principal(c.user, c.host)
		if c.realm == "" {
			if err == nil {
				t.Errorf("%q at %q is %s@%s, want an error", c.user, c.host, p.name.PrincipalNameString(), p.realm)
			}
			continue
		}
		if err != nil || p.realm != c.realm || p.name.PrincipalNameString() != c.name {
			t.Errorf("%q at %q is %s@%s, want %s@%s; %v", c.user, c.host, p.name.PrincipalNameString(), p.realm, c.name, c.realm, err)
		}
	}
	r, err := loadRealms(confFile(t, conf))
	if err != nil {
		t.Fatal(err)
	}
	centres, err := r.centres(context.Background(), "CORP.CONTOSO.EXAMPLE")
	if err != nil || strings.Join(centres, " ") != "dc1.corp.contoso.example:88 dc2.corp.contoso.example:88" {
		t.Errorf("%q, %v", centres, err)
	}
}

func TestWhereTicketsAreKept(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "primary"), []byte("tktab\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, configured, want string }{
		{"FILE:/run/tickets", "", "/run/tickets"},
		{"/run/tickets", "", "/run/tickets"},
		{"", "FILE:/run/of/%{uid}", ""},
		{"DIR:" + folder, "", filepath.Join(folder, "tktab")},
		{"DIR::/run/one", "", "/run/one"},
		{"KCM:", "", "!"}, {"KEYRING:persistent:1000", "", "!"}, {"API:", "", "!"}, {"MSLSA:", "", "!"},
		{"", "KCM:", "!"},
	} {
		t.Setenv("KRB5CCNAME", "")
		path, err := storePath(c.name, c.configured)
		var e *Error
		switch {
		case c.want == "!":
			kind, _, _ := strings.Cut(c.name+c.configured, ":")
			if !errors.As(err, &e) || e.Kind != KindTicketStore || !strings.Contains(e.Error(), kind) {
				t.Errorf("%q %q: %q, %v", c.name, c.configured, path, err)
			}
		case err != nil || c.want != "" && path != c.want || c.want == "" && strings.Contains(path, "%"):
			t.Errorf("%q %q: %q, %v", c.name, c.configured, path, err)
		}
	}
	t.Setenv("KRB5CCNAME", "FILE:/run/of-the-environment")
	if path, err := storePath("", "KCM:"); err != nil || path != "/run/of-the-environment" {
		t.Errorf("%q, %v", path, err)
	}
}

// stored is a credential cache that MIT's kinit and kvno wrote.
func stored(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/krb5cc")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTicketsOfMITAreRead(t *testing.T) {
	s, err := parseTickets(stored(t))
	if err != nil {
		t.Fatal(err)
	}
	if s.owner() != "admin@FABRIKAM.EXAMPLE" {
		t.Errorf("of %s", s.owner())
	}
	granting, ok := s.find("krbtgt", "FABRIKAM.EXAMPLE")
	if !ok || granting.Ticket.Ticket.Realm != "FABRIKAM.EXAMPLE" || len(granting.SessionKey.KeyValue) != 32 {
		t.Errorf("found %v: %+v", ok, granting.Ticket.Ticket.SName)
	}
	other, ok := s.find("HTTP", "LocalHost")
	if !ok || other.end.IsZero() || other.end.After(granting.end) {
		t.Errorf("found %v until %v, the first until %v", ok, other.end, granting.end)
	}
	if _, ok := s.find("HTTP", "elsewhere"); ok {
		t.Error("a ticket for a host it was not made for")
	}
	if n := len(s.entries); n != 2 {
		t.Errorf("%d entries, want 2 without the library's notes", n)
	}
}

func TestTicketPastItsTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tickets")
	if err := os.WriteFile(path, past(t, stored(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	conf := confFile(t, "[libdefaults]\n\tdns_lookup_kdc = false\n")
	for _, c := range []struct {
		user, tickets string
		want          Kind
	}{
		{"", "FILE:" + path, KindTicketExpired},
		{"ADMIN@fabrikam.example", "FILE:" + path, KindTicketExpired},
		{"somebody@fabrikam.example", "FILE:" + path, KindNoTicket},
		{"", path + "-none", KindNoTicket},
		{"", conf, KindTicketStore},
		{"", "KEYRING:session", KindTicketStore},
	} {
		k := &Kerberos{User: c.user, Tickets: c.tickets, Config: conf}
		_, err := k.New(context.Background(), Peer{Host: "localhost"})
		var e *Error
		if !errors.As(err, &e) || e.Kind != c.want {
			t.Errorf("%q with %q: %v, want kind %v", c.user, c.tickets, err, c.want)
		}
	}
}

// past turns every ticket's end back by ten years.
func past(t *testing.T, b []byte) []byte {
	t.Helper()
	s, err := parseTickets(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.entries {
		was := binary.BigEndian.AppendUint32(nil, uint32(e.end.Unix()))
		b = bytes.ReplaceAll(b, was, binary.BigEndian.AppendUint32(nil, uint32(e.end.AddDate(-10, 0, 0).Unix())))
	}
	return b
}

func FuzzTicketStore(f *testing.F) {
	b := stored(f)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add([]byte{5, 3, 0, 0, 0, 1, 0, 0, 0, 0})
	f.Add([]byte{5, 4, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseTickets(b)
		if err != nil {
			return
		}
		_ = s.owner()
		s.find("krbtgt", s.realm)
		s.find("HTTP", "localhost")
	})
}

// centre is a key distribution centre that answers every question with the same error.
func centre(t *testing.T, answer func() []byte) (conf string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			var length [4]byte
			if _, err := io.ReadFull(c, length[:]); err == nil {
				_, _ = io.CopyN(io.Discard, c, int64(binary.BigEndian.Uint32(length[:])))
				said := answer()
				_, _ = c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(said))), said...))
			}
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return confFile(t, "[libdefaults]\n\tdns_lookup_kdc = false\n[realms]\n\tFABRIKAM.EXAMPLE = {\n\t\tkdc = "+l.Addr().String()+"\n\t}\n")
}

func TestWhatTheRealmSays(t *testing.T) {
	for _, c := range []struct {
		code int32
		want Kind
	}{
		{6, KindAccountUnknown}, {7, KindServerUnknown}, {18, KindAccountDisabled}, {1, KindAccountDisabled},
		{23, KindPasswordExpired}, {24, KindSignInRefused}, {12, KindSignInRefused}, {37, KindClockSkew},
		{32, KindTicketExpired}, {29, KindKDC}, {14, KindServerUnknown},
	} {
		conf := centre(t, func() []byte {
			e := messages.NewKRBError(types.PrincipalName{NameString: []string{"krbtgt", "FABRIKAM.EXAMPLE"}}, "FABRIKAM.EXAMPLE", c.code, "hunter2 of the realm's own text")
			b, err := e.Marshal()
			if err != nil {
				t.Error(err)
			}
			return b
		})
		k := &Kerberos{User: "admin@fabrikam.example", Password: secret.New("hunter2"), Config: conf}
		_, err := k.New(context.Background(), Peer{Host: "EX01.fabrikam.example."})
		var e *Error
		if !errors.As(err, &e) || e.Kind != c.want || e.Host != "ex01.fabrikam.example" {
			t.Errorf("code %d: %v, want kind %v", c.code, err, c.want)
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("code %d: the error holds what it must not: %v", c.code, err)
		}
	}
}

func TestWhatTheServerMakesOfATicket(t *testing.T) {
	service := types.PrincipalName{NameString: []string{"HTTP", "ex01"}}
	ticket := gsskrb5.Ticket{
		Client: types.PrincipalName{NameString: []string{"admin"}}, Realm: "FABRIKAM.EXAMPLE", Ticket: messages.Ticket{SName: service},
		SessionKey: types.EncryptionKey{KeyType: 18, KeyValue: make([]byte, 32)},
	}
	for _, c := range []struct {
		code int32
		want Kind
	}{{37, KindClockSkew}, {32, KindTicketExpired}, {41, KindServerUnknown}, {44, KindServerUnknown}, {0, KindSealing}} {
		var answer []byte
		if c.code != 0 {
			e := messages.NewKRBError(service, "FABRIKAM.EXAMPLE", c.code, "")
			message, err := e.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			// RFC 2743 section 3.1 and RFC 4121 section 4.1
			body := append([]byte("\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03\x00"), message...)
			answer = append([]byte{0x60, 0x81, byte(len(body))}, body...)
		}
		forgotten := ""
		signing := &kerberosContext{host: "ex01", ticket: ticket, forget: func(host string) { forgotten = host }}
		if token, done, err := signing.Step(context.Background(), nil); err != nil || done || len(token) == 0 {
			t.Fatalf("%d bytes, done %v, %v", len(token), done, err)
		}
		_, _, err := signing.Step(context.Background(), answer)
		var e *Error
		if !errors.As(err, &e) || e.Kind != c.want || forgotten != "ex01" {
			t.Errorf("code %d: %v, want kind %v; %q forgotten", c.code, err, c.want, forgotten)
		}
		if _, _, err := signing.Seal([]byte("x")); err == nil {
			t.Errorf("code %d: something is sealed all the same", c.code)
		}
	}
}

// A centre that knows only datagrams is asked by them once the other way was tried.
func TestCentreOfDatagrams(t *testing.T) {
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if errors.Is(err, syscall.Errno(10045)) {
		t.Skipf("Wine 8 lacks what Go wants of datagrams: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 64<<10)
		for {
			_, from, err := l.ReadFrom(b)
			if err != nil {
				return
			}
			e := messages.NewKRBError(types.PrincipalName{NameString: []string{"krbtgt", "FABRIKAM.EXAMPLE"}}, "FABRIKAM.EXAMPLE", 6, "")
			if said, err := e.Marshal(); err == nil {
				_, _ = l.WriteTo(said, from)
			}
		}
	}()
	defer func() {
		_ = l.Close()
		<-done
	}()
	k := &Kerberos{User: "admin@fabrikam.example", Password: secret.New("hunter2"),
		Config: confFile(t, "[libdefaults]\n\tdns_lookup_kdc = false\n[realms]\n\tFABRIKAM.EXAMPLE = {\n\t\tkdc = "+l.LocalAddr().String()+"\n\t}\n")}
	var e *Error
	if _, err := k.New(context.Background(), Peer{Host: "ex01"}); !errors.As(err, &e) || e.Kind != KindAccountUnknown {
		t.Errorf("%v", err)
	}
}

func TestCentresThatDoNotAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	_ = l.Close()
	kind := func(ctx context.Context, conf string) Kind {
		t.Helper()
		k := &Kerberos{User: "admin@fabrikam.example", Password: secret.New("hunter2"), Config: conf}
		_, err := k.New(ctx, Peer{Host: "ex01.fabrikam.example"})
		var e *Error
		if !errors.As(err, &e) {
			t.Fatalf("%v", err)
		}
		return e.Kind
	}
	closed := confFile(t, "[libdefaults]\n\tdns_lookup_kdc = false\n[realms]\n\tFABRIKAM.EXAMPLE = {\n\t\tkdc = "+nobody+"\n\t}\n")
	if got := kind(context.Background(), closed); got != KindKDC {
		t.Errorf("nobody listens: %v", got)
	}
	if got := kind(context.Background(), confFile(t, "[libdefaults]\n\tdns_lookup_kdc = no\n")); got != KindKDC {
		t.Errorf("no centre is known: %v", got)
	}
	for _, garbage := range [][]byte{nil, []byte("HTTP/1.1 400 Bad Request"), bytes.Repeat([]byte{0x6b, 0x80}, 50), {0x7e, 0x02, 0x30, 0x00}} {
		if got := kind(context.Background(), centre(t, func() []byte { return garbage })); got != KindKDC {
			t.Errorf("%.20q: %v", garbage, got)
		}
	}
	asked := make(chan struct{}, 1)
	forever := make(chan struct{})
	silent := centre(t, func() []byte {
		asked <- struct{}{}
		<-forever
		return nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-asked
		cancel()
	}()
	began := time.Now()
	if got := kind(ctx, silent); got != KindCancelled {
		t.Errorf("cancelled: %v", got)
	}
	if took := time.Since(began); took > centreTimeout {
		t.Errorf("cancelling took %v", took)
	}
	close(forever)
}
