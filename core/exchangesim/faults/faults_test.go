package faults_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchangesim/faults"
)

func TestParseRule(t *testing.T) {
	for text, want := range map[string]faults.Rule{
		"wrong-password":                                            {Name: faults.WrongPassword, Value: "401"},
		"Wrong-Password = 400":                                      {},
		" wrong-password=400":                                       {Name: faults.WrongPassword, Value: "400"},
		"limit-create@3":                                            {Name: faults.LimitCreate, Nth: 3},
		"drop-in@receive,2=headers":                                 {Name: faults.DropIn, Steps: []faults.Step{faults.Receive}, Nth: 2, Value: "headers"},
		"slow@ Receive , 10% ,x3,2+=200ms":                          {Name: faults.Slow, Steps: []faults.Step{faults.Receive}, Chance: 0.1, Times: 3, From: 2, Value: "200ms"},
		"slow@create,delete,create,every:4,0.5%":                    {Name: faults.Slow, Steps: []faults.Step{faults.Create, faults.Delete}, Every: 4, Chance: 0.005, Value: "1s"},
		"redirect-foreign=https://outlook.com@a.example/?a=b%20c,d": {Name: faults.RedirectForeign, Value: "https://outlook.com@a.example/?a=b%20c,d"},
		"no-basic@create=Bearer realm=\"x\"":                        {Name: faults.NoBasic, Steps: []faults.Step{faults.Create}, Value: "Bearer realm=\"x\""},
	} {
		got, err := faults.ParseRule(text)
		if (err != nil) != (want.Name == "") {
			t.Errorf("%q: %v", text, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
		if err != nil {
			continue
		}
		if again, err := faults.ParseRule(got.String()); err != nil || !cmp.Equal(got, again) {
			t.Errorf("%q is written as %q: %v", text, got, err)
		}
	}
}

func TestWrongRules(t *testing.T) {
	for text, want := range map[string]struct {
		mistake faults.Mistake
		word    string
	}{
		"":                             {faults.UnknownFault, ""},
		"nothing":                      {faults.UnknownFault, "nothing"},
		"@create":                      {faults.UnknownFault, ""},
		"=x":                           {faults.UnknownFault, ""},
		"gzip=":                        {faults.BadValue, ""},
		"slow=1":                       {faults.BadValue, "1"},
		"slow=-1s":                     {faults.BadValue, "-1s"},
		"slow=2h":                      {faults.BadValue, "2h"},
		"small-fragments=21":           {faults.BadValue, "21"},
		"redirect-chain=0":             {faults.BadValue, "0"},
		"redirect-foreign=a\r\nX: y":   {faults.BadValue, "a\r\nX: y"},
		"delegation-error=A\r\n":       {faults.BadValue, "A\r\n"},
		"wsman-fault=0":                {faults.BadValue, "0"},
		"wsman-fault=4294967296":       {faults.BadValue, "4294967296"},
		"sign-in-refused=Success":      {faults.BadValue, "Success"},
		"no-bom=1":                     {faults.NoValue, "1"},
		"no-bom=":                      {faults.NoValue, ""},
		"no-bom@receive":               {faults.WrongStep, "receive"},
		"idle-expiry@create":           {faults.WrongStep, "create"},
		"slow@":                        {faults.BadWhen, ""},
		"slow@0":                       {faults.BadWhen, "0"},
		"slow@-1":                      {faults.BadWhen, "-1"},
		"slow@+1":                      {faults.BadWhen, "+1"},
		"slow@1,2":                     {faults.BadWhen, "2"},
		"slow@1,2+":                    {faults.BadWhen, "2+"},
		"slow@0%":                      {faults.BadWhen, "0%"},
		"slow@101%":                    {faults.BadWhen, "101%"},
		"slow@NaN%":                    {faults.BadWhen, "nan%"},
		"slow@every:":                  {faults.BadWhen, "every:"},
		"slow@every:0":                 {faults.BadWhen, "every:0"},
		"slow@x":                       {faults.BadWhen, "x"},
		"slow@99999999999999999999":    {faults.BadWhen, "99999999999999999999"},
		"slow@reciev":                  {faults.BadWhen, "reciev"},
		"wrong-password@create=teapot": {faults.BadValue, "teapot"},
	} {
		_, err := faults.ParseRule(text)
		var wrong *faults.RuleError
		if !errors.As(err, &wrong) || wrong.Mistake != want.mistake || wrong.Word != want.word || wrong.Rule != text || wrong.Error() == "" {
			t.Errorf("%q: %v", text, err)
		}
		if (wrong.Fault.Name == "") != (want.mistake == faults.UnknownFault) {
			t.Errorf("%q is about %q", text, wrong.Fault.Name)
		}
		if _, err := faults.Parse("gzip", text); !errors.As(err, &wrong) {
			t.Errorf("%q in a plan: %v", text, err)
		}
	}
}

func TestCatalogue(t *testing.T) {
	seen := map[faults.Name]bool{}
	for _, f := range faults.Catalogue() {
		if seen[f.Name] || string(f.Name) != strings.ToLower(string(f.Name)) || strings.ContainsAny(string(f.Name), "@=, ") {
			t.Errorf("the name %q", f.Name)
		}
		seen[f.Name] = true
		if !strings.HasSuffix(f.Does, ".") || strings.Count(f.Does, ". ") > 0 || strings.ContainsAny(f.Does, "\n\t") {
			t.Errorf("%s: %q is no plain sentence", f.Name, f.Does)
		}
		if (f.Value == "") != (f.Means == "") || (f.Value == "") != (f.Default == "") {
			t.Errorf("%s: half a value: %+v", f.Name, f)
		}
		if len(f.Usual) == 0 {
			t.Errorf("%s strikes nowhere", f.Name)
		}
		for _, s := range f.Usual {
			if !f.Strikes(s) {
				t.Errorf("%s usually strikes at %s, where it cannot", f.Name, s)
			}
		}
		if order := slices.DeleteFunc(faults.Steps(), func(s faults.Step) bool { return !f.Strikes(s) }); !slices.Equal(order, f.Steps) {
			t.Errorf("%s: steps %v", f.Name, f.Steps)
		}
		if _, err := faults.ParseRule(string(f.Name)); err != nil {
			t.Errorf("%s cannot be used as it is: %v", f.Name, err)
		}
	}
	if len(seen) != len(faults.Names()) {
		t.Error("two lists of names")
	}
}

// TestStrikes: what strikes together, and what only counts.
func TestStrikes(t *testing.T) {
	var total faults.Tally
	s, err := faults.Must("unavailable@create,2", "bad-gateway@create,2", "gateway-timeout@create,3", "gzip@create", "slow@create,2", "no-bom").Begin(&total)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 3 {
		for _, part := range []faults.Part{faults.Instead, faults.Within, faults.Around} {
			var names []string
			for _, r := range s.Strike(part, faults.Create, nil) {
				names = append(names, string(r.Name))
			}
			got = append(got, strings.Join(names, "+"))
		}
	}
	want := []string{"", "no-bom", "gzip", "unavailable", "no-bom", "gzip+slow", "gateway-timeout", "no-bom", "gzip"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if d := cmp.Diff(map[faults.Name]int{"unavailable": 1, "gateway-timeout": 1, "gzip": 3, "slow": 1, "no-bom": 3}, total.Counts()); d != "" {
		t.Error(d)
	}
	none := func(faults.Rule) bool { return false }
	if s.Strike(faults.Around, faults.Create, none) != nil || s.Strike(faults.Around, faults.Delete, nil) != nil || total.Counts()["gzip"] != 3 {
		t.Error("a fault struck where it has nothing to do")
	}
	var nothing *faults.Strikes
	if nothing.Strike(faults.Around, faults.Create, nil) != nil || nothing.Has(faults.Gzip) {
		t.Error("nothing strikes")
	}
}

func FuzzParseRule(f *testing.F) {
	for _, seed := range []string{
		"wrong-password", "drop-in@receive,2=headers", "slow@10%=200ms", "slow@create,every:3,x2,4+,0.1%=1h", "redirect-foreign=https://a@b/?c=d",
		"budget=1", "no-basic=", "@@==,,%%", "slow@1e-300%", "quota@delete=shell-users",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := faults.ParseRule(text)
		var wrong *faults.RuleError
		if err != nil {
			if !errors.As(err, &wrong) || wrong.Error() == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := faults.ParseRule(r.String())
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q is written as %q, which is %q: %v", text, r, again, err)
		}
		plan := faults.Plan{Rules: []faults.Rule{r}}
		s, err := plan.Begin(nil)
		if err != nil {
			t.Fatalf("%q is no rule of a plan: %v", text, err)
		}
		fault, _ := faults.Find(r.Name)
		for _, step := range faults.Steps() {
			for _, struck := range s.Strike(fault.Part, step, nil) {
				if !fault.Strikes(step) || struck.Name != r.Name {
					t.Fatalf("%q struck at %s", text, step)
				}
			}
		}
	})
}
