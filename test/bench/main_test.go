package bench

import (
	"errors"
	"fmt"
	"os"
	"testing"
)

// scratch is a folder for large files, gone when the tests end.
var scratch string

func TestMain(m *testing.M) {
	if err := run(m); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(m *testing.M) (err error) {
	if os.Getenv(serverEnv) != "" {
		return serve()
	}
	if scratch, err = os.MkdirTemp("", "tenantry-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if code := m.Run(); code != 0 {
		return fmt.Errorf("exit code %d", code)
	}
	return tellFigures(os.Stdout)
}
