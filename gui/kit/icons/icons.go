// Package icons is Tenantry's one family of icons: line drawings on a 24-point square with a 2-point line,
// drawn in a colour of the theme.
package icons

import (
	"encoding/hex"
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Icon is one drawing. It is a fyne.Resource in the theme's foreground colour; In gives it another one.
type Icon struct {
	name  string
	draw  string // SVG elements; C stands for the colour
	color fyne.ThemeColorName
}

var _ fyne.ThemedResource = (*Icon)(nil)

// Name is unique for drawing and colour at this moment, because Fyne keeps rendered images by name.
func (i *Icon) Name() string { return i.hex() + "_" + i.name + ".svg" }

// Content is the SVG text in the colour the theme gives now.
func (i *Icon) Content() []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`+
		i.draw+`</svg>`, "#"+i.hex())
}

// ThemeColorName tells Fyne to draw anew when the theme changes.
func (i *Icon) ThemeColorName() fyne.ThemeColorName { return i.color }

// In returns the same drawing in another colour of the theme.
func (i *Icon) In(name fyne.ThemeColorName) *Icon {
	return &Icon{name: i.name, draw: i.draw, color: name}
}

func (i *Icon) hex() string {
	c := color.NRGBAModel.Convert(fynetheme.Color(i.color)).(color.NRGBA)
	return hex.EncodeToString([]byte{c.R, c.G, c.B})
}

// line makes an icon of stroked paths.
func line(name string, paths ...string) *Icon {
	draw := ""
	for _, p := range paths {
		draw += `<path d="` + p + `" fill="none" stroke="%[1]s" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`
	}
	return &Icon{name: name, draw: draw, color: fynetheme.ColorNameForeground}
}

// solid makes an icon of one filled path with the same round line around it.
func solid(name, path string) *Icon {
	return &Icon{name: name, color: fynetheme.ColorNameForeground,
		draw: `<path d="` + path + `" fill="%[1]s" stroke="%[1]s" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`}
}

// circle is a path, because every icon is made of paths.
func circle(x, y, r float64) string {
	return fmt.Sprintf("M%g %ga%g %g 0 1 0 %g 0a%g %g 0 1 0 %g 0", x-r, y, r, r, 2*r, r, r, -2*r)
}

const star = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z"

// The icons.
var (
	Search       = line("search", circle(10.5, 10.5, 6.5), "M15.5 15.5L21 21")
	Add          = line("add", "M12 5v14", "M5 12h14")
	Import       = line("import", "M12 15V4", "M7.5 8.5L12 4l4.5 4.5", "M4 15v4a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-4")
	Export       = line("export", "M12 4v11", "M7.5 10.5L12 15l4.5-4.5", "M4 15v4a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-4")
	Star         = line("star", star)
	StarFilled   = solid("star-filled", star)
	Copy         = line("copy", "M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1z", "M4.5 15.5A1 1 0 0 1 4 15V4a1 1 0 0 1 1-1h10a1 1 0 0 1 .8.4")
	Run          = solid("run", "M7 5l11 7-11 7z")
	Stop         = solid("stop", "M7 7h10v10H7z")
	Close        = line("close", "M6 6l12 12", "M18 6L6 18")
	Columns      = line("columns", "M4 4h16v16H4z", "M9.5 4v16", "M14.5 4v16")
	Filter       = line("filter", "M4 5h16l-6 7.5V19l-4-2v-4.5z")
	FilterOn     = solid("filter-on", "M4 5h16l-6 7.5V19l-4-2v-4.5z")
	SortUp       = solid("sort-up", "M12 8l5 7H7z")
	SortDown     = solid("sort-down", "M12 16l5-7H7z")
	Sun          = line("sun", circle(12, 12, 4), "M12 2.5v2", "M12 19.5v2", "M2.5 12h2", "M19.5 12h2", "M5.3 5.3l1.4 1.4", "M17.3 17.3l1.4 1.4", "M5.3 18.7l1.4-1.4", "M17.3 6.7l1.4-1.4")
	Moon         = line("moon", "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z")
	Info         = line("info", circle(12, 12, 9), "M12 11v5.5", "M12 7.5v.1")
	Warning      = line("warning", "M12 4l9 16H3z", "M12 10v4.5", "M12 17.2v.1")
	Error        = line("error", circle(12, 12, 9), "M12 7v6", "M12 16.4v.1")
	Check        = line("check", "M4.5 12.5l5 5L19.5 7")
	ChevronRight = line("chevron-right", "M9 5.5l6.5 6.5L9 18.5")
	ChevronDown  = line("chevron-down", "M5.5 9l6.5 6.5L18.5 9")
	Sessions     = line("sessions", "M4 4h16v6H4z", "M4 14h16v6H4z", "M8 7v.1", "M8 17v.1")
	Customer     = line("customer", "M6 21V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v17", "M3.5 21h17", "M10 7.5v.1", "M14 7.5v.1", "M10 11.5v.1", "M14 11.5v.1", "M10.5 21v-5h3v5")
	Key          = line("key", circle(8, 15, 4.5), "M11.3 11.7L20 3", "M16 7l3 3")
	User         = line("user", circle(12, 8, 4), "M4.5 20.5a7.5 7.5 0 0 1 15 0")
	Retry        = line("retry", "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L20 9.5", "M20 4.5v5h-5")
	More         = line("more", "M12 5v.1", "M12 12v.1", "M12 19v.1")
	Details      = line("details", "M4 4h16v16H4z", "M14 4v16")
	Undo         = line("undo", "M9 14L4 9l5-5", "M4 9h10a6 6 0 0 1 0 12h-3")
	Clock        = line("clock", circle(12, 12, 9), "M12 7v5l3.5 2")
	Connection   = line("connection", "M9 3v5", "M15 3v5", "M6 8h12v3a6 6 0 0 1-12 0z", "M12 17v4")
	FilterRow    = line("filter-row", "M4 4.5h16v6H4z", "M7 7.5h5", "M4 15h16", "M4 19.5h16")
	Pin          = line("pin", "M9 4h6l-1 6 3 3.5H7L10 10z", "M12 13.5V20")
	Open         = line("open", "M3.5 19V6a1 1 0 0 1 1-1h4.5l2 2.5h7a1 1 0 0 1 1 1V11", "M3.5 19l3-8h15l-3 8z")
	Chart        = line("chart", "M4 4v16h16", "M8 16v-5", "M12.5 16V7", "M17 16v-3")
	Compare      = line("compare", "M4 5h6v14H4z", "M14 5h6v14h-6z", "M6 9h2", "M16 9h2", "M16 13h2")
	Groups       = line("groups", "M4 4h8v5H4z", "M12 15h8v5h-8z", "M6.5 9v8.5H12")
	Sum          = line("sum", "M17.5 6.5V4.5h-11l6 7.5-6 7.5h11v-2")
	Values       = line("values", "M4 5.5h16", "M4 12h11", "M4 18.5h5")
	Settings     = line("settings", "M4 7h9", "M17 7h3", "M4 17h3", "M11 17h9", circle(15, 7, 2), circle(9, 17, 2))
)

// All is every icon, for a gallery and for tests.
func All() []*Icon {
	return []*Icon{Search, Add, Import, Export, Star, StarFilled, Copy, Run, Stop, Close, Columns, Filter, FilterOn, FilterRow, SortUp,
		SortDown, Sun, Moon, Info, Warning, Error, Check, ChevronRight, ChevronDown, Sessions, Customer, Key, User,
		Retry, More, Details, Undo, Clock, Connection, Pin, Open, Chart, Compare, Groups, Sum, Values, Settings}
}
