package gallery

import (
	"fmt"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"tenantry/gui/kit"
	"tenantry/gui/kit/grid"
	"tenantry/gui/kit/icons"
	"tenantry/gui/kit/theme"
	"tenantry/gui/kit/tip"
)

// TestGallery draws the gallery. Without TENANTRY_SHOTS the pictures go to a folder of the test and it only
// shows that everything can be drawn; that each has more than one colour is what it can see by itself.
func TestGallery(t *testing.T) {
	folder, scales := os.Getenv("TENANTRY_SHOTS"), []float32{1, 1.25, 2}
	if folder == "" {
		folder, scales = t.TempDir(), scales[:1]
	}
	// A tooltip whose time comes while something is drawn would be drawn by the timer's goroutine here.
	before := tip.Delay
	tip.Delay = time.Hour
	t.Cleanup(func() { tip.Delay = before })
	for _, mode := range []theme.Mode{theme.Light, theme.Dark} {
		for _, scale := range scales {
			name := fmt.Sprintf("%s-%g", map[theme.Mode]string{theme.Light: "light", theme.Dark: "dark"}[mode], scale)
			t.Run(name, func(t *testing.T) {
				app := test.NewTempApp(t)
				app.Settings().SetTheme(theme.Theme{Mode: mode})
				for part, make := range parts {
					content, size, act := make()
					shot(t, filepath.Join(folder, part+"-"+name+".png"), content, size, scale, act)
				}
			})
		}
	}
}

func shot(t *testing.T, path string, content fyne.CanvasObject, size fyne.Size, scale float32, act func(fyne.Canvas)) {
	t.Helper()
	w := test.NewWindow(tip.Wrap(content))
	defer w.Close()
	w.SetPadded(false)
	w.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
	w.Resize(size)
	if act != nil {
		act(w.Canvas())
	}
	img := w.Canvas().Capture()
	colours := map[color.Color]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 5 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 5 {
			colours[img.At(x, y)] = true
		}
	}
	if len(colours) < 3 {
		t.Errorf("%s is empty", path)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
}

type part func() (fyne.CanvasObject, fyne.Size, func(fyne.Canvas))

var parts = map[string]part{
	"icons": func() (fyne.CanvasObject, fyne.Size, func(fyne.Canvas)) {
		grid := container.NewGridWithColumns(7)
		for _, i := range icons.All() {
			name := strings.TrimSuffix(i.Name()[7:], ".svg")
			grid.Add(container.NewVBox(container.NewCenter(container.NewGridWrap(fyne.NewSquareSize(24), widget.NewIcon(i))),
				container.NewCenter(kit.NewCaption(name))))
		}
		return container.NewPadded(grid), fyne.NewSize(600, 300), nil
	},
	"controls": controls,
	"messages": messages,
	"grid":     table,
	"quotas":   quotas,
}

