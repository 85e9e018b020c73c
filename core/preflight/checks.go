package preflight

// Checks are the checks that fit a subject, in the order they are shown: the computer, the network, the
// connection. Each looks at the subject as it is when it runs.
func Checks(s Subject) []Check {
	var list []Check
	list = append(list, systemChecks(s)...)
	list = append(list, placeChecks(s)...)
	list = append(list, networkChecks(s)...)
	list = append(list, connectionChecks(s)...)
	return list
}
