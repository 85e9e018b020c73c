package assets_test

import (
	"os"
	"strings"
	"testing"

	"tenantry/assets"
)

func TestVersionIsThatOfThePackage(t *testing.T) {
	text, err := os.ReadFile("../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\nVersion = \""+assets.Version+"\"\n") {
		t.Errorf("FyneApp.toml does not say Version = %q", assets.Version)
	}
}
