package clixml

// value reads the element t, its start tag already read, with everything in it. known is false for an
// element that is no value of CLIXML; it has been passed over.
func (d *Decoder) value(t tag) (v Value, known bool, err error) {
	d.count++
	if d.count > d.limits.Values {
		return v, true, d.fail(TooManyValues, t.start, "the document has too many values")
	}
	at := d.p
	switch t.el {
	case elS: // most values are, so not by way of primitive
		text, err := d.text(&t)
		return textValue(String, text), true, err
	case elObj:
		o, err := d.object(t)
		return NewObject(o), true, err
	case elNil:
		return v, true, d.skip(&t)
	case elRef:
		o, ok := d.objects.get(t.ref)
		if !ok {
			return v, true, d.fail(BadReference, t.start, "a Ref to an object that was not seen before")
		}
		return NewObject(o), true, d.skip(&t)
	case elPR:
		o, err := d.progress(t)
		return NewObject(o), true, err
	case elSemanticVersion:
		// PowerShell 7's own type: a version with a label, so not one for Version.
		text, err := d.text(&t)
		return NewString(text), true, err
	}
	kind, ok := t.el.kind()
	if !ok {
		d.count--
		return v, false, d.skip(&t)
	}
	text, err := d.text(&t)
	if err != nil {
		return v, true, err
	}
	v, ok = primitive(kind, text)
	if !ok {
		return Value{}, true, d.fail(BadValue, at, "not a "+elementNames[t.el])
	}
	return v, true, nil
}

// object reads an Obj (MS-PSRP 2.2.5.2).
func (d *Decoder) object(t tag) (*Object, error) {
	d.depth++
	if d.depth > d.limits.Depth {
		return nil, d.fail(TooDeep, t.start, "objects too deep inside each other")
	}
	o := d.slab.object()
	if t.ref != nil {
		// Before the content: it may refer to this object.
		d.objects.set(t.ref, o)
	}
	starts := &d.untyped
	for {
		var child tag
		ok, err := d.next(&t, &child, nil)
		if err != nil {
			return nil, err
		}
		if !ok {
			d.depth--
			return o, nil
		}
		switch child.el {
		case elTN:
			list, err := d.typeNames(&child)
			if err != nil {
				return nil, err
			}
			if child.ref != nil {
				d.lists.set(child.ref, list)
			}
			o.TypeNames, starts = list.names, &list.starts
		case elTNRef:
			list, ok := d.lists.get(child.ref)
			if !ok {
				return nil, d.fail(BadReference, child.start, "a TNRef to type names that were not seen before")
			}
			o.TypeNames, starts = list.names, &list.starts
			if err := d.skip(&child); err != nil {
				return nil, err
			}
		case elToString:
			if o.ToString, err = d.text(&child); err != nil {
				return nil, err
			}
			o.HasToString = true
		case elProps:
			if o.Adapted, err = d.members(child, o.Adapted, &starts.adapted); err != nil {
				return nil, err
			}
		case elMS:
			if o.Extended, err = d.members(child, o.Extended, &starts.extended); err != nil {
				return nil, err
			}
		case elLST, elQUE, elSTK, elIE:
			o.Container = child.el.container()
			if o.Items, err = d.list(child); err != nil {
				return nil, err
			}
		case elDCT:
			o.Container = Dictionary
			if o.Entries, err = d.dictionary(child); err != nil {
				return nil, err
			}
		default:
			base, known, err := d.value(child)
			if err != nil {
				return nil, err
			}
			if known {
				o.Base = base
			}
		}
	}
}

// members reads the children of a Props or MS element after those in had; start is the name to expect first.
// A child without a name is passed over.
func (d *Decoder) members(t tag, had []Property, start **name) ([]Property, error) {
	mark := len(d.fields)
	guess := *start
	var last *name
	for {
		var child tag
		ok, err := d.next(&t, &child, guess)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if n := child.name; n != nil {
			// Remember the order for the next object of this shape.
			if last == nil {
				*start = n
			} else if last.next != n {
				last.next = n
			}
			last, guess = n, n.next
		}
		var v Value
		known := true
		if child.el == elMS {
			v, err = d.memberSet(child)
		} else {
			v, known, err = d.value(child)
		}
		if err != nil {
			return nil, err
		}
		if known && child.name != nil {
			d.fields = append(d.fields, Property{Name: child.name.text, Value: v})
		}
	}
	fields := d.fields[mark:]
	d.fields = d.fields[:mark]
	if had != nil {
		return append(had, fields...), nil
	}
	return copyOf(&d.slab.fields, fields, d.slab.lending), nil
}

