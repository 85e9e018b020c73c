package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// figure is one kind of work with the million rows.
type figure struct {
	name      string
	ours      [2]taken        // on one core and on two
	yardstick taken           // SQLite on one core
	reach     []time.Duration // on one core, and on two where that is asked; 0 for nothing
}

// figures are those that were measured, for a table of all of them at the end, and memory is what is told of it.
var (
	figures []*figure
	memory  string
)

// tellFigures writes a table of what was measured.
func tellFigures(to io.Writer) error {
	if len(figures) == 0 && memory == "" {
		return nil
	}
	fmt.Fprintf(to, "\n1,000,000 rows of 20 columns, 276 MB as CSV. Milliseconds by the clock, and of processor time between brackets:\nthe middle one of all runs.%s%s\n\n",
		besideWhat(), load())
	if len(figures) > 0 {
		w := tabwriter.NewWriter(to, 0, 0, 3, ' ', tabwriter.AlignRight)
		fmt.Fprintf(w, "%-26s\tone core\tto reach\tsqlite3\ttwo cores\tto reach\t\n", "")
		for _, f := range figures {
			reach := append(append([]time.Duration(nil), f.reach...), 0, 0)
			fmt.Fprintf(w, "%-26s\t%s\t%s\t%s\t%s\t%s\t\n", f.name, f.ours[0], millis(reach[0]), f.yardstick, f.ours[1], millis(reach[1]))
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(to, memory)
	return err
}

func (t taken) String() string {
	if t.runs == 0 {
		return ""
	}
	return fmt.Sprintf("%s (%s)", millis(t.clock), millis(t.cpu))
}

func millis(d time.Duration) string {
	switch ms := d.Seconds() * 1e3; {
	case d == 0:
		return ""
	case ms < 100:
		return fmt.Sprintf("%.1f", ms)
	default:
		return fmt.Sprintf("%.0f", ms)
	}
}

// load is what else the computer has to do, where the system tells it.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), " ")
	return fmt.Sprintf(" %d processors, load %s at the end.", runtime.NumCPU(), first)
}
