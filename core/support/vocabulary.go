package support

import (
	_ "embed"
	"strings"
	"sync"
)

// vocabularyText are the words that text of a bundle may hold, a few on each line: what systems, Go and Exchange
// say of connections, files, certificates and settings. To add one, think whether somebody could be called so.
//
//go:embed vocabulary.txt
var vocabularyText string

var vocabulary = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for line := range strings.Lines(vocabularyText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			words[strings.ToLower(word)] = true
		}
	}
	return words
})
