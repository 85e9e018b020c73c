package charts

import "unicode"

// widths are those of the letters from space to tilde in a wide font for screens, in hundredths of its size,
// plain and bold.
var widths = [2][95]uint8{
	{32, 40, 46, 84, 64, 95, 78, 28, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 78, 75, 30, 30, 66, 56, 86, 75, 79, 60, 79, 70, 64, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 64, 55, 64, 62, 35, 64, 63, 28, 28, 58, 28, 97, 63, 61, 64, 64, 41, 52, 39, 63, 59, 82, 59, 59, 53, 64, 34, 64, 84},
	{35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84, 84, 84, 58, 100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 78, 64, 100, 84, 85, 73, 85, 77, 72, 68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50, 50, 68, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69, 72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84},
}

// Approximate is how wide a text is at most in the fonts that browsers have. It is for pictures whose reader's
// font is not known; who draws in a font of its own measures that.
func Approximate(text string, size float64, bold bool) float64 {
	table, total := &widths[0], 0
	if bold {
		table = &widths[1]
	}
	for _, r := range text {
		switch {
		case r >= ' ' && r <= '~':
			total += int(table[r-' '])
		case unicode.Is(unicode.Mn, r):
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r > 0xFFFF || r == '…':
			total += 100
		default:
			total += 72
		}
	}
	return float64(total) * size / 100
}
