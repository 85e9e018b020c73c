package charts

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tenantry/core/exchange"
	"tenantry/core/wording"
)

var allSpecs = []string{"bars:TotalItemSize", "bars:Department", "bars:Department:sum:TotalItemSize", "bars:Department:average:ItemCount:by:name",
	"bars:ProhibitSendQuota:top:5", "bars:DisplayName:top:8", "bars:DisplayName:top:200", "ring:RecipientTypeDetails", "ring:Department:top:3", "ring:DisplayName:top:12",
	"ring:TotalItemSize:top:6", "ring:ProhibitSendQuota:top:4", "histogram:TotalItemSize", "histogram:TotalItemSize:top:200", "histogram:ProhibitSendQuota", "histogram:Priority",
	"histogram:ItemCount", "timeline:LastLogonTime", "timeline:LastLogonTime:top:200", "timeline:WhenCreated", "timeline:WhenCreated:top:5", "timeline:LastLogonTime:sum:TotalItemSize"}

// place is the rectangle of a text.
func (s Shape) place() (x, y, w, h float64) {
	w, h = Approximate(s.Text, s.Size, s.Bold), s.Size
	x = s.X - w*float64(s.Anchor)/2
	return x, s.Y - h/2, w, h
}

// However small or large a picture is: nothing leaves it, no text touches another, each point has a place of
// its own, and what it says is under the pointer there.
func TestNothingOverlaps(t *testing.T) {
	v := mailboxes(t, "Get-Mailbox", 500)
	data := map[string]Data{}
	for _, text := range allSpecs {
		data[text] = made(t, v, text)
	}
	r := rand.New(rand.NewSource(3))
	for i := range 8 {
		n := 1 + r.Intn(40)
		var rows []exchange.Record
		for range n {
			rows = append(rows, rec("Name", strings.Repeat("wide ", r.Intn(9)), "N", exchange.NewInteger(r.Int63n(1<<uint(1+r.Intn(60)))-r.Int63n(1<<uint(1+r.Intn(40)))),
				"F", exchange.NewFloat(r.NormFloat64()*math.Pow(10, float64(r.Intn(12)-6))), "D", exchange.NewDuration(r.Int63n(1<<uint(1+r.Intn(61)))),
				"T", time.Unix(r.Int63n(1<<uint(1+r.Intn(31))), 0)))
		}
		random := tableOf(t, "", rows...)
		for _, text := range []string{"bars:N", "bars:F:name:Name", "bars:D", "bars:Name:sum:F", "histogram:N", "histogram:F", "histogram:D", "timeline:T", "timeline:T:average:F", "ring:N", "ring:D"} {
			data[fmt.Sprintf("%s #%d", text, i)] = made(t, random, text)
		}
	}
	for _, lang := range []string{"en-US", "nl"} {
		w := wording.For(lang)
		for name, d := range data {
			for _, size := range [][2]float64{{160, 100}, {240, 700}, {340, 300}, {401, 200}, {760, 320}, {2200, 900}} {
				p := Layout(d, w, Frame{W: size[0], H: size[1], Titled: size[1] != 300})
				where := fmt.Sprintf("%s %s in %g x %g", lang, name, size[0], size[1])
				checkPicture(t, where, d, p)
				if t.Failed() {
					return
				}
				if size[0] != 340 {
					continue
				}
				if again := Layout(d, w, Frame{W: 340, H: 300}); !cmp.Equal(p, again) {
					t.Fatalf("%s is another picture the second time", where)
				}
			}
		}
	}
}