func controls() (fyne.CanvasObject, fyne.Size, func(fyne.Canvas)) {
	focused := kit.NewButton("Has the keyboard", nil, kit.Plain, nil)
	focused.FocusGained()
	primaryFocused := kit.NewButton("Run", icons.Run, kit.Primary, nil)
	primaryFocused.FocusGained()
	hovered := kit.NewButton("Hovered", nil, kit.Plain, nil)
	hovered.MouseIn(&desktop.MouseEvent{})
	off := kit.NewButton("Run", icons.Run, kit.Primary, nil)
	off.Disable("Choose a customer first")
	chosen := kit.NewIconButton(icons.Details, "Details", nil)
	chosen.SetChosen(true)
	buttons := container.NewHBox(kit.NewButton("Run", icons.Run, kit.Primary, nil), primaryFocused,
		kit.NewButton("Preview", nil, kit.Plain, nil), hovered, focused)
	more := container.NewHBox(kit.NewButton("Remove", nil, kit.Danger, nil), off, kit.NewButton("Columns", icons.Columns, kit.Quiet, nil),
		kit.NewIconButton(icons.Add, "Add", nil), kit.NewIconButton(icons.Import, "Import", nil), chosen)

	user := kit.NewEntry("Account")
	user.SetText("anna@fabrikam.example")
	account := kit.NewField("Account", user)
	account.SetRequired(true)
	account.SetHint("The account you sign in with at your own organisation")
	pass := kit.NewPasswordEntry("Password")
	password := kit.NewField("Password", pass)
	password.SetRequired(true)
	password.SetProblem("The password is not right, or this account needs multi-factor sign-in.")
	search := kit.NewSearch("Search 214", nil)
	search.SetText("conto")
	empty := kit.NewSearch("What do you want to know or do?", nil)
	fold := kit.NewFold("Connection details", kit.NewField("Address", kit.NewEntry("Address")))
	fold.SetOpen(true)
	closed := kit.NewFold("61 more fields", widget.NewLabel(""))
	chips := container.NewHBox(kit.NewChip("Kind is Shared", func() {}), kit.NewChip("Size over 45 GB", func() {}),
		kit.NewButton("Filter", icons.Add, kit.Quiet, nil))
	dots := container.NewHBox(
		kit.NewStatusItem(kit.NewStateDot(kit.Connected, "connected"), "Contoso"),
		kit.NewStatusItem(kit.NewStateDot(kit.Working, "running"), "Northwind 3/310"),
		kit.NewStatusItem(kit.NewStateDot(kit.Idle, "idle"), "Fourth Coffee"),
		kit.NewStatusItem(kit.NewStateDot(kit.Attention, "expired"), "Litware expired"))
	bar := kit.NewProgressBar()
	bar.Set(0.4)
	check := widget.NewCheck("Keep the password in the system's store", nil)
	check.Checked = true
	pick := kit.NewSelect("Who", []string{"everyone", "one mailbox"}, nil)
	pick.SetSelected("everyone")
	left := kit.Stacked(12, kit.NewTitle("Sign in"), kit.NewHeading("Remote PowerShell"), buttons, more, account, password,
		search, empty)
	right := kit.Stacked(12, check, pick, fold, closed, chips, dots, bar, kit.NewCaption("12 of 214 shown"),
		kit.NewButton("A wide button", icons.Export, kit.Plain, nil))
	return container.NewPadded(container.NewPadded(container.NewGridWithColumns(2, left, right))),
		fyne.NewSize(1100, 470), func(c fyne.Canvas) { c.Focus(user) }
}

func messages() (fyne.CanvasObject, fyne.Size, func(fyne.Canvas)) {
	retry := kit.Action{Text: "Retry", Icon: icons.Retry, Do: func() {}}
	problem := kit.NewProblem(kit.Trouble{Kind: kit.Bad, Title: "Could not sign in",
		Why:     "The user name or password is not right, or this account needs multi-factor sign-in. ps.outlook.com refused anna@fabrikam.example.",
		Next:    "Check the user name and type the password again.",
		Details: []kit.Detail{{Name: "Code", Value: "signin.refused"}, {Name: "Request", Value: "7b1c3a2e-7f1c-4f3f-8a50-1f0f3f9d2c11"}},
		Actions: []kit.Action{retry}})
	tipped := kit.NewText("Rest here")
	column := kit.Stacked(8,
		kit.NewStrip(kit.Sample, "Sample data: invented customers on this computer. Sign in with your own account when ready.", kit.Action{Text: "Sign in", Do: func() {}}),
		kit.NewStrip(kit.Info, "Reading all cmdlets takes a minute. You can go on working."),
		kit.NewStrip(kit.Warn, "Not complete: 2,140 rows arrived before the connection to Contoso broke. What is here is right, but there is more.", retry, kit.Action{Icon: icons.Close, Do: func() {}}),
		kit.NewStrip(kit.Bad, "Litware was not asked: access has expired.", retry),
		kit.NewStrip(kit.Good, "3 mailboxes were changed."),
		problem,
		kit.NewEmptyState(icons.Search, "No rows", "Contoso answered, and nothing matches.", &kit.Action{Text: "Show all rows", Do: func() {}}),
		tipped)
	return container.NewPadded(container.NewPadded(column)), fyne.NewSize(760, 720), func(c fyne.Canvas) {
		openFolds(problem)
		column.Refresh()
		delay := tip.Delay
		defer func() { tip.Delay = delay }()
		tip.Delay = 0
		tip.Show(tipped, "PrimarySmtpAddress: the address that mail from this mailbox shows, and that replies go to.", fyne.NewPos(20, 680))
	}
}

// openFolds presses the first thing in a problem panel that unfolds.
func openFolds(o fyne.CanvasObject) {
	for _, child := range test.WidgetRenderer(o.(fyne.Widget)).Objects() {
		walk(child)
	}
}

