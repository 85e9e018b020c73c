package clixml

import "strconv"

// refs maps the RefIds of one document to what they name. PowerShell numbers from 0 on in the order of the
// document, so nearly all are found by index; others, such as RefId-0 of the first version, in a map.
type refs[T any] struct {
	dense []T
	other map[string]T
}

func (r *refs[T]) set(id []byte, value T) {
	if n, ok := canonical(id); ok {
		switch {
		case n < len(r.dense):
			r.dense[n] = value
			return
		case n == len(r.dense):
			r.dense = append(r.dense, value)
			delete(r.other, string(id)) // it may have come before its turn
			return
		}
	}
	if r.other == nil {
		r.other = make(map[string]T)
	}
	r.other[string(id)] = value
}

func (r *refs[T]) get(id []byte) (value T, ok bool) {
	if n, ok := canonical(id); ok && n < len(r.dense) {
		return r.dense[n], true
	}
	value, ok = r.other[string(id)]
	return value, ok
}

func (r *refs[T]) reset() {
	r.dense, r.other = wiped(r.dense), nil
}

// canonical reads a number that is written without leading zeros.
func canonical(id []byte) (int, bool) {
	if len(id) == 0 || len(id) > 9 || id[0] == '0' && len(id) > 1 {
		return 0, false
	}
	n, err := strconv.Atoi(string(id))
	return n, err == nil && id[0] != '-' && id[0] != '+'
}
