package charts

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

func rec(kv ...any) exchange.Record {
	var r exchange.Record
	for i := 0; i < len(kv); i += 2 {
		v, ok := kv[i+1].(exchange.Value)
		if !ok {
			switch x := kv[i+1].(type) {
			case string:
				v = exchange.NewText(x)
			case int:
				v = exchange.NewInteger(int64(x))
			case bool:
				v = exchange.NewFlag(x)
			case time.Time:
				v = exchange.NewTime(x)
			}
		}
		r.Fields = append(r.Fields, exchange.Field{Name: kv[i].(string), Value: v})
	}
	return r
}

func tableOf(t testing.TB, cmdlet string, rows ...exchange.Record) results.View {
	t.Helper()
	table := results.NewTable(results.RunInfo{Title: "Mailboxes", Invocation: exchange.Invocation{Cmdlet: cmdlet}})
	if err := table.Append("", rows); err != nil {
		t.Fatal(err)
	}
	return results.All(table.Snapshot())
}

// mailboxes is n invented mailboxes from a fixed seed.
func mailboxes(t testing.TB, cmdlet string, n int) results.View {
	t.Helper()
	r := rand.New(rand.NewSource(7))
	kinds := []string{"UserMailbox", "UserMailbox", "UserMailbox", "UserMailbox", "UserMailbox", "UserMailbox", "SharedMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"}
	names := []string{"Anna de Vries", "Bart Jansen", "Reception", "Ward 11 noticeboard and planning for all locations", "Zoë Ångström", "Finance", "Invoices", "注文書"}
	departments := []string{"Finance", "Sales and marketing", "IT", "Human resources", "Legal", "", "Facilities"}
	var rows []exchange.Record
	for i := range n {
		size := exchange.NewSize(int64(r.ExpFloat64() * 9e9))
		quota := exchange.NewSize(50 << 30)
		if r.Intn(12) == 0 {
			quota = exchange.Unlimited()
		}
		var logon exchange.Value
		if r.Intn(9) > 0 {
			logon = exchange.NewTime(time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC).Add(-time.Duration(r.ExpFloat64() * 60 * 24 * float64(time.Hour))))
		}
		name := names[r.Intn(len(names))]
		if i >= len(names) {
			name += fmt.Sprintf(" %d", i)
		}
		rows = append(rows, rec("DisplayName", name, "RecipientTypeDetails", kinds[r.Intn(len(kinds))],
			"Department", departments[r.Intn(len(departments))], "TotalItemSize", size, "ProhibitSendQuota", quota,
			"ItemCount", r.Intn(90000), "LastLogonTime", logon, "LitigationHoldEnabled", r.Intn(6) == 0,
			"Priority", r.Intn(9), "WhenCreated", time.Date(2019+r.Intn(8), time.Month(1+r.Intn(12)), 1+r.Intn(28), r.Intn(24), 0, 0, 0, time.UTC)))
	}
	return tableOf(t, cmdlet, rows...)
}

func made(t testing.TB, v results.View, text string) Data {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Make(context.Background(), v, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestPictures draws every kind of chart in two languages. TENANTRY_SHOTS names a folder to look at them in.
func TestPictures(t *testing.T) {
	folder := os.Getenv("TENANTRY_SHOTS")
	if folder == "" {
		t.Skip("TENANTRY_SHOTS names no folder for the pictures")
	}
	v := mailboxes(t, "Get-Mailbox", 900)
	for _, lang := range []string{"en-GB", "nl"} {
		w := wording.For(lang)
		for _, text := range []string{"bars:TotalItemSize", "bars:Department", "bars:Department:sum:TotalItemSize", "bars:Department:average:ItemCount:by:name",
			"bars:ProhibitSendQuota:top:5", "bars:DisplayName:top:8", "ring:RecipientTypeDetails", "ring:Department:top:3", "ring:DisplayName:top:12", "ring:TotalItemSize:top:6",
			"histogram:TotalItemSize", "histogram:ProhibitSendQuota", "histogram:Priority", "histogram:ItemCount", "timeline:LastLogonTime", "timeline:WhenCreated", "timeline:LastLogonTime:sum:TotalItemSize"} {
			for _, width := range []float64{340, 720} {
				d := made(t, v, text)
				p := Layout(d, w, Frame{W: width, H: 300, Titled: true})
				name := fmt.Sprintf("%s-%s-%g", lang, strings.ReplaceAll(text, ":", "-"), width)
				path := filepath.Join(folder, name+".svg")
				if err := os.WriteFile(path, []byte(p.File()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if _, err := exec.LookPath("rsvg-convert"); err != nil {
		t.Log("rsvg-convert is not there")
	}
}
