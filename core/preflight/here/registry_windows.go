package here

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

func systemRegistry() preflight.Registry { return windowsRegistry{} }

// windowsRegistry is the registry of this computer, in its 64-bit view.
type windowsRegistry struct{}

var hives = map[string]registry.Key{
	"HKLM": registry.LOCAL_MACHINE, "HKCU": registry.CURRENT_USER, "HKU": registry.USERS,
}

// open splits a whole key into its hive and the path below it.
func open(key string, access uint32) (registry.Key, error) {
	hive, path, _ := strings.Cut(key, `\`)
	root, known := hives[strings.ToUpper(hive)]
	if !known {
		return 0, &fs.PathError{Op: "open", Path: key, Err: fs.ErrInvalid}
	}
	return registry.OpenKey(root, path, access|registry.WOW64_64KEY)
}

func (windowsRegistry) Read(_ context.Context, key string) (preflight.RegistryKey, bool, error) {
	k, err := open(key, registry.QUERY_VALUE|registry.ENUMERATE_SUB_KEYS)
	if errors.Is(err, registry.ErrNotExist) {
		return preflight.RegistryKey{}, false, nil
	}
	if err != nil {
		return preflight.RegistryKey{}, false, notRead(key, err)
	}
	defer k.Close()
	read := preflight.RegistryKey{Values: map[string]preflight.RegistryValue{}}
	if read.Keys, err = k.ReadSubKeyNames(-1); err != nil {
		return preflight.RegistryKey{}, false, notRead(key, err)
	}
	names, err := k.ReadValueNames(-1)
	if err != nil {
		return preflight.RegistryKey{}, false, notRead(key, err)
	}
	for _, name := range names {
		v, known, err := value(k, name)
		if err != nil {
			return preflight.RegistryKey{}, false, notRead(key+`\`+name, err)
		}
		if known {
			read.Values[strings.ToLower(name)] = v
		}
	}
	return read, true, nil
}

// value reads one value; known is false for a type that is not read, and for one that went away meanwhile.
func value(k registry.Key, name string) (v preflight.RegistryValue, known bool, err error) {
	_, kind, err := k.GetValue(name, nil)
	if err == nil {
		switch kind {
		case registry.SZ, registry.EXPAND_SZ:
			v.Text, _, err = k.GetStringValue(name)
		case registry.DWORD, registry.QWORD:
			v.IsNumber = true
			v.Number, _, err = k.GetIntegerValue(name)
		default:
			return v, false, nil
		}
	}
	if errors.Is(err, registry.ErrNotExist) {
		return v, false, nil
	}
	return v, err == nil, err
}

func notRead(place string, err error) error {
	return &exchange.Problem{
		Code: preflight.CodeUnread, Doing: "read the registry", Args: map[string]string{"what": place}, Cause: err,
	}
}

// Write sets a value. Where this user may not, Windows asks for an administrator: for what belongs to the whole
// computer, as the administrator's own HKCU is another one.
func (windowsRegistry) Write(ctx context.Context, key, name string, v preflight.RegistryValue) error {
	err := write(key, name, v)
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) && strings.HasPrefix(strings.ToUpper(key), `HKLM\`) {
		return writeElevated(ctx, key, name, v)
	}
	if err != nil {
		return notWritten(key, name, err)
	}
	return nil
}

func write(key, name string, v preflight.RegistryValue) error {
	hive, path, _ := strings.Cut(key, `\`)
	root, known := hives[strings.ToUpper(hive)]
	if !known {
		return &fs.PathError{Op: "write", Path: key, Err: fs.ErrInvalid}
	}
	k, _, err := registry.CreateKey(root, path, registry.SET_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return err
	}
	defer k.Close()
	switch {
	case !v.IsNumber:
		return k.SetStringValue(name, v.Text)
	case v.Number>>32 == 0:
		return k.SetDWordValue(name, uint32(v.Number))
	}
	return k.SetQWordValue(name, v.Number)
}

func notWritten(key, name string, err error) error {
	return &exchange.Problem{
		Code: preflight.CodeNotRepaired, Doing: "write the registry", Args: map[string]string{"what": key + `\` + name}, Cause: err,
	}
}
