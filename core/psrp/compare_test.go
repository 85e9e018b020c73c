package psrp

import (
	"github.com/google/go-cmp/cmp"

	"tenantry/core/clixml"
)

// compare tells how two messages differ, values by what they say.
func compare(a, b any) string {
	return cmp.Diff(a, b,
		cmp.Comparer(func(v, w clixml.Value) bool { return v.Equal(w) }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".decoder" }, cmp.Ignore()),
		cmp.AllowUnexported(PipelineOutput{}),
	)
}
