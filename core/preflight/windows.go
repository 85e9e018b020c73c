package preflight

import (
	"context"
	"errors"
	"strings"
	"sync"

	"tenantry/core/exchange"
)

// Where Windows keeps what the checks look at and the repairs set.
const (
	policyPath = `SOFTWARE\Microsoft\PowerShell\1\ShellIds\Microsoft.PowerShell`
	basicKey   = `HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client`
	basicName  = "auth_basic"
)

// CodeNotWindows is the finding, not applicable, of what only Windows has. Args: none.
const CodeNotWindows exchange.Code = "preflight.windows-only"

func systemChecks(s Subject) []Check {
	v := &view{computer: s.Computer, use: s.Use, system: newOnce[System](), keys: map[string]*once[readKey]{}}
	return []Check{
		{ID: CheckSystem, Run: v.checkSystem},
		{ID: CheckDotNet, Run: v.onWindows(checkDotNet)},
		{ID: CheckPowerShell, Run: v.onWindows(checkPowerShell)},
		{ID: CheckPowerShell7, Run: v.checkPowerShell7},
		{ID: CheckPolicy, Run: v.onWindows(checkPolicy)},
		{ID: CheckBasic, Run: v.onWindows(checkBasic)},
		{ID: CheckTLS, Run: v.checkTLS},
	}
}

// view is a computer as one run of the checks sees it: its system and each key of its registry are read once,
// for whichever check comes first.
type view struct {
	computer Computer
	use      Use
	system   *once[System]

	mu   sync.Mutex
	keys map[string]*once[readKey] // by key in small letters
}

type readKey struct {
	key   RegistryKey
	found bool
}

func (v *view) readSystem(ctx context.Context) (System, error) {
	return v.system.get(ctx, v.computer.System)
}

func (v *view) readKey(ctx context.Context, key string) (readKey, error) {
	v.mu.Lock()
	k := v.keys[strings.ToLower(key)]
	if k == nil {
		k = newOnce[readKey]()
		v.keys[strings.ToLower(key)] = k
	}
	v.mu.Unlock()
	return k.get(ctx, func(ctx context.Context) (readKey, error) {
		r := v.computer.Registry()
		if r == nil {
			return readKey{}, errors.New("there is no registry")
		}
		read, found, err := r.Read(ctx, key)
		return readKey{read, found}, err
	})
}

// hinders is the status of what keeps PowerShell from working there, which Tenantry's own sessions do not need.
func (v *view) hinders() Status {
	if v.use == UsePowerShell {
		return Fail
	}
	return Warn
}

// here tells whether it is the computer this program runs on.
func (v *view) here() bool { return v.computer.Name() == "" }

// onWindows makes a check of what only Windows has.
func (v *view) onWindows(check func(l *look, sys System) Finding) func(context.Context) Finding {
	return func(ctx context.Context) Finding {
		sys, err := v.readSystem(ctx)
		switch {
		case ctx.Err() != nil:
			return Finding{}
		case err != nil:
			return unknownSystem()
		case sys.Family != Windows:
			return Finding{Status: NotApplicable, Code: CodeNotWindows}
		}
		l := &look{view: v, ctx: ctx}
		return l.end(check(l, sys))
	}
}

// unknownSystem is the finding of a check that cannot tell what to look at, as the system did not say what it is.
func unknownSystem() Finding {
	return Finding{Status: Skipped, Because: CheckSystem, Code: CodeSkipped, Args: args("check", string(CheckSystem))}
}

// look is one check looking at the registry: what it saw, and what it could not see.
type look struct {
	*view
	ctx   context.Context
	facts []Fact
	what  string // the place that could not be read
	err   error
}

// value reads a value and keeps it as a fact. After a place could not be read, nothing is.
func (l *look) value(key, name string) (RegistryValue, bool) {
	k := l.key(key)
	if l.err != nil {
		return RegistryValue{}, false
	}
	v, ok := k.Value(name)
	text := "not set"
	if ok {
		text = v.String()
	}
	l.facts = append(l.facts, Fact{key + `\` + name, text})
	return v, ok
}

// key reads a key; one that is not there is empty.
func (l *look) key(key string) RegistryKey {
	if l.err != nil {
		return RegistryKey{}
	}
	k, err := l.readKey(l.ctx, key)
	if err != nil {
		l.what, l.err = key, err
	}
	return k.key
}

func (l *look) fact(name, text string) { l.facts = append(l.facts, Fact{name, text}) }

// end is the check's finding with the facts, or why there is none: its time is over, or a place was not read.
func (l *look) end(f Finding) Finding {
	switch {
	case l.ctx.Err() != nil:
		return Finding{}
	case l.err != nil:
		f = unread(l.what, l.err)
	}
	f.Facts = append(f.Facts, l.facts...)
	return f
}

// once asks one time for all who want to know.
type once[T any] struct {
	turn  chan struct{} // holds one while nobody asks
	asked bool
	value T
	err   error
}

func newOnce[T any]() *once[T] {
	o := &once[T]{turn: make(chan struct{}, 1)}
	o.turn <- struct{}{}
	return o
}

// get returns what ask said the first time. An answer that was cut short is not kept: the next one asks again.
func (o *once[T]) get(ctx context.Context, ask func(context.Context) (T, error)) (T, error) {
	select {
	case <-o.turn:
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
	defer func() { o.turn <- struct{}{} }()
	if o.asked {
		return o.value, o.err
	}
	value, err := ask(ctx)
	if ctx.Err() == nil {
		o.asked, o.value, o.err = true, value, err
	}
	return value, err
}
