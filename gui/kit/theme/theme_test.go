package theme

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
)

// contrast is the ratio of WCAG 2.2, 1.4.3.
func contrast(a, b color.NRGBA) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

// over is what one sees of a colour that lets through what is behind it.
func over(front, back color.NRGBA) color.NRGBA {
	mix := func(f, b uint8) uint8 {
		return uint8((int(f)*int(front.A) + int(b)*(255-int(front.A))) / 255)
	}
	return color.NRGBA{mix(front.R, back.R), mix(front.G, back.G), mix(front.B, back.B), 255}
}

// TestContrast holds every pair of words and background, and of edge or icon and background, that the
// screens use to WCAG AA: 4.5 to 1 for words, 3 to 1 for what else must be seen.
func TestContrast(t *testing.T) {
	rows := []fyne.ThemeColorName{ColorSurface, ColorZebra, ColorRowHover, ColorRowSelected, ColorRowBoth}
	planes := []fyne.ThemeColorName{fynetheme.ColorNameBackground, ColorSurface, fynetheme.ColorNameOverlayBackground,
		fynetheme.ColorNameMenuBackground, fynetheme.ColorNameInputBackground, fynetheme.ColorNameHeaderBackground}
	type pair struct {
		front fyne.ThemeColorName
		back  []fyne.ThemeColorName
	}
	words := []pair{
		{fynetheme.ColorNameForeground, append(append([]fyne.ThemeColorName{fynetheme.ColorNameButton, ColorButtonHover,
			fynetheme.ColorNameSelection, ColorInfoBack, ColorWarnBack, ColorProblemBack, ColorGoodBack, ColorSampleBack}, rows...), planes...)},
		{ColorMuted, append(append([]fyne.ThemeColorName{ColorSampleBack}, rows...), planes...)},
		{fynetheme.ColorNamePlaceHolder, []fyne.ThemeColorName{fynetheme.ColorNameInputBackground, fynetheme.ColorNameBackground, ColorSurface}},
		{fynetheme.ColorNameDisabled, []fyne.ThemeColorName{fynetheme.ColorNameBackground, fynetheme.ColorNameInputBackground}},
		{fynetheme.ColorNameHyperlink, []fyne.ThemeColorName{fynetheme.ColorNameBackground, ColorSurface, fynetheme.ColorNameOverlayBackground}},
		{fynetheme.ColorNameForegroundOnPrimary, []fyne.ThemeColorName{fynetheme.ColorNamePrimary, ColorPrimaryHover}},
		{fynetheme.ColorNameForegroundOnError, []fyne.ThemeColorName{fynetheme.ColorNameError}},
		{fynetheme.ColorNameForegroundOnWarning, []fyne.ThemeColorName{fynetheme.ColorNameWarning}},
		{fynetheme.ColorNameForegroundOnSuccess, []fyne.ThemeColorName{fynetheme.ColorNameSuccess}},
		{fynetheme.ColorNameError, planes[:5]},
		{fynetheme.ColorNameWarning, planes[:5]},
		{fynetheme.ColorNameSuccess, planes[:5]},
		{ColorAccent, append(append([]fyne.ThemeColorName{ColorInfoBack}, rows...), planes...)},
		{ColorGood, append([]fyne.ThemeColorName{ColorGoodBack}, rows...)},
		{ColorWarn, append([]fyne.ThemeColorName{ColorWarnBack}, rows...)},
		{ColorProblem, append([]fyne.ThemeColorName{ColorProblemBack, fynetheme.ColorNameBackground}, rows...)},
		{ColorInfo, []fyne.ThemeColorName{ColorInfoBack}},
		{ColorSample, []fyne.ThemeColorName{ColorSampleBack}},
		{ColorTip, []fyne.ThemeColorName{ColorTipBack}},
	}
	// A rule may tint a cell in one tone and leave its words in another.
	fills := []fyne.ThemeColorName{ColorFillMuted, ColorFillAccent, ColorFillGood, ColorFillWarn, ColorFillBad}
	for _, tone := range []fyne.ThemeColorName{fynetheme.ColorNameForeground, ColorMuted, ColorAccent, ColorGood, ColorWarn, ColorProblem} {
		words = append(words, pair{tone, fills})
	}
	things := []pair{
		{fynetheme.ColorNameInputBorder, []fyne.ThemeColorName{fynetheme.ColorNameBackground, fynetheme.ColorNameInputBackground, ColorSurface, fynetheme.ColorNameOverlayBackground}},
		{ColorBorder, []fyne.ThemeColorName{fynetheme.ColorNameBackground, ColorSurface, fynetheme.ColorNameOverlayBackground}},
		{ColorFocusRing, append(append([]fyne.ThemeColorName{fynetheme.ColorNameButton}, rows...), planes...)},
		{fynetheme.ColorNameScrollBar, []fyne.ThemeColorName{ColorSurface, fynetheme.ColorNameBackground}},
		{fynetheme.ColorNamePrimary, planes[:3]},
	}
	for name, p := range map[string]palette{"light": light, "dark": dark} {
		t.Run(name, func(t *testing.T) {
			check := func(pairs []pair, least float64) {
				for _, x := range pairs {
					for _, b := range x.back {
						back := over(p[b], p[fynetheme.ColorNameBackground])
						if got := contrast(over(p[x.front], back), back); got < least {
							t.Errorf("%s on %s is %.2f to 1, want %.1f", x.front, b, got, least)
						}
					}
				}
			}
			check(words, 4.5)
			check(things, 3)
		})
	}
}

