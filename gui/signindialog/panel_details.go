package signindialog

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"tenantry/core/exchange"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/gui/kit"
	"tenantry/gui/kit/files"
)

// details is the fold with everything most people never touch: the address, how to sign in, the proxy, and
// who vouches for the server.
type details struct {
	panel *Panel
	fold  *kit.Fold

	address, authority, certificate, key   *kit.Entry
	proxy, proxyUser, proxyPassword        *kit.Entry
	way, out                               *kit.Select
	addressField, wayField, outField       *kit.Field
	certificateField, keyField, proxyField *kit.Field
	proxyUserField, proxyPasswordField     *kit.Field
	authorityField                         *kit.Field
	certificateRows, proxyRows             *fyne.Container
}

func newDetails(p *Panel) *details {
	d := &details{panel: p}
	w, f := p.words, p.flow
	d.address, d.addressField = d.text("window.signin.address", f.SetURL)
	d.address.SetPlaceHolder(signin.DefaultURL)
	d.addressField.SetHint(w.Text("window.signin.address-hint"))

	d.way = kit.NewSelect(w.Text("window.signin.way"), nil, func(string) {
		if i := d.way.SelectedIndex(); i >= 0 && !p.filling {
			f.SetWay(Ways()[i])
		}
	})
	for _, way := range Ways() {
		d.way.Options = append(d.way.Options, w.Text(wayKey(way)))
	}
	d.wayField = kit.NewField(w.Text("window.signin.way"), d.way)

	d.certificate, d.certificateField = d.file("window.signin.certificate", f.SetCertFile)
	d.certificate.SetPlaceHolder(w.Text("window.signin.authority-none"))
	d.key, d.keyField = d.file("window.signin.key", f.SetKeyFile)
	d.key.SetPlaceHolder(w.Text("window.signin.key-inside"))
	d.certificateRows = kit.Stacked(12, d.certificateField, d.keyField)

	d.out = kit.NewSelect(w.Text("window.signin.proxy"), nil, func(string) {
		if i := d.out.SelectedIndex(); i >= 0 && !p.filling {
			f.SetProxy(Proxies()[i])
		}
	})
	for _, mode := range Proxies() {
		d.out.Options = append(d.out.Options, w.Text(proxyWords(mode)))
	}
	d.outField = kit.NewField(w.Text("window.signin.proxy"), d.out)
	d.proxy, d.proxyField = d.text("window.signin.proxy-address", f.SetProxyURL)
	d.proxy.SetPlaceHolder("http://proxy.fabrikam.example:8080")
	d.proxyUser, d.proxyUserField = d.text("window.signin.proxy-user", f.SetProxyUser)
	d.proxyUser.SetPlaceHolder(w.Text("window.signin.proxy-user-none"))
	d.proxyPassword = kit.NewPasswordEntry(w.Text("window.signin.proxy-password"))
	d.proxyPassword.OnChanged = func(text string) {
		if !p.filling {
			f.SetProxyPassword(secret.New(text))
		}
	}
	d.proxyPassword.OnSubmitted = func(string) { f.SignIn() }
	d.proxyPasswordField = kit.NewField(w.Text("window.signin.proxy-password"), d.proxyPassword)
	d.proxyRows = kit.Stacked(12, d.proxyField, container.New(layout.NewGridLayoutWithColumns(2),
		container.New(layout.NewCustomPaddedLayout(0, 0, 0, 8), d.proxyUserField), d.proxyPasswordField))

	d.authority, d.authorityField = d.file("window.signin.authority", f.SetCAFile)
	d.authority.SetPlaceHolder(w.Text("window.signin.authority-none"))
	d.authorityField.SetHint(w.Text("window.signin.authority-hint"))

	d.fold = kit.NewFold(w.Text("window.signin.details"), container.New(layout.NewCustomPaddedLayout(6, 0, 0, 0), kit.Stacked(12,
		d.addressField, p.troubles[AddressField],
		d.wayField, p.troubles[WayField],
		d.certificateRows, p.troubles[CertificateField],
		d.outField, d.proxyRows, p.troubles[ProxyField],
		d.authorityField, p.troubles[AuthorityField])))
	d.fold.OnChanged = func(open bool) {
		f.SetDetails(open)
		p.root.Refresh()
	}
	return d
}

// text is a field to type in.
func (d *details) text(label string, changed func(string)) (*kit.Entry, *kit.Field) {
	p := d.panel
	e := kit.NewEntry(p.words.Text(label))
	e.OnChanged = func(text string) {
		if !p.filling {
			changed(text)
		}
	}
	e.OnSubmitted = func(string) { p.flow.SignIn() }
	return e, kit.NewField(p.words.Text(label), e)
}

// file is a field for a PEM file: to type in, or to choose with the system's dialog.
func (d *details) file(label string, changed func(string)) (*kit.Entry, *kit.Field) {
	p := d.panel
	e, _ := d.text(label, changed)
	choose := kit.NewButton(p.words.Text("window.signin.choose"), nil, kit.Plain, func() {
		p.loop.Go(context.Background(), func(ctx context.Context) {
			path, err := p.files.OpenFile(ctx, p.words.Text(label), files.Filter{Title: "PEM", Extensions: []string{"pem", "crt", "cer", "key"}})
			if err != nil {
				return // nothing was chosen
			}
			p.loop.Post(func() { p.flow.fill(func() { changed(path) }) })
		})
	})
	return e, kit.NewField(p.words.Text(label), container.NewBorder(nil, nil, nil, choose, e))
}

// fill shows what the program filled in.
func (d *details) fill(m *Model) {
	d.address.SetText(m.URL)
	d.authority.SetText(m.CAFile)
	d.certificate.SetText(m.CertFile)
	d.key.SetText(m.KeyFile)
	d.proxy.SetText(m.ProxyURL)
	d.proxyUser.SetText(m.ProxyUser)
	d.proxyPassword.SetText(m.ProxyPassword.Reveal())
}

// draw brings the fold in line with the model.
func (d *details) draw(m *Model) {
	p, w := d.panel, d.panel.words
	was := p.filling
	p.filling = true
	d.way.SetSelected(w.Text(wayKey(m.Way)))
	d.out.SetSelected(w.Text(proxyWords(m.Proxy)))
	p.filling = was
	d.wayField.SetHint(w.Text(wayKey(m.Way) + "-hint"))
	d.certificateRows.Hidden = m.Way != exchange.AuthCertificate
	d.proxyRows.Hidden = m.Proxy != exchange.ProxyManual
	p.missing(d.certificateField, m, CertificateField)
	p.missing(d.proxyField, m, ProxyField)
	d.fold.SetOpen(m.Details)
}

// focus gives the keyboard to what has to be changed.
func (d *details) focus(at Field) {
	switch at {
	case AddressField:
		kit.Focus(d.address)
	case WayField:
		kit.Focus(d.way)
	case CertificateField:
		kit.Focus(d.certificate)
	case ProxyField:
		if d.panel.flow.Model().Proxy == exchange.ProxyManual {
			kit.Focus(d.proxy)
			return
		}
		kit.Focus(d.out)
	case AuthorityField:
		kit.Focus(d.authority)
	}
}

func wayKey(way exchange.Authentication) string {
	if way == exchange.AuthBasic {
		return "window.signin.way.basic"
	}
	return "window.signin.way." + string(way)
}

func proxyWords(mode exchange.ProxyMode) string {
	if mode == exchange.ProxySystem {
		return "window.signin.proxy.system"
	}
	return "window.signin.proxy." + string(mode)
}
