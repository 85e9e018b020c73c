package exchangesim

import (
	"crypto/sha256"
	"crypto/subtle"
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

func (s *Server) handler(redirects bool) http.Handler {
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
			s.serveWSMan(w, r, redirects && path == liveIDPath)
		}
	})
}

func (s *Server) serveWSMan(w http.ResponseWriter, r *http.Request, redirect bool) {
	user, ok := s.signedIn(w, r)
	if !ok {
		return
	}
	org := s.world.Home()
	if wanted, asked := query(r.URL.RawQuery, "DelegatedOrg"); asked {
		if org = s.world.Find(wanted); org == nil {
			s.refusals.add()
			w.Header().Set("X-RemotePS-FailureCategory", "DelegatedAuth-AccessDenied")
			refuseAccess(w)
			return
		}
	}
	q, err := wsman.ReadRequest(r.Body, wsman.Limits{})
	if err != nil {
		if fault := (*wsman.Fault)(nil); errors.As(err, &fault) {
			respond(w, fault.Status(), q.Fault(fault))
			return
		}
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	q.ActivityID = "uuid:" + strings.ToUpper(uuid.NewString())
	if _, create := q.Op.(*wsman.Create); create && redirect {
		// The whole query goes along, as the client wrote it.
		target := s.second + r.URL.Path
		if r.URL.RawQuery != "" {
			target += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", target)
		w.WriteHeader(http.StatusFound)
		return
	}
	h := w.Header()
	h.Set("X-RemotePS-Ping", "False")
	h.Set("X-RemotePS-Action", q.Action[strings.LastIndexByte(q.Action, '/')+1:])
	h.Set("X-RemotePS-RawAction", q.Action)
	h.Set("X-RemotePS-SessionId", q.SessionID)
	h.Set("X-RemotePS-ShellId", q.ShellID())
	var body []byte
	status := http.StatusOK
	answer, fault := s.operate(r.Context(), account{user: user, org: org}, q)
	if r.Context().Err() != nil {
		return // nobody is there to be answered
	}
	if fault != nil {
		status, body = fault.Status(), q.Fault(fault)
	} else {
		body = q.Response(answer)
	}
	respond(w, status, body)
}

func respond(w http.ResponseWriter, status int, envelope []byte) {
	w.Header().Set("Content-Type", soapType)
	w.WriteHeader(status)
	_, _ = w.Write(envelope) // a client that left needs no answer
}

// account is who asks, and for which organisation.
type account struct {
	user string
	org  *world.Org
}

// signedIn checks the Basic credential. When it is missing or wrong the request is answered.
func (s *Server) signedIn(w http.ResponseWriter, r *http.Request) (user string, ok bool) {
	user, password, given := r.BasicAuth()
	if given {
		// Hashing first keeps the comparison's time apart from the lengths.
		right := sha256.Sum256([]byte(s.Password.Reveal()))
		asked := sha256.Sum256([]byte(password))
		if strings.EqualFold(user, s.User) && subtle.ConstantTimeCompare(right[:], asked[:]) == 1 {
			return strings.ToLower(user), true
		}
		s.failures.add()
		w.Header().Set("X-RemotePS-FailureCategory", "LiveID-InvalidCreds")
	}
	refuseAccess(w)
	return "", false
}

func refuseAccess(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="sample.example"`)
	w.WriteHeader(http.StatusUnauthorized)
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
