package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

type palette map[fyne.ThemeColorName]color.NRGBA

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF}
}

func rgba(v uint32, alpha uint8) color.NRGBA {
	c := rgb(v)
	c.A = alpha
	return c
}

var light = palette{
	fynetheme.ColorNameBackground:                rgb(0xF8FAFC),
	fynetheme.ColorNameForeground:                rgb(0x0F172A),
	fynetheme.ColorNamePlaceHolder:               rgb(0x64748B),
	fynetheme.ColorNameDisabled:                  rgb(0x64748B),
	fynetheme.ColorNameButton:                    rgb(0xFFFFFF),
	fynetheme.ColorNameDisabledButton:            rgb(0xF1F5F9),
	fynetheme.ColorNamePrimary:                   rgb(0x0F766E),
	fynetheme.ColorNameForegroundOnPrimary:       rgb(0xFFFFFF),
	fynetheme.ColorNameHyperlink:                 rgb(0x0F766E),
	fynetheme.ColorNameFocus:                     rgba(0x0F766E, 0x38),
	fynetheme.ColorNameHover:                     rgba(0x0F172A, 0x0F),
	fynetheme.ColorNamePressed:                   rgba(0x0F172A, 0x1F),
	fynetheme.ColorNameSelection:                 rgb(0xC9EAE5),
	fynetheme.ColorNameError:                     rgb(0xB42318),
	fynetheme.ColorNameForegroundOnError:         rgb(0xFFFFFF),
	fynetheme.ColorNameWarning:                   rgb(0xB54708),
	fynetheme.ColorNameForegroundOnWarning:       rgb(0xFFFFFF),
	fynetheme.ColorNameSuccess:                   rgb(0x067647),
	fynetheme.ColorNameForegroundOnSuccess:       rgb(0xFFFFFF),
	fynetheme.ColorNameInputBackground:           rgb(0xFFFFFF),
	fynetheme.ColorNameInputBorder:               rgb(0x7C8BA1),
	fynetheme.ColorNameMenuBackground:            rgb(0xFFFFFF),
	fynetheme.ColorNameOverlayBackground:         rgb(0xFFFFFF),
	fynetheme.ColorNameHeaderBackground:          rgb(0xF1F5F9),
	fynetheme.ColorNameSeparator:                 rgb(0xDCE3EC),
	fynetheme.ColorNameScrollBar:                 rgb(0x7C8BA1),
	fynetheme.ColorNameScrollBarBackground:       rgba(0x0F172A, 0x0A),
	fynetheme.ColorNameShadow:                    rgba(0x0F172A, 0x26),
	fynetheme.ColorNameInnerWindowBorder:         rgb(0x7C8BA1),
	fynetheme.ColorNameInnerWindowBorderInactive: rgb(0xCBD5E1),

	ColorSurface:      rgb(0xFFFFFF),
	ColorMuted:        rgb(0x475569),
	ColorBorder:       rgb(0x7C8BA1),
	ColorZebra:        rgb(0xF8FAFC),
	ColorRowHover:     rgb(0xEDF1F6),
	ColorRowSelected:  rgb(0xDDF3EF),
	ColorRowBoth:      rgb(0xD4F0EB),
	ColorFocusRing:    rgb(0x0F766E),
	ColorAccent:       rgb(0x0F766E),
	ColorBar:          rgb(0x4DAFA5),
	ColorInfo:         rgb(0x0F766E),
	ColorInfoBack:     rgb(0xE6F5F2),
	ColorWarn:         rgb(0xB54708),
	ColorWarnBack:     rgb(0xFFFAEB),
	ColorProblem:      rgb(0xB42318),
	ColorProblemBack:  rgb(0xFEF3F2),
	ColorGood:         rgb(0x067647),
	ColorGoodBack:     rgb(0xECFDF3),
	ColorSample:       rgb(0x475569),
	ColorSampleBack:   rgb(0xEEF2F6),
	ColorTip:          rgb(0xF8FAFC),
	ColorTipBack:      rgb(0x1E293B),
	ColorPrimaryHover: rgb(0x0B5C56),
	ColorButtonHover:  rgb(0xEDF1F6),

	ColorFillMuted:  rgb(0xF3ECF3),
	ColorFillAccent: rgb(0xD8EFF9),
	ColorFillGood:   rgb(0xDFF7DC),
	ColorFillWarn:   rgb(0xFEF3D2),
	ColorFillBad:    rgb(0xFEE9E7),
}

