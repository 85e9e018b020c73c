package httpauth

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/iana/errorcode"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"
	"golang.org/x/crypto/md4" //lint:ignore SA1019 the key of RC4 is made with it (RFC 4757 section 2)

	"tenantry/core/gsskrb5"
	"tenantry/core/secret"
)

// The questions to a key distribution centre (RFC 4120 section 3.1 and 3.3) on gokrb5's messages. Its own client
// has no context, keeps goroutines and turns the centre's answers into text.

const (
	centreTimeout = 5 * time.Second  // for one centre to take a connection or to answer
	realmTimeout  = 15 * time.Second // for all centres of a realm together
	maxCentreSays = 1 << 20
	maxReferrals  = 6
)

var errBadReply = errors.New("the key distribution centre's answer is not one of Kerberos")

// signIn proves the account to its realm with a password and returns the ticket to get others with.
func (r *realms) signIn(ctx context.Context, who principal, password secret.Secret) (issuedTicket, error) {
	name, realm := who.name, who.realm
	if _, err := r.centres(ctx, realm); err != nil {
		home := r.conf.LibDefaults.DefaultRealm
		if who.full == "" || home == "" || home == realm || ctx.Err() != nil {
			return issuedTicket{}, err
		}
		// The part behind the @ may be another name of this computer's own realm (RFC 6806 section 5).
		name, realm = types.PrincipalName{NameType: nametype.KRB_NT_ENTERPRISE, NameString: []string{who.full}}, home
	}
	for range maxReferrals {
		t, err := r.authenticate(ctx, name, realm, password)
		var said messages.KRBError
		if errors.As(err, &said) && said.ErrorCode == errorcode.KDC_ERR_WRONG_REALM && said.CRealm != "" && said.CRealm != realm {
			realm = said.CRealm // RFC 6806 section 7
			continue
		}
		return t, centreSaid(err)
	}
	return issuedTicket{}, &Error{Kind: KindAccountUnknown}
}

// authenticate is the AS exchange.
func (r *realms) authenticate(ctx context.Context, name types.PrincipalName, realm string, password secret.Secret) (issuedTicket, error) {
	ask, err := messages.NewASReqForTGT(realm, r.conf, name)
	if err != nil {
		return issuedTicket{}, err
	}
	key := passwordKey{password: password, salt: name.GetSalt(realm)}
	answer, err := r.exchange(ctx, realm, ask.Marshal)
	var said messages.KRBError
	if errors.As(err, &said) && said.ErrorCode == errorcode.KDC_ERR_PREAUTH_REQUIRED {
		hints, err := readHints(said.EData)
		if err != nil {
			return issuedTicket{}, err
		}
		kind, err := key.hint(hints, ask.ReqBody.EType)
		if err != nil {
			return issuedTicket{}, err
		}
		proof, err := timestamp(key, kind)
		if err != nil {
			return issuedTicket{}, err
		}
		ask.PAData = types.PADataSequence{proof}
		if answer, err = r.exchange(ctx, realm, ask.Marshal); err != nil {
			return issuedTicket{}, err
		}
	} else if err != nil {
		return issuedTicket{}, err
	}
	var reply messages.ASRep
	if err := decode(func() error { return reply.Unmarshal(answer) }); err != nil {
		return issuedTicket{}, err
	}
	if len(reply.PAData) > 0 {
		if _, err := key.hint(reply.PAData, []int32{reply.EncPart.EType}); err != nil {
			return issuedTicket{}, err
		}
	}
	own, err := key.of(reply.EncPart.EType)
	if err != nil {
		return issuedTicket{}, err
	}
	var part messages.EncKDCRepPart
	if err := open(reply.EncPart, own, keyusage.AS_REP_ENCPART, &part); err != nil {
		return issuedTicket{}, &Error{Kind: KindSignInRefused, Cause: errors.New("the realm's answer cannot be read with this password")}
	}
	if names := part.SName.NameString; part.Nonce != ask.ReqBody.Nonce || len(names) != 2 || names[0] != "krbtgt" || !reply.Ticket.SName.Equal(part.SName) {
		return issuedTicket{}, errBadReply
	}
	return issuedTicket{
		Ticket: gsskrb5.Ticket{Client: reply.CName, Realm: reply.CRealm, Ticket: reply.Ticket, SessionKey: part.Key},
		end:    part.EndTime,
	}, nil
}

