// Package engine runs Exchange's cmdlets on one organisation of the invented world. It takes pipelines
// of named commands and hands out what a remote session of that organisation would send: objects as
// CLIXML values with Exchange's own type and property names, error records, warnings and progress. It
// knows no protocol.
package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/world"
)

// Engine runs pipelines on one organisation. It is safe for use from several goroutines; each Run is one
// pipeline on one of them.
type Engine struct {
	view *view
	now  func() time.Time
}

// New returns an engine for org. user is the signed-in account's address; now may be nil for time.Now.
func New(org *world.Org, user string, now func() time.Time) *Engine {
	if now == nil {
		now = time.Now
	}
	return &Engine{view: newView(org, user), now: now}
}

// Pipeline is a chain of commands and what is fed to the first.
type Pipeline struct {
	Commands []Command
	Input    []clixml.Value
}

// Command is one named command with its parameters.
type Command struct {
	Name   string
	Script bool // it is script text, which is refused
	Params []Param
}

// Param is one argument. Without a name it is taken by position. A Null value is a switch that was only
// named, or $null.
type Param struct {
	Name  string
	Value clixml.Value
	Bare  bool // the name stood alone: a switch, or the next argument without a name is its value
}

// Progress is a progress record.
type Progress struct {
	Activity, Status string
	Percent          int // -1 when not known
	Done             bool
}

// Output takes what a pipeline produces, in order, on the goroutine of Run. An error stops the pipeline.
type Output interface {
	Object(v clixml.Value) error
	Error(r *ErrorRecord) error
	Warning(text string) error
	Verbose(text string) error
	Progress(p Progress) error
	Host(text string) error // a line for the person at the other end, as -WhatIf writes
}

// errEnough is how a later command tells the ones before it that nothing more is wanted.
var errEnough = errors.New("enough objects")

// stage is one command while its pipeline runs.
type stage struct {
	*Engine
	ctx    context.Context
	out    Output
	info   *cmdlet
	args   arguments
	first  bool
	emit   func(clixml.Value) error
	handle behaviour
}

// behaviour is what a command does. process runs once for each object from the pipeline, or once with
// nil when it stands first and gets none; end runs after the last.
type behaviour struct {
	process func(s *stage, in *clixml.Value) error
	end     func(s *stage) error
}

// Run runs p and returns when it is over. A returned *ErrorRecord ended the pipeline; errors that concern
// single objects go to out and Run returns nil. Otherwise the error is ctx's or that of out.
func (e *Engine) Run(ctx context.Context, p Pipeline, out Output) error {
	if len(p.Commands) == 0 {
		return nil
	}
	stages := make([]*stage, len(p.Commands))
	for i, c := range p.Commands {
		if c.Script {
			return ScriptsNotAllowed()
		}
		s := &stage{Engine: e, ctx: ctx, out: out, first: i == 0}
		var err error
		if s.info, err = lookUp(c.Name); err != nil {
			return err
		}
		if s.args, err = bind(s.info, c.Params, i > 0 || len(p.Input) > 0); err != nil {
			return err
		}
		s.handle = s.info.newBehaviour()
		stages[i] = s
	}
	last := stages[len(stages)-1]
	last.emit = func(v clixml.Value) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return out.Object(v)
	}
	for i := range stages[:len(stages)-1] {
		next := stages[i+1]
		stages[i].emit = func(v clixml.Value) error { return next.process(&v) }
	}
	for _, s := range stages {
		if err := s.warnUnheeded(); err != nil {
			return err
		}
	}
	return e.drive(stages, p.Input)
}

func (e *Engine) drive(stages []*stage, input []clixml.Value) error {
	var err error
	if len(input) == 0 {
		err = stages[0].process(nil)
	}
	for i := range input {
		if err = stages[0].process(&input[i]); err != nil {
			break
		}
	}
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	for _, s := range stages {
		if s.handle.end != nil {
			if err := s.handle.end(s); err != nil && !errors.Is(err, errEnough) {
				return err
			}
		}
	}
	return nil
}

func (s *stage) process(in *clixml.Value) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	return s.handle.process(s, in)
}

// fail writes an error that concerns one object, as the caller's ErrorAction asks.
func (s *stage) fail(r *ErrorRecord) error {
	switch strings.ToLower(s.args.text("ErrorAction")) {
	case "silentlycontinue", "ignore", "0", "4":
		return nil
	case "stop", "1":
		return r
	}
	return s.out.Error(r)
}

func (s *stage) warn(text string) error {
	switch strings.ToLower(s.args.text("WarningAction")) {
	case "silentlycontinue", "ignore", "0", "4":
		return nil
	}
	return s.out.Warning(text)
}
