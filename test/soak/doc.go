// Package soak is the long test of "no session is ever left behind". It kills the command line at random
// moments and starts it again, runs several at once on one account, and asks the sample partner for hours
// while it fails in every way it knows. The partner's own counts are the judge.
//
// `make test` runs a short form of it, `make soak` the whole. A failure names its seed and its round:
// TENANTRY_SEED repeats the same choices. TENANTRY_KILLS and TENANTRY_SOAK say how much of it there is.
package soak
