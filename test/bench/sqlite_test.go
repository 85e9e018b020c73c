package bench

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the yardstick where the program is not installed

	"tenantry/core/exchange"
	"tenantry/core/results"
	"tenantry/test/bench/million"
)

// sqliteTimes are what SQLite takes on one core for the same file, in memory, with one connection.
type sqliteTimes struct {
	what  string // which SQLite it is
	open  taken
	times map[string]taken // by what was asked
}

// sqliteRuns is how often each is asked.
const sqliteRuns = 3

var known struct {
	sync.Mutex
	times *sqliteTimes
}

// besideWhat says which SQLite was asked.
func besideWhat() string {
	if known.times == nil {
		return ""
	}
	return " " + known.times.what + ", in memory, one connection, one core."
}

// sqlite asks SQLite for everything once: the program where it is installed, and otherwise the same in Go,
// which is slower.
func sqlite(b *testing.B) *sqliteTimes {
	b.Helper()
	known.Lock()
	defer known.Unlock()
	if known.times != nil {
		return known.times
	}
	program, err := exec.LookPath("sqlite3")
	if err == nil {
		known.times, err = askProgram(program)
	}
	if err != nil {
		b.Logf("the program sqlite3 could not be asked: %v", err)
		known.times, err = askInGo(millionTable(b))
	}
	if err != nil {
		b.Fatal(err)
	}
	return known.times
}

// asked are all that SQLite is asked.
func asked() (all []string) {
	for _, a := range arranged {
		all = append(all, a.sql)
	}
	return append(all, profileSQL, compareSQL)
}

// whole is what is asked with the columns filled in that a comparison looks at.
func whole(sql string) string {
	if sql != compareSQL {
		return sql
	}
	var differ []string
	for _, c := range million.Columns {
		if c != "PrimarySmtpAddress" {
			differ = append(differ, "t."+c+" IS NOT c."+c)
		}
	}
	return fmt.Sprintf(sql, strings.Join(differ, " OR "))
}

// createTable creates a table for the file.
func createTable() string {
	var columns []string
	for _, c := range million.Columns {
		switch c {
		case "TotalItemSize", "ItemCount", "ProhibitSendQuota":
			c += " INTEGER"
		default:
			c += " TEXT"
		}
		columns = append(columns, c)
	}
	return "CREATE TABLE t (" + strings.Join(columns, ", ") + ")"
}

// askProgram asks the program sqlite3, and takes the times it tells itself.
func askProgram(program string) (*sqliteTimes, error) {
	path, err := millionFile()
	if err != nil {
		return nil, err
	}
	version, err := exec.Command(program, "--version").Output()
	if err != nil {
		return nil, err
	}
	number, _, _ := strings.Cut(string(version), " ")
	t := &sqliteTimes{what: "Beside the program sqlite3 " + number, times: map[string]taken{}}
	load := createTable() + ";\n.import --csv --skip 1 '" + path + "' t\n"
	var clocks, cpus []time.Duration
	for range sqliteRuns {
		start := time.Now()
		cmd, _, err := sqliteScript(program, load)
		if err != nil {
			return nil, err
		}
		clocks = append(clocks, time.Since(start))
		cpus = append(cpus, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	t.open = middle(clocks, cpus)

	script := load + changeSQL + ";\n.timer on\n"
	for range sqliteRuns {
		for i, one := range asked() {
			script += fmt.Sprintf(".print next %d\n%s;\n", i, whole(one))
		}
	}
	_, out, err := sqliteScript(program, script)
	if err != nil {
		return nil, err
	}
	times := map[int][2][]time.Duration{}
	for _, part := range strings.Split(out, "next ")[1:] {
		var i int
		if _, err := fmt.Sscan(part, &i); err != nil {
			return nil, err
		}
		var all taken
		for _, line := range strings.Split(part, "\n") {
			var clock, user, system float64
			if n, _ := fmt.Sscanf(line, "Run Time: real %f user %f sys %f", &clock, &user, &system); n == 3 {
				all.clock += time.Duration(clock * 1e9)
				all.cpu += time.Duration((user + system) * 1e9)
				all.runs++
			}
		}
		if all.runs == 0 {
			return nil, fmt.Errorf("sqlite3 told no time: %s", part)
		}
		times[i] = [2][]time.Duration{append(times[i][0], all.clock), append(times[i][1], all.cpu)}
	}
	for i, one := range asked() {
		if len(times[i][0]) != sqliteRuns {
			return nil, fmt.Errorf("sqlite3 told %d times for: %s", len(times[i][0]), one)
		}
		t.times[one] = middle(times[i][0], times[i][1])
	}
	return t, nil
}

func sqliteScript(program, script string) (*exec.Cmd, string, error) {
	cmd := exec.Command(program, "-bail", ":memory:")
	cmd.Stdin = strings.NewReader(script)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return nil, "", fmt.Errorf("sqlite3: %w: %s", err, problems.String())
	}
	return cmd, out.String(), nil
}

// askInGo asks SQLite as it is translated to Go. The file is not read: rows come from the table.
func askInGo(s results.Snapshot) (*sqliteTimes, error) {
	t := &sqliteTimes{what: "Beside SQLite in Go (modernc.org/sqlite)", times: map[string]taken{}}
	start, startCPU := time.Now(), cpuTime()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // it is in memory
	db.SetMaxOpenConns(1)             // every connection would have a database of its own
	if err := insert(db, s); err != nil {
		return nil, err
	}
	t.open = taken{time.Since(start), cpuTime() - startCPU, 1}
	if _, err := db.Exec(changeSQL); err != nil {
		return nil, err
	}
	for _, one := range asked() {
		var clocks, cpus []time.Duration
		for range sqliteRuns {
			start, startCPU := time.Now(), cpuTime()
			for _, statement := range strings.Split(whole(one), "; ") {
				rows, err := db.Query(statement)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", statement, err)
				}
				for rows.Next() {
				}
				if err := errors.Join(rows.Err(), rows.Close()); err != nil {
					return nil, err
				}
			}
			clocks, cpus = append(clocks, time.Since(start)), append(cpus, cpuTime()-startCPU)
		}
		t.times[one] = middle(clocks, cpus)
	}
	return t, nil
}

func insert(db *sql.DB, s results.Snapshot) error {
	if _, err := db.Exec(createTable()); err != nil {
		return err
	}
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	st, err := tx.Prepare("INSERT INTO t VALUES (?" + strings.Repeat(", ?", len(million.Columns)-1) + ")")
	if err != nil {
		return err
	}
	row := make([]any, len(million.Columns))
	for r := range s.Len() {
		for c := range row {
			switch v := s.Cell(results.RowID(r), c); v.Kind() {
			case exchange.Integer, exchange.Size:
				row[c] = v.Int()
			default:
				row[c] = v.Text()
			}
		}
		if _, err := st.Exec(row...); err != nil {
			return err
		}
	}
	return errors.Join(st.Close(), tx.Commit())
}
