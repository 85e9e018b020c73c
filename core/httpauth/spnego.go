package httpauth

import (
	"context"
	"encoding/asn1"
	"errors"
	"fmt"
)

// Object identifiers of SPNEGO (RFC 4178 4.2) and of Kerberos, by its own number (RFC 4121 4.1) and by the one
// that Windows wrote by mistake and has kept (MS-SPNG 3.1.5.2).
var (
	oidSPNEGO     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 2}
	oidKerberos   = asn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2}
	oidMSKerberos = asn1.ObjectIdentifier{1, 2, 840, 48018, 1, 2, 2}
)

// spnegoContext carries the tokens of a Kerberos context inside those of SPNEGO. Only Kerberos is proposed, so
// there is nothing an attacker could make the two sides choose instead, and no list to protect with a MIC.
type spnegoContext struct {
	SecurityContext
	begun bool
}

func (s *spnegoContext) Step(ctx context.Context, token []byte) (reply []byte, done bool, err error) {
	if !s.begun {
		s.begun = true
		reply, done, err = s.SecurityContext.Step(ctx, nil)
		if err != nil {
			return nil, false, err
		}
		reply, err = negTokenInit(reply)
		return reply, done, err
	}
	answer, err := parseNegTokenResp(token)
	switch {
	case err != nil:
		return nil, false, err
	case answer.rejected:
		if len(answer.token) > 0 { // the mechanism knows why
			if _, _, err := s.SecurityContext.Step(ctx, answer.token); err != nil {
				return nil, false, err
			}
		}
		return nil, false, errors.New("the server rejects the token")
	case answer.mechanism != nil && !answer.mechanism.Equal(oidKerberos) && !answer.mechanism.Equal(oidMSKerberos):
		return nil, false, fmt.Errorf("the server chose the mechanism %v, which was not proposed", answer.mechanism)
	}
	reply, done, err = s.SecurityContext.Step(ctx, answer.token)
	if err == nil && reply != nil {
		reply, err = negTokenResp(reply)
	}
	return reply, done, err
}

// negTokenInit is the first token (RFC 4178 4.2.1), inside the frame of RFC 2743 3.1.
func negTokenInit(mechToken []byte) ([]byte, error) {
	inner, err := asn1.MarshalWithParams(struct {
		MechTypes []asn1.ObjectIdentifier `asn1:"explicit,tag:0"`
		MechToken []byte                  `asn1:"explicit,optional,tag:2"`
	}{[]asn1.ObjectIdentifier{oidKerberos, oidMSKerberos}, mechToken}, "explicit,tag:0")
	if err != nil {
		return nil, err
	}
	oid, err := asn1.Marshal(oidSPNEGO)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(asn1.RawValue{Class: asn1.ClassApplication, Tag: 0, IsCompound: true, Bytes: append(oid, inner...)})
}

// negTokenResp is a later token of this side (RFC 4178 4.2.2).
func negTokenResp(responseToken []byte) ([]byte, error) {
	return asn1.MarshalWithParams(struct {
		ResponseToken []byte `asn1:"explicit,tag:2"`
	}{responseToken}, "explicit,tag:1")
}

// negAnswer is what the server said in a NegTokenResp.
type negAnswer struct {
	rejected  bool
	mechanism asn1.ObjectIdentifier // nil when it was not named
	token     []byte                // may be empty
}

func parseNegTokenResp(b []byte) (negAnswer, error) {
	var resp struct {
		State     asn1.Enumerated       `asn1:"explicit,optional,tag:0,default:0"`
		Mechanism asn1.ObjectIdentifier `asn1:"explicit,optional,tag:1"`
		Token     []byte                `asn1:"explicit,optional,tag:2"`
		MIC       []byte                `asn1:"explicit,optional,tag:3"`
	}
	rest, err := asn1.UnmarshalWithParams(b, &resp, "explicit,tag:1")
	if err != nil {
		return negAnswer{}, fmt.Errorf("not a NegTokenResp: %w", err)
	}
	if len(rest) > 0 {
		return negAnswer{}, fmt.Errorf("%d bytes behind a NegTokenResp", len(rest))
	}
	const reject = 2
	return negAnswer{resp.State == reject, resp.Mechanism, resp.Token}, nil
}
