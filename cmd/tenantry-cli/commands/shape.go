package commands

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"tenantry/core/charts"
	"tenantry/core/exchange"
	"tenantry/core/export"
	"tenantry/core/jobs"
	"tenantry/core/results"
	"tenantry/core/views"
)

// shapeFlags choose which rows and columns of a table are written, and how: the same for every command that
// writes one.
type shapeFlags struct {
	columns string
	where   []string
	sort    string
	group   string
	sum     []string
	avg     []string
	min     []string
	max     []string
	differ  []string
	find    string
	view    string
	forWhat string // the cmdlet, for which a view by its name is looked up
	limit   int
	format  string
	output  string
	chart   string

	customerSheets bool
	command        *cobra.Command // that they are flags of
}

// conditions is what the help of every command that writes a table says about --where.
const conditions = "A condition of --where is a column, a comparison and a value: = != < <= > >= ~ (contains)\n" +
	"!~ (does not contain) ^ (starts with), or a column and empty or !empty. Values are written as people\n" +
	"do: TotalItemSize > 45GB, LastLogonTime < 90d, WhenCreated >= 2026-01-01, LitigationHoldEnabled = true.\n" +
	"One of several: Office in Utrecht,\"Den Haag\"; none of them: Office not in Utrecht,Zwolle."

func (f *shapeFlags) add(c *cobra.Command) {
	f.command = c
	if c.Long == "" {
		c.Long = c.Short + "."
	}
	c.Long += "\n\n" + conditions
	c.Flags().StringVar(&f.columns, "columns", "", "write only these columns, in this order: `A,B,...`")
	c.Flags().StringArrayVar(&f.where, "where", nil, "keep only rows for which `EXPR` holds, such as \"TotalItemSize > 45GB\" (repeat: all must hold)")
	c.Flags().StringVar(&f.sort, "sort", "", "sort by columns: `COL[:desc],...`")
	c.Flags().StringVar(&f.group, "group", "", "write one row for each value of these columns, with a count: `COL,...`")
	c.Flags().StringArrayVar(&f.sum, "sum", nil, "with --group, add up the column `COL` (repeat for several)")
	c.Flags().StringArrayVar(&f.avg, "avg", nil, "with --group, the average of the column `COL`; empty cells do not count")
	c.Flags().StringArrayVar(&f.min, "min", nil, "with --group, the lowest value of the column `COL`")
	c.Flags().StringArrayVar(&f.max, "max", nil, "with --group, the highest value of the column `COL`")
	c.Flags().StringArrayVar(&f.differ, "distinct", nil, "with --group, how many different values the column `COL` has")
	c.Flags().StringVar(&f.find, "find", "", "keep only rows with `TEXT` in a column that is written")
	c.Flags().StringVar(&f.view, "view", "", "look at the table as a saved view says: `NAME|FILE`; other flags go before what it says, and conditions of both must hold")
	c.Flags().IntVar(&f.limit, "limit", 0, "write at most `N` rows")
	c.Flags().StringVar(&f.format, "format", "", "write as `FORMAT`: table, csv, json, jsonl, xlsx, html or parquet (default: table on a terminal, csv otherwise)")
	c.Flags().StringVarP(&f.output, "output", "o", "", "write to `FILE`, whole or not at all; its ending chooses the format")
	c.Flags().StringVar(&f.chart, "chart", "", "with html or xlsx, a picture of the rows: `KIND:COLUMN`, KIND one of bars, ring, histogram and timeline, such as\n"+
		"bars:TotalItemSize, bars:Department:sum:TotalItemSize or ring:City:top:5; auto for the usual one")
	c.Flags().BoolVar(&f.customerSheets, "customer-sheets", false, "with xlsx, give each customer a sheet of its own")
	complete(c, "format", formatNames)
	complete(c, "chart", chartKinds)
}

// shaper is what the flags say, read.
type shaper struct {
	query  results.Query
	view   *views.View // to be followed when the table is known, nil for none
	format export.Format
	output string

	chart          *charts.Chart // nil for none
	ofView         charts.Spec   // the chart of the view that is followed, for rows that it suits
	customerSheets bool
	asked          []string     // the flags that choose rows, as they were typed
	missing        jobs.Summary // of a run: who did not answer
	fromDisk       bool         // the rows can be read again, so writing them ends when the person cancels
}

