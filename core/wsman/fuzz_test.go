package wsman_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"tenantry/core/wsman"
)

// seeds adds the kept messages of testdata/seeds, which were written after the specification.
func seeds(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "seeds", pattern))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds for %s: %v", pattern, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
}

// FuzzEnvelope feeds the server end. What it accepts, encoding/xml can walk after it is built anew, and it means the same.
func FuzzEnvelope(f *testing.F) {
	seeds(f, "request-*.xml")
	f.Fuzz(func(t *testing.T, text []byte) {
		q, err := wsman.ReadRequest(bytes.NewReader(text), wsman.Limits{Body: 1 << 20, Text: 1 << 18})
		if q == nil {
			t.Fatal("no request")
		}
		if err != nil {
			if fault := wsman.AsFault(err); fault == nil {
				t.Fatalf("an error that is no fault: %v", err)
			} else {
				wellFormed(t, q.Fault(fault))
			}
			return
		}
		again := wsman.EncodeRequest(q.Header, q.Op)
		wellFormed(t, again)
		p, err := wsman.ReadRequest(bytes.NewReader(again), wsman.Limits{})
		if err != nil {
			t.Fatalf("our own request is refused: %v\n%s", err, again)
		}
		if p.Action != q.Action || reflect.TypeOf(p.Op) != reflect.TypeOf(q.Op) {
			t.Fatalf("read back as %s %T, was %s %T", p.Action, p.Op, q.Action, q.Op)
		}
		if s, ok := q.Op.(*wsman.Send); ok && !bytes.Equal(s.Data, p.Op.(*wsman.Send).Data) {
			t.Fatal("the bytes of Send changed")
		}
	})
}

// FuzzResponse feeds the client's readers. They must not panic, hand over more than a piece, or read differently
// in other portions.
func FuzzResponse(f *testing.F) {
	seeds(f, "response-*.xml")
	f.Fuzz(func(t *testing.T, text []byte) {
		read := func(body io.Reader) (string, wsman.Received, bool) {
			c := wsman.NewClient(streamed{200, io.NopCloser(body)}, "http://h", "r")
			c.MaxResponse = 1 << 20
			var all []byte
			r, err := c.Receive(t.Context(), "S", wsman.Receive{}, func(p wsman.Chunk) error {
				all = append(all, p.Data...)
				return nil
			})
			return string(all), r, err == nil
		}
		whole, r1, ok1 := read(bytes.NewReader(text))
		parts, r2, ok2 := read(&smallReads{text, 3})
		if ok1 != ok2 || ok1 && (whole != parts || r1 != r2) {
			t.Fatalf("read differently in portions: %v %v", ok1, ok2)
		}
		for _, x := range []func(*wsman.Client){
			func(c *wsman.Client) { _, _ = c.Create(t.Context(), wsman.Create{}) },
			func(c *wsman.Client) { _, _ = c.GetConfig(t.Context()) },
			func(c *wsman.Client) { _, _ = c.Enumerate(t.Context()) },
			func(c *wsman.Client) { _, _ = c.Connect(t.Context(), "S", wsman.Connect{}) },
			func(c *wsman.Client) { _, _ = c.Command(t.Context(), "S", wsman.Command{}) },
		} {
			x(wsman.NewClient(recorded{200, string(text)}, "http://h", "r"))
		}
	})
}

// FuzzFault feeds the reading of refused requests. Every one gives an error, and a fault survives being sent on.
func FuzzFault(f *testing.F) {
	seeds(f, "fault-*")
	f.Fuzz(func(t *testing.T, text []byte) {
		err := wsman.NewClient(recorded{500, string(text)}, "http://h", "r").Delete(t.Context(), "S")
		if err == nil {
			t.Fatal("status 500 without an error")
		}
		_ = err.Error()
		fault := wsman.AsFault(err)
		if fault == nil {
			wsman.ParseDiagnostics(string(text))
			return
		}
		fault.Diagnostics()
		again := (&wsman.Request{}).Fault(fault)
		wellFormed(t, again)
		back := wsman.AsFault(wsman.NewClient(recorded{500, string(again)}, "http://h", "r").Delete(t.Context(), "S"))
		if back == nil || back.Code != fault.Code || fault.Code != 0 && back.IsTimeout() != fault.IsTimeout() {
			t.Fatalf("%+v came back as %+v", fault, back)
		}
	})
}

func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, text)
		}
	}
}

type smallReads struct {
	text []byte
	most int
}

func (r *smallReads) Read(p []byte) (int, error) {
	if len(r.text) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.most)], r.text)
	r.text = r.text[n:]
	return n, nil
}