func TestRowsAreToldApart(t *testing.T) {
	for name, p := range map[string]palette{"light": light, "dark": dark} {
		seen := map[color.NRGBA]fyne.ThemeColorName{}
		for _, n := range []fyne.ThemeColorName{ColorSurface, ColorZebra, ColorRowHover, ColorRowSelected, ColorRowBoth} {
			if other, ok := seen[p[n]]; ok {
				t.Errorf("%s: %s and %s are the same", name, n, other)
			}
			seen[p[n]] = n
		}
	}
}

// TestTintsAreSeen holds every tint of a cell apart from every background a row may have, and from the others.
func TestTintsAreSeen(t *testing.T) {
	fills := []fyne.ThemeColorName{ColorFillMuted, ColorFillAccent, ColorFillGood, ColorFillWarn, ColorFillBad}
	apart := func(a, b color.NRGBA) int {
		d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
		return d(a.R, b.R) + d(a.G, b.G) + d(a.B, b.B)
	}
	for name, p := range map[string]palette{"light": light, "dark": dark} {
		others := []fyne.ThemeColorName{ColorSurface, ColorZebra, ColorRowHover, ColorRowSelected, ColorRowBoth}
		for _, n := range fills {
			for _, other := range others {
				if d := apart(p[n], p[other]); d < 14 {
					t.Errorf("%s: %s and %s are only %d apart", name, n, other, d)
				}
			}
			others = append(others, n)
		}
	}
}

// TestAnswersEveryName asks for every name that Fyne has: a colour that falls through to the foreground
// makes a black box somewhere.
func TestAnswersEveryName(t *testing.T) {
	test.NewTempApp(t)
	for _, n := range []fyne.ThemeColorName{
		fynetheme.ColorNameBackground, fynetheme.ColorNameButton, fynetheme.ColorNameDisabled, fynetheme.ColorNameDisabledButton,
		fynetheme.ColorNameError, fynetheme.ColorNameFocus, fynetheme.ColorNameForeground, fynetheme.ColorNameForegroundOnError,
		fynetheme.ColorNameForegroundOnPrimary, fynetheme.ColorNameForegroundOnSuccess, fynetheme.ColorNameForegroundOnWarning,
		fynetheme.ColorNameHeaderBackground, fynetheme.ColorNameHover, fynetheme.ColorNameHyperlink,
		fynetheme.ColorNameInnerWindowBorder, fynetheme.ColorNameInnerWindowBorderInactive, fynetheme.ColorNameInputBackground,
		fynetheme.ColorNameInputBorder, fynetheme.ColorNameMenuBackground, fynetheme.ColorNameOverlayBackground,
		fynetheme.ColorNamePlaceHolder, fynetheme.ColorNamePressed, fynetheme.ColorNamePrimary, fynetheme.ColorNameScrollBar,
		fynetheme.ColorNameScrollBarBackground, fynetheme.ColorNameSelection, fynetheme.ColorNameSeparator,
		fynetheme.ColorNameShadow, fynetheme.ColorNameSuccess, fynetheme.ColorNameWarning,
	} {
		if _, ok := light[n]; !ok {
			t.Errorf("light has no %s", n)
		}
	}
	for n := range light {
		if _, ok := dark[n]; !ok {
			t.Errorf("dark has no %s", n)
		}
	}
	if len(light) != len(dark) {
		t.Errorf("light has %d colours, dark %d", len(light), len(dark))
	}
	for _, n := range []fyne.ThemeSizeName{
		fynetheme.SizeNameCaptionText, fynetheme.SizeNameInlineIcon, fynetheme.SizeNameInnerPadding, fynetheme.SizeNameLineSpacing,
		fynetheme.SizeNamePadding, fynetheme.SizeNameScrollBar, fynetheme.SizeNameScrollBarSmall, fynetheme.SizeNameScrollBarRadius,
		fynetheme.SizeNameSeparatorThickness, fynetheme.SizeNameSplitThickness, fynetheme.SizeNameText, fynetheme.SizeNameHeadingText,
		fynetheme.SizeNameSubHeadingText, fynetheme.SizeNameInputBorder, fynetheme.SizeNameInputRadius, fynetheme.SizeNameSelectionRadius,
		fynetheme.SizeNameButtonRadius, fynetheme.SizeNameCardRadius, fynetheme.SizeNameDialogRadius, fynetheme.SizeNamePopupRadius,
		fynetheme.SizeNameMenuRadius, fynetheme.SizeNameInnerWindowRadius, fynetheme.SizeNameWindowButtonHeight,
		fynetheme.SizeNameWindowButtonRadius, fynetheme.SizeNameWindowButtonIcon, fynetheme.SizeNameWindowTitleBarHeight,
		SizeRow, SizeHeader, SizeFilter, SizeControl, SizeCellPad, SizeTitle, SizeHeading, SizeText, SizeCaption, SizeIcon, SizeRing,
		SizeRadius, SizeGap, SizeGutter,
	} {
		if (Theme{}).Size(n) <= 0 {
			t.Errorf("no size %s", n)
		}
	}
}

func TestModeAndDensity(t *testing.T) {
	test.NewTempApp(t)
	if (Theme{Mode: Dark}).Color(fynetheme.ColorNameBackground, fynetheme.VariantLight) != dark[fynetheme.ColorNameBackground] {
		t.Error("Dark follows the system")
	}
	if (Theme{}).Color(fynetheme.ColorNameBackground, fynetheme.VariantLight) != light[fynetheme.ColorNameBackground] {
		t.Error("the zero theme does not follow the system")
	}
	for d, want := range map[Density]float32{Normal: 28, Compact: 24, Roomy: 34} {
		if got := (Theme{Density: d}).Size(SizeRow); got != want {
			t.Errorf("density %d has rows %v high, want %v", d, got, want)
		}
	}
}
