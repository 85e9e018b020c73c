package results

import (
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"tenantry/core/exchange"
)

// AppendColumns is Append for rows that stand column by column: columns[i] has the cell of each row in the
// column named names[i]. The columns are added side by side on all cores, which for many rows takes less
// than Append does.
func (t *Table) AppendColumns(customer exchange.CustomerID, rows int, names []string, columns [][]exchange.Value) error {
	if rows == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if rows > MaxRows-t.rows {
		return t.tooMany()
	}
	who := exchange.NewText(string(customer))
	for row := range rows {
		t.customers.add(t.rows+row, who)
	}
	to := make([]*column, len(columns))
	taken := make(map[int]bool, len(columns))
	for i := range columns {
		if c := t.place(i, names[i]); !taken[c] {
			taken[c], to[i] = true, t.cols[c]
		}
	}
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < len(to); i = int(next.Add(1)) - 1 {
			if to[i] != nil {
				to[i].addAll(t.rows, columns[i][:rows], t.expected)
			}
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(to), 1+rows*len(to)/1024) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	t.rows += rows
	t.version++
	return nil
}

func (t *Table) tooMany() error {
	return &exchange.Problem{Code: CodeTooManyRows, Doing: "add rows to the table",
		Args: map[string]string{"limit": strconv.Itoa(MaxRows)}}
}

// Expect says how many rows the table will have, so that AppendColumns takes memory for all of them at once.
// More or fewer may come.
func (t *Table) Expect(rows int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expected = min(rows, MaxRows)
}

// addAll adds the cells of the rows from row on, as add does one by one. The column will have about as many
// rows as are expected.
func (c *column) addAll(row int, vals []exchange.Value, expected int) {
	c.pad(row)
	if c.way == numbers {
		c.nums = slices.Grow(c.nums, max(expected-row, 0))
	} else {
		c.codes.expect(max(expected-row, 0))
	}
	for i := 0; i < len(vals); {
		done := 0
		switch c.way {
		case words:
			done = c.addTexts(vals[i:])
		case numbers:
			done = c.addNumbers(vals[i:])
		}
		if i += done; i < len(vals) {
			c.add(row+i, vals[i])
			i++
		}
	}
}

// addTexts adds the texts that vals starts with to a column of words, and returns how many it added. Their
// hashes come first, so that the processor fetches several places of the dictionary at a time.
func (c *column) addTexts(vals []exchange.Value) int {
	const some = 64
	var hashes [some]uint32
	for done := 0; done < len(vals); {
		n := 0
		for _, v := range vals[done:min(done+some, len(vals))] {
			if v.Kind() == exchange.Text {
				s := v.Text()
				if s == "" || len(s) > longestText {
					break
				}
				hashes[n] = c.dict.hash(s)
				c.dict.near(hashes[n])
			} else if v.Kind() != exchange.None {
				break
			}
			n++
		}
		for i, v := range vals[done : done+n] {
			if v.Kind() == exchange.None {
				c.codes.add(codeNone)
				continue
			}
			c.kinds |= 1 << exchange.Text
			c.codes.add(firstCode + c.dict.hashed(v.Text(), hashes[i]))
		}
		if done += n; n < some {
			return done
		}
	}
	return len(vals)
}

// addNumbers adds the numbers of one kind that vals starts with to a column of numbers which has only that
// kind, and returns how many it added.
func (c *column) addNumbers(vals []exchange.Value) int {
	for i, v := range vals {
		kind := v.Kind()
		if kind == exchange.None {
			c.addNumber(numNone, c.tag)
			continue
		}
		num, tag, ok := numberOf(v)
		if !ok || num == numUnlimited || c.kinds != 1<<kind || c.unlimited {
			return i
		}
		c.addNumber(num, tag)
	}
	return len(vals)
}
