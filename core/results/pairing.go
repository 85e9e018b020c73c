package results

import (
	"bytes"
	"context"
	"hash/maphash"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"tenantry/core/exchange"
)

// keySlot is a key of two tables that are compared. A row is kept as one more than its number, so that 0 is none.
type keySlot struct {
	hash    uint32
	row     uint32 // a row with this key: of the earlier table, unless only the later one has it
	waiting uint32 // the first row of the earlier table that has no partner yet
	later   bool   // row is of the later table
	met     bool   // a row of the later table had this key
}

// keyRows finds rows by their keys. Keys are not kept: a row that may have the same one is read again.
type keyRows struct {
	slots      []keySlot // open addressing
	count      int
	behind     []uint32 // of rows of the earlier table: the next one with the same key; nil while no two share one
	seed       maphash.Seed
	own, other []byte
}

// partners finds, for each row of the later table, one more than the number of the earlier row with the same key, or
// 0; and tells of each row of the earlier table whether it is one of them.
func (d *difference) partners(ctx context.Context) (partners []uint32, paired []bool, err error) {
	k := &keyRows{seed: maphash.MakeSeed(), slots: make([]keySlot, 16)}
	for 2*len(k.slots) < 3*d.before.Len() {
		k.slots = append(k.slots, make([]keySlot, len(k.slots))...)
	}
	// From the end, so that of rows that share a key the first is the one that waits.
	repeats, example := 0, uint32(0)
	for row := d.before.Len(); row > 0; row-- {
		if row%pause == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		slot := d.slot(k, uint32(row), false)
		if slot.waiting != 0 {
			repeats, example = repeats+1, slot.waiting
			if k.behind == nil {
				k.behind = make([]uint32, d.before.Len()+1)
			}
			k.behind[row] = slot.waiting
		}
		slot.waiting = uint32(row)
	}
	// The example is the first row that repeats one before it.
	if repeats > 1 {
		for _, row := range k.behind {
			if row != 0 {
				example = min(example, row)
			}
		}
	}
	d.tellRepeats(d.before, repeats, example, false)
	partners, paired = make([]uint32, d.after.Len()), make([]bool, d.before.Len())
	repeats, example = 0, 0
	for i := range partners {
		if i%pause == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		slot := d.slot(k, uint32(i)+1, true)
		if slot.met {
			if repeats++; repeats == 1 {
				example = uint32(i) + 1
			}
		}
		slot.met = true
		if row := slot.waiting; row != 0 {
			partners[i], paired[row-1], slot.waiting = row, true, 0
			if k.behind != nil {
				slot.waiting = k.behind[row]
			}
		}
	}
	d.tellRepeats(d.after, repeats, example, true)
	return partners, paired, nil
}

func (d *difference) tellRepeats(s Snapshot, repeats int, example uint32, later bool) {
	if repeats == 0 {
		return
	}
	var names []string
	for _, c := range d.keys {
		names = append(names, c.name)
	}
	d.Repeats = append(d.Repeats, &exchange.Problem{Code: CodeKeyRepeats, Doing: "compare tables", Args: map[string]string{
		"column": strings.Join(names, ", "), "file": s.Info().Title, "n": strconv.Itoa(repeats), "value": d.shownKey(s, RowID(example-1), later)}})
}

