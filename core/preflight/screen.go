package preflight

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tenantry/core/exchange"
)

// The codes of the screen.
const (
	CodeNoWindow     exchange.Code = "preflight.no-window"     // not applicable: nothing is drawn. Args: none
	CodeScreenFine   exchange.Code = "preflight.screen-fine"   // Args: width, height
	CodeScreenSmall  exchange.Code = "preflight.screen-small"  // Args: width, height, least ("1024 x 700")
	CodeScreenSlow   exchange.Code = "preflight.screen-slow"   // drawn without a graphics card. Args: driver
	CodeScreenOpenGL exchange.Code = "preflight.screen-opengl" // none, or too old. Args: version (empty for none), driver
)

// What the window needs: a screen in its own points, and a version of OpenGL, or of OpenGL ES where that is what
// the driver speaks.
const (
	leastWidth  = 1024
	leastHeight = 700
	openGL      = "2.1"
	openGLES    = "2.0"
)

func checkScreen(ctx context.Context, ask func(context.Context) (Screen, error)) Finding {
	if ask == nil {
		return Finding{Status: NotApplicable, Code: CodeNoWindow}
	}
	s, err := ask(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return Finding{}
	case err != nil:
		return unread("screen", err)
	}
	f := judgeScreen(s)
	f.Facts = []Fact{
		{"Screen", fmt.Sprintf("%d x %d, enlarged %g times", s.Width, s.Height, enlarged(s))},
		{"Graphics driver", s.Driver},
		{"OpenGL", s.OpenGL},
		{"Drawn by the processor", strconv.FormatBool(s.Software)},
	}
	return f
}

func judgeScreen(s Screen) Finding {
	width, height := int(float64(s.Width)/enlarged(s)), int(float64(s.Height)/enlarged(s))
	least := openGL
	version := strings.TrimSpace(s.OpenGL)
	if rest, es := strings.CutPrefix(version, "OpenGL ES"); es {
		least, version = openGLES, strings.TrimSpace(rest)
	}
	switch {
	case version == "" || olderThan(version, least):
		return Finding{Status: Fail, Code: CodeScreenOpenGL, Args: args("version", s.OpenGL, "driver", s.Driver)}
	case s.Width > 0 && width < leastWidth || s.Height > 0 && height < leastHeight:
		return Finding{Status: Warn, Code: CodeScreenSmall, Args: args("width", strconv.Itoa(width), "height", strconv.Itoa(height),
			"least", fmt.Sprintf("%d x %d", leastWidth, leastHeight))}
	case s.Software:
		return Finding{Status: Warn, Code: CodeScreenSlow, Args: args("driver", s.Driver)}
	}
	return Finding{Status: Pass, Code: CodeScreenFine, Args: args("width", strconv.Itoa(width), "height", strconv.Itoa(height))}
}

// enlarged is how many of the screen's points make one of the window's; 1 where that is not told.
func enlarged(s Screen) float64 {
	if s.Scale > 0 {
		return s.Scale
	}
	return 1
}
