package httpauth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"tenantry/core/gsskrb5"
	"tenantry/core/secret"
)

// Kerberos signs in with a ticket: one it gets with a name and a password, or one this computer holds already.
// Tickets are kept in memory until they expire, so that each further connection costs no further question to the
// realm. Create it with its fields set and share it by pointer; it is safe for use from several goroutines.
type Kerberos struct {
	// User is who signs in: name@domain, DOMAIN\name or a plain name of the default realm. Empty means whoever
	// the ticket that is there belongs to.
	User string

	// Password is for User; empty means the ticket that is there.
	Password secret.Secret

	// Services are the kinds of service a ticket may be for, tried in order until the realm knows one; nil
	// means HTTP and WSMAN, the two names that Windows gives remote PowerShell.
	Services []string

	// Config is a krb5.conf and Tickets a credential cache such as FILE:/tmp/krb5cc_1000. Empty takes what
	// KRB5_CONFIG and KRB5CCNAME name, or the system's usual places.
	Config, Tickets string

	mu      sync.Mutex
	issued  map[string]issuedTicket // for a host, until its end
	asking  chan struct{}           // closed when the question under way has its answer; nil when there is none
	refusal *Error                  // the realm's last answer, when it was a no
	refused time.Time
}

// refusalHolds is how long a realm's no is taken for its answer to everybody who asks with the same password.
// Sessions are opened several at a time, and a wrong password that each of them tries locks the account.
const refusalHolds = 15 * time.Second

var _ Mechanism = (*Kerberos)(nil)

// issuedTicket is a ticket with the time it is good for.
type issuedTicket struct {
	gsskrb5.Ticket
	end time.Time
}

// enough tells whether a ticket lasts for another handshake.
func (t issuedTicket) enough(now time.Time) bool { return t.end.After(now.Add(time.Minute)) }

// Name is "Kerberos".
func (k *Kerberos) Name() string { return "Kerberos" }

// Schemes says that the tokens travel as Negotiate inside SPNEGO, or as Kerberos, which Windows Remote Management
// offers beside it.
func (k *Kerberos) Schemes() []Scheme {
	return []Scheme{
		{Name: "Negotiate", SPNEGO: true, Protocol: SealedSPNEGO},
		{Name: "Kerberos", Protocol: SealedKerberos},
	}
}

// New gets a ticket for the host, asking the realm when none is kept.
func (k *Kerberos) New(ctx context.Context, to Peer) (SecurityContext, error) {
	host := strings.ToLower(strings.TrimSuffix(to.Host, "."))
	ticket, err := k.ticket(ctx, host)
	if err != nil {
		return nil, k.failed(ctx, host, err)
	}
	return &kerberosContext{host: host, ticket: ticket.Ticket, bindings: channelBindings(to), forget: k.forget}, nil
}

// forget lets a host's ticket go, because the host does not take it: its key may have changed.
func (k *Kerberos) forget(host string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.issued, host)
}

// ticket returns the one that is kept, or lets one caller at a time ask for another.
func (k *Kerberos) ticket(ctx context.Context, host string) (issuedTicket, error) {
	for {
		k.mu.Lock()
		if t, ok := k.issued[host]; ok && t.enough(time.Now()) {
			k.mu.Unlock()
			return t, nil
		}
		if k.refusal != nil && time.Since(k.refused) < refusalHolds {
			again := *k.refusal
			k.mu.Unlock()
			return issuedTicket{}, &again
		}
		if other := k.asking; other != nil {
			k.mu.Unlock()
			select {
			case <-other:
				continue
			case <-ctx.Done():
				return issuedTicket{}, context.Cause(ctx)
			}
		}
		mine := make(chan struct{})
		k.asking = mine
		k.mu.Unlock()
		t, err := k.obtain(ctx, host)
		k.answered(ctx, host, t, err)
		close(mine)
		return t, err
	}
}

// answered keeps what came of asking.
func (k *Kerberos) answered(ctx context.Context, host string, t issuedTicket, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asking, k.refusal = nil, nil
	var e *Error
	switch {
	case err == nil:
		if k.issued == nil {
			k.issued = map[string]issuedTicket{}
		}
		k.issued[host] = t
	case ctx.Err() == nil && errors.As(err, &e) && e.Kind.holdsForAccount():
		k.refusal, k.refused = e, time.Now()
	}
}

func (k *Kerberos) obtain(ctx context.Context, host string) (issuedTicket, error) {
	realms, err := loadRealms(k.Config)
	if err != nil {
		return issuedTicket{}, err
	}
	if k.Password.Empty() {
		return k.fromStore(ctx, realms, host)
	}
	return k.fromPassword(ctx, realms, host)
}

func (k *Kerberos) services() []string {
	if len(k.Services) > 0 {
		return k.Services
	}
	return []string{"HTTP", "WSMAN"}
}

