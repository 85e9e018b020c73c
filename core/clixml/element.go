package clixml

// element is the local name of an XML element this package knows.
type element uint8

const (
	elUnknown element = iota
	elNil
	elS
	elC
	elB
	elDT
	elTS
	elBy
	elSB
	elU16
	elI16
	elU32
	elI32
	elU64
	elI64
	elSg
	elDb
	elD
	elBA
	elG
	elURI
	elVersion
	elXD
	elSBK
	elSS
	elObj // up to here the elements stand in the order of Kind
	elRef
	elPR
	elSemanticVersion
	elTN
	elTNRef
	elT
	elToString
	elProps
	elMS
	elLST
	elQUE
	elSTK
	elIE
	elDCT
	elEn
	elObjs
)

// elementNames are the names of MS-PSRP 2.2.5, indexed by element.
var elementNames = [...]string{
	elNil: "Nil", elS: "S", elC: "C", elB: "B", elDT: "DT", elTS: "TS", elBy: "By", elSB: "SB", elU16: "U16",
	elI16: "I16", elU32: "U32", elI32: "I32", elU64: "U64", elI64: "I64", elSg: "Sg", elDb: "Db", elD: "D",
	elBA: "BA", elG: "G", elURI: "URI", elVersion: "Version", elXD: "XD", elSBK: "SBK", elSS: "SS", elObj: "Obj",
	elRef: "Ref", elPR: "PR", elSemanticVersion: "SemanticVersion", elTN: "TN", elTNRef: "TNRef", elT: "T",
	elToString: "ToString", elProps: "Props", elMS: "MS", elLST: "LST", elQUE: "QUE", elSTK: "STK", elIE: "IE",
	elDCT: "DCT", elEn: "En", elObjs: "Objs",
}

// elementOf finds an element by its name without a prefix. A switch on the bytes is faster than a map and
// makes no string.
func elementOf(name []byte) element {
	switch string(name) {
	case "S":
		return elS
	case "B":
		return elB
	case "Nil":
		return elNil
	case "Obj":
		return elObj
	case "I32":
		return elI32
	case "C":
		return elC
	case "DT":
		return elDT
	case "TS":
		return elTS
	case "By":
		return elBy
	case "SB":
		return elSB
	case "U16":
		return elU16
	case "I16":
		return elI16
	case "U32":
		return elU32
	case "U64":
		return elU64
	case "I64":
		return elI64
	case "Sg":
		return elSg
	case "Db":
		return elDb
	case "D":
		return elD
	case "BA":
		return elBA
	case "G":
		return elG
	case "URI":
		return elURI
	case "Version":
		return elVersion
	case "XD":
		return elXD
	case "SBK":
		return elSBK
	case "SS":
		return elSS
	case "Ref":
		return elRef
	case "PR":
		return elPR
	case "SemanticVersion":
		return elSemanticVersion
	case "TN":
		return elTN
	case "TNRef":
		return elTNRef
	case "T":
		return elT
	case "ToString":
		return elToString
	case "Props":
		return elProps
	case "MS":
		return elMS
	case "LST":
		return elLST
	case "QUE":
		return elQUE
	case "STK":
		return elSTK
	case "IE":
		return elIE
	case "DCT":
		return elDCT
	case "En":
		return elEn
	case "Objs":
		return elObjs
	}
	return elUnknown
}

// kind is the kind of the value an element holds; ok only for elNil to elObj.
func (e element) kind() (k Kind, ok bool) {
	if e >= elNil && e <= elObj {
		return Kind(e - elNil), true
	}
	return Null, false
}

// container tells which collection an element is.
func (e element) container() Container {
	switch e {
	case elLST:
		return List
	case elQUE:
		return Queue
	case elSTK:
		return Stack
	case elDCT:
		return Dictionary
	case elIE:
		return Enumerable
	}
	return NoContainer
}
