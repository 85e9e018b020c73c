package export

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/exchange/objects"
)

// jsonDepth is how far JSON inside JSON is followed.
const jsonDepth = 64

var errTooDeep = errors.New("nested too deeply")

// readJSON reads objects one after the other, or in one array. A row that is no object gets one column.
func (o *Opened) readJSON(ctx context.Context, name, text string) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var rows []exchange.Record
	bad := func(err error) error {
		at := int(min(d.InputOffset(), int64(len(text))))
		return notATable(name, 1+strings.Count(text[:at], "\n"), "json", err)
	}
	take := func(tok json.Token) error {
		v, err := jsonValue(d, tok, 0)
		if err != nil {
			return err
		}
		if v.Kind() == exchange.Nested {
			rows = append(rows, v.Nested())
		} else {
			rows = append(rows, exchange.Record{Fields: []exchange.Field{{Name: objects.ValueField, Value: v}}})
		}
		return nil
	}
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return bad(err)
		}
		if tok != json.Delim('[') {
			if err := take(tok); err != nil {
				return bad(err)
			}
			continue
		}
		for d.More() {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			tok, err := d.Token()
			if err == nil {
				err = take(tok)
			}
			if err != nil {
				return bad(err)
			}
		}
		if _, err := d.Token(); err != nil {
			return bad(err)
		}
	}
	typeTexts(rows, nil)
	return o.Table.Append("", rows)
}

func jsonValue(d *json.Decoder, tok json.Token, depth int) (exchange.Value, error) {
	if depth > jsonDepth {
		return exchange.Value{}, errTooDeep
	}
	switch t := tok.(type) {
	case nil:
		return exchange.Value{}, nil
	case bool:
		return exchange.NewFlag(t), nil
	case json.Number:
		if n, err := strconv.ParseInt(t.String(), 10, 64); err == nil && t != "-0" {
			return exchange.NewInteger(n), nil
		}
		return exchange.NewDecimal(t.String()), nil
	case string:
		return exchange.NewText(t), nil
	case json.Delim:
		if t == '[' {
			list := []exchange.Value{}
			for d.More() {
				v, err := jsonNext(d, depth)
				if err != nil {
					return v, err
				}
				list = append(list, v)
			}
			_, err := d.Token()
			return exchange.NewList(list), err
		}
		var r exchange.Record
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return exchange.Value{}, err
			}
			v, err := jsonNext(d, depth)
			if err != nil {
				return v, err
			}
			name, _ := key.(string)
			r.Fields = append(r.Fields, exchange.Field{Name: name, Value: v})
		}
		_, err := d.Token()
		return exchange.NewNested("", r), err
	}
	return exchange.Value{}, errors.New("not a value")
}

func jsonNext(d *json.Decoder, depth int) (exchange.Value, error) {
	tok, err := d.Token()
	if err != nil {
		return exchange.Value{}, err
	}
	return jsonValue(d, tok, depth+1)
}

// typeTexts gives columns of text their type back, where all their texts agree: JSON has no times,
// durations or Unlimited. Numbers of bytes become sizes under the names Exchange gives to sizes. Columns
// in kept have their types already.
func typeTexts(rows []exchange.Record, kept map[string]bool) {
	types := map[string]guess{}
	for _, r := range rows {
		for _, f := range r.Fields {
			g, ok := types[f.Name]
			if !ok {
				if g = sizeText | spanText | timeText3339; kept[f.Name] {
					g = 0
				}
			}
			switch s := f.Value; s.Kind() {
			case exchange.Text:
				if s.Text() != "" && g&^seen != 0 {
					g = g.narrow("'"[:0]+s.Text()) & (sizeText | spanText | timeText3339 | seen)
				}
			case exchange.None, exchange.Integer, exchange.Decimal:
			default:
				g = 0
			}
			types[f.Name] = g
		}
	}
	readers := map[string]func(string) exchange.Value{}
	for name, g := range types {
		if g&seen != 0 && g&^seen != 0 {
			readers[name] = g.reader(name)
		}
	}
	for i := range rows {
		for j := range rows[i].Fields {
			f := &rows[i].Fields[j]
			if read := readers[f.Name]; read != nil && f.Value.Kind() == exchange.Text && f.Value.Text() != "" {
				f.Value = read(f.Value.Text())
			} else if f.Value.Kind() == exchange.Integer && sizeName(f.Name) && !kept[f.Name] {
				f.Value = exchange.NewSize(f.Value.Int())
			}
		}
	}
}
