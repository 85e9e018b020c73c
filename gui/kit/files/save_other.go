//go:build !windows

package files

// save opens the dialog. Which kind is chosen in it is not told: the name says it.
func save(title, name string, filters []Filter, kind int) (string, int, error) {
	b := builder(title, filters)
	if name != "" {
		b = b.SetStartFile(name)
	}
	path, err := b.Save()
	return path, kind, err
}
