// Package here is the computer this program runs on, for core/preflight: which system it really has, its
// registry where that is Windows, and the programs that are found there.
package here

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// ReachFunc tries to reach a host and port, as preflight.Computer does.
type ReachFunc func(ctx context.Context, e preflight.Endpoint) (preflight.Reach, error)

// New is this computer. reach tries to get to hosts from here. The computer is a preflight.Programs too.
func New(reach ReachFunc) preflight.Computer { return &computer{reach: reach} }

type computer struct{ reach ReachFunc }

func (c *computer) Name() string { return "" }

func (c *computer) System(context.Context) (preflight.System, error) {
	s, err := system()
	if err != nil {
		return preflight.System{}, &exchange.Problem{
			Code: preflight.CodeUnread, Doing: "read the system's version", Args: map[string]string{"what": "system"}, Cause: err,
		}
	}
	return s, nil
}

func (c *computer) Registry() preflight.Registry { return systemRegistry() }

func (c *computer) Variable(name string) (string, bool) { return os.LookupEnv(name) }

func (c *computer) Reach(ctx context.Context, e preflight.Endpoint) (preflight.Reach, error) {
	return c.reach(ctx, e)
}

func (c *computer) Program(name string) (string, bool) {
	path, err := exec.LookPath(name)
	return path, err == nil
}

// numbers are the first three numbers of a version such as "6.1.0-18-amd64"; 0 for what is not there.
func numbers(version string) (n [3]int) {
	for i := range n {
		end := 0
		for end < len(version) && end < 9 && version[end] >= '0' && version[end] <= '9' {
			end++
		}
		n[i], _ = strconv.Atoi(version[:end])
		if end == len(version) || version[end] != '.' {
			break
		}
		version = version[end+1:]
	}
	return n
}

// distribution reads a file in the form of os-release: its NAME, and its ID and VERSION_ID with a space between.
// What is not told is empty.
func distribution(file []byte) (name, release string) {
	values := map[string]string{}
	for line := range bytes.Lines(file) {
		key, value, ok := strings.Cut(strings.TrimSpace(string(line)), "=")
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		values[key] = unquoted(value)
	}
	return values["NAME"], strings.TrimSpace(values["ID"] + " " + values["VERSION_ID"])
}

// unquoted takes the quotes and backslashes off a value, as a command line would.
func unquoted(value string) string {
	if len(value) < 2 || value[0] != value[len(value)-1] || value[0] != '"' && value[0] != '\'' {
		return value
	}
	quote, inside := value[0], value[1:len(value)-1]
	if quote == '\'' {
		return inside
	}
	var b strings.Builder
	for i := 0; i < len(inside); i++ {
		if inside[i] == '\\' && i+1 < len(inside) {
			i++
		}
		b.WriteByte(inside[i])
	}
	return b.String()
}
