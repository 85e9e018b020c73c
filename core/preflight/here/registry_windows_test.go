package here

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// scratch is a key of this user that is gone after the test.
func scratch(t *testing.T, hive string) string {
	t.Helper()
	name := "Tenantry-test-" + strings.ReplaceAll(t.Name(), "/", "-")
	root := hives[hive]
	remove := func() { removeKey(root, `SOFTWARE\`+name) }
	remove()
	t.Cleanup(remove)
	return hive + `\SOFTWARE\` + name
}

// removeKey removes a key with all below it.
func removeKey(root registry.Key, path string) {
	k, err := registry.OpenKey(root, path, registry.ENUMERATE_SUB_KEYS|registry.WOW64_64KEY)
	if err != nil {
		return
	}
	names, _ := k.ReadSubKeyNames(-1)
	k.Close()
	for _, name := range names {
		removeKey(root, path+`\`+name)
	}
	_ = registry.DeleteKey(root, path)
}

func TestTheRealRegistry(t *testing.T) {
	r := New(nil).Registry()
	key := scratch(t, "HKCU")
	if k, found, err := r.Read(t.Context(), key); found || err != nil {
		t.Fatalf("a key that is not there: %v, %v, %v", k, found, err)
	}
	// Written as Windows' own programs write them.
	_, path, _ := strings.Cut(key, `\`)
	k, _, err := registry.CreateKey(registry.CURRENT_USER, path+`\Below`, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		k.SetStringValue("Text", "päß \"quoted\""), k.SetExpandStringValue("Expand", `%SystemRoot%\x`), k.SetStringValue("", "default"),
		k.SetDWordValue("Number", 0xffffffff), k.SetQWordValue("Long", 1<<40), k.SetBinaryValue("Bytes", []byte{1, 2}),
		k.SetStringsValue("List", []string{"a", "b"}), k.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	above, found, err := r.Read(t.Context(), strings.ToLower(key))
	if err != nil || !found || !slices.Equal(above.Keys, []string{"Below"}) || len(above.Values) > 0 {
		t.Errorf("the key above: %+v, %v, %v", above, found, err)
	}
	below, found, err := r.Read(t.Context(), strings.ToUpper(key)+`\BELOW`)
	if err != nil || !found {
		t.Fatalf("the key below: %v, %v", found, err)
	}
	for name, want := range map[string]preflight.RegistryValue{
		"TEXT": preflight.RegistryText("päß \"quoted\""), "expand": preflight.RegistryText(`%SystemRoot%\x`), "": preflight.RegistryText("default"),
		"Number": preflight.RegistryNumber(0xffffffff), "long": {Number: 1 << 40, IsNumber: true},
	} {
		if got, ok := below.Value(name); !ok || got != want {
			t.Errorf("%q is %+v, %v; want %+v", name, got, ok, want)
		}
	}
	for _, name := range []string{"Bytes", "List", "Other"} {
		if got, ok := below.Value(name); ok {
			t.Errorf("%q is read as %+v", name, got)
		}
	}
}

func TestWritingTheRealRegistry(t *testing.T) {
	r := New(nil).Registry()
	key := scratch(t, "HKCU") + `\Deep\Er`
	for name, v := range map[string]preflight.RegistryValue{
		"Text": preflight.RegistryText("RemoteSigned"), "Number": preflight.RegistryNumber(1), "Long": {Number: 1 << 33, IsNumber: true},
	} {
		for range 2 { // the second time it is there already
			if err := r.Write(t.Context(), key, name, v); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		k, found, err := r.Read(t.Context(), key)
		if got, ok := k.Value(name); err != nil || !found || !ok || got != v {
			t.Errorf("%s is %+v, %v; want %+v", name, got, err, v)
		}
	}
	_, path, _ := strings.Cut(key, `\`)
	k, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if _, kind, err := k.GetIntegerValue("Number"); err != nil || kind != registry.DWORD {
		t.Errorf("a number is of type %d, %v", kind, err)
	}
	if _, kind, err := k.GetStringValue("Text"); err != nil || kind != registry.SZ {
		t.Errorf("a text is of type %d, %v", kind, err)
	}
}

func TestAHiveThatIsNone(t *testing.T) {
	r := New(nil).Registry()
	if _, _, err := r.Read(t.Context(), `HKXX\SOFTWARE`); exchange.CodeOf(err) != preflight.CodeUnread || !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("read: %v", err)
	}
	if err := r.Write(t.Context(), `HKXX\SOFTWARE`, "x", preflight.RegistryNumber(1)); exchange.CodeOf(err) != preflight.CodeNotRepaired {
		t.Errorf("write: %v", err)
	}
}

// What needs an administrator goes through Windows' prompt and reg.exe. Where nobody is asked, as under Wine, it
// is the same but for the question.
func TestWritingAsAnAdministrator(t *testing.T) {
	freshWindows(t)
	r := New(nil).Registry()
	key := scratch(t, "HKLM") + ` with spaces`
	t.Cleanup(func() { removeKey(registry.LOCAL_MACHINE, strings.TrimPrefix(key, `HKLM\`)) })
	for name, v := range map[string]preflight.RegistryValue{
		"ExecutionPolicy": preflight.RegistryText("RemoteSigned"),
		"a name":          preflight.RegistryText(`C:\Program Files\x & y "quoted" %PATH% \`),
		"auth_basic":      preflight.RegistryNumber(1),
	} {
		if err := writeElevated(t.Context(), key, name, v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		k, found, err := r.Read(t.Context(), key)
		if got, ok := k.Value(name); err != nil || !found || !ok || got != v {
			t.Errorf("%s is %+v, %v; want %+v", name, got, err, v)
		}
	}
	if err := writeElevated(t.Context(), `HKXX\SOFTWARE\x`, "y", preflight.RegistryNumber(1)); exchange.CodeOf(err) != preflight.CodeNotRepaired {
		t.Errorf("a key that cannot be: %v", err)
	}
}

// A key that this user may not write is not given up before an administrator was asked. Here the administrator is
// the same user, so the answer is reg.exe's.
func TestAKeyThatMayNotBeWritten(t *testing.T) {
	freshWindows(t)
	key := scratch(t, "HKLM")
	r := New(nil).Registry()
	if err := r.Write(t.Context(), key, "x", preflight.RegistryNumber(1)); err != nil {
		t.Fatal(err)
	}
	readOnly, err := windows.SecurityDescriptorFromString("D:P(A;;KR;;;WD)(A;;WDWOSD;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := readOnly.DACL()
	if err != nil {
		t.Fatal(err)
	}
	name := `MACHINE\` + strings.TrimPrefix(key, `HKLM\`)
	if err := windows.SetNamedSecurityInfo(name, windows.SE_REGISTRY_KEY, windows.DACL_SECURITY_INFORMATION, nil, nil, list, nil); err != nil {
		t.Skipf("keys cannot be closed here: %v", err)
	}
	err = r.Write(t.Context(), key, "x", preflight.RegistryNumber(2))
	if exchange.CodeOf(err) != preflight.CodeNotRepaired || !strings.Contains(err.Error(), "reg.exe") {
		t.Errorf("%v", err)
	}
	k, _, err := r.Read(t.Context(), key)
	if v, ok := k.Value("x"); err != nil || !ok || v.Number != 1 {
		t.Errorf("x is %+v, %v", v, err)
	}
}

// Waiting for a person ends when nobody wants to wait any longer.
func TestStoppedWhileAnAdministratorIsAsked(t *testing.T) {
	freshWindows(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	begun := time.Now()
	// A program that goes on for longer than anybody waits.
	if _, err := runElevated(ctx, `C:\windows\system32\ping.exe`, []string{"-n", "5", "127.0.0.1"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}
