package theme

import (
	"io/fs"
	"slices"
	"testing"
	"unicode"

	fynetheme "fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"

	"tenantry/assets"
)

// Every letter of the texts is in the fonts that the window brings: which others a computer has is not known.
func TestTheFontsHaveEveryLetterOfTheTexts(t *testing.T) {
	var faces []*sfnt.Font
	for _, r := range [][]byte{fynetheme.DefaultTextFont().Content(), fynetheme.DefaultSymbolFont().Content()} {
		face, err := sfnt.Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		faces = append(faces, face)
	}
	names, err := fs.Glob(assets.Translations, "translations/*/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		text, err := assets.Translations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		told := map[rune]bool{}
		for _, r := range string(text) {
			if unicode.IsControl(r) || told[r] || slices.ContainsFunc(faces, func(f *sfnt.Font) bool {
				i, err := f.GlyphIndex(nil, r)
				return err == nil && i != 0
			}) {
				continue
			}
			told[r] = true
			t.Errorf("%s has %q (%U), which shows as a box on a computer without a font for it", name, r, r)
		}
	}
}
