package psrp

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math/big"
	"slices"
	"unicode/utf16"

	"tenantry/core/clixml"
	"tenantry/core/secret"
)

// PublicKey carries the client's RSA key (PUBLIC_KEY, MS-PSRP 2.2.2.3).
type PublicKey struct {
	Key string // base64 of a CryptoAPI public key blob
}

// Type returns TypePublicKey.
func (*PublicKey) Type() MessageType { return TypePublicKey }

func (m *PublicKey) value() clixml.Value { return bag(prop("PublicKey", clixml.NewString(m.Key))) }

func readPublicKey(_ MessageType, f fields) Message {
	f.need("PublicKey")
	return &PublicKey{Key: f.str("PublicKey")}
}

// EncryptedSessionKey carries the session key, encrypted for the client's key (ENCRYPTED_SESSION_KEY,
// MS-PSRP 2.2.2.4).
type EncryptedSessionKey struct {
	Key string // base64 of a CryptoAPI simple blob
}

// Type returns TypeEncryptedSessionKey.
func (*EncryptedSessionKey) Type() MessageType { return TypeEncryptedSessionKey }

func (m *EncryptedSessionKey) value() clixml.Value {
	return bag(prop("EncryptedSessionKey", clixml.NewString(m.Key)))
}

func readEncryptedSessionKey(_ MessageType, f fields) Message {
	f.need("EncryptedSessionKey")
	return &EncryptedSessionKey{Key: f.str("EncryptedSessionKey")}
}

// PublicKeyRequest asks the client for its key (PUBLIC_KEY_REQUEST, MS-PSRP 2.2.2.5).
type PublicKeyRequest struct{}

// Type returns TypePublicKeyRequest.
func (*PublicKeyRequest) Type() MessageType   { return TypePublicKeyRequest }
func (*PublicKeyRequest) value() clixml.Value { return clixml.NewString("") }

func readPublicKeyRequest(MessageType, fields) Message { return &PublicKeyRequest{} }

const (
	keyBits        = 2048 // what every known client uses
	sessionKeySize = 32   // AES-256
)

var (
	// PUBLICKEYSTRUC of a PUBLICKEYBLOB with CALG_RSA_KEYX, then the magic of RSAPUBKEY.
	publicBlobHead = []byte{0x06, 0x02, 0, 0, 0, 0xA4, 0, 0, 'R', 'S', 'A', '1'}
	// PUBLICKEYSTRUC of a SIMPLEBLOB with CALG_AES_256, then CALG_RSA_KEYX.
	simpleBlobHead = []byte{0x01, 0x02, 0, 0, 0x10, 0x66, 0, 0, 0, 0xA4, 0, 0}
)

// publicBlob writes a key in the little-endian format of CryptoAPI.
func publicBlob(key *rsa.PublicKey) string {
	b := slices.Clone(publicBlobHead)
	b = binary.LittleEndian.AppendUint32(b, uint32(key.N.BitLen()))
	b = binary.LittleEndian.AppendUint32(b, uint32(key.E))
	modulus := key.N.FillBytes(make([]byte, key.Size()))
	slices.Reverse(modulus)
	return base64.StdEncoding.EncodeToString(append(b, modulus...))
}

func readPublicBlob(text string) (*rsa.PublicKey, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) < len(publicBlobHead)+8 || !bytes.HasPrefix(b, publicBlobHead[:1]) {
		return nil, ErrKey
	}
	b = b[len(publicBlobHead):]
	e := binary.LittleEndian.Uint32(b[4:])
	modulus := slices.Clone(b[8:])
	slices.Reverse(modulus)
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(e)}
	// Bounds, so that a strange key costs neither much time nor a panic further down.
	if n := key.N.BitLen(); n < 1024 || n > 4096 || key.N.Bit(0) == 0 || e < 3 || e%2 == 0 || e > 1<<31-1 {
		return nil, ErrKey
	}
	return key, nil
}

// sealSessionKey encrypts a session key for the client's key (RSAES-PKCS1-v1_5, as MS-PSRP 3.2.5.4.3 says).
func sealSessionKey(random io.Reader, to *rsa.PublicKey, key []byte) (string, error) {
	//lint:ignore SA1019 the protocol knows no other padding
	sealed, err := rsa.EncryptPKCS1v15(random, to, key)
	if err != nil {
		return "", ErrKey
	}
	slices.Reverse(sealed)
	return base64.StdEncoding.EncodeToString(append(slices.Clone(simpleBlobHead), sealed...)), nil
}

func openSessionKey(key *rsa.PrivateKey, text string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) <= len(simpleBlobHead) {
		return nil, ErrKey
	}
	sealed := slices.Clone(b[len(simpleBlobHead):])
	slices.Reverse(sealed)
	//lint:ignore SA1019 the protocol knows no other padding
	plain, err := rsa.DecryptPKCS1v15(nil, key, sealed)
	if err != nil || len(plain) != sessionKeySize {
		return nil, ErrKey
	}
	return plain, nil
}

// sessionKey encrypts and decrypts the text of SecureStrings (MS-PSRP 2.2.5.1.24): UTF-16LE, PKCS #7
// padding, AES-256 in CBC mode with an initialisation vector of zeros, base64.
type sessionKey []byte

func (k sessionKey) seal(text string) (clixml.Value, error) {
	if k == nil {
		return clixml.Value{}, ErrNoKey
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return clixml.Value{}, ErrKey
	}
	var plain []byte
	for _, u := range utf16.Encode([]rune(text)) {
		plain = binary.LittleEndian.AppendUint16(plain, u)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(plain, plain)
	return clixml.NewLexical(clixml.SecureString, base64.StdEncoding.EncodeToString(plain)), nil
}

func (k sessionKey) open(v clixml.Value) (secret.Secret, error) {
	if k == nil {
		return secret.Secret{}, ErrNoKey
	}
	b, err := base64.StdEncoding.DecodeString(v.Str())
	if err != nil || v.Primitive().Kind() != clixml.SecureString || len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return secret.Secret{}, ErrSecret
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return secret.Secret{}, ErrKey
	}
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(b, b)
	pad := int(b[len(b)-1])
	if pad == 0 || pad > aes.BlockSize || (len(b)-pad)%2 != 0 {
		return secret.Secret{}, ErrSecret
	}
	for _, p := range b[len(b)-pad:] {
		if int(p) != pad {
			return secret.Secret{}, ErrSecret
		}
	}
	b = b[:len(b)-pad]
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return secret.New(string(utf16.Decode(units))), nil
}

// CredentialValue returns a PSCredential (MS-PSRP 2.2.3.25); password is what SecureString returned.
func CredentialValue(user string, password clixml.Value) clixml.Value {
	return clixml.NewObject(&clixml.Object{
		TypeNames:   []string{"System.Management.Automation.PSCredential", "System.Object"},
		ToString:    "System.Management.Automation.PSCredential",
		HasToString: true,
		Adapted:     []clixml.Property{prop("UserName", clixml.NewString(user)), prop("Password", password)},
	})
}
