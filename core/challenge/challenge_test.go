package challenge

import (
	"fmt"
	"strings"
	"testing"
)

func FuzzChallenges(f *testing.F) {
	f.Add(`Negotiate oYG2MIGzoAMKAQE=, NTLM, Basic realm="a, \"Negotiate\" b", charset="UTF-8"`)
	f.Add(`Bearer client_id = "x", Kerberos`)
	f.Fuzz(func(t *testing.T, value string) {
		offered := Read([]string{value})
		if len(offered) > len(value) {
			t.Fatalf("%d challenges in %q", len(offered), value)
		}
		for _, name := range Schemes(offered) {
			_ = Token(offered, name)
		}
	})
}

func TestRead(t *testing.T) {
	got := Read([]string{`Negotiate dG9rZW4=, NTLM , Basic realm="a, Kerberos \" Digest x", charset="UTF-8"`, `negotiate`, `Kerberos dG9rZW4`, `Bearer a = "b"`})
	var text []string
	for _, c := range got {
		text = append(text, fmt.Sprintf("%s %s", c.Scheme, c.Token))
	}
	if want := "Negotiate token|NTLM |Basic |negotiate |Kerberos token|Bearer "; strings.Join(text, "|") != want {
		t.Errorf("%q", text)
	}
	if names := Schemes(got); strings.Join(names, " ") != "Negotiate NTLM Basic Kerberos Bearer" {
		t.Errorf("%q", names)
	}
	if string(Token(got, "NEGOTIATE")) != "token" || Token(got, "NTLM") != nil {
		t.Error("a token stands with another scheme")
	}
}
