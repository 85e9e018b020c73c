package httpauth_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/httpauth"
)

// BenchmarkPost carries answers of the size that a server of Exchange sends, in clear and sealed by NTLM.
func BenchmarkPost(b *testing.B) {
	answer := bytes.Repeat([]byte("0123456789abcdef"), 30<<10)
	serve := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml")
		w.Write(answer)
	}
	for name, o := range map[string]httpauth.Options{"clear": {Authorizer: anna}, "sealed": {Mechanisms: byNTLM}} {
		b.Run(name, func(b *testing.B) {
			s := newGuarded(b, nil, []negotiate.Way{negotiate.Negotiate, negotiate.Basic}, serve)
			tr := transport(b, o)
			b.SetBytes(int64(len(answer)))
			b.ReportAllocs()
			for b.Loop() {
				_, _, body, err := tr.Post(b.Context(), s.URL, "text/xml", bytes.NewReader([]byte("<request/>")))
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, body); n != int64(len(answer)) || err != nil {
					b.Fatal(n, err)
				}
				body.Close()
			}
		})
	}
}

// BenchmarkSignIn signs in one connection after the other.
func BenchmarkSignIn(b *testing.B) {
	s := newGuarded(b, nil, []negotiate.Way{negotiate.Negotiate}, nil)
	for b.Loop() {
		tr := transport(b, httpauth.Options{Mechanisms: byNTLM})
		if status, _, err := post(b.Context(), tr, s.URL); status != 200 || err != nil {
			b.Fatal(status, err)
		}
		tr.Close()
	}
}
