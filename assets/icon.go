package assets

import _ "embed"

// Icon is the application's icon as a PNG of 512 by 512 pixels: rows and columns on teal. The drawing it is
// made from is icon/icon.svg.
//
//go:embed icon/icon.png
var Icon []byte

// IconSVG is the drawing of Icon.
//
//go:embed icon/icon.svg
var IconSVG []byte
