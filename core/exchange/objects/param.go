package objects

import (
	"math"
	"strconv"

	"tenantry/core/clixml"
	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// Param turns the value of a cmdlet's parameter into what remoting sends. Exchange turns these into the
// parameter's own type on its side: a size goes as the text of its bytes and Unlimited as that word, a
// decimal as written, an object as a hashtable such as @{Add=…}.
//
// A Secret becomes Null, because sending it takes the session's key; use Sealed for values that may hold
// one.
func Param(v exchange.Value) clixml.Value { return Sealed(v, nil) }

// Sealed is Param with a way to send passwords: seal makes a SecureString of each. With a nil seal they
// become Null.
func Sealed(v exchange.Value, seal func(secret.Secret) clixml.Value) clixml.Value {
	switch v.Kind() {
	case exchange.Text:
		return clixml.NewString(v.Text())
	case exchange.Integer:
		if n := v.Int(); n >= math.MinInt32 && n <= math.MaxInt32 {
			return clixml.NewInt32(int32(n))
		}
		return clixml.NewInt64(v.Int())
	case exchange.Decimal:
		return decimalParam(v)
	case exchange.Size:
		if v.IsUnlimited() {
			return clixml.NewString("Unlimited")
		}
		return clixml.NewString(strconv.FormatInt(v.Int(), 10))
	case exchange.Duration:
		return clixml.NewDuration(v.Int())
	case exchange.Time:
		t, zone := v.Instant()
		if !zone {
			return clixml.NewDateTime(t, clixml.Unspecified)
		}
		if _, offset := t.Zone(); offset != 0 {
			return clixml.NewDateTime(t, clixml.Offset)
		}
		return clixml.NewDateTime(t, clixml.UTC)
	case exchange.Flag:
		return clixml.NewBool(v.Flag())
	case exchange.List:
		items := make([]clixml.Value, len(v.List()))
		for i, m := range v.List() {
			items[i] = Sealed(m, seal)
		}
		return clixml.NewList(items...)
	case exchange.Nested:
		table := &clixml.Object{
			TypeNames: []string{"System.Collections.Hashtable", "System.Object"},
			Container: clixml.Dictionary,
		}
		for _, f := range v.Nested().Fields {
			table.Entries = append(table.Entries, clixml.Entry{Key: clixml.NewString(f.Name), Value: Sealed(f.Value, seal)})
		}
		return clixml.NewObject(table)
	case exchange.Secret:
		if seal != nil {
			return seal(v.Secret())
		}
	}
	return clixml.Value{}
}

// decimalParam sends plain digits as a Decimal when .NET's type holds them, and other numbers, such as
// 1e300, as a Double.
func decimalParam(v exchange.Value) clixml.Value {
	s := v.Text()
	count := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			count++
		case c == '.', c == '-' && i == 0:
		default:
			return clixml.NewDouble(v.Float())
		}
	}
	if count == 0 || count > 28 {
		return clixml.NewDouble(v.Float())
	}
	return clixml.NewLexical(clixml.Decimal, s)
}
