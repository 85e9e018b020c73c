package resultstable

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/core/views"
)

// written is what someone typed in a field of the filter row: their own spelling stays while it says what the
// filters say, and what cannot be read stays until the filters of its column change.
type written struct {
	text string
	when []results.Filter // the column's conditions that fit the field, when it was typed
}

// field is the small language of the filter row for a column; ok is false for one that the rows do not have.
func (f *Flow) field(column string) (views.Field, bool) {
	at, ok := f.model.View.Snapshot().Column(column)
	if !ok {
		return views.Field{}, false
	}
	return views.Field{Column: f.model.View.Snapshot().Columns()[at], Words: f.o.Words}, true
}

// own are the conditions that show in a field, and their places in Filters.
func (f *Flow) own(field views.Field) (text string, own []results.Filter, places []int) {
	filters := f.Filters()
	text, places = field.Text(filters)
	for _, i := range places {
		own = append(own, filters[i])
	}
	return text, own, places
}

// SetField takes what is typed in a column's field of the filter row: the conditions that show there become
// what it says. What cannot be read changes nothing; FieldTexts says why.
func (f *Flow) SetField(column, text string) {
	field, ok := f.field(column)
	if !ok {
		return
	}
	_, own, places := f.own(field)
	parsed, err := field.Parse(text)
	f.written[field.Column.Name] = written{text: text, when: own}
	if err != nil || len(parsed) == len(own) && (len(own) == 0 || reflect.DeepEqual(parsed, own)) {
		f.changed(false)
		return
	}
	var next []results.Filter
	for i, one := range f.Filters() {
		switch {
		case len(places) > 0 && i == places[0]:
			next = append(next, parsed...)
		case !slices.Contains(places, i):
			next = append(next, one)
		}
	}
	if len(places) == 0 {
		next = append(next, parsed...)
	}
	f.setConditions(next, "field "+field.Column.Name)
}

// FieldTexts are what stands in the fields of the filter row, by column, and what is wrong with those that
// cannot be read.
func (f *Flow) FieldTexts() (texts map[string]string, wrong map[string]string) {
	texts, wrong = map[string]string{}, map[string]string{}
	names := views.Columns(f.model.Query.Filter)
	for name := range f.written {
		names = append(names, name)
	}
	for _, name := range names {
		field, ok := f.field(name)
		if !ok {
			continue
		}
		name = field.Column.Name
		text, own, _ := f.own(field)
		if typed, ok := f.written[name]; ok {
			parsed, err := field.Parse(typed.text)
			switch {
			case err != nil && reflect.DeepEqual(own, typed.when):
				text, wrong[name] = typed.text, sayWrong(err, f.o.Words)
			case err == nil && len(parsed) == len(own) && (len(own) == 0 || reflect.DeepEqual(parsed, own)):
				text = typed.text
			default:
				delete(f.written, name)
			}
		}
		if strings.TrimSpace(text) != "" {
			texts[name] = text
		}
	}
	return texts, wrong
}

// ShowFields shows or hides the row of fields under the header.
func (f *Flow) ShowFields(on bool) {
	if f.model.Fields != on {
		f.model.Fields = on
		f.changed(false)
	}
}

// Freeze keeps the first n columns that show in sight while one scrolls sideways; 0 lets all scroll.
func (f *Flow) Freeze(n int) {
	if n = max(n, 0); n != f.model.Frozen {
		f.remember("")
		f.model.Frozen = n
		f.changed(true)
	}
}

// TypeAhead looks for the next row, from the one with the cursor on and around, whose text in a column of the
// view begins with prefix, away from the screen, and hands it to then on it. The last call counts.
func (f *Flow) TypeAhead(column int, prefix string, then func(row int)) {
	view, from, w := f.model.View, max(f.model.Cursor, 0), f.o.Words
	if column < 0 || column >= len(view.Columns()) || view.Len() == 0 {
		return
	}
	if f.seeking != nil {
		f.seeking()
	}
	ctx, cancel := context.WithCancel(f.ctx)
	f.seeking = cancel
	customers := view.Columns()[column].Name == results.CustomerColumn
	prefix = strings.ToLower(prefix)
	f.o.Loop.Go(ctx, func(ctx context.Context) {
		for i := range view.Len() {
			if i%1000 == 0 && ctx.Err() != nil {
				return
			}
			row := (from + i) % view.Len()
			text := w.Value(view.Cell(row, column))
			if customers {
				text = f.o.Name(exchange.CustomerID(text))
			}
			if strings.HasPrefix(strings.ToLower(text), prefix) {
				f.o.Loop.Post(func() {
					if ctx.Err() == nil && view == f.model.View {
						then(row)
					}
				})
				return
			}
		}
	})
}
