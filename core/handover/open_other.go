//go:build !windows

package handover

import "context"

// Open is described in its Windows form; here it is nil.
var Open func(ctx context.Context, name string, script []byte) error
