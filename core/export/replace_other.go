//go:build !windows

package export

import "os"

// inUse is for Windows: elsewhere a file that is open can be replaced.
func inUse(string) bool { return false }

// replace puts a file in the place of another.
func replace(from, to string) error { return os.Rename(from, to) }
