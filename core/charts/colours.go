package charts

import "fmt"

// Colour is red, green and blue, a byte each, from the highest.
type Colour uint32

func (c Colour) String() string { return fmt.Sprintf("#%06x", uint32(c)) }

// series are the fills of slices, beginning with that of bars: each far enough from the background to be seen,
// and dark or light enough for OnFill to be read on it.
var series = [2][SeriesTones]Colour{
	{0x0F766E, 0x1D4ED8, 0xB45309, 0x7E22CE, 0x3F6212, 0xBE185D, 0x0369A1, 0x9A3412},
	{0x2DD4BF, 0x93B4FF, 0xFDBA74, 0xD8B4FE, 0xBEF264, 0xF9A8D4, 0x7DD3FC, 0xFCA5A5},
}

var plain = [2][Series]Colour{
	{Ink: 0x1B2733, Soft: 0x52606D, Line: 0xDCE3EC, Paper: 0xFFFFFF, Grey: 0x64748B, Empty: 0x64748B, OnFill: 0xFFFFFF},
	{Ink: 0xE4E9EE, Soft: 0xA3B0BD, Line: 0x3A4653, Paper: 0x161C22, Grey: 0x94A3B8, Empty: 0x94A3B8, OnFill: 0x0F172A},
}

// ColourOf is the colour of a tone on a light or dark background.
func ColourOf(t Tone, dark bool) Colour {
	look := 0
	if dark {
		look = 1
	}
	if t < Series {
		return plain[look][t]
	}
	return series[look][(t-Series)%SeriesTones]
}
