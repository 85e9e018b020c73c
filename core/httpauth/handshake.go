package httpauth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"tenantry/core/challenge"
)

const (
	maxLegs       = 8         // of one sign-in: NTLM takes two, Kerberos one or two
	maxLegAnswer  = 1 << 20   // bytes of an answer within a sign-in that are read
	maxTokenBytes = 128 << 10 // of a token that is sent
)

// signIn opens a connection and signs it in with the first mechanism that this computer has what it takes for
// and the server takes. Nothing of the message goes along: each leg's body is empty.
//
// When the server says no, or something else altogether such as a redirect, its answer is early and there is no
// lane. A server that offers none of the ways is an *Error with KindNotOffered. Each error is Early.
func (t *Transport) signIn(ctx context.Context, u *url.URL, contentType string) (l *lane, early *reply, err error) {
	s := &signing{Transport: t, u: u, contentType: contentType}
	defer func() {
		if (err != nil || early != nil) && s.lane != nil {
			s.lane.close()
		}
		var e *Error
		if errors.As(err, &e) {
			e.Early = true
		}
	}()
	var failed error
	unable := -1 // the mechanism that this computer has not what it takes for, under no scheme
	for _, c := range t.choices() {
		if c.mechanism == unable {
			continue
		}
		mechanism := t.o.Mechanisms[c.mechanism]
		scheme := mechanism.Schemes()[c.scheme]
		if !challenge.Has(s.asked, scheme.Name) {
			s.asked = append(s.asked, scheme.Name)
		}
		if s.offered != nil && !challenge.Has(s.offered, scheme.Name) {
			continue
		}
		result, err := s.try(ctx, mechanism, scheme)
		var e *Error
		switch {
		case err != nil && (ctx.Err() != nil || s.lane == nil || errors.As(err, &e) && !e.Kind.lacksMeans()):
			return nil, nil, err // whoever refuses an account once may lock it when asked again
		case err != nil:
			unable = c.mechanism
			failed = errors.Join(failed, fmt.Errorf("%s: %w", mechanism.Name(), err))
		case result == signedIn:
			t.lanes.remember(c)
			return s.lane, nil, nil
		case result == answered:
			return nil, s.last, nil
		}
	}
	switch {
	case s.refused != nil:
		return nil, s.refused, nil
	case s.offered != nil && (failed == nil || !slices.ContainsFunc(s.asked, func(a string) bool { return challenge.Has(s.offered, a) })):
		return nil, nil, &Error{Kind: KindNotOffered, Stage: StageAnswer, Host: u.Host, Asked: s.asked, Offered: s.offered, Cause: failed}
	}
	var e *Error
	if errors.As(failed, &e) {
		return nil, nil, &Error{Kind: e.Kind, Stage: StageConnecting, Host: u.Host, Cause: failed}
	}
	return nil, nil, &Error{Kind: KindCredentials, Stage: StageConnecting, Host: u.Host, Cause: failed}
}

// choices are all ways to sign in, the one that worked before in front.
func (t *Transport) choices() []choice {
	t.lanes.mu.Lock()
	last := t.lanes.last
	t.lanes.mu.Unlock()
	all := []choice{last}
	for m, mechanism := range t.o.Mechanisms {
		for s := range mechanism.Schemes() {
			if c := (choice{m, s}); c != last {
				all = append(all, c)
			}
		}
	}
	return all
}

func (ls *lanes) remember(c choice) {
	ls.mu.Lock()
	ls.last = c
	ls.mu.Unlock()
}

// signing is a sign-in under way.
type signing struct {
	*Transport
	u           *url.URL
	contentType string
	lane        *lane
	asked       []string
	offered     []string // nil until the server has said it
	last        *reply   // the last answer
	refused     *reply   // the answer that refused what proves who is asking; nil when there was none
}

// outcome is what came of trying one way.
type outcome uint8

const (
	signedIn outcome = iota
	notTaken         // another way may be
	answered         // the server says something else
)

