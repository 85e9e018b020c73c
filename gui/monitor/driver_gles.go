//go:build (gles || arm || arm64) && !darwin

package monitor

import gl "github.com/go-gl/gl/v3.1/gles2"

// driver asks the context that is current. Fyne has looked the functions up already.
func driver() (name, version string) {
	return gl.GoStr(gl.GetString(gl.RENDERER)), gl.GoStr(gl.GetString(gl.VERSION))
}
