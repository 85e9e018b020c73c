package wording

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

// systemLocale asks macOS for the person's locale. A program that was started from the Finder has no LANG.
func systemLocale() string {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLocale").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
