package compare

import (
	"context"
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/wording"
	"tenantry/gui/kit/loop"
)

// Flow asks with what a table is to be compared, and by which columns. All methods are for the UI goroutine.
type Flow struct {
	OnChange func()
	// OnStart hears what is to be compared.
	OnStart func(before, after Source, key []string)
	// OnFile hears that the other table is to come from a file; Offer takes it.
	OnFile func()
	// OnClose hears that nothing is to be compared after all.
	OnClose func()

	loop  loop.Loop
	words *wording.Words
	model Model
	turn  int                // counts looks at the columns, so that one that was overtaken is dropped
	stop  context.CancelFunc // of the look under way, nil for none
}

// NewFlow compares a table with one of others, at first with the first of them.
func NewFlow(l loop.Loop, w *wording.Words, this Source, others []Source) *Flow {
	f := &Flow{loop: l, words: w, model: Model{This: this, Others: others, Other: -1}}
	if len(others) > 0 {
		f.Choose(0)
	}
	return f
}

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

// Words are the words of the screen.
func (f *Flow) Words() *wording.Words { return f.words }

// Offer adds a table to choose from, and chooses it.
func (f *Flow) Offer(s Source) {
	f.model.Others = append(f.model.Others, s)
	f.Choose(len(f.model.Others) - 1)
}

// Choose chooses the other table, and looks for columns that tell the rows apart.
func (f *Flow) Choose(i int) {
	m := &f.model
	if i < 0 || i >= len(m.Others) || i == m.Other {
		return
	}
	m.Other, m.Key, m.Columns, m.Problem = i, nil, nil, nil
	m.Later = m.Others[i].Read.After(m.This.Read)
	f.look()
	f.changed()
}

// look finds the columns both have, and a key, away from the screen.
func (f *Flow) look() {
	m := &f.model
	f.Stop()
	f.turn++
	turn := f.turn
	before, after := m.Pair()
	ctx, cancel := context.WithCancel(context.Background())
	f.stop, m.Busy = cancel, true
	f.loop.Go(ctx, func(ctx context.Context) {
		old, now := before.Rows(), after.Rows()
		var both []string
		for _, c := range now.Columns() {
			if _, ok := old.Column(c.Name); ok && c.Type != exchange.Nested {
				both = append(both, c.Name)
			}
		}
		key, err := results.GuessKey(ctx, old, now)
		f.loop.Post(func() {
			cancel()
			if turn != f.turn {
				return
			}
			m.Busy, m.Columns, m.Key = false, both, key
			if err == nil && len(both) == 0 {
				err = &exchange.Problem{Code: CodeNothingShared, Doing: "compare tables",
					Args: map[string]string{"before": before.Title, "after": after.Title}}
			}
			if err != nil {
				m.Problem = exchange.AsProblem(err)
			}
			f.changed()
		})
	})
}

// CodeNothingShared: two tables that are to be compared have no column in common. Args: before, after (titles).
const CodeNothingShared exchange.Code = "compare.nothing-shared"

// Swap says that the other one is the later of the two, or the earlier after all.
func (f *Flow) Swap() {
	f.model.Later = !f.model.Later
	f.changed()
}

// SetKey makes a column the key's first or second; an empty one takes the second away.
func (f *Flow) SetKey(place int, column string) {
	m := &f.model
	key := slices.Clone(m.Key)
	switch {
	case place < len(key) && column == "":
		key = slices.Delete(key, place, place+1)
	case place < len(key):
		key[place] = column
	case column != "":
		key = append(key, column)
	}
	if len(key) == 2 && strings.EqualFold(key[0], key[1]) {
		key = key[:1]
	}
	m.Key, m.Problem = key, nil
	f.changed()
}

// Start compares.
func (f *Flow) Start() {
	if f.model.Ready() {
		before, after := f.model.Pair()
		f.OnStart(before, after, f.model.Key)
	}
}

// Close compares nothing.
func (f *Flow) Close() {
	f.Stop()
	f.OnClose()
}

// Stop ends a look that is under way.
func (f *Flow) Stop() {
	if f.stop != nil {
		f.stop()
		f.stop = nil
	}
}

func (f *Flow) changed() {
	if f.OnChange != nil {
		f.OnChange()
	}
}
