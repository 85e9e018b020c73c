package export

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"

	"tenantry/core/exchange"
)

// hold opens a file as Excel does: others may read it meanwhile, and nothing else.
func hold(t *testing.T, path string) windows.Handle {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, windows.FILE_SHARE_READ, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAFileThatIsOpenElsewhereIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return err
	}
	h := hold(t, path)
	err := WriteFile(path, func(io.Writer) error {
		t.Error("rows were written that nobody can keep")
		return nil
	})
	if exchange.CodeOf(err) != CodeInUse {
		t.Errorf("open before: %v", err)
	}
	if err := windows.CloseHandle(h); err != nil {
		t.Fatal(err)
	}
	err = WriteFile(path, func(w io.Writer) error {
		h = hold(t, path)
		return write(w)
	})
	if exchange.CodeOf(err) != CodeInUse {
		t.Errorf("opened meanwhile: %v", err)
	}
	if err := windows.CloseHandle(h); err != nil {
		t.Fatal(err)
	}
	if old, _ := os.ReadFile(path); string(old) != "old" {
		t.Errorf("the old file became %q", old)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}

	// Somebody only looks at it, and is soon done.
	err = WriteFile(path, func(w io.Writer) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		refused := make(chan struct{})
		go func() {
			<-refused
			_ = f.Close()
		}()
		defer close(refused)
		return write(w)
	})
	if got, _ := os.ReadFile(path); err != nil || string(got) != "new" {
		t.Errorf("%q, %v", got, err)
	}
}
