package resultstable

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
	"tenantry/gui/kit"
	"tenantry/gui/kit/theme"
)

// ticks is the values that stand in the column, with how often, to tick some.
func (f *filterPane) ticks(c *views.Condition, column results.Column) fyne.CanvasObject {
	const high = 260 // points
	w := f.panel.flow.Words()
	type value struct {
		typed, said string
		count       int
	}
	var all, some []value
	list := widget.NewList(
		func() int { return len(some) },
		func() fyne.CanvasObject {
			count := kit.NewCaption("")
			count.Align, count.Clip = fyne.TextAlignTrailing, true
			room := container.NewGridWrap(fyne.NewSize(64, theme.Size(theme.SizeRow)), kit.Middle(count))
			return container.NewBorder(nil, nil, nil, room, kit.NewCheck("", nil))
		},
		func(i widget.ListItemID, o fyne.CanvasObject) {
			room := o.(*fyne.Container).Objects[1].(*fyne.Container).Objects[0].(*fyne.Container)
			check, count := o.(*fyne.Container).Objects[0].(*kit.Check), room.Objects[0].(*kit.Text)
			v := some[i]
			check.OnChanged = nil
			check.Text = kit.Shorten(v.said, 220, theme.Size(theme.SizeText), fyne.TextStyle{})
			check.SetTip(v.said)
			check.SetChecked(slices.Contains(c.Values, v.typed))
			check.Refresh()
			count.SetText(w.Number(int64(v.count)))
			check.OnChanged = func(on bool) {
				c.Values = slices.DeleteFunc(c.Values, func(have string) bool { return have == v.typed })
				if on {
					c.Values = append(c.Values, v.typed)
				}
				f.apply()
			}
		})
	list.HideSeparators = true
	more := kit.NewCaption("")
	more.Hide()
	find := ""
	show := func() {
		some = some[:0]
		for _, v := range all {
			if find == "" || containsFold(v.said, find) {
				some = append(some, v)
			}
		}
		list.Refresh()
	}
	search := kit.NewSearch(w.Text("filter.find-value"), func(text string) {
		find = strings.TrimSpace(text)
		show()
	})
	without := f.draft.at
	if f.rule != nil {
		without = -1
	}
	f.panel.flow.Values(c.Column, without, func(values []results.Common, distinct int) {
		all = nil
		for _, one := range values {
			v := value{typed: views.ValueFilter(column, one.Value, true).Value, said: w.Value(one.Value), count: one.Count}
			if column.Name == results.CustomerColumn {
				v.said = f.panel.flow.Name(exchange.CustomerID(v.typed))
			}
			if v.typed == "" {
				v.said = w.Text("filter.nothing")
			}
			all = append(all, v)
		}
		for _, typed := range c.Values { // chosen before, and not there now
			if !slices.ContainsFunc(all, func(v value) bool { return v.typed == typed }) {
				all = append(all, value{typed: typed, said: f.panel.flow.Speaker().Value(column, typed)})
			}
		}
		if distinct > len(values) {
			more.SetText(w.Count("filter.values-more", distinct-len(values)))
			more.Show()
		}
		show()
	})
	return kit.Stacked(4, search, container.New(&fixedHeight{high}, list), more)
}

// fixedHeight gives its object the width there is and always the same height.
type fixedHeight struct{ height float32 }

func (h *fixedHeight) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(objects[0].MinSize().Width, h.height)
}

func (h *fixedHeight) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(fyne.NewSize(size.Width, h.height))
}
