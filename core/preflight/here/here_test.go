package here

import (
	"context"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"tenantry/core/preflight"
)

func TestNumbersOfAVersion(t *testing.T) {
	for version, want := range map[string][3]int{
		"6.1.0-18-amd64": {6, 1, 0}, "15.1": {15, 1, 0}, "12.7.6": {12, 7, 6}, "6.12.5+deb13": {6, 12, 5}, "26": {26, 0, 0},
		"": {}, "rolling": {}, "5.15.167.4-microsoft-standard-WSL2": {5, 15, 167}, "4..5": {4, 0, 5}, "99999999999.1": {999999999, 0, 0},
	} {
		if got := numbers(version); got != want {
			t.Errorf("%q: %v, want %v", version, got, want)
		}
	}
}

func TestWhatADistributionSaysOfItself(t *testing.T) {
	for _, c := range []struct{ file, name, release string }{
		{"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n", "Debian GNU/Linux", "debian 12"},
		{"NAME='Arch Linux'\r\nID=arch\r\n# VERSION_ID=1\r\n", "Arch Linux", "arch"},
		{"NAME=\"It\\\"s \\$new\"\nID=\"new\"\nVERSION_ID=1.0", `It"s $new`, "new 1.0"},
		{"no line\n=\n", "", ""},
		{"", "", ""},
	} {
		if name, release := distribution([]byte(c.file)); name != c.name || release != c.release {
			t.Errorf("%q: %q, %q; want %q, %q", c.file, name, release, c.name, c.release)
		}
	}
}

// Whatever stands in the file, what comes out is a piece of it.
func FuzzDistribution(f *testing.F) {
	f.Add([]byte("NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n"))
	f.Add([]byte("NAME='a'\nNAME=\"\\\"\nID=\"\nVERSION_ID='"))
	f.Fuzz(func(t *testing.T, file []byte) {
		name, release := distribution(file)
		if len(name)+len(release) > len(file) || strings.ContainsAny(name+release, "\n") {
			t.Errorf("%q gives %q and %q", file, name, release)
		}
		numbers(string(file))
	})
}

// What this system says of itself, asked in another way.
func TestThisComputer(t *testing.T) {
	c := New(nil)
	s, err := c.System(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]preflight.Family{"windows": preflight.Windows, "darwin": preflight.MacOS, "linux": preflight.Linux}[runtime.GOOS]; s.Family != want {
		t.Errorf("family %q, want %q", s.Family, want)
	}
	if s.Name == "" || s.Major == 0 || s.Arch == "" || c.Name() != "" {
		t.Errorf("%+v, named %q", s, c.Name())
	}
	if (c.Registry() != nil) != (runtime.GOOS == "windows") {
		t.Errorf("the registry is %v", c.Registry())
	}
	if runtime.GOOS == "linux" {
		out, err := exec.Command("sh", "-c", `. /etc/os-release && echo "$NAME/$ID $VERSION_ID/$(uname -r)"`).Output()
		if err != nil {
			t.Skip("no os-release here")
		}
		want := strings.Split(strings.TrimSpace(string(out)), "/")
		kernel := numbers(want[len(want)-1])
		if s.Release != strings.TrimSpace(want[len(want)-2]) || !strings.HasSuffix(string(out), want[len(want)-1]+"\n") ||
			kernel != [3]int{s.Major, s.Minor, s.Build} || s.Name != strings.Join(want[:len(want)-2], "/") {
			t.Errorf("%+v, and the shell says %q", s, out)
		}
	}
}

func TestVariablesAndPrograms(t *testing.T) {
	t.Setenv("TENANTRY_TEST_VARIABLE", "here")
	c := New(nil)
	if v, ok := c.Variable("TENANTRY_TEST_VARIABLE"); v != "here" || !ok {
		t.Errorf("%q, %v", v, ok)
	}
	if _, ok := c.Variable("TENANTRY_TEST_NOT_SET"); ok {
		t.Error("a variable is there that is not")
	}
	programs, ok := c.(preflight.Programs)
	if !ok {
		t.Fatal("it finds no programs")
	}
	known := map[string]string{"windows": "cmd"}[runtime.GOOS]
	if known == "" {
		known = "sh"
	}
	if path, found := programs.Program(known); !found || path == "" {
		t.Errorf("%s is not found", known)
	}
	if path, found := programs.Program("tenantry-no-such-program"); found {
		t.Errorf("found %q", path)
	}
}

func TestReachIsHandedOn(t *testing.T) {
	c := New(func(_ context.Context, e preflight.Endpoint) (preflight.Reach, error) {
		return preflight.Reach{Endpoint: e, Address: "192.0.2.1:443"}, nil
	})
	r, err := c.Reach(t.Context(), preflight.Endpoint{Host: "mail.example", Port: 443})
	if err != nil || r.Endpoint.Host != "mail.example" || r.Address != "192.0.2.1:443" {
		t.Errorf("%+v, %v", r, err)
	}
}
