package signindialog

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"tenantry/core/customers"
	"tenantry/core/exchange"
	"tenantry/core/jobs"
	"tenantry/core/secret"
	"tenantry/core/signin"
	"tenantry/gui/kit/loop"
)

const (
	codeCannotOpen exchange.Code = "signin.ca-unreadable" // the file with the authority cannot be read. Args: path
	codeBadCA      exchange.Code = "signin.ca-empty"      // it holds no certificate. Args: path
)

// Options are what a Flow works with. The functions may block; they are called away from the screen.
type Options struct {
	Loop      loop.Loop
	Profiles  *signin.Profiles
	Vault     signin.Vault
	Connector exchange.Connector
	Redirects *Redirects

	// Customers lists the customers there are; nil means none.
	Customers func() ([]customers.Customer, error)

	// LastCustomer is whom an account asked last, empty when nobody knows.
	LastCustomer func(user string) exchange.CustomerID

	// Places and Leftovers are for the sessions of accounts, as jobs.Account has them; nil for none. The sample
	// partner's end with the program and need neither.
	Places    jobs.Places
	Leftovers *jobs.Leftovers

	// Sample starts the sample partner; nil offers none.
	Sample func(ctx context.Context) (Sample, error)
}

// SignedIn is a proven account.
type SignedIn struct {
	Sessions *jobs.Sessions // the receiver's to close
	User     string         // or what a connection without one is called
	Host     string
	Customer exchange.CustomerID // whose session is open now, empty for the account's own organisation
	Refused  *exchange.Problem   // the account was right, but Customer refused it; nil otherwise
	NotKept  *exchange.Problem   // the password could not be kept as asked; nil otherwise
	Sample   *Sample             // nil with an account of one's own; the receiver's to close after Sessions
}

// Flow changes the model. All methods are for the UI goroutine.
type Flow struct {
	OnChange   func()
	OnSignedIn func(SignedIn)
	OnSessions func()                  // someone wants to see the sessions of this computer; nil offers none
	OnFailed   func(*exchange.Problem) // signing in did not work; nil is allowed
	OnFindOut  func(*exchange.Problem) // someone wants to know why; nil offers nothing
	OnReveal   func(at Field)          // a field should have the keyboard; the panel takes it

	o        Options
	model    Model
	profiles []signin.Profile
	touched  bool               // a person typed something
	cancel   context.CancelFunc // of what is under way
	turn     int
	tried    given             // what the last attempt was made with
	refused  *exchange.Problem // what it met
}

// NewFlow returns the flow of a fresh screen.
func NewFlow(o Options) *Flow {
	return &Flow{o: o, model: Model{URL: signin.DefaultURL}, cancel: func() {}}
}

// Model is what is to be seen. It must not be changed by others.
func (f *Flow) Model() *Model { return &f.model }

// HasSample tells whether there is a sample partner to explore.
func (f *Flow) HasSample() bool { return f.o.Sample != nil }

func (f *Flow) changed() {
	if f.OnChange != nil {
		f.OnChange()
	}
}

// Load reads the saved accounts and offers the last one, with its password when the store has it.
func (f *Flow) Load() {
	f.o.Loop.Go(context.Background(), func(context.Context) {
		list, err := f.o.Profiles.List()
		if err != nil {
			f.o.Loop.Post(func() { f.fail(NoField, err) })
			return
		}
		list = slices.DeleteFunc(list, func(p signin.Profile) bool { return p.Connection != exchange.Classic })
		f.o.Loop.Post(func() {
			f.profiles = list
			f.model.Accounts = nil
			for _, p := range list {
				f.model.Accounts = append(f.model.Accounts, p.Name)
			}
			if len(list) > 0 && !f.touched {
				f.offer(list[0])
				return
			}
			f.changed()
		})
	})
}

// Choose fills in a saved account, by the name of its connection or by its user, and tells whether there is
// one.
func (f *Flow) Choose(name string) bool {
	for _, p := range f.profiles {
		if strings.EqualFold(p.Name, name) || strings.EqualFold(p.User, name) {
			f.touched = true
			f.offer(p)
			return true
		}
	}
	return false
}

// Offer fills in an account that is not saved, and the address where it signs in, empty for the usual one.
func (f *Flow) Offer(user, url string) {
	f.touched = true
	f.offer(signin.Profile{Connection: exchange.Classic, User: user, URL: url})
}

