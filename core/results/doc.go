// Package results keeps the rows a run brought as a table of typed columns, and arranges them: sorted,
// filtered, searched, grouped.
//
// A Table is written while rows arrive. Snapshot freezes what is there; a Query says how it is wanted, as
// plain data that can be saved; Arrange makes a View of it. Snapshots and Views never change, so any
// goroutine may hold them, and a table on screen is replaced by swapping one View for another.
package results
