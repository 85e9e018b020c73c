//go:build unix && !darwin

package signin

import "github.com/godbus/dbus/v5"

// reach tells whether there is a message bus, on which the secret store answers. The library below would start a
// bus where there is none, as on a server: an empty one for each process, which nobody ever ends.
func reach() error {
	bus, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return err
	}
	return bus.Close()
}
