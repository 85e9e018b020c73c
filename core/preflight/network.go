package preflight

func networkChecks(s Subject) []Check { return nil }
