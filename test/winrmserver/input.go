package winrmserver

import (
	"io"
	"sync"
)

// input is what a client sends to a program: it grows, and it has an end.
type input struct {
	mu    sync.Mutex
	grown *sync.Cond
	data  []byte
	ended bool
}

func newInput() *input {
	i := &input{}
	i.grown = sync.NewCond(&i.mu)
	return i
}

func (i *input) put(data []byte, end bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.data = append(i.data, data...)
	i.ended = i.ended || end
	i.grown.Broadcast()
}

// close ends it for a program that nobody sends to any more.
func (i *input) close() { i.put(nil, true) }

// Read waits until there is something, or no more will come.
func (i *input) Read(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for len(i.data) == 0 {
		if i.ended {
			return 0, io.EOF
		}
		i.grown.Wait()
	}
	n := copy(p, i.data)
	i.data = i.data[n:]
	return n, nil
}
