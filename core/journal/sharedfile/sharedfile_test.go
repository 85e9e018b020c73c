package sharedfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"tenantry/core/exchange"
	"tenantry/core/journal/sharedfile"
)

type doc struct {
	Count int
	Names []string
}

func TestChangesMadeAtOnceAllStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "doc.json")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				if err := sharedfile.Change(path, func(d *doc) error { d.Count++; return nil }); err != nil {
					t.Error(err)
				}
				if d, err := sharedfile.Read[doc](path); err != nil || d.Count == 0 {
					t.Errorf("read %+v, %v", d, err)
				}
			}
		})
	}
	all.Wait()
	if d, err := sharedfile.Read[doc](path); err != nil || d.Count != 80 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestAChangeThatFailsOrChangesNothingWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "doc.json")
	if err := sharedfile.Change(path, func(d *doc) error { d.Names = []string{"a"}; return nil }); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("no")
	if err := sharedfile.Change(path, func(d *doc) error { d.Count = 9; return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := sharedfile.Change(path, func(*doc) error { return nil }); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) < time.Minute {
		t.Errorf("%v, %v", info, err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 { // there the folder's rights count
		t.Errorf("others may read it: %v", info.Mode())
	}
}

func TestWhatCannotBeUsedHasACode(t *testing.T) {
	dir := t.TempDir()
	if d, err := sharedfile.Read[doc](filepath.Join(dir, "none.json")); err != nil || d.Count != 0 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := sharedfile.Read[doc](dir); exchange.CodeOf(err) != sharedfile.CodeUnreadable {
		t.Error(err)
	}
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte("[1,2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sharedfile.Read[doc](bad); exchange.CodeOf(err) != sharedfile.CodeDamaged {
		t.Error(err)
	}
	if err := sharedfile.Change(filepath.Join(bad, "doc.json"), func(*doc) error { return nil }); exchange.CodeOf(err) != sharedfile.CodeNotWritten {
		t.Error(err)
	}
}
