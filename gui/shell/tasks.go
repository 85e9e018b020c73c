package shell

import (
	"context"
	"slices"
	"time"

	"tenantry/core/exchange"
)

// Task is work with files that the window shows while it goes on: reading, saving, comparing.
type Task struct {
	Key   string // of the text that says what, with Args
	Args  []any
	Done  int // of Total
	Total int // 0 while nobody knows
	Shown bool

	cancel context.CancelFunc
}

// TaskNotice is how long a task takes before the window says so.
const TaskNotice = 150 * time.Millisecond

// work does something away from the screen that may take a while, and calls done back on it. It shows how far
// it is, and can be cancelled: then done is called with the problem exchange.CodeCancelled.
func (f *Flow) work(t *Task, do func(ctx context.Context, told func(done, total int)) error, done func(err error)) {
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	f.model.Tasks = append(f.model.Tasks, t)
	f.working.Add(1)
	f.loop.Go(ctx, func(ctx context.Context) {
		defer f.working.Done()
		late := time.AfterFunc(TaskNotice, func() {
			f.loop.Post(func() {
				if slices.Contains(f.model.Tasks, t) {
					t.Shown = true
					f.model.NotesTurn++
					f.changed(false)
				}
			})
		})
		var last time.Time
		err := do(ctx, func(done, total int) {
			if now := time.Now(); now.Sub(last) >= 100*time.Millisecond {
				last = now
				f.loop.Post(func() {
					t.Done, t.Total = done, total
					f.changed(false)
				})
			}
		})
		late.Stop()
		if ctx.Err() != nil && err != nil {
			err = &exchange.Problem{Code: exchange.CodeCancelled, Cause: ctx.Err()}
		}
		f.loop.Post(func() {
			cancel()
			f.model.Tasks = slices.DeleteFunc(f.model.Tasks, func(x *Task) bool { return x == t })
			f.model.NotesTurn++
			done(err)
			f.changed(false)
		})
	})
}

// CancelTask stops a task. What it had begun to write is not left behind.
func (f *Flow) CancelTask(t *Task) { t.cancel() }

// cancelTasks stops all tasks and waits, on any goroutine but the screen's, until each has tidied up.
func (f *Flow) cancelTasks() (wait func()) {
	for _, t := range f.model.Tasks {
		t.cancel()
	}
	return f.working.Wait
}
