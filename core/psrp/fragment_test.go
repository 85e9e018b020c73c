package psrp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func rawFragment(object, id uint64, flags byte, blob string) []byte {
	return append(appendFragmentHeader(nil, object, id, flags, len(blob)), blob...)
}

func collect(d *Defragmenter, data []byte) (messages [][]byte, err error) {
	for m, e := range d.Add(data) {
		if e != nil {
			return messages, e
		}
		messages = append(messages, m)
	}
	return messages, nil
}

func TestFragmentBytes(t *testing.T) {
	// The layout of MS-PSRP 2.2.4, by hand: ids and length big-endian.
	var f Fragmenter
	got := f.Split([]byte("abc"), 23)
	want := [][]byte{
		{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 'a', 'b'},
		{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 'c'},
	}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Errorf("got %v", got)
	}
	if next := f.Split(nil, 100); len(next) != 1 || next[0][7] != 2 || next[0][16] != 3 || len(next[0]) != 21 {
		t.Errorf("an empty message became %v", next)
	}
}

func TestFragmentSizes(t *testing.T) {
	message := bytes.Repeat([]byte("0123456789"), 100)
	for _, size := range []int{-1, 0, 22, 23, 100, 1020, 1021, 1022, 1 << 20} {
		var f Fragmenter
		var d Defragmenter
		limit := max(size, MinFragmentSize)
		var got [][]byte
		for i, fragment := range f.Split(message, size) {
			if len(fragment) > limit {
				t.Errorf("size %d: fragment %d has %d bytes", size, i, len(fragment))
			}
			more, err := collect(&d, fragment)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, more...)
		}
		if len(got) != 1 || !bytes.Equal(got[0], message) || d.Pending() != 0 {
			t.Errorf("size %d: %d messages", size, len(got))
		}
	}
}

// However messages are cut into fragments, the fragments of several objects interleaved, and the stream
// chopped, the same messages come out.
func TestFragmentsSurviveAnyChopping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f Fragmenter
		messages := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 200), 1, 8).Draw(t, "messages")
		var queues [][][]byte
		for _, m := range messages {
			queues = append(queues, f.Split(m, rapid.IntRange(22, 120).Draw(t, "size")))
		}
		var stream []byte
		for left := len(queues); left > 0; {
			i := rapid.IntRange(0, len(queues)-1).Draw(t, "queue")
			if len(queues[i]) == 0 {
				continue
			}
			stream = append(stream, queues[i][0]...)
			if queues[i] = queues[i][1:]; len(queues[i]) == 0 {
				left--
			}
		}
		var d Defragmenter
		count := map[string]int{}
		for _, m := range messages {
			count[string(m)]++
		}
		for len(stream) > 0 {
			n := rapid.IntRange(0, len(stream)).Draw(t, "chop")
			piece := slices.Clone(stream[:n])
			stream = stream[n:]
			if rapid.IntRange(0, 3).Draw(t, "leave") == 0 { // a reader that takes one message and leaves
				for m, err := range d.Add(piece) {
					if err != nil {
						t.Fatal(err)
					}
					count[string(m)]--
					break
				}
				piece = nil
			}
			for m, err := range d.Add(piece) {
				if err != nil {
					t.Fatal(err)
				}
				count[string(m)]--
			}
		}
		for m, n := range count {
			if n != 0 {
				t.Fatalf("message %q: %d too few", m, n)
			}
		}
		if d.Pending() != 0 {
			t.Fatalf("%d bytes left over", d.Pending())
		}
	})
}