// forHost gets a ticket for one of the services on a host. A realm that does not hold the host may refer to
// another that does (RFC 6806 section 8).
func (r *realms) forHost(ctx context.Context, granting issuedTicket, services []string, host string) (issuedTicket, error) {
	var err error
	for _, service := range services {
		var t issuedTicket
		t, err = r.follow(ctx, granting, types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{service, host}})
		if err == nil {
			return t, nil
		}
		var said messages.KRBError
		if !errors.As(err, &said) || said.ErrorCode != errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN {
			break
		}
	}
	return issuedTicket{}, centreSaid(err)
}

func (r *realms) follow(ctx context.Context, granting issuedTicket, service types.PrincipalName) (issuedTicket, error) {
	realm := granting.Ticket.Ticket.SName.NameString[len(granting.Ticket.Ticket.SName.NameString)-1]
	holder := r.conf.ResolveRealm(service.NameString[1])
	for range maxReferrals {
		want := service
		if holder != "" && holder != realm {
			want = types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{"krbtgt", holder}}
		}
		t, err := r.grant(ctx, granting, realm, want)
		if err != nil {
			return issuedTicket{}, err
		}
		given := t.Ticket.Ticket.SName.NameString
		if len(given) != 2 || given[0] != "krbtgt" {
			return t, nil
		}
		granting, realm = t, given[1]
	}
	return issuedTicket{}, &Error{Kind: KindServerUnknown, Cause: errors.New("the realms refer to one another without end")}
}

// grant is the TGS exchange.
func (r *realms) grant(ctx context.Context, granting issuedTicket, realm string, service types.PrincipalName) (issuedTicket, error) {
	ask, err := messages.NewTGSReq(granting.Client, realm, r.conf, granting.Ticket.Ticket, granting.SessionKey, service, false)
	if err != nil {
		return issuedTicket{}, err
	}
	if ask.PAData, err = presentTicket(ask.ReqBody, granting); err != nil {
		return issuedTicket{}, err
	}
	answer, err := r.exchange(ctx, realm, ask.Marshal)
	if err != nil {
		return issuedTicket{}, err
	}
	var reply messages.TGSRep
	if err := decode(func() error { return reply.Unmarshal(answer) }); err != nil {
		return issuedTicket{}, err
	}
	var part messages.EncKDCRepPart
	if err := open(reply.EncPart, granting.SessionKey, keyusage.TGS_REP_ENCPART_SESSION_KEY, &part); err != nil {
		return issuedTicket{}, errBadReply
	}
	if part.Nonce != ask.ReqBody.Nonce || len(reply.Ticket.SName.NameString) == 0 {
		return issuedTicket{}, errBadReply
	}
	return issuedTicket{
		Ticket: gsskrb5.Ticket{Client: granting.Client, Realm: granting.Realm, Ticket: reply.Ticket, SessionKey: part.Key},
		end:    part.EndTime,
	}, nil
}

// presentTicket is the PA-TGS-REQ of a question (RFC 4120 section 5.2.7.1). gokrb5 names the realm that issued the
// ticket as the client's, which is wrong behind a referral.
func presentTicket(body messages.KDCReqBody, granting issuedTicket) (types.PADataSequence, error) {
	plain, err := body.Marshal()
	if err != nil {
		return nil, err
	}
	e, err := crypto.GetEtype(granting.SessionKey.KeyType)
	if err != nil {
		return nil, err
	}
	sum, err := e.GetChecksumHash(granting.SessionKey.KeyValue, plain, keyusage.TGS_REQ_PA_TGS_REQ_AP_REQ_AUTHENTICATOR_CHKSUM)
	if err != nil {
		return nil, err
	}
	proof, err := types.NewAuthenticator(granting.Realm, granting.Client)
	if err != nil {
		return nil, err
	}
	proof.Cksum = types.Checksum{CksumType: e.GetHashID(), Checksum: sum}
	request, err := messages.NewAPReq(granting.Ticket.Ticket, granting.SessionKey, proof)
	if err != nil {
		return nil, err
	}
	value, err := request.Marshal()
	if err != nil {
		return nil, err
	}
	return types.PADataSequence{{PADataType: patype.PA_TGS_REQ, PADataValue: value}}, nil
}

