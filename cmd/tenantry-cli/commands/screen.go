package commands

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/term"

	"tenantry/core/secret"
)

// screen is standard error and the keyboard: lines that stay, one progress line that is written over and
// over, and questions. Its methods may be called from any goroutine.
type screen struct {
	in  io.Reader
	out io.Writer

	mu    sync.Mutex
	lines *bufio.Reader // of in, made at the first question
	last  time.Time
	shown bool // a progress line stands there
}

// betweenProgress keeps a fast run from spending its time on drawing.
const betweenProgress = 100 * time.Millisecond

// line writes a line that stays.
func (s *screen) line(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	if text != "" && text[0] == ' ' { // indented under the line before
		text = "    " + plain(text)
	} else {
		text = plain(text)
	}
	fmt.Fprintln(s.out, text)
}

// plain is text without what would move the cursor or command the terminal: much of it comes from servers.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case r == '\n', r == '\t':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return unicode.ReplacementChar
		}
		return r
	}, strings.TrimSpace(text))
}

// progress shows text in place of the progress before it, where somebody can see it.
func (s *screen) progress(text string) {
	if !isTerminal(s.out) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.last) < betweenProgress {
		return
	}
	s.last = time.Now()
	text = plain(text)
	if runes, width := []rune(text), terminalWidth(s.out, 80); len(runes) >= width {
		text = string(runes[:width-1])
	}
	fmt.Fprintf(s.out, "\r\x1b[K%s", text)
	s.shown = true
}

// clear takes the progress line away, so that what follows starts on a clean one.
func (s *screen) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
}

func (s *screen) wipe() {
	if s.shown {
		fmt.Fprint(s.out, "\r\x1b[K")
		s.shown = false
	}
}

// canAsk tells whether somebody sits at the keyboard.
func (s *screen) canAsk() bool { return isTerminal(s.in) }

// ask asks a question and returns the answer, or ctx's error. Other output waits until then.
func (s *screen) ask(ctx context.Context, question string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	fmt.Fprint(s.out, plain(question)+" ")
	answer, err := await(ctx, s.readLine)
	if err != nil {
		fmt.Fprintln(s.out)
	}
	return strings.TrimSpace(answer), err
}

// askSecret asks for something that is not shown while it is typed.
func (s *screen) askSecret(ctx context.Context, question string) (secret.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wipe()
	fd := int(s.in.(*os.File).Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return secret.Secret{}, err
	}
	fmt.Fprint(s.out, plain(question)+" ")
	typed, err := await(ctx, func() (string, error) {
		b, err := term.ReadPassword(fd)
		return string(b), err
	})
	fmt.Fprintln(s.out)
	if err != nil {
		_ = term.Restore(fd, before) // the read that was left behind had switched the echo off
		return secret.Secret{}, err
	}
	return secret.New(typed), nil
}

// readLine reads one line of input; the end of input ends the last one.
func (s *screen) readLine() (string, error) {
	if s.lines == nil {
		s.lines = bufio.NewReader(s.in)
	}
	line, err := s.lines.ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// await runs a read that cannot be called off, and leaves it behind when ctx ends first: the program ends
// then too.
func await(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// isTerminal tells whether f is a screen or keyboard somebody sits at.
func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// terminalWidth is how many columns f shows, or otherwise when it is no terminal.
func terminalWidth(f any, otherwise int) int {
	if file, ok := f.(*os.File); ok {
		if w, _, err := term.GetSize(int(file.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return otherwise
}
