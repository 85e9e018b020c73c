package psrp

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// A recorded stream element: which end sent it, on which stream, and its bytes.
type recordedStream struct {
	fromServer bool
	element    string // creationXml, connectXml, connectResponseXml, Arguments or Stream
	command    string
	data       []byte
}

type recording struct {
	name    string
	streams []recordedStream
}

var streamElement = regexp.MustCompile(
	`<(?:\w+:)?(creationXml|connectXml|connectResponseXml|Arguments|Stream)\b([^>]*)>([^<]*)</`)
var commandID = regexp.MustCompile(`CommandId="([^"]*)"`)
var commandLine = regexp.MustCompile(`<(?:\w+:)?CommandLine\b([^>]*)>`)

// recordings reads the recorded conversations; the test is skipped where there are none.
func recordings(t testing.TB) []recording {
	t.Helper()
	dir := os.Getenv("TENANTRY_RECORDINGS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "recordings")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("no recordings in " + dir)
	}
	var out []recording
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var conversation struct {
			Exchanges []struct{ Request, Response string }
		}
		if err := json.Unmarshal(text, &conversation); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		r := recording{name: strings.TrimSuffix(filepath.Base(file), ".json")}
		for _, e := range conversation.Exchanges {
			r.streams = append(r.streams, streamsOf(t, e.Request, false)...)
			r.streams = append(r.streams, streamsOf(t, e.Response, true)...)
		}
		opens := func(s recordedStream) bool { return s.element == "creationXml" || s.element == "connectXml" }
		if slices.ContainsFunc(r.streams, opens) { // others are about plain command shells
			out = append(out, r)
		}
	}
	return out
}

func streamsOf(t testing.TB, envelope string, fromServer bool) []recordedStream {
	var out []recordedStream
	for _, m := range streamElement.FindAllStringSubmatch(envelope, -1) {
		data, err := base64.StdEncoding.DecodeString(m[3])
		if err != nil {
			t.Fatal(err)
		}
		if len(data) == 0 {
			continue
		}
		s := recordedStream{fromServer: fromServer, element: m[1], data: data}
		attributes := m[2]
		if s.element == "Arguments" {
			if line := commandLine.FindStringSubmatch(envelope); line != nil {
				attributes = line[1]
			}
		}
		if id := commandID.FindStringSubmatch(attributes); id != nil {
			s.command = strings.ToUpper(id[1])
		}
		out = append(out, s)
	}
	return out
}

// Every message of both directions of every recording is read into a typed message, nothing is left over,
// and what is written from it reads as the same again.
func TestRecordingsReadAndWrite(t *testing.T) {
	seen := map[MessageType]int{}
	for _, r := range recordings(t) {
		t.Run(r.name, func(t *testing.T) {
			streams := map[[2]string]*Defragmenter{}
			for _, s := range r.streams {
				end := "client"
				if s.fromServer {
					end = "server"
				}
				key := [2]string{end, s.command}
				if streams[key] == nil {
					streams[key] = &Defragmenter{}
				}
				for message, err := range streams[key].Add(s.data) {
					if err != nil {
						t.Fatal(err)
					}
					h, body, err := ParseHeader(message)
					if err != nil {
						t.Fatal(err)
					}
					seen[h.Type]++
					if want := kinds[h.Type].to; want != 0 && want != h.To {
						t.Errorf("%s goes to %d", h.Type, h.To)
					}
					checkRoundTrip(t, h, body)
				}
			}
			for key, d := range streams {
				if d.Pending() != 0 {
					t.Errorf("%v: %d bytes left over", key, d.Pending())
				}
			}
		})
	}
	for _, want := range []MessageType{TypeSessionCapability, TypeCreatePipeline, TypePipelineOutput,
		TypePipelineState, TypeErrorRecord, TypeInformationRecord, TypePipelineHostCall, TypeEncryptedSessionKey} {
		if seen[want] == 0 {
			t.Errorf("no recording has a %s", want)
		}
	}
}

func checkRoundTrip(t *testing.T, h Header, body []byte) {
	t.Helper()
	first, err := Decode(nil, h, body)
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	if first.Type() != h.Type {
		t.Errorf("%s was read as %s", h.Type, first.Type())
	}
	again := AppendBody(nil, first)
	second, err := Decode(nil, h, again)
	if err != nil {
		t.Errorf("%s does not read what it wrote: %v\n%s", h.Type, err, again)
		return
	}
	if diff := compare(first, second); diff != "" {
		t.Errorf("%s changes on its way (-read +again):\n%s", h.Type, diff)
	}
	if h.Pool == uuid.Nil && h.Type != TypeSessionCapability && h.Type != TypeEncryptedSessionKey {
		t.Errorf("%s without a pool", h.Type)
	}
}
