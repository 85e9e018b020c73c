//go:build linux

// Package windows plays what a person with Windows lives, at the command line and in the window: the programs
// that `make windows` builds run in a Windows made by Wine (wine.sh), and nothing of them is imported.
// `make test-windows` runs it; elsewhere it is skipped, because building the window for Windows takes minutes.
package windows

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// programs names the folder in which the built programs are.
const programs = "TENANTRY_WINDOWS_PROGRAMS"

// computer is one with Windows of its own, which is gone after the test.
type computer struct {
	t      *testing.T
	folder string
	wine   string   // the script that runs its programs
	env    []string // which Windows it is, as wine.sh reads it
	home   string   // of the person who uses it, as a folder here
}

// turnOn makes a computer. env says which Windows it has, such as TENANTRY_WINDOWS_VERSION=win7.
func turnOn(t *testing.T, env ...string) *computer {
	t.Helper()
	if os.Getenv(programs) == "" {
		t.Skip("the programs for Windows are not built: make test-windows does that and runs this")
	}
	wine, err := filepath.Abs("wine.sh")
	if err != nil {
		t.Fatal(err)
	}
	c := &computer{t: t, wine: wine, env: env, folder: filepath.Join(t.TempDir(), "windows")}
	c.script("--make", c.folder)
	t.Cleanup(func() { c.script("--end", c.folder) })
	homes, err := filepath.Glob(filepath.Join(c.folder, "drive_c", "users", "*", "AppData"))
	if err != nil || len(homes) != 1 {
		t.Fatalf("one person should live here: %v, %v", homes, err)
	}
	c.home = filepath.Dir(homes[0])
	return c
}

// script runs wine.sh itself.
func (c *computer) script(args ...string) {
	c.t.Helper()
	s := exec.Command(c.wine, args...)
	s.Env = append(os.Environ(), c.env...)
	if out, err := s.CombinedOutput(); err != nil {
		c.t.Fatalf("wine.sh %s: %v\n%s", args[0], err, out)
	}
}

// program returns the path of a built program.
func (c *computer) program(name string) string {
	c.t.Helper()
	path := filepath.Join(os.Getenv(programs), name)
	if _, err := os.Stat(path); err != nil {
		c.t.Fatalf("%v: make windows builds it", err)
	}
	return path
}

// documents is the path of a file in the person's Documents, as Windows writes it.
func (c *computer) documents(name string) string {
	return `C:\users\` + filepath.Base(c.home) + `\Documents\` + name
}

// write puts a file into the person's Documents.
func (c *computer) write(name, text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.home, "Documents", name), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// answer is what a program said and how it ended.
type answer struct {
	out, err string
	status   int
}

// run runs a program: a path here, or the name of one of Windows' own.
func (c *computer) run(program string, args ...string) answer {
	c.t.Helper()
	p := exec.CommandContext(c.t.Context(), c.wine, append([]string{"--in", c.folder, program}, args...)...)
	p.Env = append(os.Environ(), c.env...)
	var out, errs bytes.Buffer
	p.Stdout, p.Stderr = &out, &errs
	err := p.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		c.t.Fatal(err)
	}
	return answer{out.String(), errs.String(), p.ProcessState.ExitCode()}
}

// cli runs the command line.
func (c *computer) cli(args ...string) answer {
	c.t.Helper()
	return c.run(c.program("tenantry-cli.exe"), args...)
}

// running returns the command lines of the programs of that name that run on the computer.
func (c *computer) running(name string) (lines []string) {
	c.t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, file := range files {
		line, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it ended meanwhile
		}
		env, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "environ"))
		if bytes.Contains(line, []byte(name)) && bytes.Contains(env, []byte("WINEPREFIX="+c.folder+"\x00")) {
			lines = append(lines, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return lines
}
