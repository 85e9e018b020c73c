package cmdlets

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"tenantry/core/exchange"
)

// reader turns what was typed into values.
type reader struct {
	locale string
	zone   *time.Location
}

// fieldFault is what is wrong with a text: a code and its arguments besides param.
type fieldFault struct {
	code exchange.Code
	args []string
}

func fault(code exchange.Code, args ...string) *fieldFault {
	return &fieldFault{code: code, args: args}
}

// value reads text, which is not blank, as the parameter's editor says. A list of blanks gives None.
func (r reader) value(p *ParamSpec, text string) (exchange.Value, *fieldFault) {
	t := trimBlank(text)
	switch p.Editor {
	case EditSwitch, EditYesNo:
		yes, ok := yesNo(t)
		if !ok {
			return exchange.Value{}, fault(CodeNotYesNo, "text", t)
		}
		return exchange.NewFlag(yes), nil
	case EditNumber:
		if p.Unlimited && isUnlimited(t) {
			return exchange.Unlimited(), nil
		}
		return r.number(p, t)
	case EditDecimal:
		return r.decimal(t)
	case EditSize:
		if p.Unlimited && isUnlimited(t) {
			return exchange.Unlimited(), nil
		}
		n, ok := ParseSize(t)
		if !ok {
			return exchange.Value{}, fault(CodeNotSize, "text", t)
		}
		return exchange.NewSize(n), nil
	case EditDuration:
		if p.Unlimited && isUnlimited(t) {
			return exchange.Unlimited(), nil
		}
		ticks, ok := ParseDuration(t)
		if !ok {
			return exchange.Value{}, fault(CodeNotDuration, "text", t)
		}
		return exchange.NewDuration(ticks), nil
	case EditDateTime:
		return r.date(t)
	case EditChoice:
		v, f := choice(p, t)
		return exchange.NewText(v), f
	case EditAddress:
		if !addressLike(t) {
			return exchange.Value{}, fault(CodeNotAddress, "text", t)
		}
		return exchange.NewText(t), nil
	case EditTable:
		return table(t)
	case EditChoices, EditList, EditIdentities, EditNumbers:
		if strings.HasPrefix(t, "@{") {
			return table(t)
		}
		return r.list(p, text)
	case EditIdentity:
		return exchange.NewText(t), nil
	}
	if p.Unlimited && isUnlimited(t) {
		return exchange.Unlimited(), nil
	}
	// Texts for people keep their line breaks and inner spaces; only the ends are tidied.
	return exchange.NewText(t), nil
}

// guess reads a value of which nothing is known: PowerShell's own literals, otherwise text.
func (r reader) guess(text string) (exchange.Value, *fieldFault) {
	t := trimBlank(text)
	switch strings.ToLower(t) {
	case "$true":
		return exchange.NewFlag(true), nil
	case "$false":
		return exchange.NewFlag(false), nil
	case Clear:
		return exchange.Value{}, nil
	}
	if strings.HasPrefix(t, "@{") {
		return table(t)
	}
	return exchange.NewText(t), nil
}

func (r reader) list(p *ParamSpec, text string) (exchange.Value, *fieldFault) {
	var out []exchange.Value
	for _, item := range SplitList(text) {
		switch p.Editor {
		case EditChoices:
			word, f := choice(p, item)
			if f != nil {
				return exchange.Value{}, f
			}
			out = append(out, exchange.NewText(word))
		case EditNumbers:
			v, f := r.number(p, item)
			if f != nil {
				return exchange.Value{}, f
			}
			out = append(out, v)
		default:
			out = append(out, exchange.NewText(item))
		}
	}
	if len(out) == 0 {
		return exchange.Value{}, nil
	}
	return exchange.NewList(out), nil
}