func (f *Flow) offer(p signin.Profile) {
	m := &f.model
	m.take(p)
	m.Filled++
	f.clear()
	f.changed()
	if !p.Remember {
		return
	}
	filled := m.Filled
	f.o.Loop.Go(context.Background(), func(context.Context) {
		// A store that is locked or missing is no failure here: the person types the password.
		load := func(key string) secret.Secret {
			if s, found, err := f.o.Vault.Load(key); err == nil && found && key != "" {
				return s
			}
			return secret.Secret{}
		}
		kept, proxy := load(p.PasswordKey()), load(proxyKey(p))
		f.o.Loop.Post(func() {
			if filled != m.Filled || !m.Password.Empty() || m.User != p.User {
				return
			}
			m.Password, m.Kept, m.ProxyPassword = kept, !kept.Empty(), proxy
			m.Filled++
			f.changed()
		})
	})
}

// SetUser, SetPassword and SetRemember take what a person typed.
func (f *Flow) SetUser(text string) {
	if text != f.model.User {
		f.model.User, f.touched = text, true
		f.typed(AccountField)
	}
}

// SetPassword is described at SetUser.
func (f *Flow) SetPassword(s secret.Secret) {
	f.model.Password, f.model.Kept, f.touched = s, false, true
	f.typed(PasswordField)
}

// SetRemember is described at SetUser.
func (f *Flow) SetRemember(on bool) {
	f.model.Remember, f.touched = on, true
}

// SetDetails notes that the connection details were folded or unfolded.
func (f *Flow) SetDetails(open bool) { f.model.Details = open }

// typed takes the words about an empty field away as soon as it is not empty. What a server said stays
// until the next attempt: one reads it while one types.
func (f *Flow) typed(at Field) {
	if f.model.Missing != "" && f.model.At == at {
		f.clear()
		f.changed()
	}
}

func (f *Flow) clear() {
	f.model.At, f.model.Problem, f.model.Missing = NoField, nil, ""
}

func (f *Flow) fail(at Field, err error) {
	f.model.rest()
	f.model.At, f.model.Problem, f.model.Missing = at, exchange.AsProblem(err), ""
	if at.detail() {
		f.model.Details = true
	}
	f.changed()
}

// Cancel stops what is under way. Nothing typed is lost.
func (f *Flow) Cancel() {
	f.cancel()
	if f.model.Busy != Idle {
		f.turn++
		f.model.rest()
		f.changed()
	}
}

// SignIn proves the account that was typed by opening a session with it.
func (f *Flow) SignIn() {
	m := &f.model
	if m.Busy != Idle {
		return
	}
	f.clear()
	m.User, m.URL = strings.TrimSpace(m.User), strings.TrimSpace(m.URL)
	m.At, m.Missing = m.missing()
	if m.Missing != "" {
		m.Details = m.Details || m.At.detail()
		f.changed()
		return
	}
	with := given{profile: f.profile(), password: m.Password, proxyPassword: m.ProxyPassword}
	f.tried, f.refused = with, nil
	f.begin(SigningIn, func(ctx context.Context) (SignedIn, error) { return f.open(ctx, with) })
}

// StartSample starts the sample partner and signs in to it.
func (f *Flow) StartSample() {
	if f.model.Busy != Idle || f.o.Sample == nil {
		return
	}
	f.clear()
	f.begin(StartingSample, f.openSample)
}

func (f *Flow) begin(what Busy, work func(ctx context.Context) (SignedIn, error)) {
	f.turn++
	turn := f.turn
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	f.model.Busy, f.model.Behind = what, nil
	f.o.Redirects.Listen(func(q *Question) {
		f.o.Loop.Post(func() {
			if turn == f.turn {
				f.model.Question = q
				f.changed()
			}
		})
	})
	f.changed()
	f.o.Loop.Go(ctx, func(ctx context.Context) {
		in, err := work(ctx)
		f.o.Loop.Post(func() {
			if turn != f.turn { // cancelled: what was opened all the same is closed
				if err == nil {
					f.o.Loop.Go(context.Background(), in.end)
				}
				cancel()
				return
			}
			cancel()
			if err != nil {
				at := fieldOf(exchange.CodeOf(err))
				if what == StartingSample {
					at = SampleField
				}
				f.fail(at, err)
				if what == SigningIn {
					f.refused = f.model.Problem
				}
				if f.OnFailed != nil {
					f.OnFailed(f.model.Problem)
				}
				return
			}
			f.model.rest()
			f.changed()
			if f.OnSignedIn != nil {
				f.OnSignedIn(in)
			}
		})
	})
}

