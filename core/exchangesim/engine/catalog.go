package engine

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"

	"tenantry/assets"
	"tenantry/core/clixml"
)

// cmdlet is what is known of one command.
type cmdlet struct {
	Name   string  `json:"name"`
	Sets   []set   `json:"sets"`
	Params []param `json:"params"`

	class     string // of the .NET class, as it ends an error id
	namespace string
	play      func() behaviour
}

type set struct {
	Name     string   `json:"name"`
	Required []string `json:"required"`
	Optional []string `json:"optional"`
}

type param struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Position *int     `json:"position"`
	Pipeline bool     `json:"pipeline"`
	Aliases  []string `json:"aliases"`
	Values   []string `json:"values"`
}

// cmdlets gives all commands, by lower-case name and in order. Reading them takes a few milliseconds, once.
var cmdlets func() *cmdletList

func init() { cmdlets = sync.OnceValue(readCmdlets) }

func readCmdlets() *cmdletList {
	var file struct {
		Format  int       `json:"format"`
		Cmdlets []*cmdlet `json:"cmdlets"`
	}
	zip, err := gzip.NewReader(bytes.NewReader(assets.Cmdlets))
	if err == nil {
		err = json.NewDecoder(zip).Decode(&file)
	}
	if err != nil || file.Format != 1 {
		panic(fmt.Sprintf("engine: the built-in cmdlet facts (format %d) cannot be read: %v", file.Format, err))
	}
	list := &cmdletList{byName: map[string]*cmdlet{}}
	for _, c := range append(file.Cmdlets, shellCommands()...) {
		if c.class == "" {
			c.namespace = "Microsoft.Exchange.Management.PowerShell.E2010"
			c.class = className(c.Name)
			c.play = played[c.Name]
			c.addIdentitySet()
		}
		list.byName[strings.ToLower(c.Name)] = c
		list.all = append(list.all, c)
	}
	sort.Slice(list.all, func(i, j int) bool { return strings.ToLower(list.all[i].Name) < strings.ToLower(list.all[j].Name) })
	return list
}

type cmdletList struct {
	byName map[string]*cmdlet
	all    []*cmdlet
}

// lookUp finds a command; the error is a *ErrorRecord. A name may carry its module, as in
// Microsoft.PowerShell.Core\Get-Command.
func lookUp(name string) (*cmdlet, error) {
	short := name
	if module := strings.LastIndexByte(name, '\\'); module >= 0 {
		short = name[module+1:]
	}
	if c := cmdlets().byName[strings.ToLower(strings.TrimSpace(short))]; c != nil {
		return c, nil
	}
	return nil, commandNotFound(name)
}

func (c *cmdlet) newBehaviour() behaviour {
	if c.play != nil {
		return c.play()
	}
	return behaviour{process: func(s *stage, _ *clixml.Value) error {
		return s.fail(s.exchangeError(sampleException, "The sample partner has no data for "+c.Name+". It plays only some of Exchange's cmdlets."))
	}}
}

func (c *cmdlet) param(name string) *param {
	for i := range c.Params {
		if strings.EqualFold(c.Params[i].Name, name) {
			return &c.Params[i]
		}
	}
	return nil
}

// className is the .NET class behind a cmdlet.
func className(name string) string {
	verb, noun, _ := strings.Cut(name, "-")
	space := "RecipientTasks"
	switch noun {
	case "MailboxStatistics", "MailboxFolderStatistics", "MobileDeviceStatistics":
		space = "MapiTasks"
		if noun == "MailboxFolderStatistics" {
			space = "Tasks"
		}
	case "InboxRule":
		space = "Common"
	case "MailboxAutoReplyConfiguration":
		space = "StoreTasks"
	case "AcceptedDomain", "OrganizationConfig", "TransportRule", "RemoteDomain":
		space = "SystemConfigurationTasks"
	case "MobileDevice":
		space = "Tasks"
	}
	return "Microsoft.Exchange.Management." + space + "." + verb + noun
}
