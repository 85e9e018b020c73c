package charts

import (
	"encoding/json"
	"testing"

	"tenantry/core/exchange"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Spec{
		"auto":                               {},
		" AUTO ":                             {},
		"bars:Department":                    {Kind: Bars, Column: "Department"},
		"bar: Department ":                   {Kind: Bars, Column: "Department"},
		"Ring:City:top:5":                    {Kind: Ring, Column: "City", Most: 5},
		"pie:City":                           {Kind: Ring, Column: "City"},
		"bars:City:by:Name:top:3":            {Kind: Bars, Column: "City", Most: 3, Order: ByName},
		"bars:Department:sum:TotalItemSize":  {Kind: Bars, Column: "Department", Measure: Sum, Of: "TotalItemSize"},
		"bars:Department:avg:TotalItemSize":  {Kind: Bars, Column: "Department", Measure: Average, Of: "TotalItemSize"},
		"bars:ItemCount:rows":                {Kind: Bars, Column: "ItemCount", Measure: Rows},
		"bars:TotalItemSize:name:Alias":      {Kind: Bars, Column: "Alias", Measure: Each, Of: "TotalItemSize"},
		"histogram:TotalItemSize":            {Kind: Histogram, Column: "TotalItemSize"},
		"timeline:Received:sum:Size":         {Kind: Timeline, Column: "Received", Measure: Sum, Of: "Size"},
		`bars:"a:b":sum:'it''s':by:amount`:   {Kind: Bars, Column: "a:b", Measure: Sum, Of: "it's"},
		`bars:"say ""so""":sum:Sum of Size`:  {Kind: Bars, Column: `say "so"`, Measure: Sum, Of: "Sum of Size"},
		"bars:Ünïcode’s:average:注文書:top:200": {Kind: Bars, Column: "Ünïcode’s", Measure: Average, Of: "注文書", Most: 200},
	} {
		got, err := Parse(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v", text, got, err)
			continue
		}
		if back, err := Parse(got.String()); err != nil || back != got {
			t.Errorf("%s is written %s, which is %+v, %v", text, got, back, err)
		}
		data, err := json.Marshal(got)
		var back Spec
		if err != nil || json.Unmarshal(data, &back) != nil || back != got {
			t.Errorf("%s is saved as %s", text, data)
		}
	}
	for text, near := range map[string]string{
		"":                              goodSpec,
		"bars":                          "bars:Department",
		"bars:":                         "bars:Department",
		"heap:City":                     "bars:City",
		"bars:City:top:1":               "bars:City:top:10",
		"bars:City:top:":                "bars:City:top:10",
		"bars:City:by:size":             "bars:City:by:name",
		"bars:City:sum":                 "bars:City:sum:TotalItemSize",
		"bars:City:often":               "bars:City",
		"bars:City::":                   "bars:City",
		`bars:"City`:                    goodSpec,
		`bars:"City"x:rows`:             goodSpec,
		"ring:City:average:ItemCount":   "bars:City:average:ItemCount",
		"histogram:Size:sum:ItemCount":  "histogram:Size",
		"timeline:Received:name:Alias":  "timeline:Received",
		"histogram:ItemCount:name:City": "histogram:ItemCount",
	} {
		_, err := Parse(text)
		p := exchange.AsProblem(err)
		if p == nil || p.Code != CodeBadSpec || p.Args["near"] != near {
			t.Errorf("%q ended with %v and offers %q", text, err, p.Args["near"])
		}
		if p != nil {
			if _, err := Parse(p.Args["near"]); err != nil {
				t.Errorf("%q is offered for %q and cannot be read: %v", p.Args["near"], text, err)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"auto", "bars:Department:sum:TotalItemSize:top:5:by:name", `ring:"a:b"`, "timeline:Received", "bars:X:name:'it''s'", "bars:'", ":::", `bars:"":rows`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			p := exchange.AsProblem(err)
			if p.Code != CodeBadSpec || p.Args["near"] == "" {
				t.Fatalf("%q: %v offers nothing", text, err)
			}
			if _, err := Parse(p.Args["near"]); err != nil {
				t.Fatalf("%q is offered for %q and cannot be read", p.Args["near"], text)
			}
			return
		}
		if back, err := Parse(s.String()); err != nil || back != s {
			t.Fatalf("%q is %+v, written %q, which is %+v, %v", text, s, s.String(), back, err)
		}
	})
}
