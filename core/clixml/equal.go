package clixml

import "slices"

// Equal tells whether v and w hold the same: the same kinds, texts, bits, type names and properties in the
// same order. Numbers compare bit for bit, so NaN equals itself and an Int32 no Int64; a DateTime's zone
// counts. Objects compare by what they hold, not by address, and may refer to themselves.
func (v Value) Equal(w Value) bool { return (&comparison{}).values(v, w) }

// comparison remembers the pairs of objects that are being or were compared: meeting a pair again, inside
// itself or elsewhere, adds nothing.
type comparison struct{ met map[[2]*Object]bool }

func (c *comparison) values(v, w Value) bool {
	switch {
	case v.kind != w.kind || v.zone != w.zone || v.mins != w.mins:
		return false
	case v.kind == ObjectKind:
		return c.objects(v.Object(), w.Object())
	case v.kind.isText() || v.kind == Bytes:
		return v.text() == w.text()
	}
	return v.bits == w.bits
}

func (c *comparison) objects(a, b *Object) bool {
	if a == b || c.met[[2]*Object{a, b}] {
		return true
	}
	if c.met == nil {
		c.met = make(map[[2]*Object]bool)
	}
	c.met[[2]*Object{a, b}] = true
	return a.HasToString == b.HasToString && a.ToString == b.ToString && a.Container == b.Container &&
		slices.Equal(a.TypeNames, b.TypeNames) &&
		c.values(a.Base, b.Base) &&
		slices.EqualFunc(a.Items, b.Items, c.values) &&
		slices.EqualFunc(a.Entries, b.Entries, func(p, q Entry) bool {
			return c.values(p.Key, q.Key) && c.values(p.Value, q.Value)
		}) &&
		slices.EqualFunc(a.Adapted, b.Adapted, c.properties) &&
		slices.EqualFunc(a.Extended, b.Extended, c.properties)
}

func (c *comparison) properties(p, q Property) bool {
	return p.Name == q.Name && c.values(p.Value, q.Value)
}
