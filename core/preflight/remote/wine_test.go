package remote_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tenantry/core/preflight"
	"tenantry/test/winrmserver"
)

// wine makes a Windows of a version, and a program that runs reg.exe in it.
func wine(t *testing.T, version string) winrmserver.Program {
	t.Helper()
	for _, program := range []string{"wine", "wineserver", "x86_64-w64-mingw32-gcc", "flock"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed; packaging/setup.sh windows-test installs it", program)
		}
	}
	script, err := filepath.Abs("../../../test/windows/wine.sh")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "windows")
	environment := append(exec.Command(script).Environ(), "TENANTRY_WINDOWS_VERSION="+version)
	// What it prints goes to files: Windows' own services keep a pipe open for as long as they run.
	run := func(ctx context.Context, p winrmserver.Process, arguments ...string) (int, error) {
		out, err := os.CreateTemp(filepath.Dir(folder), "out")
		if err != nil {
			return 255, err
		}
		defer out.Close()
		errs, err := os.CreateTemp(filepath.Dir(folder), "err")
		if err != nil {
			return 255, err
		}
		defer errs.Close()
		command := exec.CommandContext(ctx, script, arguments...)
		command.Env, command.Stdout, command.Stderr = environment, out, errs
		err = command.Run()
		for file, to := range map[*os.File]io.Writer{out: p.Output, errs: p.Errors} {
			if _, err := file.Seek(0, io.SeekStart); err == nil {
				_, _ = io.Copy(to, file)
			}
		}
		return command.ProcessState.ExitCode(), err
	}
	var said strings.Builder
	if _, err := run(t.Context(), winrmserver.Process{Output: &said, Errors: &said}, "--make", folder); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	// Its server stays between the programs, which otherwise begin and end a Windows each.
	server := func(option string) error {
		command := exec.Command("wineserver", option)
		command.Env = append(environment, "WINEPREFIX="+folder, "WINEDEBUG=-all")
		return command.Run()
	}
	if err := server("-p"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server("-k") // it fails where the server has ended by itself
		_ = server("-w")
	})
	return func(ctx context.Context, p winrmserver.Process) int {
		argv, err := winrmserver.Argv(p.Line)
		if err != nil {
			t.Error(err)
			return 255
		}
		code, _ := run(ctx, p, slices.Concat([]string{"--in", folder, "reg"}, argv[1:])...)
		return code
	}
}

// The real program of another's Windows, which prints what reg.exe prints.
func TestAnothersRegExe(t *testing.T) {
	for version, want := range map[string]preflight.System{
		"win10": {Family: preflight.Windows, Name: "Windows 10 Pro", Major: 10, Build: 19045, Release: "22H2", Arch: "amd64"},
		"win7":  {Family: preflight.Windows, Name: "Windows 7 Professional", Major: 6, Minor: 1, Build: 7601, ServicePack: 1, Arch: "amd64"},
	} {
		t.Run(version, func(t *testing.T) {
			s := start(t, &winrmserver.Server{Run: wine(t, version)})
			c := open(t, to(s))
			if got, err := c.System(t.Context()); err != nil || got != want {
				t.Errorf("%+v, %v", got, err)
			}
			r := c.Registry()
			if k, found, err := r.Read(t.Context(), `HKLM\SOFTWARE\Microsoft\No such key`); err != nil || found {
				t.Errorf("%v, %v, %v", k, found, err)
			}
			// A key without values of its own, and one with a value of each kind.
			if k, found, err := r.Read(t.Context(), `HKLM\SOFTWARE`); err != nil || !found || !slices.Contains(k.Keys, "Microsoft") {
				t.Errorf("%v, %v, %v", k.Keys, found, err)
			}
			if k, found, err := r.Read(t.Context(), "HKU"); err != nil || !found || len(k.Keys) == 0 {
				t.Errorf("%v, %v, %v", k.Keys, found, err)
			}
			if err := r.Write(t.Context(), policyKey, "ExecutionPolicy", preflight.RegistryText("RemoteSigned")); err != nil {
				t.Fatal(err)
			}
			if err := r.Write(t.Context(), basicKey, "auth_basic", preflight.RegistryNumber(1)); err != nil {
				t.Fatal(err)
			}
			k, found, err := r.Read(t.Context(), policyKey)
			if v, _ := k.Value("ExecutionPolicy"); err != nil || !found || v != preflight.RegistryText("RemoteSigned") {
				t.Errorf("%v, %v, %v", k, found, err)
			}
			k, found, err = r.Read(t.Context(), basicKey)
			if v, _ := k.Value("auth_basic"); err != nil || !found || v != preflight.RegistryNumber(1) {
				t.Errorf("%v, %v, %v", k, found, err)
			}
			// Wine has one person, who is always at the screen.
			if k, found, err := r.Read(t.Context(), `HKCU\SOFTWARE`); err != nil || !found || !slices.Contains(k.Keys, "Microsoft") {
				t.Errorf("%v, %v, %v", k.Keys, found, err)
			}
			if _, err := c.Person(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