var dark = palette{
	fynetheme.ColorNameBackground:                rgb(0x0F172A),
	fynetheme.ColorNameForeground:                rgb(0xE8EDF4),
	fynetheme.ColorNamePlaceHolder:               rgb(0x94A3B8),
	fynetheme.ColorNameDisabled:                  rgb(0x94A3B8),
	fynetheme.ColorNameButton:                    rgb(0x1E293B),
	fynetheme.ColorNameDisabledButton:            rgb(0x17213A),
	fynetheme.ColorNamePrimary:                   rgb(0x2DD4BF),
	fynetheme.ColorNameForegroundOnPrimary:       rgb(0x042F2E),
	fynetheme.ColorNameHyperlink:                 rgb(0x2DD4BF),
	fynetheme.ColorNameFocus:                     rgba(0x2DD4BF, 0x38),
	fynetheme.ColorNameHover:                     rgba(0xE8EDF4, 0x14),
	fynetheme.ColorNamePressed:                   rgba(0xE8EDF4, 0x28),
	fynetheme.ColorNameSelection:                 rgb(0x115E59),
	fynetheme.ColorNameError:                     rgb(0xFDA29B),
	fynetheme.ColorNameForegroundOnError:         rgb(0x3D1512),
	fynetheme.ColorNameWarning:                   rgb(0xFEC84B),
	fynetheme.ColorNameForegroundOnWarning:       rgb(0x3A2A0B),
	fynetheme.ColorNameSuccess:                   rgb(0x75E0A7),
	fynetheme.ColorNameForegroundOnSuccess:       rgb(0x0B2E20),
	fynetheme.ColorNameInputBackground:           rgb(0x17213A),
	fynetheme.ColorNameInputBorder:               rgb(0x6B7C94),
	fynetheme.ColorNameMenuBackground:            rgb(0x1E293B),
	fynetheme.ColorNameOverlayBackground:         rgb(0x17213A),
	fynetheme.ColorNameHeaderBackground:          rgb(0x1B263B),
	fynetheme.ColorNameSeparator:                 rgb(0x2B3A52),
	fynetheme.ColorNameScrollBar:                 rgb(0x6B7C94),
	fynetheme.ColorNameScrollBarBackground:       rgba(0xE8EDF4, 0x0A),
	fynetheme.ColorNameShadow:                    rgba(0x000000, 0x66),
	fynetheme.ColorNameInnerWindowBorder:         rgb(0x6B7C94),
	fynetheme.ColorNameInnerWindowBorderInactive: rgb(0x334155),

	ColorSurface:      rgb(0x141D33),
	ColorMuted:        rgb(0xA3B1C4),
	ColorBorder:       rgb(0x6B7C94),
	ColorZebra:        rgb(0x172139),
	ColorRowHover:     rgb(0x1F2B44),
	ColorRowSelected:  rgb(0x12403F),
	ColorRowBoth:      rgb(0x144A48),
	ColorFocusRing:    rgb(0x2DD4BF),
	ColorAccent:       rgb(0x2DD4BF),
	ColorBar:          rgb(0x2A9D90),
	ColorInfo:         rgb(0x2DD4BF),
	ColorInfoBack:     rgb(0x0F3236),
	ColorWarn:         rgb(0xFEC84B),
	ColorWarnBack:     rgb(0x33280F),
	ColorProblem:      rgb(0xFDA29B),
	ColorProblemBack:  rgb(0x3A1A1C),
	ColorGood:         rgb(0x75E0A7),
	ColorGoodBack:     rgb(0x0F2F26),
	ColorSample:       rgb(0xA3B1C4),
	ColorSampleBack:   rgb(0x1E293B),
	ColorTip:          rgb(0x0F172A),
	ColorTipBack:      rgb(0xE2E8F0),
	ColorPrimaryHover: rgb(0x5EE0CF),
	ColorButtonHover:  rgb(0x29374F),

	ColorFillMuted:  rgb(0x2C3048),
	ColorFillAccent: rgb(0x173C50),
	ColorFillGood:   rgb(0x17422A),
	ColorFillWarn:   rgb(0x42320F),
	ColorFillBad:    rgb(0x4A2224),
}
