// Package faults holds the tests of what goes wrong: every fault of the sample partner at every request of a
// session, over real sockets, from the run of a cmdlet down to the last byte; the same on the command line;
// and redirects that try to lure a password away.
//
// `make faults` runs the matrix and prints it.
package faults
