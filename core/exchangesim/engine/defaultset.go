package engine

import "slices"

// withIdentity are cmdlets whose default parameter set is Identity although the facts name no such set:
// they leave out a set that holds nothing beyond another one.
var withIdentity = map[string]bool{
	"Get-PublicFolder": true, "Set-Mailbox": true, "Set-MailUser": true, "Start-ManagedFolderAssistant": true,
}

// addIdentitySet puts the set Identity first. It holds what several of the other sets share.
func (c *cmdlet) addIdentitySet() {
	if !withIdentity[c.Name] || slices.ContainsFunc(c.Sets, func(s set) bool { return s.Name == "Identity" }) {
		return
	}
	identity := set{Name: "Identity"}
	for i := range c.Params {
		name := c.Params[i].Name
		required, holds := 0, 0
		for _, s := range c.Sets {
			switch {
			case slices.Contains(s.Required, name):
				required++
				holds++
			case slices.Contains(s.Optional, name):
				holds++
			}
		}
		switch {
		case required > 0 && required == len(c.Sets):
			identity.Required = append(identity.Required, name)
		case holds > 1:
			identity.Optional = append(identity.Optional, name)
		}
	}
	c.Sets = append([]set{identity}, c.Sets...)
}

// defaultSet is the set PowerShell takes when the parameters given fit several; empty for a cmdlet that has
// only one. Exchange's cmdlets have it under a few names; the first one listed stands in where none is there.
func (c *cmdlet) defaultSet() string {
	if len(c.Sets) < 2 {
		return ""
	}
	for _, s := range c.Sets {
		switch s.Name {
		case "Identity", "Default", "DefaultSet", "DefaultParameterSet", "AccessRights":
			return s.Name
		}
	}
	return c.Sets[0].Name
}