func (k *Kerberos) fromPassword(ctx context.Context, realms *realms, host string) (issuedTicket, error) {
	who, err := realms.principal(k.User, host)
	if err != nil {
		return issuedTicket{}, err
	}
	granting, err := realms.signIn(ctx, who, k.Password)
	if err != nil {
		return issuedTicket{}, err
	}
	return realms.forHost(ctx, granting, k.services(), host)
}

// fromStore uses the tickets that another program, such as kinit, left on this computer.
func (k *Kerberos) fromStore(ctx context.Context, realms *realms, host string) (issuedTicket, error) {
	store, err := openTickets(k.Tickets, realms)
	if err != nil {
		return issuedTicket{}, err
	}
	if k.User != "" {
		who, err := realms.principal(k.User, host)
		if err != nil {
			return issuedTicket{}, err
		}
		if !store.belongsTo(who) {
			return issuedTicket{}, &Error{Kind: KindNoTicket, Cause: errors.New("the ticket that is there belongs to " + store.owner())}
		}
	}
	now := time.Now()
	for _, service := range k.services() {
		if t, ok := store.find(service, host); ok && t.enough(now) {
			return t, nil
		}
	}
	granting, ok := store.find("krbtgt", store.realm)
	switch {
	case !ok:
		return issuedTicket{}, &Error{Kind: KindNoTicket, Cause: errors.New("the store holds no ticket to get others with")}
	case !granting.end.After(now):
		return issuedTicket{}, &Error{Kind: KindTicketExpired}
	}
	return realms.forHost(ctx, granting, k.services(), host)
}

// failed gives every error of getting a ticket the host and a kind.
func (k *Kerberos) failed(ctx context.Context, host string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		own := *e // others may hold the same one
		own.Host = host
		return &own
	}
	return classify(ctx, host, StageConnecting, err)
}

// channelBindings ties the sign-in to the server's certificate (RFC 5929 section 4), so that nobody can pass it on.
func channelBindings(to Peer) []byte {
	if to.TLS == nil || len(to.TLS.PeerCertificates) == 0 {
		return nil
	}
	hash := endPointHash(to.TLS.PeerCertificates[0])
	if hash == nil {
		return nil
	}
	return append([]byte("tls-server-end-point:"), hash...)
}

// kerberosContext is the signing in of one connection.
type kerberosContext struct {
	host     string
	ticket   gsskrb5.Ticket
	bindings []byte
	forget   func(host string)
	asked    *gsskrb5.Initiator
	context  *gsskrb5.Context
}

var errNotSignedIn = errors.New("httpauth: nothing can be sealed before signing in")

// Step sends the ticket, and then checks that the server could read it.
func (c *kerberosContext) Step(_ context.Context, token []byte) (reply []byte, done bool, err error) {
	switch {
	case c.context != nil:
		return nil, true, c.refused(gsskrb5.ErrMalformed) // more than the protocol has
	case c.asked == nil:
		if c.asked, reply, err = gsskrb5.Initiate(c.ticket, c.bindings); err != nil {
			return nil, false, c.refused(err)
		}
		return reply, false, nil
	}
	if c.context, err = c.asked.Finish(token); err != nil {
		return nil, false, c.refused(err)
	}
	return nil, true, nil
}

// Seal encrypts a message.
func (c *kerberosContext) Seal(message []byte) (signature, sealed []byte, err error) {
	if c.context == nil {
		return nil, nil, errNotSignedIn
	}
	return c.context.Seal(message)
}

// Open decrypts a message.
func (c *kerberosContext) Open(signature, sealed []byte) ([]byte, error) {
	if c.context == nil {
		return nil, errNotSignedIn
	}
	return c.context.Open(signature, sealed)
}

// Sign makes the token by which SPNEGO protects its list of mechanisms (RFC 4178 section 5).
func (c *kerberosContext) Sign(message []byte) ([]byte, error) {
	if c.context == nil {
		return nil, errNotSignedIn
	}
	return c.context.Sign(message)
}

// Verify checks such a token of the server's.
func (c *kerberosContext) Verify(message, mic []byte) error {
	if c.context == nil {
		return errNotSignedIn
	}
	return c.context.Verify(message, mic)
}

// refused says what the server made of the ticket.
func (c *kerberosContext) refused(err error) error {
	c.forget(c.host)
	e := &Error{Kind: KindSealing, Stage: StageAnswer, Host: c.host, Cause: err}
	var refusal *gsskrb5.Refusal
	if !errors.As(err, &refusal) {
		return e
	}
	switch refusal.Code {
	case gsskrb5.CodeSkew:
		e.Kind = KindClockSkew
	case gsskrb5.CodeExpired:
		e.Kind = KindTicketExpired
	default: // mostly a key that is not the one the realm has for the server
		e.Kind = KindServerUnknown
	}
	return e
}
