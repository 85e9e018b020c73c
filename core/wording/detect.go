package wording

import (
	"os"
	"strings"
)

// Detect returns the locale the person works in, such as "nl-NL": from LC_ALL, LC_MESSAGES and LANG, then
// from the system, then "en". Give it to For; a setting of the person's own goes before it.
func Detect() string { return detect(os.Getenv, systemLocale) }

func detect(env func(string) string, system func() string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" {
			if isNeutral(v) {
				return English
			}
			return tidyLocale(v)
		}
	}
	if l := system(); l != "" {
		return tidyLocale(l)
	}
	return English
}

// isNeutral tells whether a locale is the one of programs, which no person speaks.
func isNeutral(l string) bool {
	base, _, _ := strings.Cut(l, ".")
	return base == "C" || base == "POSIX"
}

// tidyLocale makes "nl_NL.UTF-8" and "nl-nl" into "nl-NL". Anything that is no locale becomes "en".
func tidyLocale(l string) string {
	l, _, _ = strings.Cut(l, ".")
	l, _, _ = strings.Cut(l, "@")
	l, _, _ = strings.Cut(l, ":")
	l = strings.ReplaceAll(strings.TrimSpace(l), "_", "-")
	parts := strings.Split(l, "-")
	lang := strings.ToLower(parts[0])
	if len(lang) < 2 || len(lang) > 3 || strings.Trim(lang, "abcdefghijklmnopqrstuvwxyz") != "" {
		return English
	}
	// "zh-Hans-CN": a region has two letters, a script four.
	for _, p := range parts[1:] {
		if len(p) == 2 {
			return lang + "-" + strings.ToUpper(p)
		}
	}
	return lang
}
