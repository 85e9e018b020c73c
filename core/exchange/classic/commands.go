package classic

import (
	"context"
	"iter"
	"strings"

	"github.com/google/uuid"

	"tenantry/core/exchange"
	"tenantry/core/psrp"
)

// Commands asks for the session's commands with GET_COMMAND_METADATA, as Import-PSSession does. The formats
// that Import-PSSession asks for too are for PowerShell's own screen and are not needed here.
func (s *Session) Commands(ctx context.Context, names ...string) iter.Seq2[exchange.CommandNews, error] {
	return func(yield func(exchange.CommandNews, error) bool) {
		start := func(c *psrp.Client) (uuid.UUID, []byte, error) {
			return c.GetCommandMetadata(psrp.GetCommandMetadata{Names: names})
		}
		inv := exchange.Invocation{Cmdlet: "Get-Command"}
		total, counted := 0, false
		var failed *psrp.ErrorRecord
		for ev, err := range s.pool.Run(ctx, start) {
			if err != nil {
				yield(exchange.CommandNews{Total: total}, s.failed(ctx, inv, err))
				return
			}
			var news exchange.CommandNews
			switch m := ev.Message.(type) {
			case *psrp.PipelineState:
				if !m.State.Done() {
					continue
				}
				if m.State != psrp.Completed {
					if m.Error != nil {
						failed = m.Error
					}
					yield(exchange.CommandNews{Total: total}, s.here().recordProblem(inv, failed, exchange.CodeRunFailed))
				}
				return
			case *psrp.ErrorRecord:
				failed = m // a name that fits nothing; the others still come
				continue
			case *psrp.PipelineOutput:
				v, err := m.Value()
				if err != nil {
					yield(exchange.CommandNews{Total: total}, s.here().badAnswer("read a command", err))
					return
				}
				if n, ok := psrp.ReadMetadataCount(v); ok && !counted {
					total, counted = n, true
					news.Total = n
					break
				}
				read, ok := psrp.ReadCommandMetadata(v)
				if !ok {
					continue
				}
				command := commandOf(read)
				news = exchange.CommandNews{Total: total, Command: &command}
			default:
				continue
			}
			if !yield(news, nil) {
				return
			}
		}
	}
}

// allSets is the parameter set of a parameter that belongs to every set.
const allSets = "__AllParameterSets"

func commandOf(m psrp.CommandMetadata) exchange.Command {
	c := exchange.Command{Name: m.Name, Parameters: make([]exchange.Parameter, 0, len(m.Parameters))}
	for _, p := range m.Parameters {
		out := exchange.Parameter{
			Name: p.Name, Type: p.Type, Switch: p.Switch, Aliases: p.Aliases, Position: -1,
			Mandatory: len(p.Sets) > 0,
		}
		for _, in := range p.Sets {
			out.Mandatory = out.Mandatory && in.Mandatory
			if in.Position >= 0 {
				out.Position = int(in.Position)
			}
			if !strings.EqualFold(in.Set, allSets) {
				out.Sets = append(out.Sets, in.Set)
			}
		}
		c.Parameters = append(c.Parameters, out)
	}
	// The answer of Get-Command tells by set which parameters must be given, that of the metadata by parameter.
	for i := range c.Parameters {
		p := &c.Parameters[i]
		if len(p.Sets) > 0 || p.Mandatory || len(m.ParameterSets) == 0 {
			continue
		}
		required, belongs := 0, 0
		for _, set := range m.ParameterSets {
			if contains(set.Required, p.Name) {
				required++
				belongs++
				p.Sets = append(p.Sets, set.Name)
			} else if contains(set.Optional, p.Name) {
				belongs++
				p.Sets = append(p.Sets, set.Name)
			}
		}
		p.Mandatory = belongs > 0 && required == belongs
	}
	return c
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
