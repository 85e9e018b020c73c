//go:build !windows && !darwin

package wording

// systemLocale has nothing to ask beside the environment.
func systemLocale() string { return "" }
