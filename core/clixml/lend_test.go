package clixml_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"tenantry/core/clixml"
)

func TestLendReadsWhatDecodeReads(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	d := clixml.NewDecoder(clixml.Limits{})
	docs := [][]byte{
		[]byte(`<Obj RefId="0"><DCT><En><S N="Key">a</S><I32 N="Value">1</I32></En><En><S N="Key">b</S><Ref N="Value" RefId="0" /></En></DCT></Obj>`),
		[]byte(`<Obj RefId="0"><MS><I32 N="n">1</I32></MS><MS><I32 N="m">2</I32></MS></Obj>`),
		[]byte(`<S>text</S>`),
		[]byte(`<Obj RefId="0"><LST /></Obj>`),
	}
	for i := range 50 {
		docs = append(docs, mailbox(rnd, i))
	}
	kept := make([]clixml.Value, len(docs))
	var texts []string
	for i, doc := range docs {
		var err error
		if kept[i], err = d.Decode(doc); err != nil {
			t.Fatal(err)
		}
		lent, err := d.Lend(doc)
		if err != nil {
			t.Fatal(err)
		}
		if !lent.Equal(kept[i]) {
			t.Fatalf("document %d was lent as another value", i)
		}
		alias, _ := lent.Property("Alias")
		texts = append(texts, alias.Str())
	}
	// What was decoded is not touched by what was lent afterwards, and a lent text stays.
	for i, doc := range docs {
		if i >= 4 && !bytes.Equal(clixml.Encode(kept[i]), doc) {
			t.Errorf("document %d changed", i)
		}
		alias, _ := kept[i].Property("Alias")
		if alias.Str() != texts[i] {
			t.Errorf("document %d: the alias was lent as %q and is %q", i, texts[i], alias.Str())
		}
	}
}

func TestLendAfterAnErrorAndWithoutAllocating(t *testing.T) {
	doc := mailbox(rand.New(rand.NewPCG(1, 2)), 7)
	d := clixml.NewDecoder(clixml.Limits{})
	if _, err := d.Lend(doc[:len(doc)/2]); err == nil {
		t.Fatal("half a document was read")
	}
	if n := testing.AllocsPerRun(20, func() {
		if _, err := d.Lend(doc); err != nil {
			t.Fatal(err)
		}
	}); n > 4 {
		t.Errorf("lending takes %v allocations", n)
	}
}