func TestFragmentFaults(t *testing.T) {
	long := appendFragmentHeader(nil, 1, 0, 3, 1001)
	for _, c := range []struct {
		name  string
		limit Defragmenter
		data  []byte
		want  FragmentError
	}{
		{"no start", Defragmenter{}, rawFragment(7, 0, flagEnd, "x"), FragmentError{NoStart, 7, 0, 0}},
		{"middle without start", Defragmenter{}, rawFragment(7, 3, 0, "x"), FragmentError{NoStart, 7, 3, 0}},
		{"starts at one", Defragmenter{}, rawFragment(7, 1, flagStart, "x"), FragmentError{WrongOrder, 7, 1, 0}},
		{"one left out", Defragmenter{}, slices.Concat(rawFragment(7, 0, 1, "x"), rawFragment(7, 2, 2, "y")),
			FragmentError{WrongOrder, 7, 2, 0}},
		{"twice the same", Defragmenter{}, slices.Concat(rawFragment(7, 0, 1, "x"), rawFragment(7, 0, 0, "y")),
			FragmentError{WrongOrder, 7, 0, 0}},
		{"second start", Defragmenter{}, slices.Concat(rawFragment(7, 0, 1, "x"), rawFragment(7, 0, 1, "y")),
			FragmentError{SecondStart, 7, 0, 0}},
		{"too long in one", Defragmenter{MaxMessage: 1000}, long, FragmentError{TooLong, 1, 0, 1000}},
		{"too long in two", Defragmenter{MaxMessage: 3}, slices.Concat(rawFragment(1, 0, 1, "ab"), rawFragment(1, 1, 2, "cd")),
			FragmentError{TooLong, 1, 1, 3}},
		{"too long together", Defragmenter{MaxMessage: 3}, slices.Concat(rawFragment(1, 0, 1, "ab"), rawFragment(2, 0, 1, "cd")),
			FragmentError{TooLong, 2, 0, 3}},
		{"too many open", Defragmenter{MaxOpen: 2}, slices.Concat(rawFragment(1, 0, 1, ""), rawFragment(2, 0, 1, ""),
			rawFragment(3, 0, 1, "")), FragmentError{TooManyOpen, 3, 0, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := c.limit
			for range 2 { // the fault stays
				_, err := collect(&d, c.data)
				var got *FragmentError
				if !errors.As(err, &got) || *got != c.want {
					t.Errorf("got %v, want %v", err, &c.want)
				}
			}
			if d.Pending() != 0 {
				t.Errorf("%d bytes are kept", d.Pending())
			}
		})
	}
}

func TestWholeFragmentIsNotCopied(t *testing.T) {
	data := slices.Concat(rawFragment(1, 0, 3, "first"), rawFragment(2, 0, 3, "second"))
	var d Defragmenter
	got, err := collect(&d, data)
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	data[FragmentHeaderSize] = 'F'
	if string(got[0]) != "First" {
		t.Error("the message is a copy")
	}
	if cap(got[0]) != 5 {
		t.Error("appending to a message would change its neighbour")
	}
}

func FuzzFragments(f *testing.F) {
	f.Add([]byte{}, 1)
	f.Add(rawFragment(1, 0, 3, "x"), 7)
	f.Add(slices.Concat(rawFragment(1, 0, 1, "x"), rawFragment(2, 0, 3, "y"), rawFragment(1, 1, 2, "z")), 20)
	f.Add(appendFragmentHeader(nil, 1, 0, 3, 1<<31), 3)
	f.Fuzz(func(t *testing.T, data []byte, step int) {
		whole := Defragmenter{MaxMessage: 1 << 16, MaxOpen: 8}
		want, wantErr := collect(&whole, slices.Clone(data))
		total := 0
		for _, m := range want {
			total += len(m)
		}
		if total+whole.Pending() > len(data) {
			t.Fatalf("%d bytes became %d", len(data), total+whole.Pending())
		}
		step = max(1, step%64)
		pieces := Defragmenter{MaxMessage: 1 << 16, MaxOpen: 8}
		var got [][]byte
		var err error
		for piece := range slices.Chunk(data, step) {
			var more [][]byte
			more, err = collect(&pieces, slices.Clone(piece))
			got = append(got, more...)
			if err != nil {
				break
			}
		}
		if !slices.EqualFunc(got, want, bytes.Equal) {
			t.Fatalf("in pieces of %d: %q, whole: %q", step, got, want)
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("in pieces of %d: %v, whole: %v", step, err, wantErr)
		}
	})
}

func BenchmarkDefragment(b *testing.B) {
	var f Fragmenter
	var stream []byte
	for range 20 {
		stream = append(stream, f.Split(make([]byte, 7500), DefaultFragmentSize)[0]...)
	}
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	var d Defragmenter
	for b.Loop() {
		binary.BigEndian.PutUint64(stream, 1)
		for _, err := range d.Add(stream) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