// parse reads the flags. Its errors are about the command's words: nothing was sent.
func (f *shapeFlags) parse(a *app) (*shaper, error) {
	s := &shaper{output: f.output, customerSheets: f.customerSheets, asked: f.asked(), query: results.Query{Find: f.find, Limit: f.limit, Language: a.words.Locale()}}
	var err error
	take := func(e error) {
		if err == nil && e != nil {
			err = &usageError{e}
		}
	}
	var e error
	if f.columns != "" {
		s.query.Columns, e = results.ParseColumns(f.columns)
		take(e)
	}
	s.query.Filter, e = results.ParseConditions(f.where)
	take(e)
	if f.sort != "" {
		s.query.Sort, e = results.ParseSort(f.sort)
		take(e)
	}
	if f.group != "" {
		s.query.Group.Columns, e = results.ParseColumns(f.group)
		take(e)
	}
	group := &s.query.Group
	for _, w := range []struct {
		flag  string
		given []string
		to    *[]string
	}{
		{"--sum", f.sum, &group.Sums}, {"--avg", f.avg, &group.Averages}, {"--min", f.min, &group.Mins},
		{"--max", f.max, &group.Maxs}, {"--distinct", f.differ, &group.Distincts},
	} {
		for _, text := range w.given {
			names, e := results.ParseColumns(text)
			take(e)
			*w.to = append(*w.to, names...)
		}
		if len(w.given) > 0 && f.group == "" {
			take(usage(codeSumNoGroup, map[string]string{"flag": w.flag}))
		}
	}
	if f.view != "" {
		s.view, e = openView(a, f.forWhat, f.view)
		take(e)
	}
	if f.limit < 0 || f.limit == 0 && f.command.Flags().Changed("limit") {
		take(usage(codeBadLimit, nil))
	}
	switch {
	case f.output != "":
		take(canWrite(f.output))
	case f.command.Flags().Changed("output"): // such as a variable of a script that is not set
		take(usage(codeFlagNoValue, map[string]string{"flag": "--output", "command": f.command.CommandPath()}))
	}
	switch {
	case f.format != "":
		s.format, e = export.ByName(f.format)
	case f.output != "":
		s.format, e = export.ByFile(f.output)
	case isTerminal(a.Out):
		s.format, e = export.ByName("table")
	default:
		s.format, e = export.ByName("csv")
	}
	take(e)
	if s.format.Binary() && s.output == "" && isTerminal(a.Out) {
		take(usage(codeNeedsOutput, map[string]string{"format": s.format.Name}))
	}
	if f.chart != "" {
		spec, e := charts.Parse(f.chart)
		take(e)
		s.chart = &charts.Chart{Spec: spec, Words: a.words, Customer: a.name}
		if err == nil && !s.format.Charts() {
			take(usage(codeChartFormat, map[string]string{"format": s.format.Name}))
		}
	}
	if err == nil && f.customerSheets && s.format.Name != "xlsx" {
		take(usage(codeSheetsFormat, map[string]string{"format": s.format.Name}))
	}
	return s, err
}

// asked tells which rows are chosen, in the words that were typed.
func (f *shapeFlags) asked() []string {
	var list []string
	for _, w := range f.where {
		list = append(list, "--where "+w)
	}
	for _, flag := range []struct{ name, value string }{{"--view", f.view}, {"--find", f.find}, {"--group", f.group}} {
		if flag.value != "" {
			list = append(list, flag.name+" "+flag.value)
		}
	}
	if f.limit > 0 {
		list = append(list, "--limit "+strconv.Itoa(f.limit))
	}
	return list
}

// canWrite tells beforehand, as far as it can be known, whether a file could be written: not only when the
// rows are there.
func canWrite(path string) error {
	folder, err := os.Stat(filepath.Dir(path))
	at, there := os.Stat(path)
	if err != nil || !folder.IsDir() || there == nil && at.IsDir() {
		return usage(codeNoFolder, map[string]string{"path": path})
	}
	return nil
}

// write arranges and writes a table.
func (s *shaper) write(ctx context.Context, a *app, table results.Snapshot) error {
	s.followView(a, table)
	// What had arrived is written out also when the run was cancelled, so a done ctx does not stop this.
	if !s.fromDisk {
		ctx = context.WithoutCancel(ctx)
	}
	view, err := results.Arrange(ctx, table, s.query)
	if err != nil {
		return err
	}
	options := export.Options{CustomerSheets: s.customerSheets, Language: a.words.Lang(), Chart: s.chart,
		Progress: func(int) error { return ctx.Err() }}
	if _, err := charts.Fit(view, s.ofView); err == nil {
		options.Chart = &charts.Chart{Spec: s.ofView, Words: a.words, Customer: a.name}
	}
	if s.format.Covers() {
		options.Cover = s.cover(a, view)
	}
	put := func(w io.Writer) error { return s.format.Write(untilCancelled{ctx, w}, view, options) }
	if s.output != "" {
		if err := export.WriteFile(s.output, put); err == nil || ctx.Err() == nil {
			return err
		}
		return ctx.Err()
	}
	if isTerminal(a.Out) && s.format.Name == "table" {
		options.Width = terminalWidth(a.Out, 80)
		if view, err = s.fitted(ctx, a, view, options.Width); err != nil {
			return err
		}
	}
	if err := put(a.Out); err == nil || ctx.Err() == nil {
		return ofOutput(err)
	}
	return ctx.Err()
}

// untilCancelled takes what is written until ctx ends.
type untilCancelled struct {
	ctx context.Context
	w   io.Writer
}

func (u untilCancelled) Write(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.w.Write(p)
}

// ofOutput forgives a reader of standard output that has seen enough, such as head, and says of what else hinders the
// writing, such as a full disk, that it did.
func ofOutput(err error) error {
	var p *exchange.Problem
	switch {
	case isClosedPipe(err):
		return nil
	case err == nil, errors.As(err, &p):
		return err
	}
	return &exchange.Problem{Code: codeOutputStopped, Doing: "write rows", Cause: err}
}
