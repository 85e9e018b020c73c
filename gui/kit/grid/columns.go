package grid

const (
	narrowest = 40   // points
	broadest  = 1200 // points a column may be dragged to
	slop      = 5    // points around a border that take hold of it
)

// shown is one column as it is on screen.
type shown struct {
	index int // in Data.Columns
	width int64
	start int64 // sum of the widths before it
}

// columns are the visible columns in the order they are drawn. The first few may be pinned: they stand at the
// left edge while the others scroll below them.
type columns struct {
	list   []shown
	total  int64
	pinned int   // how many
	edge   int64 // how wide those are together
}

// scrollRoom is what pinned columns leave to the others at least, in points.
const scrollRoom = 120

// pin keeps the first n columns in place, as many of them as leave room in the view for the others to scroll.
func (c *columns) pin(n int, view int64) {
	c.pinned, c.edge = 0, 0
	if c.total <= view { // nothing scrolls, and the edge still shows where the pinned ones end
		view = c.total + scrollRoom
	}
	for c.pinned < min(n, len(c.list)) && c.edge+c.list[c.pinned].width <= view-scrollRoom {
		c.edge += c.list[c.pinned].width
		c.pinned++
	}
}

// content turns a place on screen into one on the columns, scrolled by off.
func (c *columns) content(x, off int64) int64 {
	if x < c.edge {
		return x
	}
	return x + off
}

// left is where a column starts on screen, scrolled by off; one that scrolls may start under the pinned ones.
func (c *columns) left(i int, off int64) int64 {
	if i < c.pinned {
		return c.list[i].start
	}
	return c.list[i].start - off
}

// borderOn is the position of the column whose right border is at x on screen, within slop, or -1.
func (c *columns) borderOn(x, off int64) int {
	if c.pinned > 0 && x >= c.edge-slop && x <= c.edge+slop {
		return c.pinned - 1
	}
	i := c.border(c.content(x, off))
	if x >= c.edge && i < c.pinned {
		return -1 // its border is under the pinned columns
	}
	return i
}

// arrange works out the starts after list or a width changed.
func (c *columns) arrange() {
	c.total = 0
	for i := range c.list {
		c.list[i].start = c.total
		c.total += c.list[i].width
	}
}

// at is the position in list of the column at x, or -1.
func (c *columns) at(x int64) int {
	if x < 0 || x >= c.total {
		return -1
	}
	low, high := 0, len(c.list)-1
	for low < high {
		middle := (low + high + 1) / 2
		if c.list[middle].start <= x {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// border is the position of the column whose right border is at x, within slop, or -1.
func (c *columns) border(x int64) int {
	for _, probe := range [2]int64{x - slop, x} {
		i := c.at(probe)
		if i < 0 {
			continue
		}
		end := c.list[i].start + c.list[i].width
		if x >= end-slop && x <= end+slop {
			return i
		}
	}
	return -1
}

// visible are the positions of the columns that scroll and of which something shows, scrolled by off in a view
// so wide: first up to end. The pinned ones show beside them.
func (c *columns) visible(off, view int64) (first, end int) {
	if len(c.list) == 0 || view <= c.edge || off+c.edge >= c.total {
		return c.pinned, c.pinned
	}
	first = max(c.at(max(off, 0)+c.edge), c.pinned)
	end = first
	for end < len(c.list) && c.list[end].start < off+view {
		end++
	}
	return first, end
}

// resize gives a column a width within bounds and tells whether that changed it.
func (c *columns) resize(i int, width int64) bool {
	width = min(max(width, narrowest), broadest)
	if c.list[i].width == width {
		return false
	}
	c.list[i].width = width
	c.arrange()
	return true
}

// gap is where a column dropped at x goes: before the column at that position, or at the end.
func (c *columns) gap(x int64) int {
	for i, s := range c.list {
		if x < s.start+s.width/2 {
			return i
		}
	}
	return len(c.list)
}

// move puts the column at from into the gap before to, and tells whether that changed the order.
func (c *columns) move(from, to int) bool {
	if to > from {
		to--
	}
	if to == from {
		return false
	}
	moved := c.list[from]
	c.list = append(c.list[:from], c.list[from+1:]...)
	c.list = append(c.list[:to], append([]shown{moved}, c.list[to:]...)...)
	c.arrange()
	return true
}
