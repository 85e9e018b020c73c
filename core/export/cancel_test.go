package export

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Whoever opened the wrong file need not wait for it.
func TestOpeningCanBeStopped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte("Name\r\nAnna\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped, it says %v", err)
	}
}
