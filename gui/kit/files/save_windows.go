package files

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unsafe"

	"github.com/TheTitanrain/w32"
	"github.com/sqweek/dialog"
	"golang.org/x/sys/windows"
)

// save opens Windows' dialog with one of the kinds chosen, and returns the path and the kind that was chosen at the
// end. A name without an ending gets that of this kind.
func save(title, name string, filters []Filter, kind int) (string, int, error) {
	const longest = 1 << 15 // of a path, in code units
	path := make([]uint16, longest)
	copy(path[:longest-1], utf16.Encode([]rune(name)))
	d := w32.OPENFILENAME{
		File: &path[0], MaxFile: longest, FilterIndex: uint32(kind + 1),
		Flags: w32.OFN_OVERWRITEPROMPT | w32.OFN_NOCHANGEDIR | w32.OFN_HIDEREADONLY | w32.OFN_PATHMUSTEXIST,
	}
	d.StructSize = uint32(unsafe.Sizeof(d))
	var err error
	if d.Title, err = windows.UTF16PtrFromString(title); err != nil {
		return "", kind, err
	}
	if len(filters) > 0 {
		// Pairs of a title and its patterns, each ended by a zero, and one more at the end.
		var list strings.Builder
		for _, f := range filters {
			list.WriteString(f.Title + "\x00*." + strings.Join(f.Extensions, ";*.") + "\x00")
		}
		kinds := utf16.Encode([]rune(list.String() + "\x00"))
		d.Filter = &kinds[0]
		if d.DefExt, err = windows.UTF16PtrFromString(filters[kind].Extensions[0]); err != nil {
			return "", kind, err
		}
	}
	if !w32.GetSaveFileName(&d) {
		if code := w32.CommDlgExtendedError(); code != 0 {
			return "", kind, fmt.Errorf("the file dialog of Windows says %#x", code)
		}
		return "", kind, dialog.Cancelled
	}
	if chosen := int(d.FilterIndex) - 1; chosen >= 0 && chosen < len(filters) {
		kind = chosen
	}
	return windows.UTF16ToString(path), kind, nil
}
