package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"tenantry/core/secret"
)

type account struct {
	User     string
	Password secret.Secret
}

func TestNoPrinterOrEncoderShowsTheText(t *testing.T) {
	const text = "correct horse battery staple"
	s := secret.New(text)
	holder := account{"anna@fabrikam.example", s}

	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("sign in", "password", s, "account", holder)
	slog.New(slog.NewTextHandler(&log, nil)).Info("sign in", "password", s, "account", holder)
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	asXML, err := xml.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{log.String(), string(asJSON), string(asXML), s.String(), s.GoString(), fmt.Errorf("refused: %w", fmt.Errorf("%v", holder)).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%10.3s"} {
		shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, holder), fmt.Sprintf(verb, &holder))
	}
	for _, out := range shown {
		if strings.Contains(out, text) || strings.Contains(out, fmt.Sprintf("%x", text)) {
			t.Errorf("the text shows in %q", out)
		}
	}
	if s.Reveal() != text {
		t.Error("Reveal did not return the text")
	}
	if !(secret.Secret{}).Empty() || s.Empty() {
		t.Error("Empty is wrong")
	}
}
