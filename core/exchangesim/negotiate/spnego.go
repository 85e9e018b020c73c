package negotiate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers in DER, without their tag and length (RFC 4178 4.2, RFC 4121 4.1, MS-SPNG 3.1.5.2).
const (
	oidSPNEGO     = "\x2b\x06\x01\x05\x05\x02"
	oidNTLM       = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"
	oidKerberos   = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
	oidMSKerberos = "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"
)

// States of a NegTokenResp (RFC 4178 4.2.2).
const (
	acceptCompleted  = 0
	acceptIncomplete = 1
	reject           = 2
	requestMIC       = 3
)

var errSPNEGO = errors.New("not a token of SPNEGO")

// spnegoAcceptor is the server's end of SPNEGO: it chooses the mechanism and carries its tokens.
type spnegoAcceptor struct {
	choose func(oid string) Acceptor // nil for a mechanism that is not taken

	Acceptor         // the one that was chosen; nil before
	oid       string // of the chosen one
	list      []byte // the client's list of mechanisms as it wrote it, which the MICs protect
	preferred bool   // the chosen one is the client's first
	accepted  bool   // the mechanism itself is done
	verified  bool   // the client's MIC came
	over      bool
}

func (s *spnegoAcceptor) Accept(token []byte) (reply []byte, done bool, err error) {
	if s.over {
		return nil, false, errOrder
	}
	if s.Acceptor == nil {
		return s.first(token)
	}
	t, err := parseNegTokenResp(token)
	if err != nil {
		return nil, false, err
	}
	if t.state == reject {
		return nil, false, errors.New("the client gave up")
	}
	return s.step(t.token, t.mic)
}

func (s *spnegoAcceptor) first(token []byte) ([]byte, bool, error) {
	init, err := parseNegTokenInit(token)
	if err != nil {
		return nil, false, err
	}
	s.list = init.list
	for i, oid := range init.mechanisms {
		if s.Acceptor = s.choose(oid); s.Acceptor != nil {
			s.oid, s.preferred = oid, i == 0
			break
		}
	}
	switch {
	case s.Acceptor == nil:
		return nil, false, errors.New("the client proposes no mechanism that is taken here")
	case !s.preferred || init.token == nil:
		// The token, if any, was for another mechanism: the client begins again with the chosen one.
		return negTokenResp(requestMIC, s.oid, nil, nil), false, nil
	}
	return s.step(init.token, nil)
}

// step passes on a token of the mechanism and checks the MIC over the list (RFC 4178 5).
func (s *spnegoAcceptor) step(token, mic []byte) (reply []byte, done bool, err error) {
	var answer []byte
	if !s.accepted {
		if answer, s.accepted, err = s.Acceptor.Accept(token); err != nil {
			if answer == nil {
				return nil, false, err
			}
			return negTokenResp(reject, s.oid, answer, nil), false, err // the mechanism says why
		}
	}
	oid := ""
	if s.preferred {
		oid = s.oid
	}
	if !s.accepted {
		return negTokenResp(acceptIncomplete, oid, answer, nil), false, nil
	}
	if mic != nil {
		if err := s.VerifyMIC(s.list, mic); err != nil {
			return nil, false, err
		}
		s.verified = true
	}
	switch {
	case s.verified:
		own, err := s.MIC(s.list)
		if err != nil {
			return nil, false, err
		}
		s.over = true
		return negTokenResp(acceptCompleted, "", answer, own), true, nil
	case s.preferred: // it was the client's own wish, so nobody can have lowered it
		s.over = true
		return negTokenResp(acceptCompleted, oid, answer, nil), true, nil
	}
	return negTokenResp(acceptIncomplete, "", answer, nil), false, nil
}

// negInit is what is read of a NegTokenInit.
type negInit struct {
	list       []byte   // mechTypes, whole
	mechanisms []string // oids
	token      []byte
}

const maxMechanisms = 32

func parseNegTokenInit(b []byte) (negInit, error) {
	var init negInit
	frame := cryptobyte.String(b)
	var inner, oid, outer, body cryptobyte.String
	if !frame.ReadASN1(&inner, asn1.Tag(0x60)) || !frame.Empty() ||
		!inner.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || string(oid) != oidSPNEGO ||
		!inner.ReadASN1(&outer, context0) || !outer.ReadASN1(&body, asn1.SEQUENCE) {
		return init, errSPNEGO
	}
	var types, token cryptobyte.String
	var hasTypes, hasToken bool
	if !body.ReadOptionalASN1(&types, &hasTypes, context0) || !hasTypes {
		return init, errSPNEGO
	}
	init.list = bytes.Clone(types)
	var list cryptobyte.String
	if !types.ReadASN1(&list, asn1.SEQUENCE) {
		return init, errSPNEGO
	}
	for !list.Empty() {
		if !list.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || len(init.mechanisms) == maxMechanisms {
			return init, errSPNEGO
		}
		init.mechanisms = append(init.mechanisms, string(oid))
	}
	if !body.SkipOptionalASN1(context1) || !body.ReadOptionalASN1(&token, &hasToken, context2) {
		return init, errSPNEGO
	}
	if hasToken {
		var octets cryptobyte.String
		if !token.ReadASN1(&octets, asn1.OCTET_STRING) {
			return init, errSPNEGO
		}
		init.token = slices.Clip(bytes.Clone(octets))
	}
	return init, nil
}

const (
	context0 = asn1.Tag(0xA0)
	context1 = asn1.Tag(0xA1)
	context2 = asn1.Tag(0xA2)
	context3 = asn1.Tag(0xA3)
)

// negResp is what is read of a client's NegTokenResp.
type negResp struct {
	state      int // acceptIncomplete when the client did not say
	token, mic []byte
}

func parseNegTokenResp(b []byte) (negResp, error) {
	r := negResp{state: acceptIncomplete}
	frame := cryptobyte.String(b)
	var outer, body, part cryptobyte.String
	var has bool
	if !frame.ReadASN1(&outer, context1) || !frame.Empty() || !outer.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadOptionalASN1(&part, &has, context0) {
		return r, errSPNEGO
	}
	if has && !part.ReadASN1Enum(&r.state) {
		return r, fmt.Errorf("%w: its state", errSPNEGO)
	}
	if !body.SkipOptionalASN1(context1) || !octets(&body, context2, &r.token) || !octets(&body, context3, &r.mic) {
		return r, errSPNEGO
	}
	return r, nil
}

func octets(body *cryptobyte.String, tag asn1.Tag, out *[]byte) bool {
	var part, inner cryptobyte.String
	var has bool
	if !body.ReadOptionalASN1(&part, &has, tag) {
		return false
	}
	if !has {
		return true
	}
	if !part.ReadASN1(&inner, asn1.OCTET_STRING) {
		return false
	}
	*out = append([]byte{}, inner...)
	return true
}

// negTokenResp makes an answer. What is empty is left out.
func negTokenResp(state int, oid string, token, mic []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(context1, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(state)) })
			if oid != "" {
				b.AddASN1(context1, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes([]byte(oid)) })
				})
			}
			for i, octets := range [][]byte{token, mic} {
				if len(octets) > 0 {
					b.AddASN1(context2+asn1.Tag(i), func(b *cryptobyte.Builder) { b.AddASN1OctetString(octets) })
				}
			}
		})
	})
	return b.BytesOrPanic()
}
