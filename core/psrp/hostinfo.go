package psrp

import "tenantry/core/clixml"

// HostInfo tells the server what the client's host can do (MS-PSRP 2.2.3.14).
type HostInfo struct {
	HostNull, UINull, RawUINull bool
	UseRunspaceHost             bool         // a pipeline uses the host of the pool
	Default                     *HostDefault // what the host's window is like; nil for none
}

// NoHost is a client without a host, as Tenantry is.
var NoHost = HostInfo{HostNull: true, UINull: true, RawUINull: true, UseRunspaceHost: true}

// HostDefault is what a client's window is like (MS-PSRP 2.2.3.14, _hostDefaultData).
type HostDefault struct {
	Foreground, Background int32 // colours, MS-PSRP 2.2.3.3
	Cursor, Window         Coordinates
	CursorSize             int32
	Buffer, WindowSize     Size
	MaxWindow, MaxPhysical Size
	Title                  string
}

// Coordinates is a place in a window (MS-PSRP 2.2.3.1).
type Coordinates struct{ X, Y int32 }

// Size is a size in characters (MS-PSRP 2.2.3.2).
type Size struct{ Width, Height int32 }

func (c Coordinates) value() clixml.Value {
	return bag(prop("x", clixml.NewInt32(c.X)), prop("y", clixml.NewInt32(c.Y)))
}

func (s Size) value() clixml.Value {
	return bag(prop("width", clixml.NewInt32(s.Width)), prop("height", clixml.NewInt32(s.Height)))
}

func readCoordinates(f fields) Coordinates { return Coordinates{f.int32("x"), f.int32("y")} }
func readSize(f fields) Size               { return Size{f.int32("width"), f.int32("height")} }

func (h HostInfo) value() clixml.Value {
	var ps []clixml.Property
	if d := h.Default; d != nil {
		ps = append(ps, prop("_hostDefaultData", d.value()))
	}
	return bag(append(ps,
		prop("_isHostNull", clixml.NewBool(h.HostNull)),
		prop("_isHostUINull", clixml.NewBool(h.UINull)),
		prop("_isHostRawUINull", clixml.NewBool(h.RawUINull)),
		prop("_useRunspaceHost", clixml.NewBool(h.UseRunspaceHost)),
	)...)
}

func (d *HostDefault) value() clixml.Value {
	const coordinates, size = "System.Management.Automation.Host.Coordinates", "System.Management.Automation.Host.Size"
	o := &clixml.Object{TypeNames: hashtableTypes, Container: clixml.Dictionary}
	for i, e := range []struct {
		typeName string
		v        clixml.Value
	}{
		{"System.ConsoleColor", clixml.NewInt32(d.Foreground)},
		{"System.ConsoleColor", clixml.NewInt32(d.Background)},
		{coordinates, d.Cursor.value()},
		{coordinates, d.Window.value()},
		{"System.Int32", clixml.NewInt32(d.CursorSize)},
		{size, d.Buffer.value()},
		{size, d.WindowSize.value()},
		{size, d.MaxWindow.value()},
		{size, d.MaxPhysical.value()},
		{"System.String", clixml.NewString(d.Title)},
	} {
		o.Entries = append(o.Entries, clixml.Entry{
			Key:   clixml.NewInt32(int32(i)),
			Value: bag(prop("T", clixml.NewString(e.typeName)), prop("V", e.v)),
		})
	}
	return bag(prop("data", clixml.NewObject(o)))
}

func readHostInfo(f fields) HostInfo {
	h := HostInfo{
		HostNull:        f.flag("_isHostNull"),
		UINull:          f.flag("_isHostUINull"),
		RawUINull:       f.flag("_isHostRawUINull"),
		UseRunspaceHost: f.flag("_useRunspaceHost"),
	}
	data := f.of(f.get("_hostDefaultData")).get("data").Object()
	if data == nil {
		return h
	}
	h.Default = &HostDefault{}
	for _, e := range data.Entries {
		key, _ := e.Key.Int()
		v := f.of(e.Value).get("V")
		number := func() int32 { n, _ := v.Int(); return int32(n) }
		switch key {
		case 0:
			h.Default.Foreground = number()
		case 1:
			h.Default.Background = number()
		case 2:
			h.Default.Cursor = readCoordinates(f.of(v))
		case 3:
			h.Default.Window = readCoordinates(f.of(v))
		case 4:
			h.Default.CursorSize = number()
		case 5:
			h.Default.Buffer = readSize(f.of(v))
		case 6:
			h.Default.WindowSize = readSize(f.of(v))
		case 7:
			h.Default.MaxWindow = readSize(f.of(v))
		case 8:
			h.Default.MaxPhysical = readSize(f.of(v))
		case 9:
			h.Default.Title = textOf(v)
		}
	}
	return h
}