func checkPicture(t *testing.T, where string, d Data, p Picture) {
	t.Helper()
	const slack = 0.01
	type placed struct {
		x, y, w, h float64
		text       string
	}
	var texts []placed
	for _, s := range p.Shapes {
		x, y, w, h := s.X, s.Y, s.W, s.H
		switch s.Form {
		case Label:
			if s.Text == "" {
				continue
			}
			x, y, w, h = s.place()
			for _, o := range texts {
				if x < o.x+o.w-slack && o.x < x+w-slack && y < o.y+o.h-slack && o.y < y+h-slack {
					t.Errorf("%s: %q at %.0f %.0f touches %q at %.0f %.0f", where, s.Text, x, y, o.text, o.x, o.y)
				}
			}
			texts = append(texts, placed{x, y, w, h, s.Text})
		case Slice:
			x, y, w, h = s.X-s.Outer, s.Y-s.Outer, 2*s.Outer, 2*s.Outer
			if s.From < 0 || s.To < s.From || s.To > 1+1e-9 || s.Inner >= s.Outer {
				t.Errorf("%s: the slice %+v", where, s)
			}
		}
		for _, f := range []float64{x, y, w, h} {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				t.Errorf("%s: %+v is nowhere", where, s)
				return
			}
		}
		if w < 0 || h < 0 || x < -slack || y < -slack || x+w > p.W+slack || y+h > p.H+slack {
			t.Errorf("%s: %+v (%g %g %g %g) leaves %g x %g", where, s, x, y, w, h, p.W, p.H)
		}
	}
	if len(p.Spots) != len(d.Points) {
		t.Errorf("%s: %d places for %d points", where, len(p.Spots), len(d.Points))
	}
	for i, s := range p.Spots {
		if s.Says == "" || p.At(s.X+s.W/2, s.Y+s.H/2) != i {
			t.Errorf("%s: at the place of %d %q (%+v) is %d", where, i, s.Says, s, p.At(s.X+s.W/2, s.Y+s.H/2))
		}
		if s.Slice >= 0 && p.Shapes[s.Slice].To-p.Shapes[s.Slice].From > 1e-6 { // no pointer is on less
			slice := p.Shapes[s.Slice]
			turn, r := (slice.From+slice.To)/2*2*math.Pi, (slice.Outer+slice.Inner)/2
			if got := p.At(slice.X+r*math.Sin(turn), slice.Y-r*math.Cos(turn)); got != i {
				t.Errorf("%s: on slice %d is %d", where, i, got)
			}
		}
	}
	if p.Title == "" || p.Describe == "" {
		t.Errorf("%s: says %q, %q", where, p.Title, p.Describe)
	}
	if p.At(-5, -5) != -1 {
		t.Errorf("%s: something is outside", where)
	}
}

func TestStepsAreThosePeopleCountIn(t *testing.T) {
	const day = 86400 * exchange.TicksPerSecond
	for _, c := range []struct {
		typ       exchange.Kind
		low, high float64
		most      int
		want      string
	}{
		{exchange.Integer, 0, 109, 5, "0 50 100 150"},
		{exchange.Integer, 0, 1, 5, "0 1"},
		{exchange.Integer, 0, 0, 5, "0 1"},
		{exchange.Integer, -30, 70, 5, "-50 0 50 100"},
		{exchange.Decimal, 0, 0.23, 6, "0 0.05 0.10 0.15 0.20 0.25"},
		{exchange.Size, 0, 5 << 30, 6, "0 B;1 GB;2 GB;3 GB;4 GB;5 GB"},
		{exchange.Size, 0, 900 << 20, 5, "0 B;500 MB;1,000 MB"},
		{exchange.Size, 0, 3 << 40, 4, "0 B;1 TB;2 TB;3 TB"},
		{exchange.Duration, 0, 90 * day, 5, "0 seconds;50 days;100 days"},
		{exchange.Duration, 0, 3600 * 5 * exchange.TicksPerSecond, 6, "0 seconds;1 hour;2 hours;3 hours;4 hours;5 hours"},
	} {
		w := wording.For("en-GB")
		var got []string
		lines := ticks(c.low, c.high, c.most, c.typ)
		sep := " "
		for _, x := range lines {
			v := valueAt(x, c.typ, lines[1]-lines[0])
			if c.typ == exchange.Size || c.typ == exchange.Duration {
				sep = ";"
			}
			got = append(got, w.Value(v))
		}
		if text := strings.Join(got, sep); text != c.want {
			t.Errorf("%s from %g to %g is %s", exchange.NewText(c.want), c.low, c.high, text)
		}
	}
}

