package clixml

import (
	"bytes"
	"strings"
)

// typeList is a list of type names and what is remembered of the objects that have it.
type typeList struct {
	names  []string
	raw    string // what it was read from, without the tags
	starts starts
}

// typeCache keeps type lists by the bytes between <TN ...> and </TN>, so that each is read and stored once.
type typeCache struct {
	lists map[string]*typeList
	last  *typeList // the one found last
}

// Decoder.start empties the cache when it holds more lists than this; longer lists are not kept.
const (
	maxTypes   = 2048
	maxTypeLen = 4096
)

// typeNames reads the content of a TN element. The names it returns are copies that outlive the document.
func (d *Decoder) typeNames(t *tag) (*typeList, error) {
	if t.empty {
		return &typeList{}, nil
	}
	from := d.p
	rest := d.data[from:]
	c := &d.types
	if l := c.last; l != nil {
		n := len(l.raw)
		if len(rest) > n+1 && rest[n] == '<' && rest[n+1] == '/' && string(rest[:n]) == l.raw {
			d.p += n
			return l, d.close(t)
		}
	}
	size := bytes.Index(rest, []byte("</TN>"))
	if size >= 0 && size <= maxTypeLen {
		if known := c.lists[string(rest[:size])]; known != nil {
			d.p += size
			c.last = known
			return known, d.close(t)
		}
	}
	list := &typeList{}
	end := from
	for {
		var child tag
		ok, err := d.next(t, &child, nil)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if child.el != elT {
			if err := d.skip(&child); err != nil {
				return nil, err
			}
			end = d.p
			continue
		}
		text, err := d.text(&child)
		if err != nil {
			return nil, err
		}
		if text != "" {
			list.names = append(list.names, strings.Clone(text))
		}
		end = d.p
	}
	// Only a list that ends where its bytes were cut off may be found by these bytes again: the end tag
	// may also stand inside a comment.
	if size >= 0 && size <= maxTypeLen && end == from+size {
		list.raw = string(rest[:size])
		c.lists[list.raw] = list
		c.last = list
	}
	return list, nil
}
