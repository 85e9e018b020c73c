package grid

// axis is one direction of scrolling, in whole points. Everything is int64, so that no row is ever a
// fraction off.
type axis struct {
	total int64 // length of the content
	view  int64 // length of the window onto it
	off   int64 // where the window starts, 0 to max
}

func (a *axis) max() int64 { return max(a.total-a.view, 0) }

// set moves the window as near to off as it may be and tells whether it moved.
func (a *axis) set(off int64) bool {
	off = min(max(off, 0), a.max())
	moved := off != a.off
	a.off = off
	return moved
}

// reveal moves the window as little as needed to show from start for length; what does not fit shows its
// start.
func (a *axis) reveal(start, length int64) bool {
	switch {
	case start < a.off || length > a.view:
		return a.set(start)
	case start+length > a.off+a.view:
		return a.set(start + length - a.view)
	}
	return false
}

// visible is the range of rows, height high each, that show at least a line: first to before end.
func (a *axis) visible(height int64) (first, end int64) {
	if height <= 0 || a.view <= 0 {
		return 0, 0
	}
	first = a.off / height
	end = (min(a.off+a.view, a.total) + height - 1) / height
	return first, max(end, first)
}

// thumb is where the handle of a scroll bar stands on a track, and how long it is: at least least.
// A handle as long as the track means that there is nothing to scroll.
func (a *axis) thumb(track, least int64) (start, length int64) {
	if a.max() == 0 || track <= 0 {
		return 0, max(track, 0)
	}
	// Where there is anything to scroll the handle can move, if only by a pixel.
	length = max(min(max(mulDiv(track, a.view, a.total), least), track-1), 0)
	return mulDiv(track-length, a.off, a.max()), length
}

// drag moves the window as the handle stands at start on the track. Both ends are exact.
func (a *axis) drag(start, track, least int64) bool {
	_, length := a.thumb(track, least)
	room := track - length
	if room <= 0 {
		return a.set(0)
	}
	return a.set(mulDiv(a.max(), min(max(start, 0), room), room))
}

// mulDiv is a*b/c, rounded to nearest, for numbers whose product may pass 64 bits by splitting a.
func mulDiv(a, b, c int64) int64 {
	q, r := a/c, a%c
	return q*b + (r*b+c/2)/c
}
