package gsskrb5

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rc4"
	"encoding/binary"

	"github.com/jcmturner/gokrb5/v8/crypto/rfc4757"
)

// Of the tokens of RFC 4757 section 7: a header of eight bytes, the encrypted sequence number and the checksum of
// eight bytes each, and in Wrap tokens a confounder of eight bytes.
const (
	oldHeaderLen  = 8
	oldTokenLen   = 24
	oldConfounder = 8

	oldSealUsage = 13
	oldSignUsage = 15
)

// sealRC4 makes a Wrap token as RFC 4757 section 7.3 has it. The message is followed by one byte of padding.
func (c *Context) sealRC4(message []byte, seq uint64) (signature, sealed []byte, err error) {
	key := c.initiatorKey.KeyValue
	header := []byte{2, 1, 0x11, 0, 0x10, 0, 0xff, 0xff}
	plain := make([]byte, oldConfounder, oldConfounder+len(message)+1)
	if _, err := rand.Read(plain); err != nil {
		return nil, nil, err
	}
	plain = append(append(plain, message...), 1)
	sum, err := rfc4757.Checksum(key, oldSealUsage, append(bytes.Clone(header), plain...))
	if err != nil {
		return nil, nil, err
	}
	sum = sum[:8]
	if err := stream(oldMessageKey(key, uint32(seq)), plain); err != nil {
		return nil, nil, err
	}
	number, err := oldSequence(key, sum, uint32(seq), c.acceptor)
	if err != nil {
		return nil, nil, err
	}
	token := bytes.Join([][]byte{header, number, sum, plain}, nil)
	framed := append(derHeader(0x60, len(oidBytes)+len(token)), oidBytes...)
	signature = append(framed, token[:oldTokenLen+oldConfounder]...)
	return signature, token[oldTokenLen+oldConfounder:], nil
}

func (c *Context) openRC4(token []byte) (message []byte, seq uint64, err error) {
	body, err := oldBody(token)
	if err != nil {
		return nil, 0, err
	}
	if len(body) < oldTokenLen+oldConfounder || !bytes.Equal(body[:4], []byte{2, 1, 0x11, 0}) {
		return nil, 0, ErrMalformed
	}
	if !bytes.Equal(body[4:6], []byte{0x10, 0}) {
		return nil, 0, ErrNotSealed
	}
	key := c.initiatorKey.KeyValue
	number, err := c.oldReceived(key, body)
	if err != nil {
		return nil, 0, err
	}
	plain := bytes.Clone(body[oldTokenLen:])
	if err := stream(oldMessageKey(key, number), plain); err != nil {
		return nil, 0, err
	}
	sum, err := rfc4757.Checksum(key, oldSealUsage, append(bytes.Clone(body[:oldHeaderLen]), plain...))
	if err != nil {
		return nil, 0, err
	}
	if !hmac.Equal(sum[:8], body[16:oldTokenLen]) {
		return nil, 0, ErrIntegrity
	}
	// The padding is always one byte of value one, and Windows leaves it out where the caller gave it no room.
	message, _ = bytes.CutSuffix(plain[oldConfounder:], []byte{1})
	return message, uint64(number), nil
}

func (c *Context) signRC4(message []byte) ([]byte, error) {
	key := c.initiatorKey.KeyValue
	header := []byte{1, 1, 0x11, 0, 0xff, 0xff, 0xff, 0xff}
	sum, err := rfc4757.Checksum(key, oldSignUsage, append(bytes.Clone(header), message...))
	if err != nil {
		return nil, err
	}
	number, err := oldSequence(key, sum[:8], uint32(c.sendSeq), c.acceptor)
	if err != nil {
		return nil, err
	}
	c.sendSeq++
	return frame(header[:2], bytes.Join([][]byte{header[2:], number, sum[:8]}, nil)), nil
}

func (c *Context) verifyRC4(message, mic []byte) error {
	body, err := oldBody(mic)
	if err != nil {
		return err
	}
	if len(body) != oldTokenLen || !bytes.Equal(body[:4], []byte{1, 1, 0x11, 0}) {
		return ErrMalformed
	}
	key := c.initiatorKey.KeyValue
	sum, err := rfc4757.Checksum(key, oldSignUsage, append(bytes.Clone(body[:oldHeaderLen]), message...))
	if err != nil {
		return err
	}
	if !hmac.Equal(sum[:8], body[16:]) {
		return ErrIntegrity
	}
	number, err := c.oldReceived(key, body)
	if err != nil {
		return err
	}
	return c.received(uint64(number))
}

// oldBody takes the generic header off. Its length may cover the whole token or the signature alone: Windows
// counts as if the sealed part were elsewhere.
func oldBody(token []byte) ([]byte, error) {
	if len(token) < 2 || token[0] != 0x60 {
		return nil, ErrMalformed
	}
	head := 2
	if token[1] >= 0x80 {
		head += int(token[1] & 0x7f)
	}
	if len(token) < head+len(oidBytes) || !bytes.Equal(token[head:head+len(oidBytes)], oidBytes) {
		return nil, ErrMalformed
	}
	return token[head+len(oidBytes):], nil
}

// oldMessageKey is the key one message is encrypted with.
func oldMessageKey(key []byte, seq uint32) []byte {
	local := make([]byte, len(key))
	for i, b := range key {
		local[i] = b ^ 0xf0
	}
	return rfc4757.HMAC(rfc4757.HMAC(local, make([]byte, 4)), binary.BigEndian.AppendUint32(nil, seq))
}

// oldSequence encrypts a sequence number and its direction.
func oldSequence(key, sum []byte, seq uint32, acceptor bool) ([]byte, error) {
	number := binary.BigEndian.AppendUint32(nil, seq)
	direction := byte(0)
	if acceptor {
		direction = 0xff
	}
	number = append(number, direction, direction, direction, direction)
	return number, stream(rfc4757.HMAC(rfc4757.HMAC(key, make([]byte, 4)), sum), number)
}

// oldReceived decrypts the sequence number of a token and checks that it comes from the other end.
func (c *Context) oldReceived(key, body []byte) (uint32, error) {
	number := bytes.Clone(body[oldHeaderLen : oldHeaderLen+8])
	if err := stream(rfc4757.HMAC(rfc4757.HMAC(key, make([]byte, 4)), body[16:oldTokenLen]), number); err != nil {
		return 0, err
	}
	want := []byte{0xff, 0xff, 0xff, 0xff}
	if c.acceptor {
		want = make([]byte, 4)
	}
	if !bytes.Equal(number[4:], want) {
		return 0, ErrIntegrity
	}
	return binary.BigEndian.Uint32(number), nil
}

// stream encrypts or decrypts in place.
func stream(key, data []byte) error {
	cipher, err := rc4.NewCipher(key)
	if err != nil {
		return err
	}
	cipher.XORKeyStream(data, data)
	return nil
}
