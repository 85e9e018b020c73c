package wording

import (
	"net"
	"strings"
)

// Check is the name of a preflight's check by its ID, such as "execution-policy" or "network:mail.example:443".
func (w *Words) Check(id string) string {
	if address, ok := strings.CutPrefix(id, "network:"); ok {
		if host, port, err := net.SplitHostPort(address); err == nil {
			return w.Text("check.network", "host", host, "port", port)
		}
	}
	return w.Text("check." + id)
}
