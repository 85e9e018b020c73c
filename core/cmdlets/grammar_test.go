package cmdlets_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
)

// grammarVariable names a folder in which `npm install web-tree-sitter tree-sitter-powershell` was run.
const grammarVariable = "TENANTRY_POWERSHELL_GRAMMAR"

// A grammar of PowerShell that nobody here wrote reads the same commands in a script, whatever stands in its data.
func TestAnotherGrammarReadsTheSame(t *testing.T) {
	folder := os.Getenv(grammarVariable)
	node, err := exec.LookPath("node")
	if folder == "" || err != nil {
		t.Skipf("the second opinion needs node, and %s with the folder in which npm has installed web-tree-sitter and tree-sitter-powershell", grammarVariable)
	}
	var hostile []string
	for _, bits := range [][]string{{"'"}, {"''", "x"}, {"a", "'", "; calc #"}, {"$(calc)"}, {"$env:x"}, {"`'"}, {"\u2019; calc"}, {"\u2018", "\u201b", "'"}, {"\"; calc; \""},
		{"} ; calc ; {"}, {"@('a')"}, {"<# "}, {"#> calc"}, {"--%"}, {"| calc"}, {"& calc"}, {"é 漢 😀"}, {"'@"}, {"[char]10"}, {"-join"}, {"@{a=1}"}} {
		hostile = append(hostile, " "+strings.Join(bits, "")) // with a blank, so that the text is always quoted
	}
	plain := tame
	plain.text, plain.inTable = " a text", " in a table"
	var scripts []string
	var all []data
	var kinds []int
	for kind := range 6 { // more of them only repeat the last two
		for i := 0; i+2 < len(hostile); i += 3 {
			d := plain
			d.title, d.name, d.name2, d.user = hostile[i], hostile[i+1], hostile[i+2], hostile[i]
			d.text, d.key, d.inTable = hostile[i+1], hostile[i+2], hostile[i]
			all, kinds = append(all, d), append(kinds, kind)
			scripts = append(scripts, scriptOf(d, kind).Text(words))
		}
	}
	for kind := range 6 {
		scripts = append(scripts, scriptOf(plain, kind).Text(words))
	}
	in, err := json.Marshal(scripts)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), node, "testdata/grammar.mjs", folder)
	c.Stdin, c.Stderr = bytes.NewReader(in), os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var trees [][][2]string
	if err := json.Unmarshal(out, &trees); err != nil || len(trees) != len(scripts) {
		t.Fatalf("%d trees of %d scripts, %v", len(trees), len(scripts), err)
	}
	for i, d := range all {
		want := slices.Clone(trees[len(all)+kinds[i]])
		if len(want) < 40 {
			t.Fatalf("the plain script of kind %d has %d words\n%s", kinds[i], len(want), scripts[len(all)+kinds[i]])
		}
		becomes := map[string]string{plain.user: d.user, plain.text: d.text, plain.inTable: d.inTable, "odd " + plain.key: "odd " + d.key}
		for j, leaf := range want {
			if text, ok := becomes[strings.Trim(leaf[1], "'")]; ok && leaf[0] == "string_literal" {
				want[j][1] = quotedText(text)
			}
		}
		if !slices.Equal(trees[i], want) {
			t.Errorf("%q reads as %q, want %q, in\n%s", d.text, trees[i], want, scripts[i])
		}
	}
}

// quotedText is a text as the line for people shows it.
func quotedText(s string) string {
	line := cmdlets.PowerShell(exchange.Invocation{Cmdlet: "Set-Thing", Params: []exchange.Param{{Name: "P", Value: exchange.NewText(s)}}})
	return strings.TrimPrefix(line, "Set-Thing -P ")
}