// slot is the place of a row's key, made when it is new.
func (d *difference) slot(k *keyRows, row uint32, later bool) *keySlot {
	if 4*k.count >= 3*len(k.slots) {
		k.grow()
	}
	k.own = d.appendKey(k.own[:0], row, later)
	sum := maphash.Bytes(k.seed, k.own)
	hash := uint32(sum>>32) ^ uint32(sum)
	mask := uint32(len(k.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		slot := &k.slots[at]
		if slot.row == 0 {
			*slot = keySlot{hash: hash, row: row, later: later}
			k.count++
			return slot
		}
		if slot.hash != hash {
			continue
		}
		if k.other = d.appendKey(k.other[:0], slot.row, slot.later); bytes.Equal(k.own, k.other) {
			return slot
		}
	}
}

func (k *keyRows) grow() {
	old := k.slots
	k.slots = make([]keySlot, 2*len(old))
	mask := uint32(len(k.slots) - 1)
	for _, slot := range old {
		if slot.row == 0 {
			continue
		}
		at := slot.hash & mask
		for k.slots[at].row != 0 {
			at = (at + 1) & mask
		}
		k.slots[at] = slot
	}
}

// appendKey writes the key of a row of either table, which is equal for rows that mean the same.
func (d *difference) appendKey(b []byte, row uint32, later bool) []byte {
	for _, c := range d.keys {
		s, at := d.before, c.before
		if later {
			s, at = d.after, c.after
		}
		start := len(b)
		b = appendKeyCell(b, s.Cell(RowID(row-1), at))
		// With its length behind it, no part can be taken for another's beginning.
		b = strconv.AppendInt(append(b, 0), int64(len(b)-start), 10)
	}
	return b
}

// appendKeyCell writes what is equal for cells that mean the same as a key.
func appendKeyCell(b []byte, v exchange.Value) []byte {
	switch v.Kind() {
	case exchange.Integer, exchange.Size:
		if !v.IsUnlimited() {
			return strconv.AppendInt(b, v.Int(), 10)
		}
	case exchange.Decimal:
		if r, _, ok := rational(v.Text()); ok {
			return append(b, r.RatString()...)
		}
	case exchange.Time:
		if t, zone := v.Instant(); zone {
			return t.UTC().AppendFormat(b, time.RFC3339Nano)
		}
	}
	return appendFolded(b, v.Text())
}

// keyText is equal for cells that mean the same as a key.
func keyText(v exchange.Value) string { return string(appendKeyCell(nil, v)) }

// appendFolded writes what foldText makes of s.
func appendFolded(b []byte, s string) []byte {
	start := len(b)
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return append(b[:start], foldText(s)...)
		}
		b = append(b, lower(s[i]))
	}
	return b
}

// unlike finds the rows of the later table that differ from their partners, of each of d.others, on all cores.
func (d *difference) unlike(ctx context.Context, partners []uint32) [][]RowID {
	found := make([][]RowID, len(d.others))
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < len(found); i = int(next.Add(1)) - 1 {
			if c := d.others[i]; c.both() {
				found[i] = unlike(ctx, d.before.get().cols[c.before], d.after.get().cols[c.after], partners)
			}
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 1+len(partners)/1024) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return found
}

// unlike finds the rows in which a column differs from what it was. Cells of the same number, and of codes that were
// found to be the same once, are not looked at again.
func unlike(ctx context.Context, before, after *frozenColumn, partners []uint32) []RowID {
	var rows []RowID
	numbered := before.way == numbers && after.way == numbers && before.kinds == after.kinds
	coded := (before.way == words || before.way == values) && (after.way == words || after.way == values)
	var known []uint32 // of each code before: one more than the code after that says the same
	if coded {
		known = make([]uint32, int(firstCode)+before.distinct())
	}
	for row, partner := range partners {
		if row%pause == 0 && ctx.Err() != nil {
			return nil
		}
		if partner == 0 {
			continue
		}
		old := int(partner - 1)
		var was, is uint32
		switch {
		case numbered:
			if before.nums[old] == after.nums[row] && before.tagOf(old) == after.tagOf(row) {
				continue
			}
		case coded:
			was, is = before.codes.at(old), after.codes.at(row)
			if was < firstCode && is < firstCode || known[was] == is+1 {
				continue
			}
		}
		if !sameCell(before.cell(old), after.cell(row)) {
			rows = append(rows, RowID(row))
		} else if coded {
			known[was] = is + 1
		}
	}
	return rows
}

func (f *frozenColumn) tagOf(row int) int16 {
	if f.tags != nil {
		return f.tags[row]
	}
	return f.tag
}
