package preflight

func connectionChecks(s Subject) []Check { return nil }
