package assets

import "embed"

// Translations are the texts on screen, a folder for each language under "translations": JSON files that
// core/wording merges. Its documentation has their form.
//
//go:embed translations/en/*.json translations/nl/*.json
var Translations embed.FS

// SearchWords are everyday words that lead to cmdlets, in all languages together: a JSON list in UTF-8 of
//
//	{"words": ["forwarding", "doorsturen"],   what people type, in lower case
//	 "cmdlets": ["Get-Mailbox"]}              what they mean, the likeliest first
//
//go:embed translations/search.json
var SearchWords []byte
