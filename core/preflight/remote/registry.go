package remote

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"

	"tenantry/core/exchange"
	"tenantry/core/preflight"
)

// Registry is another computer's registry, as reg.exe prints it.
//
// HKCU there would be that of the account which signed in for the checks, whose settings say nothing of the person
// who works at that computer. So a key below HKCU is read below HKU from the one person who is signed in at its
// screen; where that is nobody, or more than one, the error is CodeNoPerson. Computer.Person tells who it is.
type Registry struct{ c *Computer }

var _ preflight.Registry = Registry{}

// Read asks reg.exe for a key. Errors are *exchange.Problem.
func (r Registry) Read(ctx context.Context, key string) (preflight.RegistryKey, bool, error) {
	const doing = "read the registry"
	whole, err := r.place(ctx, key)
	if err != nil {
		return preflight.RegistryKey{}, false, r.c.failed(ctx, doing, err)
	}
	k, found, err := r.c.query(ctx, whole)
	if err != nil {
		return preflight.RegistryKey{}, false, r.c.failed(ctx, doing, err)
	}
	return k, found, nil
}

// place is where a key is on the other computer.
func (r Registry) place(ctx context.Context, key string) (string, error) {
	root, rest, _ := strings.Cut(key, `\`)
	switch strings.ToUpper(root) {
	case "HKLM", "HKU":
		return key, nil
	case "HKCU":
		person, err := r.c.person(ctx)
		return person + `\` + rest, err
	}
	return "", &exchange.Problem{Code: CodeNotRead, Args: map[string]string{"key": key}, Cause: errors.New("not a key of HKLM, HKCU or HKU")}
}

// Write sets one value. It sets those that repairs set (preflight.SetByRepairs), to what they set them to, and
// refuses all others with CodeNotARepair; those below HKCU are the person's who works there: CodeOtherUser. The
// account is an administrator there, so Windows asks nobody. Errors are *exchange.Problem.
func (r Registry) Write(ctx context.Context, key, name string, v preflight.RegistryValue) error {
	const doing = "write the registry"
	place := key + `\` + name
	refuse := func(code exchange.Code, cause error) error {
		return &exchange.Problem{Code: code, Doing: doing, Args: map[string]string{"host": r.c.Name(), "place": place}, Cause: cause}
	}
	if root, _, _ := strings.Cut(key, `\`); strings.EqualFold(root, "HKCU") || strings.EqualFold(root, "HKU") {
		return refuse(CodeOtherUser, nil)
	}
	if !isRepair(key, name, v) {
		return refuse(CodeNotARepair, nil)
	}
	kind, data := "REG_SZ", v.Text
	if v.IsNumber {
		kind, data = "REG_DWORD", strconv.FormatUint(v.Number, 10)
	}
	words, err := quote("add", key, "/v", name, "/t", kind, "/d", data, "/f", "/reg:64")
	if err != nil {
		return refuse(CodeNotARepair, err)
	}
	ended, err := r.c.run(ctx, programReg, words, nil)
	if err != nil {
		return r.c.failed(ctx, doing, err)
	}
	if ended.code != 0 {
		p := refuse(preflight.CodeNotRepaired, ended.said()).(*exchange.Problem)
		p.Args["what"] = place
		return p
	}
	return nil
}

func isRepair(key, name string, v preflight.RegistryValue) bool {
	for _, r := range preflight.SetByRepairs() {
		if strings.EqualFold(r.Key, key) && strings.EqualFold(r.Name, name) && r.New == v {
			return true
		}
	}
	return false
}

// query reads a key that begins with HKLM or HKU.
func (c *Computer) query(ctx context.Context, key string) (preflight.RegistryKey, bool, error) {
	ended, err := c.ask(ctx, key)
	if err != nil {
		return preflight.RegistryKey{}, false, err
	}
	switch {
	case ended.code == 0:
		k, err := readKey(key, ended.out)
		if err != nil {
			err = c.odd("reg.exe", err)
		}
		return k, err == nil, err
	case ended.code != 1:
		return preflight.RegistryKey{}, false, c.odd("reg.exe", ended.said())
	}
	// A key that is not there and one that may not be read end alike, and say so in the language of that Windows.
	missing, err := c.missing(ctx)
	if err != nil || bytes.Equal(ended.errors, []byte(missing)) {
		return preflight.RegistryKey{}, false, err
	}
	return preflight.RegistryKey{}, false, &exchange.Problem{Code: CodeNotRead, Args: map[string]string{"key": key, "host": c.Name()}, Cause: ended.said()}
}

func (c *Computer) ask(ctx context.Context, key string) (output, error) {
	words, err := quote("query", key, "/reg:64")
	if err != nil {
		return output{}, &exchange.Problem{Code: CodeNotRead, Args: map[string]string{"key": key, "host": c.Name()}, Cause: err}
	}
	return c.run(ctx, programReg, words, nil)
}

// askMissing asks for a key that no computer has, for the sentence that says so there.
func (c *Computer) askMissing(ctx context.Context) (string, error) {
	ended, err := c.ask(ctx, `HKLM\SOFTWARE\{5E4A5B0B-1B7D-4E0D-9C55-3B1F0D3C3A10}`)
	if err == nil && ended.code != 1 {
		err = c.odd("reg.exe", ended.said())
	}
	return string(ended.errors), err
}

// Person tells who is signed in at the screen of that computer, such as CONTOSO\piet: the one whose settings a key
// below HKCU is read from. The error is a *exchange.Problem with CodeNoPerson where that is nobody, or more than one.
func (c *Computer) Person(ctx context.Context) (string, error) {
	const doing = "see who is signed in"
	key, err := c.person(ctx)
	if err != nil {
		return "", c.failed(ctx, doing, err)
	}
	k, _, err := c.query(ctx, key+signedIn)
	if err != nil {
		return "", c.failed(ctx, doing, err)
	}
	name, _ := k.Value("USERNAME")
	if domain, ok := k.Value("USERDOMAIN"); ok && name.Text != "" {
		return domain.Text + `\` + name.Text, nil
	}
	return name.Text, nil
}

// signedIn is a key that Windows keeps below a person's own for as long as a session with a screen lasts.
const signedIn = `\Volatile Environment`

// askPerson finds the key below HKU of the one person who is signed in at the screen.
func (c *Computer) askPerson(ctx context.Context) (string, error) {
	users, _, err := c.query(ctx, "HKU")
	if err != nil {
		return "", err
	}
	var found []string
	for _, sid := range users.Keys {
		// People's accounts are those of a computer or a domain, and those of Entra ID; the others are services'.
		upper := strings.ToUpper(sid)
		if !strings.HasPrefix(upper, "S-1-5-21-") && !strings.HasPrefix(upper, "S-1-12-1-") || strings.HasSuffix(upper, "_CLASSES") {
			continue
		}
		_, there, err := c.query(ctx, `HKU\`+sid+signedIn)
		if err != nil {
			return "", err
		}
		if there {
			found = append(found, `HKU\`+sid)
		}
	}
	if len(found) != 1 {
		return "", &exchange.Problem{Code: CodeNoPerson, Args: map[string]string{"host": c.Name(), "count": strconv.Itoa(len(found))}}
	}
	return found[0], nil
}
