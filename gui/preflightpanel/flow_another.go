package preflightpanel

import (
	"context"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
	"tenantry/core/secret"
)

// atOnce is how many other computers are looked at side by side.
const atOnce = 4

// OpenAnother goes to the view with other computers, or back to this one.
func (f *Flow) OpenAnother(open bool) {
	m := &f.model
	if m.Another == open || open && f.o.Remote == nil {
		return
	}
	m.Another = open
	m.Editing = open && len(m.Others) == 0
	f.changed()
}

// Edit shows the form again.
func (f *Flow) Edit() {
	f.model.Editing = true
	f.changed()
}

// SetForm takes what was typed; the password is taken by SetPassword.
func (f *Flow) SetForm(change func(*Form)) {
	change(&f.model.Form)
	if f.model.Missing != "" {
		f.model.Missing = ""
		f.changed()
	}
}

// SetPassword takes what was typed.
func (f *Flow) SetPassword(s secret.Secret) { f.SetForm(func(form *Form) { form.Password = s }) }

// Choose shows the findings of another computer below the table.
func (f *Flow) Choose(e *Exam) {
	f.model.Chosen = e
	f.changed()
}

// missing tells what must be filled in, with the key of its words; empty for nothing.
func (f *Form) missing() string {
	switch {
	case len(Hosts(f.Names)) == 0:
		return "window.preflight.no-names"
	case f.Authentication == exchange.AuthKerberos:
		return "" // the ticket this computer holds does without
	case strings.TrimSpace(f.User) == "":
		return "window.preflight.no-user"
	case f.Password.Empty():
		return "window.preflight.no-password"
	}
	return ""
}

// LookAtOthers looks at the computers of the form, a few side by side.
func (f *Flow) LookAtOthers() {
	m := &f.model
	if f.o.Remote == nil {
		return
	}
	if m.Missing = m.Form.missing(); m.Missing != "" {
		f.changed()
		return
	}
	f.forget()
	m.Editing = false
	for _, name := range Hosts(m.Form.Names) {
		m.Others = append(m.Others, &Exam{Computer: name, flow: f, stop: func() {}})
	}
	if len(m.Others) == 1 {
		m.Chosen = m.Others[0]
	}
	for _, e := range m.Others {
		e.Waiting = true
	}
	f.changed()
	f.lookAtNext()
}

// CancelOthers stops looking at other computers. What was found stays.
func (f *Flow) CancelOthers() {
	for _, e := range f.model.Others {
		if e.Waiting {
			e.Waiting, e.Problem = false, &exchange.Problem{Code: preflight.CodeCancelled}
		}
	}
	for _, e := range f.model.Others {
		e.stop()
	}
	f.changed()
}

// lookAtNext begins with as many computers as there is room for.
func (f *Flow) lookAtNext() {
	running := 0
	for _, e := range f.model.Others {
		if e.Running {
			running++
		}
	}
	for _, e := range f.model.Others {
		if e.Waiting && running < atOnce {
			running++
			f.lookAt(e)
		}
	}
}

// lookAt connects to a computer and runs its checks.
func (f *Flow) lookAt(e *Exam) {
	form := f.model.Form
	e.turn++
	turn := e.turn
	ctx, cancel := context.WithCancel(context.Background())
	e.stop, e.Waiting, e.Running, e.Problem = cancel, false, true, nil
	f.changed()
	f.o.Loop.Go(ctx, func(ctx context.Context) {
		c, end, err := f.connect(ctx, e.Computer, form)
		stopped := ctx.Err() != nil
		cancel()
		f.o.Loop.Post(func() {
			if turn != e.turn { // nobody waits for it any more
				f.giveBack(end)
				return
			}
			if err != nil {
				e.Running, e.Problem = false, exchange.AsProblem(err)
				if stopped {
					e.Problem = &exchange.Problem{Code: preflight.CodeCancelled}
				}
				f.changed()
				f.lookAtNext()
				return
			}
			e.finish = func() { f.giveBack(end) }
			e.make = func() preflight.Subject {
				return preflight.Subject{Computer: c, Use: preflight.UsePowerShell, Endpoints: preflight.DefaultEndpoints()}
			}
			e.run(nil, f.lookAtNext)
		})
	})
}

func (f *Flow) connect(ctx context.Context, host string, form Form) (preflight.Computer, func(context.Context) error, error) {
	a := Another{Host: host, User: strings.TrimSpace(form.User), Password: form.Password, Authentication: form.Authentication}
	if path := strings.TrimSpace(form.CAFile); path != "" {
		pem, err := f.o.Authority(path)
		if err != nil {
			return nil, nil, err
		}
		a.PrivateCA = pem
	}
	return f.o.Remote(ctx, a)
}

func (f *Flow) giveBack(end func(context.Context) error) {
	if end != nil {
		f.o.Loop.Go(context.Background(), func(ctx context.Context) {
			_ = end(ctx) // the other computer ends it by itself after a while
		})
	}
}

// forget stops looking at the computers of before and gives their connections back.
func (f *Flow) forget() {
	for _, e := range f.model.Others {
		e.stop()
		e.turn++
		e.Waiting, e.Running = false, false
		if e.finish != nil {
			e.finish()
			e.finish = nil
		}
	}
	f.model.Others, f.model.Chosen = nil, nil
}
