package world

import "encoding/hex"

// dice is the one source of chance here: splitmix64, so that a seed gives the same world with every
// version of Go.
type dice uint64

// roll starts dice that depend on all the given numbers.
func roll(seeds ...uint64) *dice {
	d := dice(0x9E3779B97F4A7C15)
	for _, s := range seeds {
		d ^= dice(s)
		d = dice(d.next())
	}
	return &d
}

func (d *dice) next() uint64 {
	*d += 0x9E3779B97F4A7C15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// below returns 0 to n-1; 0 when n is not positive.
func (d *dice) below(n int) int {
	if n <= 0 {
		return 0
	}
	return int(d.next() % uint64(n))
}

// between returns lo to hi, both included.
func (d *dice) between(lo, hi int) int { return lo + d.below(hi-lo+1) }

// chance is true in so many of a thousand cases.
func (d *dice) chance(perMille int) bool { return d.below(1000) < perMille }

func (d *dice) float() float64 { return float64(d.next()>>11) / (1 << 53) }

// guid returns a random GUID of version 4, lower case with dashes.
func (d *dice) guid() string {
	a, b := d.next(), d.next()
	var raw [16]byte
	for i := range 8 {
		raw[i], raw[8+i] = byte(a>>(8*i)), byte(b>>(8*i))
	}
	raw[6] = raw[6]&0x0F | 0x40
	raw[8] = raw[8]&0x3F | 0x80
	var text [36]byte
	hex.Encode(text[0:8], raw[0:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:36], raw[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

func pick[T any](d *dice, from []T) T { return from[d.below(len(from))] }
