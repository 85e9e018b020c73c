package wsman

import (
	"bytes"
	"encoding/base64"
	"errors"
)

var errAfterPadding = errors.New("text behind the padding")

// base64Decoder decodes base64 that arrives in pieces of any length, with white space anywhere, and emits
// the bytes whenever out is full and at the end. What emit is given is overwritten afterwards.
type base64Decoder struct {
	out    []byte // its capacity is the size of the pieces emitted
	carry  [4]byte
	n      int // characters in carry
	padded bool
	emit   func([]byte) error
}

// write decodes piece, which it may overwrite.
func (d *base64Decoder) write(piece []byte) error {
	piece = withoutSpace(piece)
	if d.n > 0 {
		k := copy(d.carry[d.n:], piece)
		d.n += k
		piece = piece[k:]
		if d.n < 4 {
			return nil
		}
		d.n = 0
		if err := d.decode(d.carry[:]); err != nil {
			return err
		}
	}
	whole := len(piece) &^ 3
	d.n = copy(d.carry[:], piece[whole:])
	for whole > 0 {
		room := (cap(d.out) - len(d.out)) / 3 * 4
		if room == 0 {
			if err := d.flush(); err != nil {
				return err
			}
			continue
		}
		k := min(whole, room)
		if err := d.decode(piece[:k]); err != nil {
			return err
		}
		piece, whole = piece[k:], whole-k
	}
	return nil
}

// decode decodes quads, whose number of characters is a multiple of four, into out.
func (d *base64Decoder) decode(quads []byte) error {
	if d.padded {
		return errAfterPadding
	}
	need := len(quads) / 4 * 3
	if cap(d.out)-len(d.out) < need {
		if err := d.flush(); err != nil {
			return err
		}
	}
	at := len(d.out)
	n, err := base64.StdEncoding.Decode(d.out[at:at+need], quads)
	d.out = d.out[:at+n]
	d.padded = n < need
	return err
}

func (d *base64Decoder) flush() error {
	if len(d.out) == 0 {
		return nil
	}
	b := d.out
	d.out = d.out[:0]
	return d.emit(b)
}

// finish decodes what is left, padding missing or not, and emits it. The decoder is then ready for another text.
func (d *base64Decoder) finish() error {
	if d.n > 0 {
		if d.padded {
			return errAfterPadding
		}
		var rest [3]byte
		n, err := base64.RawStdEncoding.Decode(rest[:], d.carry[:d.n])
		if err != nil {
			return err
		}
		if cap(d.out)-len(d.out) < n {
			if err := d.flush(); err != nil {
				return err
			}
		}
		d.out = append(d.out, rest[:n]...)
	}
	d.n, d.padded = 0, false
	return d.flush()
}

// withoutSpace removes white space in place. Most senders write none, and looking for it four times with
// IndexByte is several times faster than looking at every byte once.
func withoutSpace(b []byte) []byte {
	first := -1
	for _, c := range [...]byte{'\n', '\r', ' ', '\t'} {
		if i := bytes.IndexByte(b, c); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	if first < 0 {
		return b
	}
	kept := b[:first]
	for _, c := range b[first:] {
		if c != '\n' && c != '\r' && c != ' ' && c != '\t' {
			kept = append(kept, c)
		}
	}
	return kept
}
