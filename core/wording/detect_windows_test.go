package wording

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// detecting tells a copy of this test program to print what Detect says when only Windows can be asked.
const detecting = "TENANTRY_TEST_DETECT"

func TestDetectAsksWindows(t *testing.T) {
	if os.Getenv(detecting) != "" {
		for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Println("detected:", Detect())
		return
	}
	want := os.Getenv("TENANTRY_WINDOWS_LANGUAGE")
	if want == "" {
		t.Skip("nobody said which language this Windows speaks: make test-windows does")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, "-test.run=^TestDetectAsksWindows$")
	c.Env = append(os.Environ(), detecting+"=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "detected: "+want+"\n") {
		t.Errorf("want %s:\n%s", want, out)
	}
}
