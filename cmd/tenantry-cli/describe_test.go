package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	who := somebody(t)
	if err := os.WriteFile(filepath.Join(who.home, "m.csv"), []byte("Name,Team,Size\nanna,red,3 GB\nbert,blue,11 GB\ncarl,red,1 GB\ndora,,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"--columns", "Team,Size"}, []string{
			`{"Column":"Team","Type":"text","Empty":1,"Distinct":2,"Min":"blue","Max":"red","Top":["red (2)","blue (1)"],"Histogram":[]}`,
			`{"Column":"Size","Type":"size","Empty":1,"Distinct":3,"Min":1073741824,"Max":11811160064,"Top":["3 GB (3,221,225,472 bytes) (1)","11 GB (11,811,160,064 bytes) (1)","1 GB (1,073,741,824 bytes) (1)"],"Histogram":[1,0,1,0,0,0,0,0,0,1]}`}},
		{[]string{"--where", "Team = red", "--columns", "Team"}, []string{
			`{"Column":"Team","Type":"text","Empty":0,"Distinct":1,"Min":"red","Max":"red","Top":["red (2)"],"Histogram":[]}`}},
	} {
		got := who.run(t, "", append([]string{"open", "m.csv", "--describe", "--format", "jsonl"}, c.args...)...).want(t, 0)
		if !slices.Equal(lines(got.out), c.want) {
			t.Errorf("%v gives %s", c.args, got.out)
		}
	}
	if got := who.run(t, "", "open", "m.csv", "--describe", "--where", "Tean = red").want(t, 2, "There is no column Tean."); got.out != "" {
		t.Error(got.out)
	}
}
