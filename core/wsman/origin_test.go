package wsman_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/wsman"
)

const emptyAnswer = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>%s</s:Body></s:Envelope>`

// Who answered is known after every answer, good or bad, and stays known when the next one never comes.
func TestWhoAnsweredIsKept(t *testing.T) {
	broken := false
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if broken {
			panic(http.ErrAbortHandler)
		}
		h := w.Header()
		h.Set("request-id", " 7 ")
		h.Set("X-FEServer", "FE1")
		h.Set("X-RemotePS-FailureCategory", "A-B")
		h.Set("X-RemotePS-ShellId", "S")
		h.Set("x-rps-diaginfowritten", "true")
		h.Set("X-Other", "no")
		h.Set("X-RemotePS-Long", strings.Repeat("x", 2000))
		_, _ = fmt.Fprintf(w, emptyAnswer, `<rsp:SignalResponse xmlns:rsp="y"/>`)
	})
	want := wsman.Origin{RequestID: "7", FrontEnd: "FE1", FailureCategory: "A-B", Remote: []wsman.Pair{
		{Key: "RemotePS-ShellId", Value: "S"}, {Key: "Remoteps-Long", Value: strings.Repeat("x", 400)}, {Key: "Rps-DiagInfoWritten", Value: "true"},
	}}
	if diff := cmp.Diff(wsman.Origin{}, c.Origin()); diff != "" {
		t.Errorf("before the first answer: %s", diff)
	}
	if err := c.Signal(t.Context(), "S", "C", wsman.SignalTerminate); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, c.Origin()); diff != "" {
		t.Error(diff)
	}
	broken = true
	if err := c.Delete(t.Context(), "S"); err == nil {
		t.Fatal("a broken line gave no error")
	}
	if diff := cmp.Diff(want, c.Origin()); diff != "" {
		t.Errorf("after a broken line: %s", diff)
	}
	if got := want.Pairs(); got[0] != (wsman.Pair{Key: "Failure category", Value: "A-B"}) || len(got) != 6 {
		t.Errorf("to read: %v", got)
	}
}

func TestHeadersOfAnswersAreBounded(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for i := range 500 {
			w.Header().Set(fmt.Sprintf("X-RemotePS-H%03d", i), "v")
		}
		w.WriteHeader(http.StatusBadRequest)
	})
	_ = c.Delete(t.Context(), "S") // a refusal
	if n := len(c.Origin().Remote); n > 24 {
		t.Errorf("%d headers are kept", n)
	}
}

// An envelope that answers another question leaves open what was done. One that answers with nothing is how
// some servers say that they did it.
func TestTheAnswerToAnotherQuestionIsNone(t *testing.T) {
	for name, inside := range map[string]string{
		"another":  `<i:IdentifyResponse xmlns:i="y"/>`,
		"nothing":  ``,
		"its own":  `<r:SendResponse xmlns:r="y"/><r:SignalResponse xmlns:r="y"/><r:DeleteResponse xmlns:r="y"/>`,
		"a create": `<x:ResourceCreated xmlns:x="y"/>`,
	} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = fmt.Fprintf(w, emptyAnswer, inside)
		})
		done := name == "nothing" || name == "its own"
		for operation, err := range map[string]error{
			"Send":   c.Send(t.Context(), "S", wsman.Send{Stream: "stdin"}),
			"Signal": c.Signal(t.Context(), "S", "C", wsman.SignalTerminate),
			"Delete": c.Delete(t.Context(), "S"),
		} {
			var format *wsman.FormatError
			if done != (err == nil) || !done && !errors.As(err, &format) {
				t.Errorf("%s answered with %s: %v", operation, name, err)
			}
		}
		if _, err := c.Command(t.Context(), "S", wsman.Command{ID: "C"}); err == nil {
			t.Errorf("Command answered with %s was taken for done", name)
		}
		if _, err := c.Create(t.Context(), wsman.Create{ShellID: "S"}); (err == nil) != (name == "a create") {
			t.Errorf("Create answered with %s: %v", name, err)
		}
	}
}

// The fault itself says who sent it, too.
func TestAFaultSaysWhoSentIt(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
		if err != nil {
			t.Error(err)
			return
		}
		w.Header().Set("X-RemotePS-FailureCategory", "WSMan-AccessIsDenied")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write(q.Fault(wsman.FaultAccessDenied()))
	})
	fault := wsman.AsFault(c.Delete(t.Context(), "S"))
	if !fault.IsAccessDenied() || fault.Origin.FailureCategory != "WSMan-AccessIsDenied" {
		t.Errorf("%+v", fault)
	}
	for code, quota := range map[wsman.Code]bool{
		wsman.CodePluginUsersQuota: true, wsman.CodePluginCommandsQuota: true, wsman.CodeServiceBusy: true, wsman.CodeAborted: false,
	} {
		if (&wsman.Fault{Code: code}).IsQuota() != quota {
			t.Errorf("%d", code)
		}
	}
}
