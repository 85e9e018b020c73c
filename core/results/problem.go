package results

import "tenantry/core/exchange"

// The codes of this package.
const (
	// CodeUnknownColumn: a query names a column that the table does not have. Args: column, near (names that
	// look like it, joined by ", "; may be empty), file (the table's title, when two are compared).
	CodeUnknownColumn exchange.Code = "table.unknown-column"

	// CodeBadValue: the value of a condition is not of its column's type. Args: column, value, type (the
	// name of an exchange.Kind as KindName gives it), near (what could be written there, may be empty).
	CodeBadValue exchange.Code = "table.bad-value"

	// CodeBadExpression: the text of a condition, sort, column list or group cannot be read. Args:
	// expression, near (a form that would work, may be empty).
	CodeBadExpression exchange.Code = "table.bad-expression"

	// CodeNoSum: a column that holds no numbers was to be summed. Args: column, type.
	CodeNoSum exchange.Code = "table.no-sum"

	// CodeTooManyRows: the table cannot take more rows. Args: limit.
	CodeTooManyRows exchange.Code = "table.too-many-rows"

	// CodeKeyRepeats: rows of a table that is compared have a key that an earlier row has. Args: column (the
	// key's columns), file (the table's title), n (how many such rows), value (the first such key, may be
	// empty).
	CodeKeyRepeats exchange.Code = "table.key-repeats"
)

// KindName is the stable, English name of a column's type: "text", "integer", "decimal", "size",
// "duration", "time", "flag", "list", "nested" or "none".
func KindName(k exchange.Kind) string {
	switch k {
	case exchange.Text, exchange.Secret:
		return "text"
	case exchange.Integer:
		return "integer"
	case exchange.Decimal:
		return "decimal"
	case exchange.Size:
		return "size"
	case exchange.Duration:
		return "duration"
	case exchange.Time:
		return "time"
	case exchange.Flag:
		return "flag"
	case exchange.List:
		return "list"
	case exchange.Nested:
		return "nested"
	}
	return "none"
}
