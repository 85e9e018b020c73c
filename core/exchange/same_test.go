package exchange_test

import (
	"hash/maphash"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

func TestSameAndHash(t *testing.T) {
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	deep := exchange.NewList([]exchange.Value{exchange.NewText("a")})
	for range 8 {
		deep = exchange.NewList([]exchange.Value{deep})
	}
	distinct := []func() exchange.Value{
		func() exchange.Value { return exchange.Value{} },
		func() exchange.Value { return exchange.NewText("") },
		func() exchange.Value { return exchange.NewText("5") },
		func() exchange.Value { return exchange.NewText("True") },
		func() exchange.Value { return exchange.NewInteger(5) },
		func() exchange.Value { return exchange.NewInteger(-5) },
		func() exchange.Value { return exchange.NewSize(5) },
		func() exchange.Value { return exchange.NewDuration(5) },
		func() exchange.Value { return exchange.NewDecimal("5") },
		func() exchange.Value { return exchange.NewDecimal("5.0") },
		func() exchange.Value { return exchange.Unlimited() },
		func() exchange.Value { return exchange.NewFlag(true) },
		func() exchange.Value { return exchange.NewFlag(false) },
		func() exchange.Value { return exchange.NewTime(at) },
		func() exchange.Value { return exchange.NewTime(at.In(time.FixedZone("", 3600))) },
		func() exchange.Value { return exchange.NewZonelessTime(at) },
		func() exchange.Value { return exchange.NewList(nil) },
		func() exchange.Value { return exchange.NewList([]exchange.Value{exchange.NewText("ab")}) },
		func() exchange.Value {
			return exchange.NewList([]exchange.Value{exchange.NewText("a"), exchange.NewText("b")})
		},
		func() exchange.Value {
			return exchange.NewList([]exchange.Value{exchange.NewText("b"), exchange.NewText("a")})
		},
		func() exchange.Value {
			return exchange.NewList([]exchange.Value{exchange.NewList([]exchange.Value{exchange.NewText("ab")})})
		},
	}
	seed := maphash.MakeSeed()
	for i, one := range distinct {
		for j, other := range distinct {
			a, b := one(), other()
			if got := a.Same(b); got != (i == j) {
				t.Errorf("%s %v and %s %v: same is %v", kindName(a), a, kindName(b), b, got)
			}
		}
		first, ok := one().Hash(seed)
		if again, ok2 := one().Hash(seed); first != again || !ok || !ok2 {
			t.Errorf("%v has the hashes %x and %x", one(), first, again)
		}
	}
	never := []exchange.Value{
		exchange.NewNested("x", exchange.Record{}), exchange.NewSecret(secret.New("x")), deep,
		exchange.NewList([]exchange.Value{exchange.NewNested("x", exchange.Record{})}),
		exchange.NewList(make([]exchange.Value, 10_000)),
	}
	again := []exchange.Value{
		exchange.NewNested("x", exchange.Record{}), exchange.NewSecret(secret.New("x")), deep,
		exchange.NewList([]exchange.Value{exchange.NewNested("x", exchange.Record{})}),
		exchange.NewList(make([]exchange.Value, 10_000)),
	}
	for i, v := range never {
		if _, ok := v.Hash(seed); ok || v.Same(again[i]) {
			t.Errorf("%d counts as comparable", i)
		}
	}
}

func kindName(v exchange.Value) string {
	return [...]string{"none", "text", "integer", "decimal", "size", "duration", "time", "flag", "list", "nested", "secret"}[v.Kind()]
}
