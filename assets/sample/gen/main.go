// Command gen makes assets/cmdlets.json.gz, the facts about Exchange cmdlets that the catalog and the
// sample partner share, from a list of all cmdlets of all Exchange versions.
//
//	go run ./assets/sample/gen -from cmdlets.json -to assets/cmdlets.json.gz
//
// It keeps the cmdlets and parameters that exist in Exchange Online and says what they are, without any
// help text. Package assets documents the format it writes.
package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

type source struct {
	Name   string                              `json:"name"`
	Where  []string                            `json:"where"`
	Sets   ordered[sourceSet]                  `json:"sets"`
	Params ordered[map[string]json.RawMessage] `json:"params"`
}

type sourceSet struct {
	Required []string `json:"required"`
	Optional []string `json:"optional"`
}

type file struct {
	Format  int      `json:"format"`
	Cmdlets []cmdlet `json:"cmdlets"`
}

type cmdlet struct {
	Name   string  `json:"name"`
	Sets   []set   `json:"sets"`
	Params []param `json:"params"`
}

type set struct {
	Name     string   `json:"name"`
	Required []string `json:"required,omitempty"`
	Optional []string `json:"optional,omitempty"`
}

type param struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Position *int     `json:"position,omitempty"`
	Pipeline bool     `json:"pipeline,omitempty"`
	Aliases  []string `json:"aliases,omitempty"`
	Values   []string `json:"values,omitempty"`
	Default  string   `json:"default,omitempty"`
}

const online = "online"

func main() {
	from := flag.String("from", "", "the list of all cmdlets, JSON")
	to := flag.String("to", "cmdlets.json.gz", "the file to write")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var all []source
	if err := json.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	out := file{Format: 1}
	for _, s := range all {
		if !slices.Contains(s.Where, online) {
			continue
		}
		c, err := keep(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		out.Cmdlets = append(out.Cmdlets, c)
	}
	slices.SortFunc(out.Cmdlets, func(a, b cmdlet) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	plain, err := json.Marshal(out)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(plain); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	fmt.Printf("%d cmdlets, %d bytes packed\n", len(out.Cmdlets), packed.Len())
	return os.WriteFile(to, packed.Bytes(), 0o644)
}

// keep makes one cmdlet's facts as they are online.
func keep(s source) (cmdlet, error) {
	c := cmdlet{Name: s.Name}
	here := map[string]string{} // by lower case: a page does not always spell a name one way
	for _, e := range s.Params {
		var where []string
		if err := json.Unmarshal(e.value["where"], &where); err != nil {
			return c, fmt.Errorf("%s: %w", e.key, err)
		}
		if !slices.Contains(where, online) {
			continue
		}
		p := param{Name: e.key}
		for field, into := range map[string]any{"type": &p.Type, "pipeline": &p.Pipeline, "aliases": &p.Aliases, "values": &p.Values, "default": &p.Default} {
			if raw, ok := e.value[field]; ok {
				if err := json.Unmarshal(raw, into); err != nil {
					return c, fmt.Errorf("%s.%s: %w", e.key, field, err)
				}
			}
		}
		if n, err := strconv.Atoi(string(e.value["position"])); err == nil {
			p.Position = &n
		}
		here[strings.ToLower(p.Name)] = p.Name
		c.Params = append(c.Params, p)
	}
	countFromZero(c.Params)

	var sets []set
	for _, e := range s.Sets {
		one := set{Name: e.key}
		for _, n := range e.value.Required {
			if spelled := here[strings.ToLower(n)]; spelled != "" {
				one.Required = append(one.Required, spelled)
			}
		}
		if len(one.Required) < len(e.value.Required) {
			continue
		}
		for _, n := range e.value.Optional {
			if spelled := here[strings.ToLower(n)]; spelled != "" {
				one.Optional = append(one.Optional, spelled)
			}
		}
		sets = append(sets, one)
	}
	for _, one := range sets {
		covered := slices.ContainsFunc(sets, func(other set) bool {
			return other.Name != one.Name && covers(other, one) && (!covers(one, other) || other.Name < one.Name)
		})
		if !covered {
			c.Sets = append(c.Sets, one)
		}
	}
	if len(c.Sets) == 0 && len(c.Params) > 0 {
		// The page's sets name nothing that exists here: what is left can all be given.
		one := set{Name: "(All)"}
		for _, p := range c.Params {
			one.Optional = append(one.Optional, p.Name)
		}
		c.Sets = []set{one}
	}
	return c, nil
}

// covers tells whether a allows everything b does with the same parameters required: what is left of a
// set whose own parameter exists only on Exchange Server.
func covers(a, b set) bool {
	if len(a.Required) != len(b.Required) {
		return false
	}
	for _, n := range b.Required {
		if !slices.Contains(a.Required, n) {
			return false
		}
	}
	for _, n := range b.Optional {
		if !slices.Contains(a.Optional, n) {
			return false
		}
	}
	return true
}

// countFromZero makes positions start at 0, as command metadata does; half the pages count from 1.
func countFromZero(params []param) {
	first := -1
	for _, p := range params {
		if p.Position != nil && (first < 0 || *p.Position < first) {
			first = *p.Position
		}
	}
	for _, p := range params {
		if p.Position != nil {
			*p.Position -= first
		}
	}
}

// ordered is a JSON object that keeps the order of its members.
type ordered[T any] []entry[T]

type entry[T any] struct {
	key   string
	value T
}

// UnmarshalJSON reads a JSON object.
func (o *ordered[T]) UnmarshalJSON(text []byte) error {
	in := json.NewDecoder(bytes.NewReader(text))
	if _, err := in.Token(); err != nil {
		return err
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return err
		}
		e := entry[T]{key: fmt.Sprint(key)}
		if err := in.Decode(&e.value); err != nil {
			return err
		}
		*o = append(*o, e)
	}
	return nil
}
