package clixml

import (
	"bytes"
	"iter"
)

// Decode reads one document: the root is a value, as in every PSRP message, or an Objs with one value in it.
// A UTF-8 byte-order mark and an XML declaration may stand before it. Errors are *Error.
//
// The Value shares memory with data: do not change data afterwards, as long as anything of the Value is in
// use. To read many documents use a Decoder, which remembers the names it met.
func Decode(data []byte, limits Limits) (Value, error) { return NewDecoder(limits).Decode(data) }

// DecodeAll reads a file as Export-Clixml writes it and returns the values in its Objs; see Decoder.All.
// When it returns an error, the values before it are returned too.
func DecodeAll(data []byte, limits Limits) ([]Value, error) {
	var values []Value
	for v, err := range NewDecoder(limits).All(data) {
		if err != nil {
			return values, err
		}
		values = append(values, v)
	}
	return values, nil
}

// Decoder reads documents one after the other. It remembers property names and type names from one document
// to the next, so it is much faster than Decode for many objects of one kind, and these are stored once. It
// is not for use by several goroutines at once; the Values it returned are.
type Decoder struct {
	scanner
	types   typeCache
	untyped starts // of objects without type names
	count   int    // values in this document
	depth   int
	objects refs[*Object]
	lists   refs[*typeList]
	fields  []Property // stacks of what is being collected, of all open elements
	items   []Value
	entries []Entry
	slab    slabs
	lent    slabs // for Lend
}

// starts are the names with which the property lists of a type began last time.
type starts struct{ adapted, extended *name }

// NewDecoder makes a Decoder; see Limits for what zero means. The limits hold for each document.
func NewDecoder(limits Limits) *Decoder {
	return &Decoder{scanner: scanner{limits: limits.withDefaults()}}
}

// Decode reads one document, as the function Decode. After an error the Decoder can be used again.
func (d *Decoder) Decode(data []byte) (Value, error) {
	defer d.finish()
	var root tag
	if err := d.start(data, &root); err != nil {
		return Value{}, err
	}
	if root.el != elObjs {
		return d.root(root)
	}
	var v Value
	for n := 0; ; {
		var child tag
		ok, err := d.next(&root, &child, nil)
		if err != nil {
			return Value{}, err
		}
		if !ok && n == 1 {
			if err := d.end(); err != nil {
				return Value{}, err
			}
			return v, nil
		}
		if !ok || n == 1 {
			return Value{}, d.fail(Malformed, d.p, "an Objs element with not exactly one value")
		}
		w, known, err := d.value(child)
		if err != nil {
			return Value{}, err
		}
		if known {
			v, n = w, n+1
		}
	}
}

// Lend is Decode for a reader that is done with the Value before it calls the Decoder again: the Value and
// the Objects in it are then overwritten. Their texts are not, they share memory with data as always. It
// allocates next to nothing, and is quicker for that. Until the next Lend the Decoder keeps what it lent, and
// data with it.
func (d *Decoder) Lend(data []byte) (Value, error) {
	d.lent.reuse()
	d.lent.lending = true
	d.slab, d.lent = d.lent, d.slab
	defer func() { d.slab, d.lent = d.lent, d.slab }()
	return d.Decode(data)
}

// root reads a root element that is no Objs, and the rest of the document.
func (d *Decoder) root(t tag) (Value, error) {
	v, known, err := d.value(t)
	if err == nil && !known {
		err = d.fail(Malformed, t.start-1, "the root element is no value of CLIXML")
	}
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return Value{}, err
	}
	return v, nil
}

// All reads the values inside an Objs one by one, as Export-Clixml writes them; of a document with another
// root it yields that one value. A file may be UTF-8 or, with a byte-order mark, UTF-16, which is converted
// first; the line "#< CLIXML", with which PowerShell starts such output, is passed over. Objects may refer
// to each other across the values. An error is the last thing yielded, and the values before it stay good.
// The loop must not use the Decoder otherwise.
func (d *Decoder) All(data []byte) iter.Seq2[Value, error] {
	return func(yield func(Value, error) bool) {
		defer d.finish()
		data, err := fromUTF16(data)
		if err != nil {
			yield(Value{}, err)
			return
		}
		var root tag
		if err := d.start(data, &root); err != nil {
			yield(Value{}, err)
			return
		}
		if root.el != elObjs {
			yield(d.root(root))
			return
		}
		for {
			var child tag
			ok, err := d.next(&root, &child, nil)
			if err == nil && !ok {
				err = d.end()
			}
			if err != nil {
				yield(Value{}, err)
				return
			}
			if !ok {
				return
			}
			v, known, err := d.value(child)
			switch {
			case err != nil:
				yield(Value{}, err)
				return
			case known && !yield(v, nil):
				return
			}
		}
	}
}

// start begins a document and reads up to the start tag of its root.
func (d *Decoder) start(data []byte, root *tag) error {
	d.data, d.p, d.count, d.depth = data, 0, 0, 0
	if d.names == nil || len(d.names) > maxNames || len(d.types.lists) > maxTypes {
		// Names point to each other and types to names: they go together.
		d.names, d.types, d.untyped = make(nameCache), typeCache{lists: make(map[string]*typeList)}, starts{}
	}
	if len(data) > d.limits.Bytes {
		return d.fail(TooLarge, d.limits.Bytes, "the document is too large")
	}
	if bytes.HasPrefix(data, []byte("\uFEFF")) {
		d.p = len("\uFEFF")
	}
	if bytes.HasPrefix(data[d.p:], []byte("#< CLIXML")) {
		d.p += len("#< CLIXML")
	}
	if err := d.misc(); err != nil {
		return err
	}
	if d.p >= len(data) {
		return d.fail(Malformed, d.p, "no element in the document")
	}
	return d.open(root, nil)
}

// end checks that nothing but comments and the like follows the root element.
func (d *Decoder) end() error {
	if err := d.misc(); err != nil {
		return err
	}
	if d.p < len(d.data) {
		return d.fail(Malformed, d.p, "a second root element")
	}
	return nil
}

// misc passes over what may stand before and after the root element.
func (d *Decoder) misc() error {
	for {
		for d.p < len(d.data) && isSpace(d.data[d.p]) {
			d.p++
		}
		rest := d.data[d.p:]
		switch {
		case len(rest) == 0:
			return nil
		case rest[0] != '<':
			return d.fail(Malformed, d.p, "text outside the root element")
		case len(rest) > 1 && (rest[1] == '?' || rest[1] == '!' && !bytes.HasPrefix(rest, []byte("<![CDATA["))):
			if err := d.skipMarkup(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// finish lets go of the document, so that the Decoder does not keep it and its objects in memory.
func (d *Decoder) finish() {
	d.data = nil
	d.objects.reset()
	d.lists.reset()
	d.fields = wiped(d.fields)
	d.items = wiped(d.items)
	d.entries = wiped(d.entries)
	if cap(d.buf) > 1<<20 {
		d.buf = nil
	}
}

// wiped empties a stack and forgets what was on it; one that grew large is given up.
func wiped[T any](stack []T) []T {
	stack = stack[:cap(stack)]
	if len(stack) > 4096 {
		return nil
	}
	clear(stack)
	return stack[:0]
}
