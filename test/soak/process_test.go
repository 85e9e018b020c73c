package soak

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long one process may take before the test gives it up.
const patience = 90 * time.Second

// process is a command line under way.
type process struct {
	args []string
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended

	errs   bytes.Buffer // complete when gone is closed
	status int          // -1 when it was killed
	failed error        // it could not be waited for
}

// launch starts the command line with args in the folder home, which is also where it keeps its files. One
// that cannot be started has ended, and wait tells why.
func launch(home, password string, args ...string) *process {
	p := &process{args: args, cmd: exec.Command(binary, args...), gone: make(chan struct{})}
	p.cmd.Dir = home
	p.cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TENANTRY_HOME=" + filepath.Join(home, "tenantry"),
		"LANG=en_US.UTF-8", "TZ=UTC",
	}
	if root := os.Getenv("SystemRoot"); root != "" {
		p.cmd.Env = append(p.cmd.Env, "SystemRoot="+root)
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = strings.NewReader(password+"\n"), &p.errs, &p.errs
	if p.failed = p.cmd.Start(); p.failed != nil {
		p.status = notStarted
		close(p.gone)
		return p
	}
	go func() {
		defer close(p.gone)
		err := p.cmd.Wait()
		p.status = p.cmd.ProcessState.ExitCode()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			p.failed = err
		}
	}()
	return p
}

const notStarted = -2 // the status of a process that never was

// kill ends it at once, as the system does when it must, and returns when it is no more.
func (p *process) kill() {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Kill() // one that has just ended by itself cannot be killed
	}
	<-p.gone
}

// killed tells whether it did not end by itself. It is for one that has ended.
func (p *process) killed() bool {
	return p.status == -1 || runtime.GOOS == "windows" && p.status == 1 && p.errs.Len() == 0
}

// wait waits for its end.
func (p *process) wait(t *testing.T) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-p.gone:
	case <-limit.C:
		p.kill()
		t.Errorf("%v did not end; it said:\n%s", p.args, p.errs.String())
	}
	if p.failed != nil {
		t.Error(p.failed)
	}
}
