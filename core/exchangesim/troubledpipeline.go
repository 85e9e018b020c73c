package exchangesim

import (
	"context"
	"errors"
	"fmt"

	"tenantry/core/clixml"
	"tenantry/core/exchangesim/engine"
	"tenantry/core/exchangesim/faults"
)

var errStopped = errors.New("exchangesim: the server stops the pipeline")

// troubled runs the work of a pipeline with the faults that struck it. name is its first command.
func (s *Server) troubled(c *command, sh *shell, out *output, name string, work func(context.Context, engine.Output) error) error {
	if len(c.troubles) == 0 {
		return work(c.ctx, out)
	}
	t := &troubledOutput{output: out, due: c.troubles, engine: sh.engine, name: name}
	for _, r := range c.troubles {
		switch r.Name {
		case faults.MicroDelay:
			if err := out.Warning(microDelay(r.Number())); err != nil {
				return err
			}
		case faults.HardLock:
			return sh.engine.Problem(name, "Microsoft.Exchange.Data.Directory.OverBudgetException", fmt.Sprintf(
				"This operation exceeds the throttling budget for policy part 'LocalTime', policy value '3000000',  Budget type: 'PowerShell'.  Suggested backoff time %d ms.", r.Number()))
		case faults.NoLanguage:
			return engine.ScriptsNotAllowed()
		}
	}
	if err := work(c.ctx, t); err != nil {
		return err
	}
	return t.strike(true)
}

func microDelay(ms int) string {
	return fmt.Sprintf("Micro delay applied. Actual delayed: %d msecs, Enforced: True, Capped delay: %d msecs, Required: True, Additional info: .; \r\n"+
		"PolicyDN: CN=GlobalThrottlingPolicy_sample; Snapshot: ActiveRunspaces: 0/20, Balance: -1608289/2160000/-3000000, PowerShellCmdletsLeft 384/400, "+
		"ExchangeCmdletsLeft 185/200, CmdletTimePeriod 5, DestructiveCmdletsLeft 120/120, DestructiveCmdletsPeriod 60, QueueDepth 100, Locked: False", ms, ms)
}

// troubledOutput counts objects until a fault is due.
type troubledOutput struct {
	*output
	due    []faults.Rule
	engine *engine.Engine
	name   string
	sent   int
}

// Object sends one object, or what is due in its place.
func (t *troubledOutput) Object(v clixml.Value) error {
	if err := t.strike(false); err != nil {
		return err
	}
	t.sent++
	return t.output.Object(v)
}

// strike brings what is due: at the end of a pipeline all that is left, because it had fewer objects.
func (t *troubledOutput) strike(end bool) error {
	for i, r := range t.due {
		if r.Name == "" || !end && t.sent < r.Number() {
			continue
		}
		t.due[i].Name = "" // once
		record := t.engine.Problem(t.name, "Microsoft.Exchange.Data.Directory.ADTransientException",
			"Active Directory operation failed on sample.example. This error is retriable. Additional information: The operation has timed out.")
		switch r.Name {
		case faults.ErrorState:
			return record
		case faults.ErrorRecord:
			if err := t.Error(record); err != nil {
				return err
			}
		case faults.ErrorBoth:
			if err := t.Error(record); err != nil {
				return err
			}
			return record
		case faults.PipelineStopped:
			return errStopped
		case faults.RunspaceBroken:
			t.sh.mu.Lock()
			t.sh.breakPool()
			t.sh.mu.Unlock()
			return errBroken
		}
	}
	return nil
}
