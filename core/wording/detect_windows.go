package wording

import "golang.org/x/sys/windows"

// systemLocale asks Windows for the language of its screens and the way dates are written.
func systemLocale() string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(names) == 0 {
		return ""
	}
	return names[0]
}
