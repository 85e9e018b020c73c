// Package theme is how Tenantry looks: its colours in light and dark, its sizes on a 4-point grid, and the
// names by which widgets ask for both.
//
// Widgets never hold a colour or a size: they ask Color and Size when they draw, so that a change of theme
// reaches them.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Colours beside Fyne's own names.
const (
	ColorSurface     fyne.ThemeColorName = "tenantry.surface"     // cards, the table, panels on the window's background
	ColorMuted       fyne.ThemeColorName = "tenantry.muted"       // second words: captions, hints, units
	ColorBorder      fyne.ThemeColorName = "tenantry.border"      // an edge one must be able to see: fields, buttons
	ColorZebra       fyne.ThemeColorName = "tenantry.zebra"       // every other row
	ColorRowHover    fyne.ThemeColorName = "tenantry.rowHover"    // the row under the pointer
	ColorRowSelected fyne.ThemeColorName = "tenantry.rowSelected" // a selected row
	ColorRowBoth     fyne.ThemeColorName = "tenantry.rowBoth"     // a selected row under the pointer
	ColorFocusRing   fyne.ThemeColorName = "tenantry.focusRing"   // the ring around what has the keyboard
	ColorAccent      fyne.ThemeColorName = "tenantry.accent"      // teal as text, icon and line
	ColorBar         fyne.ThemeColorName = "tenantry.bar"         // the bar beside a number

	ColorFillMuted  fyne.ThemeColorName = "tenantry.fillMuted"  // a tinted cell of the table
	ColorFillAccent fyne.ThemeColorName = "tenantry.fillAccent" //
	ColorFillGood   fyne.ThemeColorName = "tenantry.fillGood"   //
	ColorFillWarn   fyne.ThemeColorName = "tenantry.fillWarn"   //
	ColorFillBad    fyne.ThemeColorName = "tenantry.fillBad"    //

	ColorInfo         fyne.ThemeColorName = "tenantry.info"         // words and icon of a message
	ColorInfoBack     fyne.ThemeColorName = "tenantry.infoBack"     // its background; the others are alike
	ColorWarn         fyne.ThemeColorName = "tenantry.warn"         //
	ColorWarnBack     fyne.ThemeColorName = "tenantry.warnBack"     //
	ColorProblem      fyne.ThemeColorName = "tenantry.problem"      //
	ColorProblemBack  fyne.ThemeColorName = "tenantry.problemBack"  //
	ColorGood         fyne.ThemeColorName = "tenantry.good"         //
	ColorGoodBack     fyne.ThemeColorName = "tenantry.goodBack"     //
	ColorSample       fyne.ThemeColorName = "tenantry.sample"       //
	ColorSampleBack   fyne.ThemeColorName = "tenantry.sampleBack"   //
	ColorTip          fyne.ThemeColorName = "tenantry.tip"          // words of a tooltip
	ColorTipBack      fyne.ThemeColorName = "tenantry.tipBack"      //
	ColorPrimaryHover fyne.ThemeColorName = "tenantry.primaryHover" // the primary button under the pointer
	ColorButtonHover  fyne.ThemeColorName = "tenantry.buttonHover"  // any other button under the pointer
)

// Sizes beside Fyne's own names, in Fyne's device-independent points.
const (
	SizeRow     fyne.ThemeSizeName = "tenantry.row"     // height of a table row, 24, 28 or 34 by density
	SizeHeader  fyne.ThemeSizeName = "tenantry.header"  // height of the table's header
	SizeFilter  fyne.ThemeSizeName = "tenantry.filter"  // height of the row of fields below it
	SizeControl fyne.ThemeSizeName = "tenantry.control" // height of a button or chip
	SizeCellPad fyne.ThemeSizeName = "tenantry.cellPad" // left and right inside a cell
	SizeTitle   fyne.ThemeSizeName = "tenantry.title"   // text of a title, 20
	SizeHeading fyne.ThemeSizeName = "tenantry.heading" // text of a heading, 16
	SizeText    fyne.ThemeSizeName = "tenantry.text"    // text, 13
	SizeCaption fyne.ThemeSizeName = "tenantry.caption" // second words, 11
	SizeIcon    fyne.ThemeSizeName = "tenantry.icon"    // an icon beside text, 16
	SizeRing    fyne.ThemeSizeName = "tenantry.ring"    // thickness of the focus ring
	SizeRadius  fyne.ThemeSizeName = "tenantry.radius"  // corners of buttons, chips, strips
	SizeGap     fyne.ThemeSizeName = "tenantry.gap"     // between neighbours that belong together, 8
	SizeGutter  fyne.ThemeSizeName = "tenantry.gutter"  // between groups and around panels, 16
)

