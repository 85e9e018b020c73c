package charts

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// classes are the tones' names in the style.
var classes = [...]string{Ink: "ink", Soft: "soft", Line: "line", Paper: "paper", Grey: "grey", Empty: "empty", OnFill: "on"}

func class(t Tone) string {
	if t < Series {
		return classes[t]
	}
	return "s" + strconv.Itoa(int(t-Series)%SeriesTones)
}

// Style is the style of the drawings that SVG makes: light, dark where the reader prefers that, and light on
// paper. A page has it once, in its own style.
var Style = style()

func style() string {
	var b strings.Builder
	b.WriteString(".chart text { font-family: \"Segoe UI\", system-ui, sans-serif; font-variant-numeric: tabular-nums }\n" +
		".chart .bold { font-weight: 600 }\n.chart .rule { stroke-width: 1 }\n.chart .edge { fill: none; stroke-width: 1.5; stroke-dasharray: 3 2 }\n")
	rules := func(dark bool) string {
		var r strings.Builder
		for t := Ink; t < Series+SeriesTones; t++ {
			fmt.Fprintf(&r, ".chart .%s { fill: %s }\n", class(t), ColourOf(t, dark))
		}
		for _, t := range []Tone{Line, Soft} {
			fmt.Fprintf(&r, ".chart .rule.%s { stroke: %s }\n", class(t), ColourOf(t, dark))
		}
		fmt.Fprintf(&r, ".chart .edge.%s { fill: %s; stroke: %s }\n", class(Empty), ColourOf(Paper, dark), ColourOf(Empty, dark))
		return r.String()
	}
	b.WriteString(rules(false))
	b.WriteString("@media screen and (prefers-color-scheme: dark) {\n" + rules(true) + "}\n")
	return b.String()
}

// SVG draws a picture as an SVG element for a page that has Style; id is unique there.
func (p Picture) SVG(id string) string { return p.draw(id, false) }

// File draws a picture as a file of its own.
func (p Picture) File() string { return p.draw("chart", true) }

func (p Picture) draw(id string, alone bool) string {
	var b strings.Builder
	margin := 0.0
	b.WriteString("<svg")
	if alone {
		margin = 16
		b.WriteString(` xmlns="http://www.w3.org/2000/svg"`)
	}
	fmt.Fprintf(&b, ` class="chart" role="img" aria-labelledby="%[1]s-title %[1]s-desc" width="%[2]s" height="%[3]s" viewBox="%[4]s %[4]s %[2]s %[3]s">`,
		escaped(id), short(p.W+2*margin), short(p.H+2*margin), short(-margin))
	fmt.Fprintf(&b, "\n<title id=\"%s-title\">%s</title>\n<desc id=\"%[1]s-desc\">%[3]s</desc>\n", escaped(id), escaped(p.Title), escaped(p.Describe))
	if alone {
		b.WriteString("<style>\n" + Style + "</style>\n")
		fmt.Fprintf(&b, "<rect class=\"paper\" x=\"%s\" y=\"%[1]s\" width=\"%s\" height=\"%s\"/>\n", short(-margin), short(p.W+2*margin), short(p.H+2*margin))
	}
	open := -1
	for _, s := range p.Shapes {
		if s.Point != open && open >= 0 {
			b.WriteString("</g>\n")
		}
		if s.Point != open && s.Point >= 0 {
			fmt.Fprintf(&b, "<g><title>%s</title>\n", escaped(p.Spots[s.Point].Says))
		}
		open = s.Point
		s.svg(&b)
	}
	if open >= 0 {
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (s Shape) svg(b *strings.Builder) {
	look := class(s.Tone)
	if s.Hollow {
		look += " edge"
	}
	switch s.Form {
	case Box:
		x, y, w, h := s.X, s.Y, s.W, s.H
		if s.Hollow { // the edge stays inside
			x, y, w, h = x+0.75, y+0.75, max(w-1.5, 0.5), max(h-1.5, 0.5)
		}
		fmt.Fprintf(b, "<rect class=\"%s\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/>\n", look, short(x), short(y), short(w), short(h))
	case Rule:
		fmt.Fprintf(b, "<line class=\"rule %s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n", look,
			short(s.X), short(s.Y), short(s.X+s.W), short(s.Y+s.H))
	case Label:
		if s.Bold {
			look += " bold"
		}
		anchor := [...]string{"start", "middle", "end"}[s.Anchor]
		fmt.Fprintf(b, "<text class=\"%s\" x=\"%s\" y=\"%s\" font-size=\"%s\" text-anchor=\"%s\">%s</text>\n", look,
			short(s.X), short(s.Y+0.36*s.Size), short(s.Size), anchor, escaped(s.Text))
	case Slice:
		outer, inner := s.Outer, s.Inner
		if s.Hollow {
			outer, inner = outer-0.75, inner+0.75
		}
		fmt.Fprintf(b, "<path class=\"%s\" fill-rule=\"evenodd\" d=\"%s\"/>\n", look, s.path(outer, inner))
	}
}

// path is the outline of a slice. A whole ring is two circles, because an arc that ends where it begins is
// none.
func (s Shape) path(outer, inner float64) string {
	at := func(turn, radius float64) string {
		return short(s.X+radius*math.Sin(2*math.Pi*turn)) + " " + short(s.Y-radius*math.Cos(2*math.Pi*turn))
	}
	if s.To-s.From >= 1 {
		circle := func(r float64) string {
			return fmt.Sprintf("M%s A%s %[2]s 0 1 1 %s A%[2]s %[2]s 0 1 1 %[1]s Z", at(0, r), short(r), at(0.5, r))
		}
		return circle(outer) + " " + circle(inner)
	}
	large := 0
	if s.To-s.From > 0.5 {
		large = 1
	}
	return fmt.Sprintf("M%s A%s %[2]s 0 %d 1 %s L%s A%s %[6]s 0 %[3]d 0 %[7]s Z", at(s.From, outer), short(outer), large, at(s.To, outer),
		at(s.To, inner), short(inner), at(s.From, inner))
}

// short writes a measure to the hundredth.
func short(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64)
}

// escaped makes text of which nothing is taken for a tag. What XML has no place for is left out.
func escaped(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return template.HTMLEscapeString(s)
}
