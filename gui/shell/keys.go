package shell

// KeyGroup is keys that work in one place, under a heading.
type KeyGroup struct {
	Title string // key of a text
	Lines []KeyLine
}

// KeyLine is keys and what they do. Pressed is as it stands on keyboards of Windows and Linux: "Ctrl+Shift+T";
// several are separated by a space.
type KeyLine struct {
	Pressed string
	Does    string // key of a text
}

// Keys are the keys worth knowing.
var Keys = []KeyGroup{
	{"keys.everywhere", []KeyLine{
		{"Ctrl+K", "keys.search"},
		{"Ctrl+L", "keys.customers"},
		{"Ctrl+Enter", "keys.run"},
		{"F5", "keys.again"},
		{"Esc", "keys.stop"},
		{"Ctrl+O", "keys.open"},
		{"Ctrl+PageDown Ctrl+PageUp", "keys.tabs"},
		{"Ctrl+W Ctrl+Shift+T", "keys.close"},
		{"F2", "keys.name"},
		{"F1", "keys.help"},
	}},
	{"keys.view", []KeyLine{
		{"Ctrl+F", "keys.find"},
		{"F3", "keys.next"},
		{"Ctrl+Shift+F", "keys.filter"},
		{"Ctrl+Z Ctrl+Y", "keys.undo"},
		{"Ctrl+E", "keys.export"},
		{"Ctrl+D", "keys.compare"},
	}},
	{"keys.table", []KeyLine{
		{"A–Z", "keys.type"},
		{"Ctrl+Home Ctrl+End", "keys.ends"},
		{"Shift+↓ Shift+↑", "keys.extend"},
		{"Ctrl+Space", "keys.toggle"},
		{"Ctrl+A", "keys.all"},
		{"Ctrl+C Ctrl+Shift+C", "keys.copy"},
		{"Enter", "keys.details"},
		{"Alt+↑ Alt+↓", "keys.header"},
	}},
}

// ShowKeys opens the card with the keys, or closes it.
func (f *Flow) ShowKeys(open bool) {
	if f.model.Keys == open || f.model.Stage == Closing {
		return
	}
	f.model.Keys = open
	f.changed(false)
}
