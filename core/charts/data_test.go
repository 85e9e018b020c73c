package charts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
)

// told is the figures, a line a point.
func told(d Data) []string {
	w := wording.For("en-GB")
	var out []string
	for _, p := range d.Points {
		out = append(out, fmt.Sprintf("%s|%s|%d", d.Name(w, p), d.Amount(w, p), p.Rows))
	}
	return out
}

var small = []exchange.Record{
	rec("Name", "a", "Kind", "User", "Size", exchange.NewSize(5<<30), "Items", 3, "Quota", exchange.NewSize(9<<30)),
	rec("Name", "b", "Kind", "User", "Size", exchange.NewSize(1<<30), "Items", 4, "Quota", exchange.Unlimited()),
	rec("Name", "c", "Kind", "Shared", "Size", exchange.NewSize(9<<30), "Items", 5, "Quota", exchange.NewSize(9<<30)),
	rec("Name", "d", "Kind", "Room", "Items", 8, "Quota", exchange.Value{}),
	rec("Name", "e", "Kind", "", "Size", exchange.NewSize(2<<30), "Items", 8, "Quota", exchange.NewSize(3<<30)),
	rec("Name", "f", "Kind", "Team", "Size", exchange.NewSize(3<<30), "Items", 1),
}

func TestTheFiguresOfAChart(t *testing.T) {
	v := tableOf(t, "Get-Mailbox", small...)
	for text, want := range map[string][]string{
		"bars:Kind":                    {"User|2|2", "Shared|1|1", "Room|1|1", "Team|1|1", "(empty)|1|1"},
		"ring:kind:top:2":              {"User|2|2", "Shared|1|1", "2 others|2|2", "(empty)|1|1"},
		"bars:Kind:by:name:top:3":      {"Room|1|1", "Shared|1|1", "User|2|2", "1 other|1|1", "(empty)|1|1"},
		"bars:Kind:sum:Size:top:2":     {"Shared|9 GB|1", "User|6 GB|2", "2 others|3 GB|2", "(empty)|2 GB|1"},
		"bars:Kind:average:Size:top:2": {"Shared|9 GB|1", "User|3 GB|2", "2 others|3 GB|2", "(empty)|2 GB|1"},
		"bars:Kind:average:Items":      {"Room|8|1", "Shared|5|1", "User|3.5|2", "Team|1|1", "(empty)|8|1"},
		"bars:Size":                    {"c|9 GB|1", "a|5 GB|1", "f|3 GB|1", "e|2 GB|1", "b|1 GB|1", "(empty)|–|1"},
		"bars:Size:top:2":              {"c|9 GB|1", "a|5 GB|1", "3 others|6 GB|3", "(empty)|–|1"},
		"bars:Quota:name:Kind:top:3":   {"User|Unlimited|1", "User|9 GB|1", "Shared|9 GB|1", "1 other|3 GB|1", "(empty)|–|2"},
		"bars:Items:rows:top:2":        {"8|2|2", "3|1|1", "3 others|3|3"},
		"histogram:Items":              {"1|1|1", "2|0|0", "3|1|1", "4|1|1", "5|1|1", "6|0|0", "7|0|0", "8|2|2"},
		"histogram:Size:top:3":         {"0 B – 5 GB|3|3", "5 GB – 10 GB|2|2", "(empty)|1|1"},
		"histogram:Quota:top:2":        {"0 B – 5 GB|1|1", "5 GB – 10 GB|2|2", "Unlimited|1|1", "(empty)|2|2"},
	} {
		if diff := cmp.Diff(want, told(made(t, v, text))); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}

	one := tableOf(t, "", rec("N", exchange.NewDecimal("1.25"), "D", exchange.NewDuration(36e9)), rec("N", exchange.NewDecimal("1.250"), "D", exchange.NewDuration(36e9)))
	for text, want := range map[string]string{"histogram:N": "1.25|2|2", "histogram:D": "1 hour|2|2"} {
		if got := told(made(t, one, text)); len(got) != 1 || got[0] != want {
			t.Errorf("%s of one value is %q", text, got)
		}
	}
	// Of the rows that show, of a column that does not.
	some, err := results.Arrange(context.Background(), v.Snapshot(), results.Query{Columns: []string{"Name"}, Filter: results.Filter{Column: "Items", Op: results.More, Value: "3"}, Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"User|1|1", "Shared|1|1", "Room|1|1"}, told(made(t, some, "bars:Kind"))); diff != "" {
		t.Error(diff)
	}
	// Of groups.
	groups, err := results.Arrange(context.Background(), v.Snapshot(), results.Query{Group: results.Group{Columns: []string{"Kind", "Items"}, Sums: []string{"Size"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := told(made(t, groups, "bars:Kind:top:2")); !strings.HasPrefix(got[0], "User|2|") || len(got) != 4 {
		t.Errorf("the groups' rows are %q", got)
	}
	if got := told(made(t, groups, "bars:Kind:sum:Sum of Size:top:2")); got[0] != "Shared|9 GB|1" || got[1] != "User|6 GB|2" {
		t.Errorf("the groups' sums are %q", got)
	}
}

func TestWhatDoesNotFit(t *testing.T) {
	v := tableOf(t, "Get-Mailbox", append(slices.Clone(small), rec("Name", "g", "Seen", time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)))...)
	for text, want := range map[string]struct {
		code exchange.Code
		near string
	}{
		"bars:Kinds":          {results.CodeUnknownColumn, "Kind"},
		"bars:Kind:sum:Sizes": {results.CodeUnknownColumn, "Size"},
		"bars:Kind:sum:Name":  {results.CodeNoSum, ""},
		"histogram:Kind":      {CodeNeedsNumbers, "Size, Items, Quota"},
		"timeline:Kind":       {CodeNeedsTimes, "Seen"},
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Make(context.Background(), v, s)
		if p := exchange.AsProblem(err); p == nil || p.Code != want.code || p.Args["near"] != want.near {
			t.Errorf("%s: %v, near %q", text, err, exchange.AsProblem(err).Args["near"])
		}
	}
	for _, s := range []Spec{{}, {Kind: "heap", Column: "Kind"}, {Kind: Bars}, {Kind: Ring, Column: "Kind", Measure: Average, Of: "Size"}, {Kind: Bars, Column: "Kind", Measure: Sum}} {
		if _, err := Make(context.Background(), v, s); exchange.CodeOf(err) != CodeBadSpec {
			t.Errorf("%+v: %v", s, err)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, text := range []string{"bars:Kind", "bars:Size", "histogram:Items", "timeline:Seen"} {
		s, _ := Parse(text)
		if _, err := Make(ended, v, s); !errors.Is(err, context.Canceled) {
			t.Errorf("%s was not stopped: %v", text, err)
		}
	}
	if d, err := Make(context.Background(), results.View{}, Spec{Kind: Bars, Column: "X"}); err != nil || len(d.Points) != 0 {
		t.Errorf("no rows make %+v, %v", d, err)
	}
}

// Whoever clicks on a point sees the rows it counts.
func TestThePointsFilterTheirRows(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Skip("this computer knows no time zones: ", err)
	}
	s := mailboxes(t, "Get-Mailbox", 400).Snapshot()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, zone)
	v, err := results.Arrange(context.Background(), s, results.Query{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"bars:Department", "ring:RecipientTypeDetails:top:2", "bars:LitigationHoldEnabled", "bars:TotalItemSize:top:5", "bars:ItemCount:rows:top:4",
		"histogram:TotalItemSize", "histogram:ItemCount:top:7", "histogram:ProhibitSendQuota", "histogram:Priority", "timeline:LastLogonTime", "timeline:WhenCreated",
		"timeline:WhenCreated:top:10", "timeline:LastLogonTime:top:200", "bars:WhenCreated:rows:top:3", "bars:Department:sum:TotalItemSize:top:3"} {
		d := made(t, v, text)
		total := 0
		for _, p := range d.Points {
			total += p.Rows
			one, err := results.Arrange(context.Background(), s, results.Query{Now: now, Filter: p.Filter})
			if err != nil {
				t.Errorf("%s: %+v: %v", text, p, err)
			} else if one.Len() != p.Rows {
				t.Errorf("%s: %s has %d rows, and its filter %+v keeps %d", text, d.Name(wording.For("en"), p), p.Rows, p.Filter, one.Len())
			}
		}
		if total != v.Len() {
			t.Errorf("%s: the points have %d of %d rows", text, total, v.Len())
		}
	}
}

func TestTimeLines(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Skip("this computer knows no time zones: ", err)
	}
	at := func(text string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	line := func(most int, values ...exchange.Value) Data {
		t.Helper()
		var rows []exchange.Record
		for i, v := range values {
			rows = append(rows, rec("T", v, "Size", exchange.NewSize(int64(i)<<30)))
		}
		v, err := results.Arrange(context.Background(), tableOf(t, "", rows...).Snapshot(), results.Query{Now: at("2026-11-30 12:00")})
		if err != nil {
			t.Fatal(err)
		}
		d, err := Make(context.Background(), v, Spec{Kind: Timeline, Column: "T", Most: most})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	when := func(text string) exchange.Value { return exchange.NewTime(at(text)) }
	for _, c := range []struct {
		most  int
		times []exchange.Value
		want  []string
	}{
		// A day that is 25 hours long, and one of 23, are days.
		{5, []exchange.Value{when("2026-10-24 23:59"), when("2026-10-25 00:00"), when("2026-10-25 23:30"), when("2026-10-26 00:10"), when("2026-10-27 03:00")},
			[]string{"24 Oct 2026|1|1", "25 Oct 2026|2|2", "26 Oct 2026|1|1", "27 Oct 2026|1|1"}},
		{4, []exchange.Value{when("2026-03-27 10:00"), when("2026-03-29 12:00"), when("2026-03-30 00:00")},
			[]string{"27 Mar 2026|1|1", "28 Mar 2026|0|0", "29 Mar 2026|1|1", "30 Mar 2026|1|1"}},
		// Without a zone the clock on the wall counts.
		{3, []exchange.Value{exchange.NewZonelessTime(time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC)), when("2026-07-02 00:30"), when("2026-07-03 00:30")},
			[]string{"1 Jul 2026|1|1", "2 Jul 2026|1|1", "3 Jul 2026|1|1"}},
		{8, []exchange.Value{when("2026-01-31 10:00"), when("2026-03-01 00:00"), {}, exchange.NewZonelessTime(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC))},
			[]string{"26 Jan 2026 – 1 Feb 2026|1|1", "2 Feb 2026 – 8 Feb 2026|0|0", "9 Feb 2026 – 15 Feb 2026|0|0", "16 Feb 2026 – 22 Feb 2026|0|0",
				"23 Feb 2026 – 1 Mar 2026|1|1", "before 1900 or after 2199|1|1", "(empty)|1|1"}},
		{12, []exchange.Value{when("2025-11-20 10:00"), when("2026-02-01 00:00")}, []string{"17 Nov 2025 – 23 Nov 2025|1|1", "24 Nov 2025 – 30 Nov 2025|0|0", "1 Dec 2025 – 7 Dec 2025|0|0",
			"8 Dec 2025 – 14 Dec 2025|0|0", "15 Dec 2025 – 21 Dec 2025|0|0", "22 Dec 2025 – 28 Dec 2025|0|0", "29 Dec 2025 – 4 Jan 2026|0|0", "5 Jan 2026 – 11 Jan 2026|0|0",
			"12 Jan 2026 – 18 Jan 2026|0|0", "19 Jan 2026 – 25 Jan 2026|0|0", "26 Jan 2026 – 1 Feb 2026|1|1"}},
		{5, []exchange.Value{when("2025-11-20 10:00"), when("2026-02-01 00:00")}, []string{"Nov 2025|1|1", "Dec 2025|0|0", "Jan 2026|0|0", "Feb 2026|1|1"}},
		{3, []exchange.Value{when("2024-11-20 10:00"), when("2026-02-01 00:00")}, []string{"2024|1|1", "2025|0|0", "2026|1|1"}},
		{3, []exchange.Value{when("2001-11-20 10:00"), when("2026-02-01 00:00")}, []string{"2000 – 2009|1|1", "2010 – 2019|0|0", "2020 – 2029|1|1"}},
		{4, []exchange.Value{when("2026-05-04 10:05"), when("2026-05-04 10:50")}, []string{"4 May 2026 10:00 – 10:15|1|1", "4 May 2026 10:15 – 10:30|0|0", "4 May 2026 10:30 – 10:45|0|0", "4 May 2026 10:45 – 11:00|1|1"}},
		{4, []exchange.Value{when("2026-05-04 10:05")}, []string{"4 May 2026 10:05:00|1|1"}},
	} {
		if diff := cmp.Diff(c.want, told(line(c.most, c.times...))); diff != "" {
			t.Errorf("%v: %s", c.times, diff)
		}
	}
}

func TestTheUsualChart(t *testing.T) {
	none := exchange.Value{}
	v := mailboxes(t, "Get-Mailbox", 60)
	for _, c := range []struct {
		v    results.View
		want string
	}{
		{v, "ring:RecipientTypeDetails"},
		{mailboxes(t, "Get-MailboxStatistics", 60), "bars:TotalItemSize:name:DisplayName"},
		{mailboxes(t, "Get-EXOMailboxStatistics", 60), "bars:TotalItemSize:name:DisplayName"},
		{mailboxes(t, "", 60), "bars:TotalItemSize:name:DisplayName"},
		{tableOf(t, "Get-MessageTraceV2", rec("Received", time.Now(), "Status", "Failed")), "timeline:Received"},
		{tableOf(t, "Get-MobileDevice", rec("DeviceOS", none, "DeviceType", "Phone")), "ring:DeviceType"},
		{tableOf(t, "Get-MailboxPermission", rec("User", "anna", "Identity", "x")), "bars:User"},
		{tableOf(t, "", rec("X", "a", "JobState", "on"), rec("X", "b", "JobState", "off"), rec("X", "c", "JobState", "on")), "ring:JobState"},
		{tableOf(t, "", rec("Name", "a", "N", 1), rec("Name", "b", "N", 2)), "histogram:N"},
		{tableOf(t, "", rec("Name", "a", "T", time.Now(), "N", 2)), "timeline:T"},
		{tableOf(t, "", rec("Name", "a", "Yes", true), rec("Name", "b", "Yes", false)), "ring:Yes"},
		{tableOf(t, "", rec("Name", "a")), "auto"},
		{tableOf(t, ""), "auto"},
	} {
		s, err := Usual(context.Background(), c.v)
		if err != nil || s.String() != c.want {
			t.Errorf("%s has %s, not %s (%v)", c.v.Snapshot().Info().Invocation.Cmdlet, s, c.want, err)
		}
		if !s.IsZero() {
			if _, err := Make(context.Background(), c.v, s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	}
	for want, g := range map[string]results.Group{
		"bars:Department:rows":                     {Columns: []string{"Department"}},
		"bars:Department:sum:Sum of TotalItemSize": {Columns: []string{"department", "Priority"}, Averages: []string{"ItemCount"}, Sums: []string{"TotalItemSize"}},
		"bars:Average of ItemCount:name:Priority":  {Columns: []string{"Priority"}, Averages: []string{"ItemCount"}},
	} {
		groups, err := results.Arrange(context.Background(), v.Snapshot(), results.Query{Group: g})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Usual(context.Background(), groups)
		if err != nil || s.String() != want {
			t.Errorf("%+v has %s, not %s (%v)", g, s, want, err)
		}
		if _, err := Make(context.Background(), groups, s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	a, b := tableOf(t, "", small[:3]...).Snapshot(), tableOf(t, "", small[1:]...).Snapshot()
	compared, err := results.Compare(context.Background(), a, b, []string{"Name"})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Usual(context.Background(), results.All(compared.Table.Snapshot())); err != nil || s.String() != "ring:Change" {
		t.Errorf("a comparison has %s, %v", s, err)
	}
}
