package negotiate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The protocols of sealed messages (MS-WSMV 2.2.9.1).
const (
	sealedSPNEGO   = "application/HTTP-SPNEGO-session-encrypted"
	sealedKerberos = "application/HTTP-Kerberos-session-encrypted"
)

var (
	errNotSealed = errors.New("not a sealed message")
	// described is a part's description. Windows indents the lines with a tab, clients of other makes may not,
	// and the letters' case is anybody's.
	described = regexp.MustCompile(`(?i)^\s*Content-Type:[ \t]*(\S+)\s*\n\s*OriginalContent:[ \t]*type=([^\r\n]*?);[ \t]*Length=(\d{1,9})\s*$`)
	// boundary is what stands around the parts. Exchange puts a space behind the dashes.
	boundary  = regexp.MustCompile(`--[ \t]*Encrypted Boundary`)
	octetHead = regexp.MustCompile(`(?i)^\r?\n[ \t]*Content-Type:[ \t]*application/octet-stream[ \t]*\r?\n`)
)

// isSealed tells whether a Content-Type is that of sealed messages.
func isSealed(contentType string) bool {
	c := strings.ToLower(contentType)
	return strings.HasPrefix(c, "multipart/encrypted") || strings.HasPrefix(c, "multipart/x-multi-encrypted")
}

// protocolOf reads the protocol that a Content-Type names.
func protocolOf(contentType string) string {
	for _, p := range []string{sealedSPNEGO, sealedKerberos} {
		if strings.Contains(strings.ToLower(contentType), strings.ToLower(p)) {
			return p
		}
	}
	return ""
}

// unseal decrypts the parts of a message, and returns the content type they had.
func unseal(a Acceptor, body []byte) (message []byte, contentType string, err error) {
	for first := true; ; first = false {
		body = bytes.TrimPrefix(body, []byte("\r\n"))
		before, rest, found := cutBoundary(body)
		if !found || len(before) > 0 {
			return nil, "", errNotSealed
		}
		if string(bytes.TrimRight(rest, "\r\n")) == "--" && !first {
			return message, contentType, nil
		}
		head, rest, found := cutBoundary(rest)
		m := described.FindSubmatch(head)
		if !found || m == nil {
			return nil, "", errNotSealed
		}
		length, err := strconv.Atoi(string(m[3]))
		if err != nil {
			return nil, "", errNotSealed
		}
		skip := octetHead.FindIndex(rest)
		if skip == nil {
			return nil, "", errNotSealed
		}
		rest = rest[skip[1]:]
		if len(rest) < 4 {
			return nil, "", errNotSealed
		}
		n := int64(binary.LittleEndian.Uint32(rest))
		if rest = rest[4:]; n > 1<<10 || n+int64(length) > int64(len(rest)) {
			return nil, "", errNotSealed
		}
		signature, rest := rest[:n], rest[n:]
		padding, _, found := cutBoundary(rest[length:]) // what is sealed may be longer than what was there
		if !found {
			return nil, "", errNotSealed
		}
		end := length + len(padding)
		plain, err := a.Open(signature, rest[:end])
		if err != nil {
			return nil, "", err
		}
		if len(plain) != length {
			return nil, "", fmt.Errorf("%w: it says %d bytes and has %d", errNotSealed, length, len(plain))
		}
		message, contentType, body = append(message, plain...), string(m[2]), rest[end:]
	}
}

func cutBoundary(b []byte) (before, after []byte, found bool) {
	at := boundary.FindIndex(b)
	if at == nil {
		return nil, nil, false
	}
	return b[:at[0]], b[at[1]:], true
}

// seal encrypts a message as one part. It returns the Content-Type of the whole too.
func seal(a Acceptor, protocol, contentType string, message []byte) (body []byte, whole string, err error) {
	signature, sealed, err := a.Seal(message)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	const dashes = "--Encrypted Boundary"
	fmt.Fprintf(&b, "%s\r\n\tContent-Type: %s\r\n\tOriginalContent: type=%s;Length=%d\r\n%s\r\n\tContent-Type: application/octet-stream\r\n",
		dashes, protocol, contentType, len(message), dashes)
	_ = binary.Write(&b, binary.LittleEndian, uint32(len(signature))) // a buffer takes everything
	b.Write(signature)
	b.Write(sealed)
	fmt.Fprintf(&b, "%s--\r\n", dashes)
	return b.Bytes(), fmt.Sprintf(`multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"`, protocol), nil
}
