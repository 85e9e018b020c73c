// Package secret holds passwords and tokens in a type that cannot be printed by accident.
//
// A Secret formats, logs and encodes as "[hidden]". Only Reveal gives the text, and it is called
// at the last moment, where the bytes go onto the wire or into the system's secret store.
package secret

import (
	"encoding/json"
	"fmt"
)

// Hidden is what every way of printing a Secret gives.
const Hidden = "[hidden]"

// Secret is a password or token. The zero value is the empty secret. Copies share the text.
// It is safe for use from several goroutines, because it never changes.
type Secret struct {
	text func() string // behind a function, so that reflection-driven printers and encoders find no text
}

// New returns a Secret that holds text.
func New(text string) Secret {
	return Secret{text: func() string { return text }}
}

// Reveal returns the hidden text. Do not store, log or format what it returns.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return s.text()
}

// Empty tells whether there is no text at all.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String returns Hidden.
func (s Secret) String() string { return Hidden }

// GoString returns Hidden, for %#v.
func (s Secret) GoString() string { return Hidden }

// Format writes Hidden for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Hidden)) }

// MarshalText gives Hidden to every encoder that asks for text (JSON, XML, flags, slog).
func (s Secret) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// MarshalJSON gives Hidden as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(Hidden) }