// memberSet reads an MS inside an MS (MS-PSRP 2.2.5.2.9).
func (d *Decoder) memberSet(t tag) (Value, error) {
	d.count++
	if d.count > d.limits.Values {
		return Value{}, d.fail(TooManyValues, t.start, "the document has too many values")
	}
	d.depth++
	if d.depth > d.limits.Depth {
		return Value{}, d.fail(TooDeep, t.start, "objects too deep inside each other")
	}
	o := d.slab.object()
	o.Container = MemberSet
	var first *name
	var err error
	if o.Extended, err = d.members(t, nil, &first); err != nil {
		return Value{}, err
	}
	d.depth--
	return NewObject(o), nil
}

// list reads the children of LST, QUE, STK or IE.
func (d *Decoder) list(t tag) ([]Value, error) {
	mark := len(d.items)
	for {
		var child tag
		ok, err := d.next(&t, &child, nil)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		v, known, err := d.value(child)
		if err != nil {
			return nil, err
		}
		if known {
			d.items = append(d.items, v)
		}
	}
	items := copyOf(&d.slab.items, d.items[mark:], d.slab.lending)
	d.items = d.items[:mark]
	return items, nil
}

// dictionary reads the En children of a DCT. Which of the two is the key is told by its name, or by its
// place when the names are missing.
func (d *Decoder) dictionary(t tag) ([]Entry, error) {
	mark := len(d.entries)
	for {
		var en tag
		ok, err := d.next(&t, &en, nil)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if en.el != elEn {
			if err := d.skip(&en); err != nil {
				return nil, err
			}
			continue
		}
		entry, err := d.entry(en)
		if err != nil {
			return nil, err
		}
		d.entries = append(d.entries, entry)
	}
	entries := copyOf(&d.slab.entries, d.entries[mark:], d.slab.lending)
	d.entries = d.entries[:mark]
	return entries, nil
}

func (d *Decoder) entry(en tag) (Entry, error) {
	var e Entry
	for place := 0; ; place++ {
		var child tag
		ok, err := d.next(&en, &child, nil)
		if err != nil || !ok {
			return e, err
		}
		v, known, err := d.value(child)
		if err != nil {
			return e, err
		}
		switch {
		case !known:
		case child.name != nil && equalFold(child.name.text, "Key"), child.name == nil && place == 0:
			e.Key = v
		case child.name != nil && equalFold(child.name.text, "Value"), child.name == nil && place == 1:
			e.Value = v
		}
	}
}

// progressTypes are the type names given to a PR, which has none.
var progressTypes = []string{"System.Management.Automation.ProgressRecord", "System.Object"}

// progressNames are the properties a PR stands for, by element (MS-PSRP 2.2.5.1.25).
var progressNames = map[string]struct {
	name string
	kind Kind
}{
	"AV": {"Activity", String},
	"AI": {"ActivityId", Int32},
	"PI": {"ParentActivityId", Int32},
	"PC": {"PercentComplete", Int32},
	"T":  {"RecordType", String},
	"SR": {"SecondsRemaining", Int32},
	"SD": {"StatusDescription", String},
}

// progress reads a PR as an object with the properties it stands for. The one child that is a value, mostly
// Nil, is the current operation.
func (d *Decoder) progress(t tag) (*Object, error) {
	d.depth++
	if d.depth > d.limits.Depth {
		return nil, d.fail(TooDeep, t.start, "objects too deep inside each other")
	}
	o := &Object{TypeNames: progressTypes}
	for {
		var child tag
		ok, err := d.next(&t, &child, nil)
		if err != nil {
			return nil, err
		}
		if !ok {
			d.depth--
			return o, nil
		}
		at := d.p
		var p Property
		if known, ok := progressNames[string(d.data[child.start:child.end])]; ok {
			text, err := d.text(&child)
			if err != nil {
				return nil, err
			}
			if p.Value, ok = primitive(known.kind, text); !ok {
				return nil, d.fail(BadValue, at, "not a number in a PR")
			}
			p.Name = known.name
		} else {
			if p.Value, ok, err = d.value(child); err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			p.Name = "CurrentOperation"
		}
		o.Adapted = append(o.Adapted, p)
	}
}
