package clixml

import "bytes"

// name is a property's name that was met before.
type name struct {
	raw  string // the attribute as PowerShell writes it, from the space to the closing quote
	text string
	next *name // the name that followed it last time, if any
}

// nameCache keeps the names of properties, so that each is decoded and stored once.
type nameCache map[string]*name

// Decoder.start empties the cache when it holds more names than maxNames, and long names are not kept: what
// arrives must not let it grow for ever.
const (
	maxNames   = 8192
	maxNameLen = 256
)

// find returns the entry of a name as written, nil when there is none. It allocates nothing.
func (c nameCache) find(value []byte) *name { return c[string(value)] }

// add makes an entry. The strings it keeps are copies.
func (c nameCache) add(value []byte, text string) *name {
	if len(value) > maxNameLen || bytes.IndexByte(value, '"') >= 0 {
		// Never looked for: an attribute starts with a space.
		return &name{raw: "=", text: text}
	}
	n := &name{raw: ` N="` + string(value) + `"`, text: text}
	c[string(value)] = n
	return n
}