// open decrypts the part of an answer that only the asker can read.
func open(sealed types.EncryptedData, key types.EncryptionKey, usage uint32, part *messages.EncKDCRepPart) error {
	return decode(func() error {
		if sealed.EType != key.KeyType {
			return errBadReply
		}
		plain, err := crypto.DecryptEncPart(sealed, key, usage)
		if err != nil {
			return err
		}
		return part.Unmarshal(plain)
	})
}

// decode runs a decoder of gokrb5, which indexes some fields without looking whether they are there. Its errors
// are errBadReply.
func decode(read func() error) (err error) {
	defer func() {
		if r := recover(); r != nil || err != nil {
			err = errBadReply
		}
	}()
	return read()
}

// timestamp is the PA-ENC-TIMESTAMP that proves knowledge of the password (RFC 4120 section 5.2.7.2).
func timestamp(key passwordKey, kind int32) (types.PAData, error) {
	own, err := key.of(kind)
	if err != nil {
		return types.PAData{}, err
	}
	now, err := types.GetPAEncTSEncAsnMarshalled()
	if err != nil {
		return types.PAData{}, err
	}
	sealed, err := crypto.GetEncryptedData(now, own, keyusage.AS_REQ_PA_ENC_TIMESTAMP, 0)
	if err != nil {
		return types.PAData{}, err
	}
	value, err := sealed.Marshal()
	return types.PAData{PADataType: patype.PA_ENC_TIMESTAMP, PADataValue: value}, err
}

// passwordKey makes an account's long-term key from its password, as the realm says how.
type passwordKey struct {
	password   secret.Secret
	salt       string
	parameters string // string-to-key parameters in hexadecimal, empty for the type's default
}

// readHints reads what a realm says beside its wish for a proof (RFC 4120 section 5.9.1).
func readHints(data []byte) (hints types.PADataSequence, err error) {
	return hints, decode(func() error { return hints.Unmarshal(data) })
}

// hint reads the salt for the first encryption type of those wanted that the realm names (RFC 4120 section
// 5.2.7.5). Without a word from the realm it is the first wanted.
func (k *passwordKey) hint(hints types.PADataSequence, wanted []int32) (int32, error) {
	for _, h := range hints {
		if h.PADataType != patype.PA_ETYPE_INFO2 {
			continue
		}
		var info types.ETypeInfo2
		if err := decode(func() error { return info.Unmarshal(h.PADataValue) }); err != nil {
			return 0, err
		}
		for _, entry := range info {
			for _, w := range wanted {
				if entry.EType != w {
					continue
				}
				if entry.Salt != "" {
					k.salt = entry.Salt
				}
				if len(entry.S2KParams) == 4 {
					// More rounds than this would hold the program up for minutes (RFC 3962 section 4).
					if binary.BigEndian.Uint32(entry.S2KParams) > 1<<20 {
						return 0, errBadReply
					}
					k.parameters = hex.EncodeToString(entry.S2KParams)
				}
				return entry.EType, nil
			}
		}
	}
	if len(wanted) == 0 {
		return 0, errBadReply
	}
	return wanted[0], nil
}

func (k *passwordKey) of(kind int32) (types.EncryptionKey, error) {
	if kind == etypeID.RC4_HMAC { // gokrb5's knows only the letters of English
		units := utf16.Encode([]rune(k.password.Reveal()))
		h := md4.New()
		_ = binary.Write(h, binary.LittleEndian, units) // a hash takes everything
		return types.EncryptionKey{KeyType: kind, KeyValue: h.Sum(nil)}, nil
	}
	e, err := crypto.GetEtype(kind)
	if err != nil {
		return types.EncryptionKey{}, &Error{Kind: KindOther, Cause: err}
	}
	parameters := k.parameters
	if parameters == "" {
		parameters = e.GetDefaultStringToKeyParams()
	}
	value, err := e.StringToKey(k.password.Reveal(), k.salt, parameters)
	if err != nil {
		return types.EncryptionKey{}, &Error{Kind: KindOther, Cause: errors.New("the password cannot be made into a key")}
	}
	return types.EncryptionKey{KeyType: kind, KeyValue: value}, nil
}