func walk(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *kit.Fold:
		o.SetOpen(true)
	case *fyne.Container:
		for _, child := range o.Objects {
			walk(child)
		}
	}
}

type mailboxes struct{ rows int }

func (m mailboxes) Rows() int { return m.rows }

func (mailboxes) Columns() []grid.Column {
	return []grid.Column{{Title: "Name", Key: "name", Width: 170}, {Title: "Address", Key: "address", Width: 190},
		{Title: "Kind", Key: "kind", Width: 90}, {Title: "Size", Key: "size", Kind: grid.Number},
		{Title: "Items", Key: "items", Kind: grid.Number}, {Title: "Last used", Key: "used", Kind: grid.Date}}
}

func (mailboxes) Cell(row, column int) grid.Cell {
	names := []string{"Finance", "Anna de Vries", "Bart Jansen", "Reception", "Ward 11 noticeboard and planning", "Zoë Ångström"}
	name := names[row%len(names)]
	switch column {
	case 0:
		return grid.Cell{Text: name, Bold: row == 2}
	case 1:
		return grid.Cell{Text: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@contoso.onmicrosoft.com"}
	case 2:
		return grid.Cell{Text: []string{"Shared", "User", "Room"}[row%3]}
	case 3:
		n := float32((row*7919)%500) / 10
		return grid.Cell{Text: fmt.Sprintf("%.1f GB", n), Bar: n / 50}
	case 4:
		return grid.Cell{Text: fmt.Sprint((row * 104729) % 1111111)}
	}
	if row%4 == 3 {
		return grid.Cell{Text: "never", Tone: grid.Warn}
	}
	return grid.Cell{Text: fmt.Sprintf("%d-11-2026 14:0%d", 10+row%18, row%10)}
}

// quota is a table as colour rules make it, with a filter row and columns that stay.
type quota struct{ mailboxes }

func (q quota) Columns() []grid.Column {
	columns := q.mailboxes.Columns()
	columns[2].Filtered, columns[3].Filtered = true, true
	return columns
}

func (q quota) Cell(row, column int) grid.Cell {
	c := q.mailboxes.Cell(row, column)
	tones := []grid.Tone{grid.Bad, grid.Warn, grid.Good, grid.Accent, grid.Muted, grid.Plain}
	at := grid.Mark(row % 7)
	switch {
	case column == 3:
		c.BarTone = []grid.Tone{grid.Plain, grid.Warn, grid.Bad}[row%3]
		if row%3 > 0 {
			c.Mark, c.Tone = []grid.Mark{grid.MarkUp, grid.MarkStop}[row%3-1], c.BarTone
		}
		if row%3 == 2 {
			c.Fill = grid.Bad
		}
	case column == 2:
		c.Fill, c.Tone = tones[row%6], tones[row/2%6]
	case column == 0:
		c.Mark, c.Tone = at, tones[row%6]
	}
	return c
}

func quotas() (fyne.CanvasObject, fyne.Size, func(fyne.Canvas)) {
	g := grid.New(quota{mailboxes{1_000_000}})
	g.FilterHint = "Filter"
	g.SetFilterRow(true)
	g.SetFilterTexts(map[string]string{"kind": "Shared", "size": "> many"})
	g.SetFilterProblems(map[string]string{"size": "“many” is not a size"})
	g.SetSort([]grid.SortKey{{Key: "size", Descending: true}})
	g.SetFrozen(1)
	return g, fyne.NewSize(720, 480), func(c fyne.Canvas) {
		g.SetSelection([]grid.Range{{First: 3, End: 5}}, 4)
		g.RevealColumn("used")
		g.FocusFilter("kind")
		test.MoveMouse(c, fyne.NewPos(400, 280))
	}
}

func table() (fyne.CanvasObject, fyne.Size, func(fyne.Canvas)) {
	g := grid.New(mailboxes{1_000_000})
	g.SetSort([]grid.SortKey{{Key: "size", Descending: true}, {Key: "name"}})
	return g, fyne.NewSize(760, 420), func(c fyne.Canvas) {
		g.SetSelection([]grid.Range{{First: 3, End: 5}, {First: 7, End: 8}}, 7)
		c.Focus(g)
		test.MoveMouse(c, fyne.NewPos(100, 330))
	}
}
