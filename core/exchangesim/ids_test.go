package exchangesim_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/exchangesim"
)

// TestPipelineIDsOtherThanCommandIDs: some clients write a pipeline's id with its bytes in the order of its
// text, as one well-known client does, some let the server choose the CommandId. The command that carries a
// message decides where it belongs.
func TestPipelineIDsOtherThanCommandIDs(t *testing.T) {
	c := connect(t, started(t, &exchangesim.Server{}), "")
	c.open()
	body := pipeline(true, command("Get-AcceptedDomain"))
	for _, test := range []struct {
		name  string
		given func(id uuid.UUID) string // the attribute of CommandLine
		wire  func(id uuid.UUID) uuid.UUID
	}{
		{"bytes in the order of the text", attribute, func(id uuid.UUID) uuid.UUID { return uuid.UUID(mixed(id)) }},
		{"an id of its own", attribute, func(uuid.UUID) uuid.UUID { return uuid.New() }},
		{"the server chooses", func(uuid.UUID) string { return "" }, func(id uuid.UUID) uuid.UUID { return id }},
	} {
		t.Run(test.name, func(t *testing.T) {
			c.t = t
			id := uuid.New()
			fragment := base64.StdEncoding.EncodeToString(c.fragment(0x00021006, test.wire(id), body))
			a := c.post(shellNS+"/Command", "", `<sh:CommandLine`+test.given(id)+`><sh:Command></sh:Command><sh:Arguments>`+fragment+`</sh:Arguments></sh:CommandLine>`)
			r := c.finish(a.Body.CommandResponse.CommandId)
			if r.state != 4 || len(r.objects) == 0 {
				t.Errorf("state %d, %d objects", r.state, len(r.objects))
			}
		})
	}
}

func attribute(id uuid.UUID) string { return ` CommandId="` + strings.ToUpper(id.String()) + `"` }
