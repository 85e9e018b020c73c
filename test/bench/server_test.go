package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"tenantry/core/psrp"
	"tenantry/core/wsman"
)

// readyNotice is the verbose message with which a cannedServer says that its answers lie ready.
const readyNotice = "ready"

// cannedServer is a server whose every command puts out the same objects. It makes all answers when the
// command starts, as a server sends them: each object in fragments of at most 32 KB, each fragment in a
// Stream element, as many in an answer as the envelope size allows that the client asked for. After that it
// only hands them out. It serves one session after the other.
type cannedServer struct {
	objects [][]byte // as CLIXML
	whole   bool     // do not say first that the answers are ready: everything that fits is in one answer

	mu      sync.Mutex
	pool    *psrp.Server
	shell   string
	answers [][]byte
	actions []string // of the requests, in order
}

func (s *cannedServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
	status, answer := http.StatusOK, []byte(nil)
	if err == nil {
		s.actions = append(s.actions, q.Action[strings.LastIndexByte(q.Action, '/')+1:])
		answer, err = s.answer(q)
	}
	if err != nil {
		var fault *wsman.Fault
		if !errors.As(err, &fault) {
			fault = wsman.FaultInvalidBody(err.Error())
		}
		status, answer = http.StatusInternalServerError, q.Fault(fault)
	}
	w.Header().Set("Content-Type", wsman.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(status)
	_, _ = w.Write(answer) // a client that went away wants no answer
}

// take returns the actions of the requests since it was called last.
func (s *cannedServer) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.actions
	s.actions = nil
	return taken
}

func (s *cannedServer) answer(q *wsman.Request) ([]byte, error) {
	switch op := q.Op.(type) {
	case *wsman.Create:
		s.pool, s.shell, s.answers = psrp.NewServer(psrp.ServerConfig{}), op.ShellID, nil
		if err := s.receive(uuid.Nil, op.CreationXML); err != nil {
			return nil, err
		}
		return q.Response(wsman.CreateResponse{Shell: wsman.Shell{ID: s.shell, InputStreams: op.InputStreams, OutputStreams: op.OutputStreams}}), nil
	case *wsman.Command:
		id, err := uuid.Parse(op.ID)
		if err != nil {
			return nil, err
		}
		if err := s.receive(id, op.Arguments); err != nil {
			return nil, err
		}
		if s.answers, err = s.run(q, id); err != nil {
			return nil, err
		}
		return q.Response(wsman.CommandResponse{CommandID: op.ID}), nil
	case *wsman.Receive:
		if op.CommandID == "" {
			return q.Response(wsman.ReceiveResponse{Chunks: chunks("", s.pool.Take())}), nil
		}
		if len(s.answers) == 0 {
			return nil, errors.New("nothing is left to receive")
		}
		answer := s.answers[0]
		s.answers = s.answers[1:]
		// Made for another request of the same client, so the only thing to change is which it answers.
		at := bytes.Index(answer[:min(len(answer), 2048)], []byte("<a:RelatesTo>"))
		copy(answer[at+len("<a:RelatesTo>"):], q.MessageID)
		return answer, nil
	case *wsman.Signal:
		return q.Response(wsman.SignalResponse{}), nil
	case *wsman.Delete:
		s.pool.Close()
		s.answers = nil
		return q.Response(wsman.DeleteResponse{}), nil
	}
	return nil, wsman.FaultActionNotSupported(q.Action)
}

func (s *cannedServer) receive(source uuid.UUID, data []byte) error {
	for _, err := range s.pool.Receive(source, data) {
		if err != nil {
			return err
		}
	}
	return nil
}

// run makes the answers of a command.
func (s *cannedServer) run(command *wsman.Request, id uuid.UUID) ([][]byte, error) {
	q := *command
	q.Action = wsman.ActionReceive
	name := strings.ToUpper(id.String())
	var answers [][]byte
	if !s.whole {
		if err := s.pool.Write(id, psrp.Verbose(readyNotice)); err != nil {
			return nil, err
		}
		answers = append(answers, q.Response(wsman.ReceiveResponse{
			Chunks: chunks(name, s.pool.Take()),
			State:  wsman.Received{CommandID: name, State: wsman.StateRunning},
		}))
	}
	var held []wsman.Chunk
	size := 0
	flush := func(state wsman.Received) {
		answers = append(answers, q.Response(wsman.ReceiveResponse{Chunks: held, State: state}))
		held, size = held[:0], 0
	}
	put := func() {
		for _, c := range chunks(name, s.pool.Take()) {
			if len(held) > 0 && size+len(c.Data) > q.ReceiveRoom(len(held)+1) {
				flush(wsman.Received{CommandID: name, State: wsman.StateRunning})
			}
			held, size = append(held, c), size+len(c.Data)
		}
	}
	for _, object := range s.objects {
		if err := s.pool.Write(id, &psrp.PipelineOutput{Raw: object}); err != nil {
			return nil, err
		}
		put()
	}
	if err := s.pool.Finish(id, psrp.Completed, nil); err != nil {
		return nil, err
	}
	put()
	flush(wsman.Received{CommandID: name, State: wsman.StateDone, ExitCode: 0, HasExitCode: true})
	return answers, nil
}

func chunks(command string, packets []psrp.Packet) []wsman.Chunk {
	out := make([]wsman.Chunk, len(packets))
	for i, p := range packets {
		out[i] = wsman.Chunk{Stream: "stdout", CommandID: command, Data: p.Data}
	}
	return out
}

// serverEnv tells the test program to be a server of all mailboxes instead.
const serverEnv = "TENANTRY_BENCH_SERVER"

// startServer runs a cannedServer of all mailboxes in a process of its own, so that neither its work nor its
// memory counts as the client's, and returns its address.
func startServer(tb testing.TB) string {
	tb.Helper()
	program, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), serverEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close() // tells it to end
		if err := cmd.Wait(); err != nil {
			tb.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// serve is what the process of startServer does: it says its address and works until its input ends.
func serve() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: &cannedServer{objects: mailboxes()}}
	fmt.Printf("http://%s/powershell\n", l.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = s.Close()
	}()
	if err := s.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}
