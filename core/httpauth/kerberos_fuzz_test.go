package httpauth

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/iana/patype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"tenantry/core/gsskrb5"
	"tenantry/core/secret"
)

// FuzzCentreAnswer reads what a key distribution centre may say in answer to each question.
func FuzzCentreAnswer(f *testing.F) {
	refusal := messages.NewKRBError(types.PrincipalName{NameString: []string{"krbtgt", "A"}}, "A", 25, "")
	hints, err := hex.DecodeString("3014300ba103020113a2040402300030053003a003020112")
	if err != nil {
		f.Fatal(err)
	}
	refusal.EData = hints
	b, err := refusal.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for _, s := range []string{
		"6b82", "6d03300100", "7e0b3009a003020105a10302011e",
		"6b2a3028a003020105a10302010ba2003003a0030201a3031b0141a40a3008a003020101a1013000",
	} {
		raw, err := hex.DecodeString(s)
		if err != nil {
			raw = []byte(s)
		}
		f.Add(raw)
	}
	f.Add(stored(f))
	session := types.EncryptionKey{KeyType: etypeID.AES256_CTS_HMAC_SHA1_96, KeyValue: make([]byte, 32)}
	f.Fuzz(func(t *testing.T, answer []byte) {
		var said messages.KRBError
		if decode(func() error { return said.Unmarshal(answer) }) == nil {
			var e *Error
			if err := centreSaid(said); !errors.As(err, &e) {
				t.Errorf("a refusal is %T", err)
			}
			key := passwordKey{password: secret.New("x"), salt: "y"}
			if pas, err := readHints(said.EData); err == nil {
				_, _ = key.hint(pas, supportedEncryption)
			}
		}
		key := passwordKey{password: secret.New("x"), salt: "y"}
		_, _ = key.hint(types.PADataSequence{{PADataType: patype.PA_ETYPE_INFO2, PADataValue: answer}}, supportedEncryption)
		var part messages.EncKDCRepPart
		var first messages.ASRep
		if decode(func() error { return first.Unmarshal(answer) }) == nil {
			if open(first.EncPart, session, keyusage.AS_REP_ENCPART, &part) == nil {
				t.Error("an answer was opened with a key nobody knows")
			}
		}
		var second messages.TGSRep
		if decode(func() error { return second.Unmarshal(answer) }) == nil {
			if open(second.EncPart, session, keyusage.TGS_REP_ENCPART_SESSION_KEY, &part) == nil {
				t.Error("an answer was opened with a key nobody knows")
			}
		}
		service := types.PrincipalName{NameString: []string{"HTTP", "localhost"}}
		c := &kerberosContext{host: "localhost", forget: func(string) {}, ticket: gsskrb5.Ticket{SessionKey: session, Ticket: messages.Ticket{SName: service}}}
		if _, _, err := c.Step(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if _, done, err := c.Step(context.Background(), answer); done && err == nil {
			t.Error("signed in without a ticket")
		}
	})
}
