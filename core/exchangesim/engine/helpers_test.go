package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

var clock = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func atClock() time.Time { return clock }

// heard collects what a pipeline said.
type heard struct {
	objects  []clixml.Value
	errors   []*ErrorRecord
	warnings []string
	host     []string
	progress []Progress
	stopAt   int
}

var errStop = errors.New("the other end had enough")

func (h *heard) Object(v clixml.Value) error {
	h.objects = append(h.objects, v)
	if h.stopAt > 0 && len(h.objects) >= h.stopAt {
		return errStop
	}
	return nil
}
func (h *heard) Error(r *ErrorRecord) error { h.errors = append(h.errors, r); return nil }
func (h *heard) Warning(t string) error     { h.warnings = append(h.warnings, t); return nil }
func (h *heard) Verbose(string) error       { return nil }
func (h *heard) Progress(p Progress) error  { h.progress = append(h.progress, p); return nil }
func (h *heard) Host(t string) error        { h.host = append(h.host, t); return nil }

func customer(t testing.TB, domain string) *Engine {
	t.Helper()
	org := world.New(world.Options{Now: atClock}).Find(domain)
	if org == nil {
		t.Fatalf("no customer %s", domain)
	}
	return New(org, "admin@fabrikam.example", atClock)
}

// cmd makes a command from words: a name, then "-Param", value, "-Switch". A value may be any Go value
// the switch below knows.
func cmd(words ...any) Command {
	c := Command{Name: words[0].(string)}
	for i := 1; i < len(words); i++ {
		name, isName := words[i].(string)
		if !isName || !strings.HasPrefix(name, "-") {
			c.Params = append(c.Params, Param{Value: val(words[i])})
			continue
		}
		p := Param{Name: name}
		if i+1 < len(words) {
			if next, isText := words[i+1].(string); !isText || !strings.HasPrefix(next, "-") {
				p.Value = val(words[i+1])
				i++
			}
		}
		c.Params = append(c.Params, p)
	}
	return c
}

func val(x any) clixml.Value {
	switch x := x.(type) {
	case string:
		return clixml.NewString(x)
	case bool:
		return clixml.NewBool(x)
	case int:
		return clixml.NewInt32(int32(x))
	case []string:
		return textList(arrayType, x)
	case map[string]string:
		o := &clixml.Object{TypeNames: []string{"System.Collections.Hashtable", "System.Object"}, Container: clixml.Dictionary}
		for k, v := range x {
			o.Entries = append(o.Entries, clixml.Entry{Key: clixml.NewString(k), Value: clixml.NewString(v)})
		}
		return clixml.NewObject(o)
	case clixml.Value:
		return x
	}
	return clixml.Value{}
}

func run(t testing.TB, e *Engine, commands ...Command) *heard {
	t.Helper()
	h := &heard{}
	if err := e.Run(context.Background(), Pipeline{Commands: commands}, h); err != nil {
		t.Fatalf("%v: %v", commands, err)
	}
	return h
}

func prop(t testing.TB, v clixml.Value, name string) string {
	t.Helper()
	p, ok := v.Property(name)
	if !ok {
		t.Fatalf("no property %s", name)
	}
	return textOf(p)
}
