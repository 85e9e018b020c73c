package soak

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// How much there is to do, and what is chosen.
var (
	kills    = 100
	duration = 15 * time.Second
	seed     = rand.Uint64N(1 << 32)
)

// binary is the command line, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(prepared(m.Run)) }

// prepared reads what the environment asks for, builds the command line, and calls f.
func prepared(f func() int) int {
	folder, err := os.MkdirTemp("", "tenantry-soak-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	if err := settings(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if binary = os.Getenv("TENANTRY_CLI"); binary != "" {
		return f()
	}
	binary = filepath.Join(folder, "tenantry-cli")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	build := exec.Command("go", "build", "-o", binary, "tenantry/cmd/tenantry-cli")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return f()
}

func settings() (err error) {
	if text := os.Getenv("TENANTRY_KILLS"); text != "" {
		if kills, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("TENANTRY_KILLS: %w", err)
		}
	}
	if text := os.Getenv("TENANTRY_SOAK"); text != "" {
		if duration, err = time.ParseDuration(text); err != nil {
			return fmt.Errorf("TENANTRY_SOAK: %w", err)
		}
	}
	if text := os.Getenv("TENANTRY_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			return fmt.Errorf("TENANTRY_SEED: %w", err)
		}
	}
	return nil
}

// dice are the choices of one round: the same seed and round choose the same.
func dice(round int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(round))) }
