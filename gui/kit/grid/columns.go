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

// columns are the visible columns in the order they are drawn.
type columns struct {
	list  []shown
	total int64
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

// visible are the positions of the columns between off and off+view: first up to end.
func (c *columns) visible(off, view int64) (first, end int) {
	if len(c.list) == 0 || view <= 0 || off >= c.total {
		return 0, 0
	}
	first = max(c.at(max(off, 0)), 0)
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
