package shell

import (
	"context"
	"errors"
	"io"
	"time"

	"tenantry/assets"
	"tenantry/core/cmdlets"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/preflight"
	"tenantry/gui/cmdletform"
	"tenantry/gui/kit/files"
	"tenantry/gui/preflightpanel"
)

// script is a request as a script of PowerShell, for the account that is signed in. A change asks again there,
// though it was agreed to here.
func (f *Flow) script(r cmdletform.Request) cmdlets.Script {
	inv, problems := cmdlets.Build(r.Spec, r.Draft)
	if r.Preview {
		inv, _ = cmdlets.AskedOnly(r.Spec, inv)
	}
	if len(problems) > 0 {
		inv = r.Invocation
	}
	a := f.runner.Sessions.Account()
	title, _ := f.words.Cmdlet(inv.Cmdlet)
	s := cmdlets.Script{
		Invocation: inv, Title: title, Connection: exchange.Classic, URL: a.Target.URL,
		User: a.Credential.User, Authentication: a.Credential.Authentication, Thumbprint: cmdlets.Thumbprint(a.Credential.ClientCertificate),
		Proxy: a.Target.Proxy, PrivateCA: a.Target.PrivateCA != nil, Import: f.Form.Model().Imported, Sample: f.model.Sample,
		Version: assets.Version, At: time.Now(),
	}
	for _, c := range r.Customers {
		s.Customers = append(s.Customers, cmdlets.ScriptCustomer{Domain: c.Domain, Name: c.Name})
	}
	return s
}

// CopyScript hands the script of a request to put, which puts it on the clipboard.
func (f *Flow) CopyScript(r cmdletform.Request, put func(text string)) {
	put(f.script(r).Text(f.words))
	f.note(Note{Kind: NoteGood, Key: "handover.copied"})
}

// SaveScript asks for a file and writes the script of a request into it.
func (f *Flow) SaveScript(r cmdletform.Request) {
	raw, name := f.script(r).File(f.words), f.scriptName(r)
	title, kind := f.words.Text("handover.save"), f.words.Text("handover.kind")
	f.loop.Go(context.Background(), func(ctx context.Context) {
		path, err := f.o.Files.SaveFile(ctx, title, name, files.Filter{Title: kind, Extensions: []string{"ps1"}})
		if errors.Is(err, files.ErrCancelled) {
			return
		}
		if err == nil {
			err = export.WriteFile(path, func(w io.Writer) error {
				_, err := w.Write(raw)
				return err
			})
		}
		f.loop.Post(func() {
			if err != nil {
				f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
				return
			}
			f.note(Note{Kind: NoteGood, Key: "handover.saved", Args: []any{"path", path}, Path: path})
		})
	})
}

// scriptName is the file that is offered for a script.
func (f *Flow) scriptName(r cmdletform.Request) string {
	return fileName(f.Title(&Tab{Request: r}), time.Now(), ".ps1")
}

// CanOpenScript tells whether there is a PowerShell to open scripts in.
func (f *Flow) CanOpenScript() bool { return f.o.OpenScript != nil }

// OpenScript opens the script of a request in PowerShell, unless this computer would not run it: then it says why,
// and what to do about it.
func (f *Flow) OpenScript(r cmdletform.Request) {
	if f.o.OpenScript == nil {
		return
	}
	s := f.script(r)
	raw, name, look := s.File(f.words), f.scriptName(r), f.o.Preflight
	f.loop.Go(context.Background(), func(ctx context.Context) {
		var found []preflight.Finding
		if look != nil {
			found = preflight.Run(ctx, scriptChecks(look(preflightpanel.About{}), s.Authentication), nil)
		}
		blocked := preflight.Worst(found) == preflight.Fail
		var err error
		if !blocked {
			err = f.o.OpenScript(ctx, name, raw)
		}
		f.loop.Post(func() {
			switch {
			case f.model.Stage != Working:
			case blocked:
				f.blockScript(found)
			case err != nil:
				f.note(Note{Kind: NoteBad, Problem: exchange.AsProblem(err)})
			case f.model.Blocked != nil && f.model.Blocked.Script:
				f.Unblock()
			}
		})
	})
}

// scriptChecks are those of what a script needs of Windows PowerShell, and a run of Tenantry does not.
func scriptChecks(s preflight.Subject, way exchange.Authentication) []preflight.Check {
	s.Use = preflight.UsePowerShell
	wanted := map[preflight.CheckID]bool{preflight.CheckPolicy: true, preflight.CheckPowerShell: true, preflight.CheckBasic: way == exchange.AuthBasic}
	var out []preflight.Check
	for _, c := range preflight.Checks(s) {
		if wanted[c.ID] {
			c.After, c.Awaits, c.Limit = nil, nil, lookLimit
			out = append(out, c)
		}
	}
	return out
}

func (f *Flow) blockScript(found []preflight.Finding) {
	b := &Blocked{Script: true}
	for _, x := range found {
		if x.Status == preflight.Fail {
			b.Found = append(b.Found, x)
		}
	}
	f.failedLast = b.Found[0].Problem()
	f.model.Blocked = b
	f.model.NotesTurn++
	f.changed(false)
}