// try goes through the legs of one mechanism under one scheme.
func (s *signing) try(ctx context.Context, m Mechanism, scheme Scheme) (outcome, error) {
	if s.lane == nil || s.lane.conn.Err() != nil {
		var err error
		if s.lane, err = s.connect(ctx, s.u); err != nil {
			s.lane = nil
			return 0, err
		}
	}
	seal := s.u.Scheme != "https"
	sc, err := m.New(ctx, Peer{Host: s.u.Hostname(), TLS: s.lane.tls, Seal: seal})
	if err != nil {
		return 0, err
	}
	if scheme.SPNEGO {
		sc = &spnegoContext{SecurityContext: sc}
	}
	var token []byte
	for leg := range maxLegs {
		reply, done, err := sc.Step(ctx, token)
		switch {
		case err != nil:
			return 0, s.step(m, err, leg)
		case len(reply) == 0:
			// The server asks for more of a side that has said everything.
			s.refused = s.last
			return notTaken, nil
		case len(reply) > maxTokenBytes:
			return 0, &Error{Kind: KindCredentials, Host: s.u.Host, Cause: fmt.Errorf("%s: a token of %d bytes", m.Name(), len(reply))}
		}
		if err := s.leg(ctx, scheme.Name, reply); err != nil {
			return 0, err
		}
		offered := challenge.Read(s.last.header.Values("WWW-Authenticate"))
		token = challenge.Token(offered, scheme.Name)
		if s.last.status == http.StatusUnauthorized {
			s.offered = append([]string{}, challenge.Schemes(offered)...)
			if token != nil {
				continue
			}
			// NTLM's first token proves nothing yet, so a server that does not go on with it just does not take it.
			if challenge.Has(s.offered, scheme.Name) && (leg > 0 || m.Name() != NTLM{}.Name()) {
				s.refused = s.last
				if leg > 0 {
					return answered, nil // another try with the same password could lock the account
				}
			}
			return notTaken, nil
		}
		if token != nil && !done {
			if _, done, err = sc.Step(ctx, token); err != nil {
				return 0, s.step(m, err, leg+1)
			}
		}
		switch {
		case leg == 0 && token == nil && !done && s.last.status >= 300:
			return answered, nil // such as a redirect, before anybody asked who this is
		case !done && seal:
			return 0, &Error{Kind: KindSealing, Stage: StageAnswer, Host: s.u.Host, Cause: errors.New("the server asks nobody to sign in, so messages cannot be encrypted")}
		}
		s.lane.context, s.lane.scheme = sc, scheme
		return signedIn, nil
	}
	return 0, &Error{Kind: KindNotHTTP, Stage: StageAnswer, Host: s.u.Host, Cause: fmt.Errorf("%s does not come to an end", m.Name())}
}

// step is the error of a mechanism's Step. Before the first leg another mechanism may still work; after it what
// the server sends cannot be used.
func (s *signing) step(m Mechanism, err error, leg int) error {
	var e *Error
	if leg == 0 || errors.As(err, &e) {
		return err
	}
	kind := KindNotHTTP
	if errors.Is(err, errWeakNTLM) {
		kind = KindSealing
	}
	return &Error{Kind: kind, Stage: StageAnswer, Host: s.u.Host, Cause: fmt.Errorf("%s: %w", m.Name(), err)}
}

// leg sends one token with an empty body and reads the answer whole.
func (s *signing) leg(ctx context.Context, scheme string, token []byte) error {
	resp, answer, err := s.send(ctx, s.lane, s.u, s.contentType, scheme+" "+base64.StdEncoding.EncodeToString(token), nil)
	if err != nil {
		return err
	}
	defer answer.Close()
	body, err := io.ReadAll(io.LimitReader(answer, maxLegAnswer))
	if err != nil {
		return err
	}
	s.last = &reply{resp.StatusCode, resp.Header, body}
	return nil
}