// A drawing is XML that a parser reads, and in which nothing of the rows is a tag.
func TestADrawingHoldsNothingOfTheRowsButText(t *testing.T) {
	evil := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "]]>&<b>", "\x00\x1b\ufffe", "\xff\xfe"}
	var rows []exchange.Record
	for i, text := range evil {
		rows = append(rows, rec("</title><b>", text, "N", i+1))
	}
	for _, spec := range []Spec{{Kind: Bars, Column: "</title><b>"}, {Kind: Ring, Column: "</title><b>"}, {Kind: Bars, Column: "</title><b>", Measure: Each, Of: "N"}} {
		p := Layout(made(t, tableOf(t, "", rows...), spec.String()), wording.For("en"), Frame{W: 700, H: 300})
		for name, drawing := range map[string]string{"file": p.File(), "element": p.SVG(`x"><script>`)} {
			seen := map[string]int{}
			dec := xml.NewDecoder(strings.NewReader(drawing))
			for {
				token, err := dec.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s of %s: %v in %s", name, spec, err, drawing)
				}
				if e, ok := token.(xml.StartElement); ok {
					seen[e.Name.Local]++
					for _, a := range e.Attr {
						if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
							t.Errorf("%s has the attribute %s", e.Name.Local, a.Name.Local)
						}
					}
				}
			}
			for tag := range seen {
				switch tag {
				case "svg", "title", "desc", "style", "g", "rect", "line", "text", "path":
				default:
					t.Errorf("%s of %s has the tag %s", name, spec, tag)
				}
			}
			if seen["title"] != 1+seen["g"] || seen["desc"] != 1 {
				t.Errorf("%s of %s is not described: %v", name, spec, seen)
			}
			if strings.Contains(drawing, "http") && name == "element" {
				t.Errorf("%s of %s names an address", name, spec)
			}
		}
	}
}

// contrast is that of WCAG.
func contrast(a, b Colour) float64 {
	light := func(c Colour) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			x := float64(uint8(c>>(16-8*i))) / 255
			if x <= 0.04045 {
				x /= 12.92
			} else {
				x = math.Pow((x+0.055)/1.055, 2.4)
			}
			sum += weight * x
		}
		return sum
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestColoursAreSeen(t *testing.T) {
	for _, dark := range []bool{false, true} {
		at := func(tone Tone) Colour { return ColourOf(tone, dark) }
		// The window's surface is a little different from the page's.
		for _, paper := range []Colour{at(Paper), map[bool]Colour{false: 0xF8FAFC, true: 0x141D33}[dark]} {
			for _, tone := range []Tone{Ink, Soft} {
				if c := contrast(at(tone), paper); c < 4.5 {
					t.Errorf("words %d on %s: %.2f", tone, paper, c)
				}
			}
			for tone := Series; tone < Series+SeriesTones; tone++ {
				if c := contrast(at(tone), paper); c < 3 {
					t.Errorf("series %d on %s: %.2f", tone-Series, paper, c)
				}
			}
			for _, tone := range []Tone{Grey, Empty} {
				if c := contrast(at(tone), paper); c < 3 {
					t.Errorf("%d on %s: %.2f", tone, paper, c)
				}
			}
		}
		for _, tone := range []Tone{Grey, Series, Series + 1, Series + 2, Series + 3, Series + 4, Series + 5, Series + 6, Series + 7} {
			if c := contrast(at(OnFill), at(tone)); c < 4.5 {
				t.Errorf("words on %d, dark %v: %.2f", tone, dark, c)
			}
		}
	}
}
