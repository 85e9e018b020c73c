// Package bench measures the speed of Tenantry's long roads, each beside a yardstick in the same run: from
// the wire to the table, and what the table does with a million rows. `make bench` runs it. The short roads
// are measured beside the code they belong to.
//
// The data is invented from fixed seeds: the answer to a Get-Mailbox over 20,000 mailboxes, and a table of a
// million rows. Figures compare only within one run on one computer; the yardsticks are there for that.
//
// It has tests too: how many requests a session takes, and how much memory a run leaves behind.
package bench