// SplitList reads a list as people type it: one a line, or on a single line separated by ";". Blank items
// are left out and the ends of each are tidied.
func SplitList(text string) []string {
	text = trimBlank(text)
	separator := ";"
	if strings.ContainsAny(text, "\n\r") {
		text = strings.ReplaceAll(text, "\r", "\n")
		separator = "\n"
	}
	var items []string
	for _, item := range strings.Split(text, separator) {
		if item = trimBlank(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func isUnlimited(t string) bool {
	switch strings.ToLower(t) {
	case "unlimited", "onbeperkt":
		return true
	}
	return false
}

func yesNo(t string) (yes, ok bool) {
	switch strings.ToLower(t) {
	case "true", "$true", "yes", "y", "on", "1", "ja", "j", "aan", "waar":
		return true, true
	case "false", "$false", "no", "n", "off", "0", "nee", "uit", "onwaar":
		return false, true
	}
	return false, false
}

// choice finds the word that is meant, in the spelling Exchange has. A word that is not listed is refused
// only when the list is the session's own.
func choice(p *ParamSpec, t string) (string, *fieldFault) {
	for _, v := range p.Values {
		if strings.EqualFold(v, t) {
			return v, nil
		}
	}
	if !p.Strict {
		return t, nil
	}
	args := []string{"text", t, "choices", strings.Join(p.Values, ", ")}
	if near := Near(t, p.Values, 2); len(near) > 0 {
		args = append(args, "near", strings.Join(near, ", "))
	}
	return "", fault(CodeNotChoice, args...)
}

var numberRange = map[string][2]int64{
	"Byte": {0, math.MaxUint8}, "Int16": {math.MinInt16, math.MaxInt16}, "UInt16": {0, math.MaxUint16},
	"Int32": {math.MinInt32, math.MaxInt32}, "UInt32": {0, math.MaxUint32},
	"Unlimited<UInt32>": {0, math.MaxUint32}, "Unlimited<Int32>": {0, math.MaxInt32},
	"Unlimited": {0, math.MaxInt32}, "UInt64": {0, math.MaxInt64},
}

func (r reader) number(p *ParamSpec, t string) (exchange.Value, *fieldFault) {
	digits := r.plainNumber(t)
	n, err := strconv.ParseInt(digits, 10, 64)
	bounds, bounded := numberRange[strings.TrimSuffix(p.Type, "[]")]
	if !bounded {
		bounds = [2]int64{math.MinInt64, math.MaxInt64}
	}
	tooBig := err != nil && allDigits(strings.TrimPrefix(digits, "-"))
	if tooBig || err == nil && (n < bounds[0] || n > bounds[1]) {
		return exchange.Value{}, fault(CodeNumberRange, "text", t,
			"least", strconv.FormatInt(bounds[0], 10), "most", strconv.FormatInt(bounds[1], 10))
	}
	if err != nil {
		return exchange.Value{}, fault(CodeNotNumber, "text", t)
	}
	return exchange.NewInteger(n), nil
}

func (r reader) decimal(t string) (exchange.Value, *fieldFault) {
	plain := r.plainNumber(t)
	if strings.Count(plain, ",") == 1 && !strings.Contains(plain, ".") {
		plain = strings.Replace(plain, ",", ".", 1)
	}
	if !decimalLike(plain) {
		return exchange.Value{}, fault(CodeNotNumber, "text", t)
	}
	return exchange.NewDecimal(plain), nil
}

// plainNumber takes thousands separators out, where they stand as such: groups of three after the first.
func (r reader) plainNumber(t string) string {
	t = strings.TrimPrefix(t, "+")
	for _, sep := range []string{".", ",", " ", "\u00a0", "\u202f", "'", "\u2019"} {
		if (sep == "." || sep == ",") && r.decimalMark() == sep {
			continue
		}
		parts := strings.Split(t, sep)
		if len(parts) < 2 || !allDigits(strings.TrimPrefix(parts[0], "-")) || len(strings.TrimPrefix(parts[0], "-")) > 3 {
			continue
		}
		grouped := true
		for _, p := range parts[1:] {
			grouped = grouped && len(p) == 3 && allDigits(p)
		}
		if grouped {
			return strings.Join(parts, "")
		}
	}
	return t
}

// decimalMark is how the person writes a fraction. Without a locale both marks are left alone.
func (r reader) decimalMark() string {
	if strings.HasPrefix(r.locale, "en") || r.locale == "" {
		return "."
	}
	return ","
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) < 400
}

func decimalLike(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, frac, dotted := strings.Cut(s, ".")
	return allDigits(whole) && (!dotted || allDigits(frac))
}

var sizeUnits = map[string]int64{
	"": 1, "b": 1, "byte": 1, "bytes": 1,
	"k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10,
	"m": 1 << 20, "mb": 1 << 20, "mib": 1 << 20,
	"g": 1 << 30, "gb": 1 << 30, "gib": 1 << 30,
	"t": 1 << 40, "tb": 1 << 40, "tib": 1 << 40,
	"p": 1 << 50, "pb": 1 << 50, "pib": 1 << 50,
}

// ParseSize reads a size as people type it, "45GB", "45 gb", "1,5 GB", "500000", or as Exchange writes it,
// and returns bytes. A unit counts in steps of 1024, as Exchange's do; parts of a byte are refused unless
// they come from a fraction, which is rounded.
func ParseSize(t string) (int64, bool) {
	t = trimBlank(t)
	if n, ok := exchange.ParseSize(t); ok {
		return n, true
	}
	end := strings.LastIndexAny(t, "0123456789") + 1
	if end == 0 {
		return 0, false
	}
	unit, ok := sizeUnits[strings.ToLower(trimBlank(t[end:]))]
	if !ok {
		return 0, false
	}
	digits := trimBlank(t[:end])
	if !decimalLike(strings.Replace(digits, ",", ".", 1)) || strings.HasPrefix(digits, "-") {
		return 0, false
	}
	if unit == 1 && !allDigits(digits) {
		return 0, false
	}
	f, ok := new(big.Rat).SetString(strings.Replace(digits, ",", ".", 1))
	if !ok {
		return 0, false
	}
	f.Mul(f, new(big.Rat).SetInt64(unit))
	f.Add(f, big.NewRat(1, 2))
	n := new(big.Int).Quo(f.Num(), f.Denom())
	if !n.IsInt64() {
		return 0, false
	}
	return n.Int64(), true
}

var durationUnits = map[string]int64{
	"": 86400, "d": 86400, "day": 86400, "days": 86400, "dag": 86400, "dagen": 86400,
	"w": 7 * 86400, "week": 7 * 86400, "weeks": 7 * 86400, "weken": 7 * 86400,
	"h": 3600, "hour": 3600, "hours": 3600, "u": 3600, "uur": 3600, "uren": 3600,
	"m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60, "minuut": 60, "minuten": 60,
	"s": 1, "sec": 1, "second": 1, "seconds": 1, "seconde": 1, "seconden": 1,
}

// ParseDuration reads a span of time as people type it, "90 days", "12h", "90", which are days, "1:30",
// which are hours, or as Exchange writes it, "90.00:00:00", and returns ticks of 100 nanoseconds.
func ParseDuration(t string) (int64, bool) {
	t = trimBlank(t)
	if ticks, ok := exchange.ParseDuration(t); ok {
		return ticks, true
	}
	if h, m, ok := strings.Cut(t, ":"); ok {
		if len(h) == 1 {
			h = "0" + h
		}
		return exchange.ParseDuration(h + ":" + m + ":00")
	}
	end := strings.LastIndexAny(t, "0123456789") + 1
	if end == 0 || !allDigits(t[:end]) || end > 9 {
		return 0, false
	}
	unit, ok := durationUnits[strings.ToLower(trimBlank(t[end:]))]
	n, err := strconv.ParseInt(t[:end], 10, 64)
	if !ok || err != nil || n > math.MaxInt64/exchange.TicksPerSecond/unit {
		return 0, false
	}
	return n * unit * exchange.TicksPerSecond, true
}

// addressLike asks for no more than what every address has; Exchange judges the rest.
func addressLike(t string) bool {
	at := strings.LastIndexByte(t, '@')
	return at > 0 && at < len(t)-1 && !strings.ContainsFunc(t, isBlank)
}
