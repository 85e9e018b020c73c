package signin

import (
	"errors"
	"strconv"
	"strings"

	"github.com/zalando/go-keyring"

	"tenantry/core/exchange"
	"tenantry/core/secret"
)

// The codes of a secret store. The app works without one: it then asks for the password each time.
const (
	CodeStoreUnavailable exchange.Code = "store.unavailable" // this computer has none, or it does not answer. Args: none
	CodeStoreLocked      exchange.Code = "store.locked"      // it is there but was not unlocked. Args: none
	CodeStoreTooLarge    exchange.Code = "store.too-large"   // the secret does not fit. Args: limit (bytes, when known)
	CodeStoreFailed      exchange.Code = "store.failed"      // it answered with an error of its own. Args: none
)

// WindowsLimit is how many bytes one secret may have in the Windows Credential Manager. On macOS the
// secret, its key and the service name together may have about 3,000; on Linux there is no fixed limit.
// A password fits everywhere; something larger must be kept in an encrypted file with only its key here.
const WindowsLimit = 2560

// Vault keeps secrets between two starts.
//
// Every method may block: on the message bus, on the disk, or on a person whom the system asks to unlock
// the store. Never call one on the goroutine that owns the screen. A Vault is safe for use from several
// goroutines. Errors are *exchange.Problem; a key that is not there is not an error.
type Vault interface {
	// Load returns the secret kept under key, and whether there is one.
	Load(key string) (s secret.Secret, found bool, err error)

	// Save keeps s under key, replacing what was there.
	Save(key string, s secret.Secret) error

	// Delete removes the secret under key. One that is not there is already removed.
	Delete(key string) error
}

// SystemVault returns the operating system's own store: the Credential Manager on Windows, the login
// keychain on macOS, the Secret Service (GNOME Keyring, KWallet) on Linux. Opening it costs nothing;
// whether it works shows at the first call.
func SystemVault() Vault { return systemVault{} }

// service is the name under which the system shows Tenantry's entries.
const service = "Tenantry"

type systemVault struct{}

func (systemVault) Load(key string) (secret.Secret, bool, error) {
	err := reach()
	if err != nil {
		return secret.Secret{}, false, storeProblem("read from the secret store", err)
	}
	text, err := keyring.Get(service, key)
	if errors.Is(err, keyring.ErrNotFound) {
		return secret.Secret{}, false, nil
	}
	if err != nil {
		return secret.Secret{}, false, storeProblem("read from the secret store", err)
	}
	return secret.New(text), true, nil
}

func (systemVault) Save(key string, s secret.Secret) error {
	err := reach()
	if err == nil {
		err = keyring.Set(service, key, s.Reveal())
	}
	if err != nil {
		return storeProblem("write to the secret store", err)
	}
	return nil
}

func (systemVault) Delete(key string) error {
	err := reach()
	if err == nil {
		err = keyring.Delete(service, key)
	}
	if err == nil || errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return storeProblem("delete from the secret store", err)
}

// storeProblem gives an error of the store its code. The libraries below have types for few of them, so
// what remains is told by the fixed words of the Secret Service and the keychain.
func storeProblem(doing string, err error) *exchange.Problem {
	p := &exchange.Problem{Code: CodeStoreFailed, Doing: doing, Cause: err}
	text := strings.ToLower(err.Error())
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, keyring.ErrSetDataTooBig):
		p.Code = CodeStoreTooLarge
		p.Args = map[string]string{"limit": strconv.Itoa(WindowsLimit)}
	case errors.Is(err, keyring.ErrUnsupportedPlatform), has(
		"dbus: couldn't determine address", "dbus_session_bus_address", "dbus-launch", // no message bus
		"was not provided by any .service files", "serviceunknown", // no store on the bus
		"no such object path", "unknownobject", "unknownmethod", "no such interface", // a bus without a collection
		"connection refused", "no such file", "connection closed"):
		p.Code = CodeStoreUnavailable
	case has("unlock", "locked", "prompt", "dismissed", "user canceled", "user cancelled", "interaction is not allowed"):
		p.Code = CodeStoreLocked
		p.Retry = exchange.RetryNow
	}
	return p
}
