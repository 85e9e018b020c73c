package main_test

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal runs the binary with a terminal of 100 columns, answering each question as it comes, and returns
// what is on it and the exit status.
func (p *person) terminal(t *testing.T, answers map[string]string, args ...string) (string, int) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this computer gives no pseudo-terminal: ", err)
	}
	defer screen.Close()
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}); err != nil {
		t.Fatal(err)
	}
	keyboard, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this computer gives no pseudo-terminal: ", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := p.command(ctx, args...)
	c.Stdin, c.Stdout, c.Stderr = keyboard, keyboard, keyboard
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	keyboard.Close()
	var seen strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := screen.Read(buf)
		seen.Write(buf[:n])
		for question, answer := range answers {
			if strings.Contains(seen.String(), question) {
				delete(answers, question)
				if strings.HasPrefix(question, "Password") {
					untilHidden(t, fd)
				}
				if _, err := screen.WriteString(answer); err != nil {
					t.Error(err)
				}
			}
		}
		if err != nil { // EIO: the last program at the terminal has ended
			break
		}
	}
	return strings.ReplaceAll(seen.String(), "\r\n", "\n"), statusOf(t, c.Wait())
}

// untilHidden waits until the terminal does not show what is typed.
func untilHidden(t *testing.T, fd int) {
	t.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	end := time.After(10 * time.Second)
	for {
		if now, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil || now.Lflag&unix.ECHO == 0 {
			return
		}
		select {
		case <-ticker.C:
		case <-end:
			t.Error("what is typed is shown")
			return
		}
	}
}

func TestOnATerminal(t *testing.T) {
	t.Parallel()
	p, who := serve(t, "--plain", "--customers", "2", "--mailboxes", "8"), somebody(t)
	domain := p.Customers[0].Domain
	at := []string{"--url", p.Classic, "--user", p.User}
	password := func() map[string]string { return map[string]string{"Password of " + p.User + ":": p.Password + "\n"} }
	run := func(answers map[string]string, args ...string) (string, int) {
		return who.terminal(t, answers, append(append([]string{"run"}, args...), at...)...)
	}

	text, status := run(password(), "Get-Mailbox", "--customer", domain)
	if status != 0 || strings.Contains(text, p.Password) || strings.Contains(text, "waiting") {
		t.Errorf("%d\n%s", status, text)
	}
	last := lines(text)
	if !strings.Contains(text, "more than fit here") || !regexp.MustCompile(`\nDisplayName +PrimarySmtpAddress +RecipientTypeDetails`).MatchString(text) {
		t.Errorf("the table is\n%s", text)
	}
	for _, line := range last[len(last)-8:] {
		if n := len([]rune(line)); n > 100 {
			t.Errorf("%d wide: %s", n, line)
		}
	}

	change := []string{"Set-Mailbox", "--customer", domain, "--customer", p.Customers[1].Domain, "-p", "Identity=admin", "-p", "CustomAttribute1=x"}
	const question = "Go on? [y/N] "
	before := p.stats(t).Created
	for answer, said := range map[string]string{"n\n": "Nothing was changed.", "\n": "Nothing was changed.", "\x04": "Nothing was changed.", "\x03": ""} {
		text, status := run(map[string]string{question: answer}, change...)
		if status != 130 || !strings.Contains(text, said) ||
			!strings.Contains(text, "Set-Mailbox changes admin at 2 customers ("+domain+", "+p.Customers[1].Domain+"). "+question) {
			t.Errorf("%q gives %d\n%s", answer, status, text)
		}
	}
	if now := p.stats(t).Created; now != before {
		t.Error("something was sent without a yes")
	}
	answers := password()
	answers[question] = "y\n"
	if text, status := run(answers, change...); status != 0 || strings.Count(text, "Set-Mailbox is done at ") != 2 {
		t.Errorf("%d\n%s", status, text)
	}
	// Ctrl+C at the password ends it, and the terminal shows what is typed again.
	text, status = run(map[string]string{"Password of": "\x03"}, "Get-Mailbox", "--customer", domain)
	if status != 130 {
		t.Errorf("%d\n%s", status, text)
	}
}