// exchange asks the centres of a realm one after the other until one answers. An answer that is a KRB-ERROR is
// returned as a messages.KRBError.
func (r *realms) exchange(ctx context.Context, realm string, question func() ([]byte, error)) ([]byte, error) {
	ask, err := question()
	if err != nil {
		return nil, err
	}
	centres, err := r.centres(ctx, realm)
	if err != nil {
		return nil, err
	}
	limit, stop := context.WithTimeout(ctx, realmTimeout)
	defer stop()
	var failures []string
	for _, network := range []string{"tcp", "udp"} { // answers with many groups do not fit in a datagram
		for _, centre := range centres {
			answer, err := askCentre(limit, network, centre, ask)
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err != nil {
				failures = append(failures, err.Error())
				continue
			}
			var said messages.KRBError
			if decode(func() error { return said.Unmarshal(answer) }) == nil {
				return nil, said
			}
			return answer, nil
		}
	}
	return nil, &Error{Kind: KindKDC, Cause: errors.New(strings.Join(failures, "; "))}
}

// askCentre sends a question to one centre (RFC 4120 section 7.2).
func askCentre(ctx context.Context, network, centre string, ask []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, centreTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, network, centre)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "udp" {
		if _, err := conn.Write(ask); err != nil {
			return nil, err
		}
		answer := make([]byte, 64<<10)
		n, err := conn.Read(answer)
		return answer[:n], err
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(ask))), ask...)); err != nil {
		return nil, err
	}
	var length [4]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxCentreSays {
		return nil, fmt.Errorf("%s: an answer of %d bytes", centre, n)
	}
	answer := make([]byte, n)
	_, err = io.ReadFull(conn, answer)
	return answer, err
}

// centreSaid gives a centre's refusal its kind.
func centreSaid(err error) error {
	var said messages.KRBError
	if err == nil || !errors.As(err, &said) {
		if errors.Is(err, errBadReply) {
			return &Error{Kind: KindKDC, Cause: err}
		}
		return err
	}
	// Only the code: the text of the message is the realm's own and may hold anything.
	e := &Error{Kind: KindSignInRefused, Cause: errors.New(errorcode.Lookup(said.ErrorCode))}
	switch said.ErrorCode {
	case errorcode.KDC_ERR_C_PRINCIPAL_UNKNOWN:
		e.Kind = KindAccountUnknown
	case errorcode.KDC_ERR_CLIENT_REVOKED, errorcode.KDC_ERR_NAME_EXP, errorcode.KDC_ERR_CLIENT_NOTYET:
		e.Kind = KindAccountDisabled
	case errorcode.KDC_ERR_KEY_EXPIRED:
		e.Kind = KindPasswordExpired
	case errorcode.KDC_ERR_PREAUTH_FAILED, errorcode.KRB_AP_ERR_BAD_INTEGRITY, errorcode.KDC_ERR_POLICY:
	case errorcode.KDC_ERR_S_PRINCIPAL_UNKNOWN, errorcode.KDC_ERR_SERVICE_REVOKED, errorcode.KDC_ERR_SERVICE_EXP,
		errorcode.KDC_ERR_MUST_USE_USER2USER:
		e.Kind = KindServerUnknown
	case errorcode.KRB_AP_ERR_SKEW, errorcode.KRB_AP_ERR_TKT_NYV, errorcode.KDC_ERR_NEVER_VALID:
		e.Kind = KindClockSkew
	case errorcode.KRB_AP_ERR_TKT_EXPIRED, errorcode.KDC_ERR_TGT_REVOKED:
		e.Kind = KindTicketExpired
	case errorcode.KDC_ERR_SVC_UNAVAILABLE:
		e.Kind = KindKDC
	default: // such as 14: the realm, the service and this program share no encryption type
		e.Kind = KindServerUnknown
	}
	return e
}
