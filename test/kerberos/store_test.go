package kerberos

import (
	"os"
	"testing"

	"tenantry/test/kdc"
)

// TestRecordTickets writes the credential cache of core/httpauth's tests anew when TENANTRY_UPDATE is set.
func TestRecordTickets(t *testing.T) {
	if os.Getenv("TENANTRY_UPDATE") == "" {
		t.Skip("set TENANTRY_UPDATE to record a credential cache anew")
	}
	s := startRealm(t, encryptions[0])
	cache := s.Ticket(t, account, password)
	client := s.NewPeer(t, cache, kdc.Word{Role: "initiator", Service: "HTTP@localhost"})
	client.Must(kdc.Word{Do: "step"}) // this leaves the service's ticket in the cache
	content, err := os.ReadFile(cache)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("../../core/httpauth/testdata/krb5cc", content, 0o644); err != nil {
		t.Fatal(err)
	}
}
