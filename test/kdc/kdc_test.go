package kdc

import (
	"os"
	"testing"
)

func TestATicketIsIssued(t *testing.T) {
	s := Start(t, Options{})
	s.AddUser(t, "admin", "a pass word")
	info, err := os.Stat(s.Ticket(t, "admin", "a pass word"))
	if err != nil || info.Size() == 0 {
		t.Fatalf("no ticket: %v", err)
	}
}
