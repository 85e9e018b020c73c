//go:build !unix

package bench

import "time"

// cpuTime is not known here, so only the clock counts.
func cpuTime() time.Duration { return 0 }
