package export

import (
	"math"

	"tenantry/core/exchange"
	"tenantry/core/results"
)

// columnCells brings the cells of a column into the shape that a table takes in the least time. What it gives is good
// until it is used again.
type columnCells struct {
	text []byte
	at   []results.Span
	nums []int64
}

// of gives texts behind each other, or numbers of one kind, when the values are nothing else, and otherwise the values.
func (c *columnCells) of(values []exchange.Value) results.Cells {
	for _, v := range values {
		switch v.Kind() {
		case exchange.None:
			continue
		case exchange.Text:
			return c.texts(values)
		case exchange.Integer, exchange.Size, exchange.Duration, exchange.Flag, exchange.Time:
			return c.numbers(values, v)
		}
		break
	}
	return results.Cells{Values: values}
}

func (c *columnCells) texts(values []exchange.Value) results.Cells {
	c.text, c.at = c.text[:0], c.at[:0]
	for _, v := range values {
		from := len(c.text)
		if v.Kind() == exchange.Text && v.Text() != "" {
			c.text = append(c.text, v.Text()...)
		} else if v.Kind() != exchange.None {
			return results.Cells{Values: values}
		}
		if len(c.text) > math.MaxInt32 {
			return results.Cells{Values: values}
		}
		c.at = append(c.at, results.Span{From: uint32(from), To: uint32(len(c.text))})
	}
	return results.Cells{Text: asString(c.text), At: c.at}
}

// numbers gives the numbers of values that are like one of them.
func (c *columnCells) numbers(values []exchange.Value, like exchange.Value) results.Cells {
	c.nums = c.nums[:0]
	cells := results.Cells{Kind: like.Kind()}
	if _, offset, zone, ok := like.Ticks(); ok {
		cells.Offset, cells.NoZone = offset, !zone
	}
	for _, v := range values {
		n := results.NoNumber
		switch {
		case v.Kind() == exchange.None:
		case v.IsUnlimited() && (cells.Kind == exchange.Integer || cells.Kind == exchange.Size):
			n = results.NoLimit
		case v.Kind() != cells.Kind:
			return results.Cells{Values: values}
		default:
			ticks, offset, zone, isTime := v.Ticks()
			switch n = v.Int(); {
			case isTime && (offset != cells.Offset || zone == cells.NoZone):
				return results.Cells{Values: values}
			case isTime:
				n = ticks
			case cells.Kind == exchange.Flag && v.Flag():
				n = 1
			case cells.Kind == exchange.Flag:
				n = 0
			}
			if n <= results.NoNumber+1 || n == results.NoLimit {
				return results.Cells{Values: values}
			}
		}
		c.nums = append(c.nums, n)
	}
	cells.Numbers = c.nums
	return cells
}