func (in SignedIn) end(ctx context.Context) {
	_ = in.Sessions.CloseAll(ctx) // nobody is left to tell; sessions go on trying by themselves
	if in.Sample != nil && in.Sample.Close != nil {
		in.Sample.Close()
	}
}

func (f *Flow) open(ctx context.Context, with given) (SignedIn, error) {
	account, err := with.account(f.o.Connector, f.o.Redirects.Ask)
	if err != nil {
		return SignedIn{}, err
	}
	var list []customers.Customer
	if f.o.Customers != nil {
		if list, err = f.o.Customers(); err != nil {
			list = nil // the list has a place of its own to say so
		}
	}
	var last exchange.CustomerID
	if f.o.LastCustomer != nil {
		last = f.o.LastCustomer(with.profile.User)
	}
	in := SignedIn{User: with.profile.Name, Host: hostOf(with.profile.Address()), Customer: firstCustomer(list, last)}
	account.Places, account.Leftovers = f.o.Places, f.o.Leftovers
	in.Sessions = jobs.NewSessions(account)
	names := map[exchange.CustomerID]string{}
	for _, c := range list {
		names[c.Domain] = c.Name
	}
	if err := in.prove(ctx, func(holders []jobs.Holder) { f.o.Loop.Post(func() { f.waits(holders, names) }) }); err != nil {
		return in, err
	}
	in.NotKept = f.keep(with)
	return in, nil
}

func (f *Flow) openSample(ctx context.Context) (SignedIn, error) {
	sample, err := f.o.Sample(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	in := SignedIn{User: sample.Credential.User, Host: hostOf(sample.URL), Sample: &sample, Customer: firstCustomer(sample.Customers, "")}
	connector := sample.Connector
	if connector == nil {
		connector = f.o.Connector
	}
	in.Sessions = jobs.NewSessions(jobs.Account{
		Connector: connector, Credential: sample.Credential,
		Target: exchange.Target{URL: sample.URL, PrivateCA: sample.PrivateCA, AllowRedirect: f.o.Redirects.Ask},
	})
	if err := in.prove(ctx, nil); err != nil {
		if sample.Close != nil {
			sample.Close()
		}
		return in, err
	}
	return in, nil
}

// waits shows which sessions are in the way of signing in.
func (f *Flow) waits(holders []jobs.Holder, names map[exchange.CustomerID]string) {
	if f.model.Busy != SigningIn {
		return
	}
	f.model.Behind, f.model.names = holders, names
	f.changed()
}

// prove opens one session, which stays open for the first question. A customer that refuses a right account
// does not keep it out: there are others.
// waits, which may be nil, hears which sessions are in the way.
func (in *SignedIn) prove(ctx context.Context, waits func([]jobs.Holder)) error {
	lease, err := in.Sessions.Acquire(ctx, in.Customer, waits, nil)
	if exchange.CodeOf(err) == exchange.CodeDelegationRefused {
		in.Refused = exchange.AsProblem(err)
		return nil
	}
	if err != nil {
		_ = in.Sessions.CloseAll(context.WithoutCancel(ctx)) // err is what the person needs to know
		return err
	}
	lease.Done(nil)
	return nil
}

// firstCustomer is whom to open the first session with: the last one used, a favourite, or the first.
func firstCustomer(list []customers.Customer, last exchange.CustomerID) exchange.CustomerID {
	var favourite, first exchange.CustomerID
	for _, c := range list {
		switch {
		case last != "" && c.Domain == last:
			return last
		case c.Favourite && favourite == "":
			favourite = c.Domain
		case first == "":
			first = c.Domain
		}
	}
	if favourite != "" {
		return favourite
	}
	return first
}

func hostOf(raw string) string {
	if u, err := url.Parse(raw); err == nil && u.Host != "" {
		return u.Hostname()
	}
	return raw
}
