package parquet

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// The types of pages.
const (
	pageData       = 0
	pageIndex      = 1
	pageDictionary = 2
	pageDataV2     = 3
)

// The encodings of values.
const (
	encodingPlain           = 0
	encodingPlainDictionary = 2
	encodingRuns            = 3
	encodingDelta           = 5
	encodingDeltaLength     = 6
	encodingDeltaBytes      = 7
	encodingDictionary      = 8
	encodingSplit           = 9
)

// The codecs of pages.
const (
	codecNone   = 0
	codecSnappy = 1
	codecGzip   = 2
	codecBrotli = 4
	codecZstd   = 6
	codecLZ4    = 7
)

// page is a page of a column as it stands in the file.
type page struct {
	typ      int32
	size     int32 // unpacked
	values   int32
	encoding int32
	defs     int32 // the encodings of its levels
	reps     int32
	repSize  int32 // of pageDataV2: bytes of its levels, which are not packed
	defSize  int32
	packed   bool
	body     string
}

// readPage reads the page that data starts with, and returns what stands behind it.
func readPage(data string) (p page, rest string, err error) {
	c := &compact{data: data}
	stored, sum, summed := int32(0), uint32(0), false
	p.packed, p.defs, p.reps, p.typ = true, encodingRuns, encodingRuns, -1
	c.fields(typeStruct, func(id int64, typ byte) bool {
		switch id {
		case 1:
			p.typ = c.int32(typ)
		case 2:
			p.size = c.int32(typ)
		case 3:
			stored = c.int32(typ)
		case 4:
			sum, summed = uint32(c.int(typ)), true
		case 5, 7, 8:
			version2 := id == 8
			c.fields(typ, func(id int64, typ byte) bool {
				switch {
				case id == 1:
					p.values = c.int32(typ)
				case id == 2 && !version2, id == 4 && version2:
					p.encoding = c.int32(typ)
				case id == 3 && !version2 && typ == typeInt32:
					p.defs = c.int32(typ)
				case id == 4 && !version2:
					p.reps = c.int32(typ)
				case id == 5 && version2:
					p.defSize = c.int32(typ)
				case id == 6 && version2:
					p.repSize = c.int32(typ)
				case id == 7 && version2:
					p.packed = typ == typeTrue
				default:
					return false
				}
				return true
			})
		default:
			return false
		}
		return true
	})
	if c.err != nil {
		return p, "", c.err
	}
	if stored < 0 || int(stored) > len(data)-c.at || p.size < 0 || p.values < 0 {
		return p, "", broken("has a page that is longer than itself")
	}
	p.body = data[c.at : c.at+int(stored)]
	if summed && crc32.ChecksumIEEE([]byte(p.body)) != sum {
		return p, "", broken("was changed after it was written: the check sum of a page is wrong")
	}
	return p, data[c.at+int(stored):], nil
}

// unzstd is one for all goroutines, which takes no more than it is given room for.
var unzstd = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
})

// unpack unpacks what a page holds, which must come to size bytes.
func (f *File) unpack(codec int32, packed string, size int) (string, error) {
	if err := f.Take(int64(size)); err != nil {
		return "", err
	}
	// No codec packs so well; what says so would only take memory.
	if size > 1<<24 && int64(size) > 1024*int64(len(packed)) {
		return "", broken("has a page that is longer than it can be")
	}
	var out []byte
	var err error
	switch codec {
	case codecNone:
		if len(packed) != size {
			return "", broken("has a page of another length than it says")
		}
		return packed, nil
	case codecSnappy:
		if n, bad := snappy.DecodedLen([]byte(packed[:min(len(packed), 10)])); bad != nil || n != size {
			return "", broken("has a page of another length than it says")
		}
		out, err = snappy.Decode(make([]byte, size), []byte(packed))
	case codecGzip:
		var r *gzip.Reader
		if r, err = gzip.NewReader(strings.NewReader(packed)); err == nil {
			out, err = readUpTo(r, size)
		}
	case codecBrotli:
		out, err = readUpTo(brotli.NewReader(strings.NewReader(packed)), size)
	case codecZstd:
		var r *zstd.Decoder
		if r, err = unzstd(); err == nil {
			out, err = r.DecodeAll([]byte(packed), make([]byte, 0, size))
		}
	case codecLZ4:
		out = make([]byte, size)
		var n int
		n, err = lz4.UncompressBlock([]byte(packed), out)
		out = out[:max(n, 0)]
	default:
		return "", broken("has pages that are packed in a way that is not read")
	}
	if err != nil {
		return "", fmt.Errorf("a page cannot be unpacked: %w", err)
	}
	if len(out) != size {
		return "", broken("has a page of another length than it says")
	}
	return string(out), nil
}

// readUpTo reads at most one byte more than size.
func readUpTo(r io.Reader, size int) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(size)
	_, err := b.ReadFrom(io.LimitReader(r, int64(size)+1))
	return b.Bytes(), err
}
