package httpauth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"tenantry/core/gsskrb5"
)

// maxStore bounds the size of a file with tickets. One ticket of an account in very many groups has 64 KiB.
const maxStore = 4 << 20

// ticketStore is what a credential cache holds.
type ticketStore struct {
	client  types.PrincipalName
	realm   string
	entries []storedTicket
}

type storedTicket struct {
	client, server types.PrincipalName
	realm          string // of the server
	key            types.EncryptionKey
	start, end     time.Time
	ticket         []byte
}

// openTickets reads the credential cache of a name such as FILE:/tmp/krb5cc_1000, or the usual one when name is
// empty.
func openTickets(name string, r *realms) (*ticketStore, error) {
	path, err := storePath(name, r.store)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &Error{Kind: KindNoTicket, Cause: fmt.Errorf("there is no file %s", path)}
	case err != nil:
		return nil, &Error{Kind: KindTicketStore, Cause: err}
	case info.Size() > maxStore:
		return nil, &Error{Kind: KindTicketStore, Cause: fmt.Errorf("%s has %d bytes", path, info.Size())}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{Kind: KindTicketStore, Cause: err}
	}
	store, err := parseTickets(content)
	if err != nil {
		return nil, &Error{Kind: KindTicketStore, Cause: fmt.Errorf("%s: %w", path, err)}
	}
	return store, nil
}

var variable = regexp.MustCompile(`%\{[A-Za-z_]*\}`)

// storePath finds the file of a credential cache. Only kinds that are files can be read.
func storePath(name, configured string) (string, error) {
	if name == "" {
		name = os.Getenv("KRB5CCNAME")
	}
	if name == "" {
		name = configured
	}
	if name == "" {
		switch runtime.GOOS {
		case "windows":
			name = "MSLSA:"
		case "darwin":
			name = "API:"
		default:
			name = "FILE:/tmp/krb5cc_%{uid}"
		}
	}
	name = variable.ReplaceAllStringFunc(name, func(v string) string {
		switch v {
		case "%{uid}", "%{euid}", "%{USERID}":
			return strconv.Itoa(os.Getuid())
		case "%{TEMP}":
			return os.TempDir()
		}
		return v
	})
	kind, rest, ok := strings.Cut(name, ":")
	switch {
	case !ok, filepath.VolumeName(name) != "":
		return name, nil
	case strings.EqualFold(kind, "FILE"), strings.EqualFold(kind, "WRFILE"):
		return rest, nil
	case strings.EqualFold(kind, "DIR"):
		return collectionPath(rest)
	}
	return "", &Error{Kind: KindTicketStore, Cause: fmt.Errorf("tickets are kept in a store of kind %.20q, and only files can be read: KRB5CCNAME can name one", strings.ToUpper(kind))}
}

// collectionPath finds the chosen cache of a folder of caches.
func collectionPath(rest string) (string, error) {
	if one, ok := strings.CutPrefix(rest, ":"); ok {
		return one, nil
	}
	primary := "tkt"
	if text, err := os.ReadFile(filepath.Join(rest, "primary")); err == nil {
		primary = strings.TrimSpace(string(text))
	}
	if primary != filepath.Base(primary) {
		return "", &Error{Kind: KindTicketStore, Cause: errors.New("the collection's chosen cache lies outside of it")}
	}
	return filepath.Join(rest, primary), nil
}

func (s *ticketStore) owner() string { return s.client.PrincipalNameString() + "@" + s.realm }

// belongsTo tells whether the store's tickets are those of an account. Windows has no case in names.
func (s *ticketStore) belongsTo(who principal) bool {
	return strings.EqualFold(s.client.PrincipalNameString(), who.name.PrincipalNameString()) && strings.EqualFold(s.realm, who.realm) ||
		who.full != "" && strings.EqualFold(s.owner(), who.full)
}

// find returns the ticket for a service on a host that lasts longest.
func (s *ticketStore) find(service, host string) (found issuedTicket, ok bool) {
	now := time.Now()
	for _, e := range s.entries {
		names := e.server.NameString
		if len(names) != 2 || !strings.EqualFold(names[0], service) || !strings.EqualFold(names[1], host) ||
			e.start.After(now.Add(gsskrb5.MaxSkew)) || ok && !e.end.After(found.end) || !e.client.Equal(s.client) {
			continue
		}
		var ticket messages.Ticket
		if err := decode(func() error { return ticket.Unmarshal(e.ticket) }); err != nil || len(ticket.SName.NameString) == 0 {
			continue
		}
		found = issuedTicket{Ticket: gsskrb5.Ticket{Client: s.client, Realm: s.realm, Ticket: ticket, SessionKey: e.key}, end: e.end}
		ok = true
	}
	return found, ok
}

// errStoreFormat is the error of a file that is no credential cache.
var errStoreFormat = errors.New("not a credential cache of version 3 or 4")

// parseTickets reads a credential cache file as MIT's and Heimdal's libraries write it, versions 3 and 4.
func parseTickets(b []byte) (*ticketStore, error) {
	r := &storeReader{rest: b}
	version := r.number(2)
	if version != 0x0503 && version != 0x0504 {
		return nil, errStoreFormat
	}
	if version == 0x0504 {
		r.bytes(r.number(2)) // such as how far the realm's clock is off
	}
	s := &ticketStore{}
	s.client, s.realm = r.principal()
	for r.err == nil && len(r.rest) > 0 {
		var e storedTicket
		e.client, _ = r.principal()
		e.server, e.realm = r.principal()
		e.key.KeyType = int32(int16(r.number(2)))
		if version == 0x0503 {
			r.number(2) // the same again
		}
		e.key.KeyValue = r.data()
		r.number(4) // when the account proved itself
		e.start, e.end = r.time(), r.time()
		r.number(4) // until when it can be renewed
		r.number(1)
		r.number(4)
		for range 2 { // addresses, and authorization data
			for n := r.number(4); n > 0 && r.err == nil; n-- {
				r.number(2)
				r.data()
			}
		}
		e.ticket = r.data()
		r.data()
		// Entries of this realm are notes of the library's own.
		if r.err == nil && e.realm != "X-CACHECONF:" {
			s.entries = append(s.entries, e)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return s, nil
}

// storeReader reads numbers and strings. After the first error everything is zero.
type storeReader struct {
	rest []byte
	err  error
}

func (r *storeReader) bytes(n uint32) []byte {
	if r.err != nil || uint64(n) > uint64(len(r.rest)) {
		r.err = errStoreFormat
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *storeReader) number(size uint32) uint32 {
	b := r.bytes(size)
	switch len(b) {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(binary.BigEndian.Uint16(b))
	case 4:
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *storeReader) data() []byte { return r.bytes(r.number(4)) }

func (r *storeReader) time() time.Time { return time.Unix(int64(r.number(4)), 0) }

func (r *storeReader) principal() (types.PrincipalName, string) {
	name := types.PrincipalName{NameType: int32(r.number(4))}
	parts := r.number(4)
	realm := string(r.data())
	for range parts {
		if r.err != nil {
			break
		}
		name.NameString = append(name.NameString, string(r.data()))
	}
	return name, realm
}
