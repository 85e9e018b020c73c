package theme

import (
	"io/fs"
	"testing"
	"unicode"

	fynetheme "fyne.io/fyne/v2/theme"
	"golang.org/x/image/font/sfnt"

	"tenantry/assets"
)

// Every letter of the texts is in the font that the window brings for texts: which others a computer has is not
// known, and after one of the symbol font, which has no space, a space shows as a box.
func TestTheFontHasEveryLetterOfTheTexts(t *testing.T) {
	face, err := sfnt.Parse(fynetheme.DefaultTextFont().Content())
	if err != nil {
		t.Fatal(err)
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
			if i, err := face.GlyphIndex(nil, r); unicode.IsControl(r) || told[r] || err == nil && i != 0 {
				continue
			}
			told[r] = true
			t.Errorf("%s has %q (%U), which shows as a box on a computer without a font for it", name, r, r)
		}
	}
}
