// Package monitor tells what the window has to draw with: the screen's size and the graphics driver. It asks
// the very context Fyne draws with.
//
// It stands apart from the window's parts because it needs the system's graphics headers to build, which their
// tests do without.
package monitor

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"github.com/go-gl/glfw/v3.4/glfw"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// Read tells about the screen and the driver of a window that shows. UI goroutine only. Its error is a
// *exchange.Problem: the window does not show, or is none of the desktop's.
func Read(win fyne.Window) (s preflight.Screen, err error) {
	drawn, ok := win.(interface{ RunWithContext(func()) })
	if !ok {
		return s, &exchange.Problem{Code: preflight.CodeUnread, Doing: "ask the graphics driver", Args: map[string]string{"what": "screen"},
			Cause: fmt.Errorf("%T draws with no driver that could be asked", win)}
	}
	defer func() { // a window that closes meanwhile has no driver any more
		if p := recover(); p != nil {
			err = &exchange.Problem{Code: preflight.CodeUnread, Doing: "ask the graphics driver", Args: map[string]string{"what": "screen"},
				Cause: fmt.Errorf("%v", p)}
		}
	}()
	drawn.RunWithContext(func() { s.Driver, s.OpenGL = driver() })
	s.Software = drawnByProcessor(s.Driver)
	s.Scale = float64(win.Canvas().Scale())
	if m := glfw.GetPrimaryMonitor(); m != nil {
		if mode := m.GetVideoMode(); mode != nil {
			s.Width, s.Height = mode.Width, mode.Height
		}
	}
	if s.OpenGL == "" {
		return s, &exchange.Problem{Code: preflight.CodeUnread, Doing: "ask the graphics driver", Args: map[string]string{"what": "screen"}}
	}
	return s, nil
}

// Room is how large a window may be on the main screen, in points: without the system's bars and the window's own
// title. ok is false where the screen cannot be asked. UI goroutine only, once the window shows.
func Room(win fyne.Window) (room fyne.Size, ok bool) {
	const title, border = 36, 4 // points, as systems draw them
	scale := win.Canvas().Scale()
	m := glfw.GetPrimaryMonitor()
	if m == nil || scale <= 0 {
		return room, false
	}
	_, _, w, h := m.GetWorkarea()
	room = fyne.NewSize(float32(w)/scale-border, float32(h)/scale-title)
	return room, room.Width > 0 && room.Height > 0
}

// processors are drivers that draw without a graphics card, by a part of their names.
var processors = []string{"llvmpipe", "softpipe", "swrast", "swiftshader", "gdi generic", "basic render", "software"}

func drawnByProcessor(driver string) bool {
	driver = strings.ToLower(driver)
	for _, p := range processors {
		if strings.Contains(driver, p) {
			return true
		}
	}
	return false
}
