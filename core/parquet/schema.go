package parquet

// Repetition tells how often a Node's value stands in its parent.
type Repetition int32

const (
	Required Repetition = iota // once
	Optional                   // once or not
	Repeated                   // any number of times
)

// Kind is how the values of a leaf are stored.
type Kind int32

const (
	Boolean Kind = iota
	Int32
	Int64
	Int96 // 12 bytes: nanoseconds of the day and a Julian day, which old programs write for times
	Float
	Double
	Bytes
	FixedBytes
)

// Meaning is what the stored values of a Node stand for.
type Meaning int

const (
	Unsaid Meaning = iota
	Text
	Map
	List
	Decimal // a whole number, of which Scale digits stand behind the point; bytes have the highest first
	Date    // days since 1970
	Clock   // a time of the day, in Units
	Time    // since 1970, in Units
	Signed
	Unsigned
	JSON
	BSON
	UUID
	Float16
	Interval // 12 bytes: months, days and milliseconds, the lowest byte first
	Variant
)

// Node is a part of a file's schema: a leaf, which has values, or a group of others.
type Node struct {
	Name     string
	Repeats  Repetition
	Children []*Node // nil for a leaf
	Meaning  Meaning

	Kind   Kind
	Length int   // of FixedBytes
	Scale  int32 // of Decimal
	Unit   Unit  // of Clock and Time
	UTC    bool  // of Time: instants, and not what some clock showed

	// Def is the definition level from which the node is there, Rep the repetition level of those of its
	// values that are not the first.
	Def, Rep int

	// Column is the leaf's place among File.Leaves.
	Column int
}

// Leaf tells whether the node has values of its own.
func (n *Node) Leaf() bool { return n.Children == nil }

// Unit is what times are counted in.
type Unit int

const (
	Millis Unit = iota
	Micros
	Nanos
)

// element is a node as the footer lists it, with how many of those that follow are its children.
type element struct {
	Node
	children int32
	isLeaf   bool
	old      int32 // the older words for Meaning, -1 for none
}

func readElement(c *compact, typ byte) element {
	e := element{old: -1}
	c.fields(typ, func(id int64, typ byte) bool {
		switch id {
		case 1:
			e.Kind, e.isLeaf = Kind(c.int32(typ)), true
		case 2:
			e.Length = int(c.int32(typ))
		case 3:
			e.Repeats = Repetition(c.int32(typ))
		case 4:
			e.Name = c.text(typ)
		case 5:
			e.children = c.int32(typ)
		case 6:
			e.old = c.int32(typ)
		case 7:
			e.Scale = c.int32(typ)
		case 10:
			e.readMeaning(c, typ)
		default:
			return false
		}
		return true
	})
	if e.Meaning == Unsaid {
		e.readOld()
	}
	return e
}

// meanings are the logical types by their field's number in the union.
var meanings = map[int64]Meaning{1: Text, 2: Map, 3: List, 4: Text, 5: Decimal, 6: Date, 7: Clock, 8: Time,
	10: Signed, 12: JSON, 13: BSON, 14: UUID, 15: Float16, 16: Variant}

func (e *element) readMeaning(c *compact, typ byte) {
	c.fields(typ, func(id int64, typ byte) bool {
		e.Meaning = meanings[id]
		switch e.Meaning {
		case Decimal, Clock, Time, Signed:
		default:
			return false
		}
		c.fields(typ, func(id int64, typ byte) bool {
			switch {
			case e.Meaning == Decimal && id == 1:
				e.Scale = c.int32(typ)
			case e.Meaning == Signed && id == 2:
				if typ == typeFalse {
					e.Meaning = Unsigned
				}
			case e.Meaning == Time && id == 1:
				e.UTC = typ == typeTrue
			case (e.Meaning == Time || e.Meaning == Clock) && id == 2:
				c.fields(typ, func(id int64, _ byte) bool {
					e.Unit = Unit(id - 1)
					return false
				})
			default:
				return false
			}
			return true
		})
		return true
	})
}

// readOld understands the words that came before the logical types.
func (e *element) readOld() {
	switch e.old {
	case 0, 4:
		e.Meaning = Text
	case 1, 2:
		e.Meaning = Map
	case 3:
		e.Meaning = List
	case 5:
		e.Meaning = Decimal
	case 6:
		e.Meaning = Date
	case 7, 8:
		e.Meaning, e.Unit = Clock, Unit(e.old-7)
	case 9, 10:
		e.Meaning, e.Unit, e.UTC = Time, Unit(e.old-9), true
	case 11, 12, 13, 14:
		e.Meaning = Unsigned
	case 15, 16, 17, 18:
		e.Meaning = Signed
	case 19:
		e.Meaning = JSON
	case 20:
		e.Meaning = BSON
	case 21:
		e.Meaning = Interval
	}
}

// widths are the bytes of the values of each Kind; 0 where they differ.
var widths = [...]int{Boolean: 0, Int32: 4, Int64: 8, Int96: 12, Float: 4, Double: 8, Bytes: 0, FixedBytes: 0}

// tree makes the tree of the elements, and puts its leaves into f.
func (f *File) tree(elements []element) error {
	if len(elements) == 0 {
		return broken("has no schema")
	}
	rest := elements
	var next func(parent *Node, depth int) (*Node, error)
	next = func(parent *Node, depth int) (*Node, error) {
		if len(rest) == 0 || depth > mostNested {
			return nil, broken("has a schema that does not fit together")
		}
		e := &rest[0]
		rest = rest[1:]
		n := &e.Node
		if parent != nil {
			n.Def, n.Rep = parent.Def, parent.Rep
			switch n.Repeats {
			case Required:
			case Optional:
				n.Def++
			case Repeated:
				n.Def++
				n.Rep++
			default:
				return nil, broken("has a schema that does not fit together")
			}
		}
		if e.isLeaf {
			if n.Kind < Boolean || n.Kind > FixedBytes || n.Kind == FixedBytes && n.Length <= 0 || e.children > 0 || parent == nil {
				return nil, broken("has a column of an unknown kind")
			}
			n.Column = len(f.Leaves)
			f.Leaves = append(f.Leaves, n)
			return n, nil
		}
		if e.children < 0 || int(e.children) > len(rest) {
			return nil, broken("has a schema that does not fit together")
		}
		n.Children = make([]*Node, 0, e.children)
		for range e.children {
			child, err := next(n, depth+1)
			if err != nil {
				return nil, err
			}
			n.Children = append(n.Children, child)
		}
		return n, nil
	}
	root, err := next(nil, 0)
	if err == nil && len(rest) > 0 {
		err = broken("has a schema that does not fit together")
	}
	f.Root = root
	return err
}
