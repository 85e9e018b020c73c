package exchangesim

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"tenantry/core/exchangesim/world"
	"tenantry/core/wsman"
)

const (
	liveIDPath = "/powershell-liveid" // partners' address
	serverPath = "/powershell"        // Exchange Server's address: no redirect
	soapType   = "application/soap+xml;charset=UTF-8"
)

// door is one of the server's listeners.
type door struct {
	origin, other string // its own address and the one it redirects to, such as https://127.0.0.1:5986
	redirects     bool   // it sends new sessions on to the other by nature
	forest        bool   // it is reached with a SecurityToken only
}

func (s *Server) handler(at door) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "Microsoft-HTTPAPI/2.0")
		w.Header().Set("request-id", uuid.NewString())
		if s.Hooks.HTTP != nil && s.Hooks.HTTP(w, r) {
			return
		}
		switch path := strings.ToLower(strings.TrimRight(r.URL.Path, "/")); {
		case path == "/stats" && r.Method == http.MethodGet:
			s.serveStats(w)
		case path != liveIDPath && path != serverPath:
			http.NotFound(w, r)
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		default:
			at := at
			at.redirects = at.redirects && path == liveIDPath
			s.serveWSMan(w, r, at)
		}
	})
}

// serveWSMan answers one WSMan request: who asks, what, whether a fault strikes, and then the operation.
func (s *Server) serveWSMan(w http.ResponseWriter, r *http.Request, at door) {
	l := &line{ResponseWriter: w}
	defer l.end(r)
	struck, asked := s.struckUnsigned(l, r)
	if struck {
		return
	}
	admitted, ok := s.gate.Admit(l, r)
	if !ok {
		return
	}
	w, r = l, admitted.Request
	if at.forest && !s.tokenShown(r) {
		s.refuseDelegation(w)
		return
	}
	q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
	ask := &asking{Request: q, strikes: s.faults.Load(), user: admitted.User, at: at, http: r, line: l, seal: admitted.Seal, asked: asked}
	if err != nil {
		if fault := (*wsman.Fault)(nil); errors.As(err, &fault) {
			s.deliver(w, r, soap(fault.Status(), q.Fault(fault)), ask)
			return
		}
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	q.ActivityID = "uuid:" + strings.ToUpper(uuid.NewString())
	ask.step = stepOf(q)
	if rule, struck := s.struckInstead(ask); struck {
		s.answerInstead(w, ask, rule)
		return
	}
	who := account{user: ask.user, org: s.world.Home()}
	if wanted, asked := query(r.URL.RawQuery, "DelegatedOrg"); asked {
		if who.org = s.world.Find(wanted); who.org == nil {
			s.refusals.add()
			s.refuseDelegation(w)
			return
		}
	}
	if target := s.redirected(ask); target != "" {
		s.deliver(w, r, redirect(w, target), ask)
		return
	}
	h := w.Header()
	h.Set("X-RemotePS-Ping", "False")
	h.Set("X-RemotePS-Action", q.Action[strings.LastIndexByte(q.Action, '/')+1:])
	h.Set("X-RemotePS-RawAction", q.Action)
	h.Set("X-RemotePS-SessionId", q.SessionID)
	h.Set("X-RemotePS-ShellId", q.ShellID())
	answer, fault := s.operate(r.Context(), who, ask)
	switch {
	case r.Context().Err() != nil: // nobody is there to be answered
	case fault != nil:
		s.deliver(w, r, soap(fault.Status(), q.Fault(fault)), ask)
	default:
		s.deliver(w, r, soap(http.StatusOK, q.Response(answer)), ask)
	}
}

// account is who asks, and for which organisation.
type account struct {
	user string
	org  *world.Org
}

// refuseDelegation answers as for a customer the account may not act for.
func (s *Server) refuseDelegation(w http.ResponseWriter) {
	w.Header().Set("X-RemotePS-FailureCategory", "DelegatedAuth-AccessDenied")
	s.gate.Refuse(w)
}

// query reads one value of a query in which ";" parts as "&" does. Names have no case.
func query(raw, name string) (value string, found bool) {
	for part := range strings.FieldsFuncSeq(raw, func(r rune) bool { return r == ';' || r == '&' }) {
		key, text, _ := strings.Cut(part, "=")
		if !strings.EqualFold(key, name) {
			continue
		}
		if plain, err := url.QueryUnescape(text); err == nil {
			text = plain
		}
		return text, true
	}
	return "", false
}
