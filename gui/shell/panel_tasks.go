package shell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/wording"
	"tenantry/gui/kit"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
)

// workNote says how far something is that goes on away from the screen, with a button that stops it.
type workNote struct {
	text *kit.Text
	bar  *kit.ProgressBar
	root *fyne.Container
}

func newWorkNote(w *wording.Words, cancel func()) *workNote {
	n := &workNote{text: kit.NewText(""), bar: kit.NewProgressBar()}
	n.text.Clip = true
	stop := kit.NewButton(w.Text("window.cancel"), icons.Stop, kit.Plain, cancel)
	stop.SetTip("Esc")
	n.root = kit.Stacked(0, container.NewStack(kit.NewSurface(theme.ColorInfoBack, ""),
		container.New(layout.NewCustomPaddedLayout(4, 4, 12, 4), container.NewBorder(nil, nil, nil, stop, container.New(&middleLine{}, n.text)))), n.bar)
	return n
}

// set says what goes on, and how much of total is done; a total of 0 is not known.
func (n *workNote) set(text string, done, total int) {
	n.text.SetText(text)
	if total == 0 {
		n.bar.Busy()
		return
	}
	n.bar.Set(float32(done) / float32(total))
}

// drawWork brings the notes of what goes on in line with the model.
func (p *Panel) drawWork() {
	m, w := p.flow.Model(), p.words
	if m.Import == nil {
		if p.imports != nil {
			p.imports.bar.Done()
		}
		p.imports = nil
	} else {
		if p.imports == nil {
			p.imports = newWorkNote(w, p.flow.Cancel)
		}
		text := w.Text("window.import.asking")
		if m.Import.Total > 0 {
			text = w.Text("window.import.progress", "n", m.Import.Done, "total", m.Import.Total)
		}
		p.imports.set(text, m.Import.Done, m.Import.Total)
	}
	for t := range p.tasks {
		if !shows(m, t) {
			p.tasks[t].bar.Done()
			delete(p.tasks, t)
		}
	}
	for _, t := range m.Tasks {
		if !t.Shown {
			continue
		}
		if p.tasks[t] == nil {
			p.tasks[t] = newWorkNote(w, func() { p.flow.CancelTask(t) })
		}
		text := w.Text(t.Key, t.Args...)
		if t.Total > 0 {
			text += " · " + w.Count("table.rows-of", t.Total, "shown", t.Done)
		}
		p.tasks[t].set(text, t.Done, t.Total)
	}
}

// shows tells whether a task goes on and is said to.
func shows(m *Model, t *Task) bool {
	for _, x := range m.Tasks {
		if x == t {
			return t.Shown
		}
	}
	return false
}
