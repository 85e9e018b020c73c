// Package assets holds the files that are built into the program. It only embeds them; whoever uses one
// reads it.
package assets

import _ "embed"

//go:generate go run ./sample/gen -from $CMDLETS_JSON -to cmdlets.json.gz

// Cmdlets are the facts about every cmdlet Exchange Online has: gzip of one JSON object in UTF-8,
//
//	{"format": 1,
//	 "cmdlets": [                          sorted by name without regard to case
//	  {"name": "Get-Mailbox",
//	   "sets": [                           parameter sets; "(All)" where there is only one
//	    {"name": "Identity", "required": [names], "optional": [names]}],
//	   "params": [
//	    {"name": "Identity",
//	     "type": "MailboxIdParameter",     the .NET type without its namespace, "[]" for an array
//	     "position": 0,                    from 0; absent when it can only be given by name
//	     "pipeline": true,                 can come from the pipeline; absent means no
//	     "aliases": [names],               absent means none
//	     "values": [texts],                the words it accepts, where they are known
//	     "default": "text"}]}]}            absent means not known
//
// An empty list is absent. The names in a set all stand in params. The values were gathered from
// documentation: a help for people who choose, not a rule to refuse by.
//
//go:embed cmdlets.json.gz
var Cmdlets []byte
