package remote

import (
	"slices"
	"strings"
	"testing"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/test/winrmserver"
)

// What reg.exe prints: the real one's of Windows 10 and 7, Wine's, and things it never would.
func FuzzReadKey(f *testing.F) {
	const key = `HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	for _, out := range []string{
		"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\r\n    SystemRoot    REG_SZ    C:\\WINDOWS\r\n    UBR    REG_DWORD    0x1735\r\n    InstallTime    REG_QWORD    0x1d8f1a2b3c4d5e6\r\n    (Standaard)    REG_SZ    (waarde niet ingesteld)\r\n\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Fonts\r\n",
		"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\AeDebug\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Console\r\n",
		"\r\n\r\n", "", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\r\n    a    REG_    REG_SZ    b    REG_DWORD    0x1\r\n    x    REG_MULTI_SZ    a\\0b\r\n    y    REG_SZ\r\n    z    REG_DWORD    1\r\n\xe9\xff",
	} {
		f.Add(key, []byte(out))
	}
	f.Add(`HKU`, []byte("\r\nHKEY_USERS\\.DEFAULT\r\nHKEY_USERS\\S-1-5-21-1-2-3-1001\r\nHKEY_USERS\\S-1-5-21-1-2-3-1001_Classes\r\n"))
	f.Fuzz(func(t *testing.T, key string, out []byte) {
		k, err := readKey(key, out)
		if err != nil {
			return
		}
		for name, v := range k.Values {
			if name != strings.ToLower(name) || v.IsNumber && v.Text != "" || strings.ContainsAny(v.Text, "\n") {
				t.Errorf("%q: %+v", name, v)
			}
		}
		for _, name := range k.Keys {
			if name == "" || strings.ContainsAny(name, "\\\n") {
				t.Errorf("a key is called %q", name)
			}
		}
	})
}

func FuzzReadReach(f *testing.F) {
	for _, out := range []string{
		"step=name\r\ntext=192.0.2.7\r\nms=12\r\nok=1\r\nstep=connect\r\naddress=192.0.2.7\r\nms=30\r\nok=1\r\nstep=tls\r\ntls=3072\r\nms=4\r\nok=1\r\npolicy=4\r\nstatus=UntrustedRoot, NotTimeValid\r\ncertificate=MIIB\r\nstep=answer\r\nasked=2026-11-30T12:00:10Z\r\ndate=Mon, 30 Nov 2026 12:00:00 GMT\r\nms=5\r\nok=1\r\nend=1\r\n",
		"step=name\nms=9\nok=0\nfault=name\nerror=No such host\nend=1\n", "", "end=1", "step=name\r\nms=99999999999999999999", "fault=x", "=", "certificate=!",
	} {
		f.Add([]byte(out), true)
	}
	f.Fuzz(func(t *testing.T, out []byte, web bool) {
		r, err := readReach(preflight.Endpoint{Host: "ps.example", Port: 443, TLS: true, Web: web}, out)
		if err != nil {
			return
		}
		if len(r.Steps) > len(steps)+1 {
			t.Errorf("%d steps", len(r.Steps))
		}
		for _, s := range r.Steps {
			if s.Name == "" || s.Took < 0 {
				t.Errorf("%+v", s)
			}
		}
	})
}

// Whatever is let through arrives at a program as it was, and is one command.
func FuzzQuote(f *testing.F) {
	f.Add("query", `HKLM\SOFTWARE\Microsoft\Windows NT\`)
	f.Add(`a" & calc & "`, `%PATH%`)
	f.Add(`{1} (x86)\\`, "/reg:64")
	f.Fuzz(func(t *testing.T, first, second string) {
		words, err := quote(first, second)
		if err != nil {
			return
		}
		argv, err := winrmserver.Argv(programReg + " " + strings.Join(words, " "))
		if err != nil || !slices.Equal(argv[1:], []string{first, second}) {
			t.Errorf("%q became %q, %v", []string{first, second}, argv, err)
		}
	})
}

func TestAddresses(t *testing.T) {
	ca := []byte("some")
	for _, c := range []struct {
		host string
		o    Options
		want string
	}{
		{"PC01", Options{Authentication: "negotiate"}, "http://PC01:5985/wsman https://PC01:5986/wsman"},
		{"PC01", Options{Authentication: "negotiate", PrivateCA: ca}, "https://PC01:5986/wsman http://PC01:5985/wsman"},
		{" pc01.contoso.com ", Options{}, "https://pc01.contoso.com:5986/wsman"},
		{"PC01:5986", Options{Authentication: "ntlm"}, "https://PC01:5986/wsman"},
		{"PC01:443", Options{Authentication: "ntlm"}, "https://PC01:443/wsman"},
		{"PC01:8080", Options{Authentication: "ntlm"}, "http://PC01:8080/wsman"},
		{"PC01:8080", Options{Authentication: "ntlm", PrivateCA: ca}, "https://PC01:8080/wsman"},
		{"PC01:8080", Options{}, "https://PC01:8080/wsman"},
		{"PC01:5985", Options{}, "remote.basic-plain"},
		{"http://PC01", Options{}, "remote.basic-plain"},
		{"http://PC01", Options{Authentication: "ntlm"}, "http://PC01:5985/wsman"},
		{"https://PC01/own/", Options{}, "https://PC01:5986/own"},
		{"::1", Options{Authentication: "ntlm"}, "http://[::1]:5985/wsman https://[::1]:5986/wsman"},
		{"[::1]", Options{}, "https://[::1]:5986/wsman"},
		{"[::1]:5985", Options{Authentication: "ntlm"}, "http://[::1]:5985/wsman"},
		{"", Options{}, "remote.bad-host"},
		{"PC01:0", Options{}, "remote.bad-host"},
		{"PC01:x", Options{}, "remote.bad-host"},
		{"ftp://PC01", Options{}, "remote.bad-host"},
		{`\\PC01`, Options{}, "remote.bad-host"},
		{"anna@PC01", Options{}, "remote.bad-host"},
		{"PC01 PC02", Options{}, "remote.bad-host"},
	} {
		c.o.Host = c.host
		got := ""
		addresses, err := addressesOf(c.o)
		for _, u := range addresses {
			got = strings.TrimSpace(got + " " + u.String())
		}
		if err != nil {
			got = string(exchange.CodeOf(err))
		}
		if got != c.want {
			t.Errorf("%q is %q, want %q", c.host, got, c.want)
		}
	}
}
