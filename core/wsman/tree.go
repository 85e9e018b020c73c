package wsman

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// node is one element of a small part of a message, kept whole. The methods work on a nil node, as if it
// were empty, so that a missing optional element needs no question.
type node struct {
	name  string // without prefix
	attrs []attr
	text  string // all its text, that of children not included
	kids  []*node
}

// tree reads the element last started, to its end.
func (s *scanner) tree(nodes *int) (*node, error) {
	if *nodes++; *nodes > maxNodes {
		return nil, s.fail("too many elements")
	}
	n := &node{name: localName(s.name)}
	if len(s.attrs) > 0 {
		n.attrs = append(n.attrs, s.attrs...)
	}
	var text []byte
	err := s.content(func(piece []byte) error {
		if len(text)+len(piece) > s.maxText {
			return &FormatError{Offset: s.read, What: "text of <" + clip(n.name) + ">", Cause: ErrTooLarge}
		}
		text = append(text, piece...)
		return nil
	}, func() error {
		kid, err := s.tree(nodes)
		if err == nil {
			n.kids = append(n.kids, kid)
		}
		return err
	})
	n.text = string(text)
	return n, err
}

// envelope reads one message. header is called with each header, body after the start of each element in the
// Body; body must consume the element. It returns the namespace of the envelope.
func (s *scanner) envelope(header func(*node) error, body func() error) (namespace string, err error) {
	t, err := s.next()
	if err != nil {
		return "", err
	}
	if t != tokenStart || localName(s.name) != "Envelope" {
		return "", s.fail("not a SOAP envelope")
	}
	s.soap = true
	prefix, _, prefixed := strings.Cut(s.name, ":")
	declared := "xmlns"
	if prefixed {
		declared = "xmlns:" + prefix
	}
	for _, a := range s.attrs {
		if a.name == declared {
			namespace = a.value
		}
	}
	nodes := 0
	hasBody := false
	for {
		t, err := s.next()
		if err != nil {
			return namespace, err
		}
		if t == tokenEnd {
			break
		}
		switch part := localName(s.name); {
		case part == "Header" && !hasBody:
			err = s.children(func() error {
				n, err := s.tree(&nodes)
				if err != nil {
					return err
				}
				return header(n)
			})
		case part == "Body" && !hasBody:
			hasBody = true
			err = s.children(body)
		default:
			_, err = s.tree(&nodes)
		}
		if err != nil {
			return namespace, err
		}
	}
	if !hasBody {
		return namespace, s.fail("an envelope without a body")
	}
	t, err = s.next()
	if err == nil && t != tokenEOF {
		err = s.fail("something behind the envelope")
	}
	return namespace, err
}

// children calls each after the start of every child of the element last started, and consumes its end.
func (s *scanner) children(each func() error) error {
	for {
		t, err := s.next()
		if err != nil || t == tokenEnd {
			return err
		}
		if err := each(); err != nil {
			return err
		}
	}
}

// child returns the first child with that local name, or nil.
func (n *node) child(local string) *node {
	if n == nil {
		return nil
	}
	return find(n.kids, local)
}

func find(nodes []*node, local string) *node {
	for _, n := range nodes {
		if n.name == local {
			return n
		}
	}
	return nil
}

// trimmed returns the text without the white space around it.
func (n *node) trimmed() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(n.text)
}

func (n *node) attr(local string) string {
	if n == nil {
		return ""
	}
	return attrValue(n.attrs, local)
}

// allText returns the text of the element and everything in it.
func (n *node) allText() string {
	if n == nil {
		return ""
	}
	parts := []string{n.trimmed()}
	for _, k := range n.kids {
		parts = append(parts, k.allText())
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func (n *node) number() int {
	i, err := strconv.ParseInt(n.trimmed(), 10, 64)
	if err != nil || i < 0 {
		return 0
	}
	return int(i)
}

// bytes decodes the element's base64, white space anywhere. A missing element gives nil.
func (n *node) bytes() ([]byte, error) {
	if n == nil {
		return nil, nil
	}
	var out []byte
	d := base64Decoder{out: make([]byte, 0, base64.StdEncoding.DecodedLen(len(n.text))+3), emit: func(b []byte) error {
		out = append(out, b...)
		return nil
	}}
	err := d.write([]byte(n.text))
	if err == nil {
		err = d.finish()
	}
	if err != nil {
		return nil, &FormatError{What: "base64 of <" + clip(n.name) + ">", Cause: err}
	}
	return out, nil
}
