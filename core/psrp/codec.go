package psrp

import "tenantry/core/clixml"

func newDecoder() *clixml.Decoder { return clixml.NewDecoder(clixml.Limits{}) }

// decodeValue reads one CLIXML value; with a nil decoder it makes one.
func decodeValue(d *clixml.Decoder, body []byte) (clixml.Value, error) {
	if d == nil {
		d = newDecoder()
	}
	return d.Decode(body)
}

func appendValue(dst []byte, v clixml.Value) []byte { return clixml.Append(dst, v) }
