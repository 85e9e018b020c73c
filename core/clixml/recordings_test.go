package clixml_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/clixml"
)

type recorded struct {
	file, side string
	doc        []byte // with the byte-order mark, if there was one
}

var carriers = regexp.MustCompile(`<(?:\w+:)?(?:creationXml|connectXml|connectResponseXml|Arguments|Stream)\b[^>]*>([^<]+)<`)

// recordings gives the CLIXML of every PSRP message of the recorded conversations: base64 in the SOAP
// bodies, fragments of 21 bytes header, joined to messages of 40 bytes header (MS-PSRP 2.2.4 and 2.2.1).
func recordings(t testing.TB) (docs []recorded) {
	dir := os.Getenv("TENANTRY_RECORDINGS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "recordings")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	if len(files) == 0 {
		t.Skip("no recorded conversations; set TENANTRY_RECORDINGS to their folder")
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var conversation struct {
			Exchanges []struct{ Request, Response string }
		}
		if err := json.Unmarshal(raw, &conversation); err != nil {
			t.Fatal(file, err)
		}
		partial := map[string][]byte{}
		for _, x := range conversation.Exchanges {
			for side, body := range map[string]string{"request": x.Request, "response": x.Response} {
				for _, m := range carriers.FindAllStringSubmatch(body, -1) {
					fragments, err := base64.StdEncoding.DecodeString(m[1])
					if err != nil {
						t.Fatal(file, err)
					}
					for len(fragments) >= 21 {
						key := side + string(fragments[:8])
						size := binary.BigEndian.Uint32(fragments[17:])
						last := fragments[16]&2 != 0
						partial[key] = append(partial[key], fragments[21:21+size]...)
						fragments = fragments[21+size:]
						if last {
							if doc := partial[key][40:]; len(doc) > 0 {
								docs = append(docs, recorded{filepath.Base(file), side, doc})
							}
							delete(partial, key)
						}
					}
				}
			}
		}
	}
	return docs
}

// Requests were written by a Python client, which differs from Windows in two ways that mean nothing: RefId
// before N, and the short form for an empty S.
var (
	refIDFirst = regexp.MustCompile(`<(Obj|Ref) RefId="(\d+)" N="([^"]*)"`)
	shortS     = regexp.MustCompile(`<S( N="[^"]*")? />`)
)

func TestRecordingsReadAndWrittenAgain(t *testing.T) {
	docs := recordings(t)
	if len(docs) < 300 {
		t.Errorf("only %d messages found in the recordings", len(docs))
	}
	shared := clixml.NewDecoder(clixml.Limits{})
	for _, r := range docs {
		v, err := shared.Decode(r.doc)
		if err != nil {
			t.Errorf("%s %s: %v\n%.200s", r.file, r.side, err, r.doc)
			continue
		}
		want, err := judgement(r.doc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, describe(v)); diff != "" {
			t.Errorf("%s %s: (-judge +decoder)\n%s", r.file, r.side, diff)
		}
		written := clixml.Encode(v)
		again, err := clixml.Decode(written, clixml.Limits{})
		if err != nil || !again.Equal(v) {
			t.Errorf("%s %s: reads differently after writing: %v\n%s", r.file, r.side, err, written)
		}
		expected := bytes.TrimPrefix(r.doc, []byte("\uFEFF"))
		if r.side == "request" {
			expected = refIDFirst.ReplaceAll(expected, []byte(`<$1 N="$3" RefId="$2"`))
			expected = shortS.ReplaceAll(expected, []byte(`<S$1></S>`))
		}
		if diff := cmp.Diff(string(expected), string(written)); diff != "" {
			t.Errorf("%s %s: (-recorded +written)\n%s", r.file, r.side, diff)
		}
	}
}