// Mode says which variant is drawn.
type Mode uint8

// The modes.
const (
	FollowSystem Mode = iota
	Light
	Dark
)

// Density says how high table rows are.
type Density uint8

// The densities: 28, 24 and 34 points a row.
const (
	Normal Density = iota
	Compact
	Roomy
)

// Theme is Tenantry's theme. The zero value follows the system with normal rows. It does not change: to
// switch, set a new one with app.Settings().SetTheme.
type Theme struct {
	Mode    Mode
	Density Density
}

var _ fyne.Theme = Theme{}

// Color answers every colour name. An unknown name gets the foreground colour, so that it is seen.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	switch t.Mode {
	case Light:
		v = fynetheme.VariantLight
	case Dark:
		v = fynetheme.VariantDark
	}
	p := light
	if v == fynetheme.VariantDark {
		p = dark
	}
	if c, ok := p[name]; ok {
		return c
	}
	return p[fynetheme.ColorNameForeground]
}

// Font is Fyne's bundled Noto Sans: one family, and its figures are all of one width, so that numbers
// stand under each other.
func (t Theme) Font(style fyne.TextStyle) fyne.Resource { return fynetheme.DefaultTheme().Font(style) }

// Icon is Fyne's own for Fyne's own widgets. Tenantry's icons are in gui/kit/icons.
func (t Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return fynetheme.DefaultTheme().Icon(name)
}

// Size answers every size name. An unknown name gets Fyne's own answer.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	if name == SizeRow {
		switch t.Density {
		case Compact:
			return 24
		case Roomy:
			return 34
		}
		return 28
	}
	if s, ok := sizes[name]; ok {
		return s
	}
	return fynetheme.DefaultTheme().Size(name)
}

var sizes = map[fyne.ThemeSizeName]float32{
	SizeHeader:  28,
	SizeFilter:  30,
	SizeControl: 30,
	SizeCellPad: 8,
	SizeTitle:   20,
	SizeHeading: 16,
	SizeText:    13,
	SizeCaption: 11,
	SizeIcon:    16,
	SizeRing:    2,
	SizeRadius:  6,
	SizeGap:     8,
	SizeGutter:  16,

	fynetheme.SizeNameText:                 13,
	fynetheme.SizeNameCaptionText:          11,
	fynetheme.SizeNameSubHeadingText:       16,
	fynetheme.SizeNameHeadingText:          20,
	fynetheme.SizeNamePadding:              4,
	fynetheme.SizeNameInnerPadding:         8,
	fynetheme.SizeNameLineSpacing:          4,
	fynetheme.SizeNameInlineIcon:           16,
	fynetheme.SizeNameScrollBar:            12,
	fynetheme.SizeNameScrollBarSmall:       4,
	fynetheme.SizeNameScrollBarRadius:      4,
	fynetheme.SizeNameSeparatorThickness:   1,
	fynetheme.SizeNameSplitThickness:       4,
	fynetheme.SizeNameInputBorder:          1,
	fynetheme.SizeNameInputRadius:          6,
	fynetheme.SizeNameButtonRadius:         6,
	fynetheme.SizeNameSelectionRadius:      4,
	fynetheme.SizeNameCardRadius:           8,
	fynetheme.SizeNameDialogRadius:         12,
	fynetheme.SizeNamePopupRadius:          8,
	fynetheme.SizeNameMenuRadius:           8,
	fynetheme.SizeNameInnerWindowRadius:    8,
	fynetheme.SizeNameModalBlurRadius:      0,
	fynetheme.SizeNameWindowButtonHeight:   16,
	fynetheme.SizeNameWindowButtonIcon:     14,
	fynetheme.SizeNameWindowTitleBarHeight: 28,
}

// Color asks the theme in force for a colour, in its variant.
func Color(name fyne.ThemeColorName) color.Color { return fynetheme.Color(name) }

// Size asks the theme in force for a size.
func Size(name fyne.ThemeSizeName) float32 { return fynetheme.Size(name) }
