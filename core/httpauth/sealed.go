package httpauth

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"mime"
	"strconv"
	"strings"
)

// boundary is the one that every client and server of WSMan uses (MS-WSMV 2.2.9.1), though it holds a space.
const boundary = "Encrypted Boundary"

// sealMessage encrypts a message and puts it into the frame of MS-WSMV 2.2.9.1. It returns the frame's
// Content-Type as well.
func sealMessage(c SecurityContext, protocol, contentType string, message []byte) (body []byte, frameType string, err error) {
	signature, sealed, err := c.Seal(message)
	if err != nil {
		return nil, "", err
	}
	head := "--" + boundary + "\r\n" +
		"\tContent-Type: " + protocol + "\r\n" +
		"\tOriginalContent: type=" + contentType + ";Length=" + strconv.Itoa(len(message)) + "\r\n" +
		"--" + boundary + "\r\n" +
		"\tContent-Type: application/octet-stream\r\n"
	const tail = "--" + boundary + "--\r\n"
	b := make([]byte, 0, len(head)+4+len(signature)+len(sealed)+len(tail))
	b = append(b, head...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(signature)))
	b = append(append(append(b, signature...), sealed...), tail...)
	return b, `multipart/encrypted;protocol="` + protocol + `";boundary="` + boundary + `"`, nil
}

// isSealed tells whether a Content-Type is that of sealed messages.
func isSealed(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	kind = strings.TrimSpace(kind)
	return strings.EqualFold(kind, "multipart/encrypted") || strings.EqualFold(kind, "multipart/x-multi-encrypted")
}

// openMessages decrypts a frame: one message, or the parts of one. It returns the message and the content type
// it had before it was sealed. An error means that nothing of it can be trusted.
func openMessages(c SecurityContext, frameType string, frame []byte) (message []byte, contentType string, err error) {
	// The parameters' order, quotes and spaces differ between servers, and some write no valid ones at all.
	mark := boundary
	if _, params, err := mime.ParseMediaType(frameType); err == nil && params["boundary"] != "" {
		mark = params["boundary"]
	}
	rest, more, err := afterBoundary(frame, mark)
	if err != nil {
		return nil, "", err
	}
	for parts := 0; more; parts++ {
		var length int
		var described string
		if described, length, rest, err = original(rest); err != nil {
			return nil, "", err
		}
		if rest, more, err = afterBoundary(rest, mark); err != nil || !more {
			return nil, "", errors.Join(errors.New("a sealed message without its bytes"), err)
		}
		var signature, sealed []byte
		if signature, sealed, rest, err = content(rest, mark, length); err != nil {
			return nil, "", err
		}
		plain, err := c.Open(signature, sealed)
		switch {
		case err != nil:
			return nil, "", err
		case len(plain) != length:
			return nil, "", fmt.Errorf("a sealed message of %d bytes says it has %d", len(plain), length)
		}
		if parts == 0 {
			message, contentType = plain, described
		} else {
			message = append(message, plain...)
		}
		if rest, more, err = afterBoundary(rest, mark); err != nil {
			return nil, "", err
		}
	}
	return message, contentType, nil
}

// markAt tells how long the boundary is that b begins with; 0 when it begins with none. Exchange writes a space
// behind the dashes.
func markAt(b []byte, mark string) int {
	if !bytes.HasPrefix(b, []byte("--")) {
		return 0
	}
	n := 2
	for n < len(b) && b[n] == ' ' && n < 4 {
		n++
	}
	if !bytes.HasPrefix(b[n:], []byte(mark)) {
		return 0
	}
	return n + len(mark)
}

// afterBoundary goes past the boundary at the beginning of b, and tells whether it is followed by a part.
func afterBoundary(b []byte, mark string) (rest []byte, more bool, err error) {
	b = bytes.TrimLeft(b, "\r\n")
	n := markAt(b, mark)
	if n == 0 {
		return nil, false, errors.New("no boundary where a part of a sealed message begins")
	}
	b = b[n:]
	if bytes.HasPrefix(b, []byte("--")) {
		return nil, false, nil
	}
	_, rest, found := bytes.Cut(b, []byte("\n"))
	if !found {
		return nil, false, errors.New("a sealed message breaks off")
	}
	return rest, true, nil
}

// original reads the part that describes a message: its content type and its length before it was sealed.
func original(b []byte) (contentType string, length int, rest []byte, err error) {
	length = -1
	for {
		line, after, found := bytes.Cut(b, []byte("\n"))
		if !found {
			return "", 0, nil, errors.New("a sealed message breaks off")
		}
		name, value, isHeader := strings.Cut(strings.TrimSpace(string(line)), ":")
		if !isHeader { // the boundary, or the empty line before it
			break
		}
		b = after
		if !strings.EqualFold(strings.TrimSpace(name), "OriginalContent") {
			continue
		}
		var kept []string
		for _, p := range strings.Split(value, ";") {
			key, text, _ := strings.Cut(strings.TrimSpace(p), "=")
			switch {
			case strings.EqualFold(key, "type"):
				kept = append(kept, text)
			case strings.EqualFold(key, "length"):
				if length, err = strconv.Atoi(strings.TrimSpace(text)); err != nil || length < 0 {
					return "", 0, nil, fmt.Errorf("a sealed message of length %.20q", text)
				}
			default:
				kept = append(kept, strings.TrimSpace(p))
			}
		}
		contentType = strings.Join(kept, ";")
	}
	if length < 0 {
		return "", 0, nil, errors.New("a sealed message without its length")
	}
	return contentType, length, b, nil
}

// content reads the part that holds the sealed bytes of a message with length bytes.
func content(b []byte, mark string, length int) (signature, sealed, rest []byte, err error) {
	line, after, found := bytes.Cut(b, []byte("\n"))
	if !found || !bytes.Contains(bytes.ToLower(line), []byte("application/octet-stream")) {
		return nil, nil, nil, errors.New("a sealed message without its bytes")
	}
	// Some write the empty line that MIME wants. No signature is as long as these two bytes would say.
	b = bytes.TrimPrefix(after, []byte("\r\n"))
	if len(b) < 4 {
		return nil, nil, nil, errors.New("a sealed message breaks off")
	}
	const longest = 1 << 10 // of a signature; NTLM's has 16 bytes, Kerberos's up to 76
	n := binary.LittleEndian.Uint32(b)
	b = b[4:]
	if n > longest || int(n) > len(b) || length > len(b)-int(n) {
		return nil, nil, nil, errors.New("a sealed message breaks off")
	}
	signature, b = b[:n], b[n:]
	// The bytes may look like a boundary anywhere, but not before there are as many as the message has; a
	// cipher that pads makes them a few more.
	for end := length; end < len(b); end++ {
		if markAt(b[end:], mark) > 0 {
			return signature, b[:end], b[end:], nil
		}
	}
	return nil, nil, nil, errors.New("a sealed message without its end")
}
