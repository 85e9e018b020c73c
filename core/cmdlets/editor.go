package cmdlets

import "strings"

// shortType takes the namespace and assembly off a .NET type name: "System.Nullable`1[[System.Int32, …]]"
// becomes "Int32", "Microsoft.Exchange.Data.Unlimited`1[[…ByteQuantifiedSize…]]" becomes
// "Unlimited<ByteQuantifiedSize>".
func shortType(t string) string {
	t = strings.TrimSpace(t)
	array := ""
	if rest, ok := strings.CutSuffix(t, "[]"); ok && !strings.Contains(rest, "[[") {
		t, array = rest, "[]"
	}
	outer, inner, generic := strings.Cut(t, "`")
	if !generic {
		if i := strings.IndexByte(t, ','); i >= 0 {
			t = t[:i]
		}
		return t[strings.LastIndexByte(t, '.')+1:] + array
	}
	outer = outer[strings.LastIndexByte(outer, '.')+1:]
	if i := strings.IndexByte(inner, '['); i >= 0 {
		inner = strings.TrimLeft(inner[i:], "[")
	}
	if i := strings.IndexAny(inner, ",]["); i >= 0 {
		inner = inner[:i]
	}
	inner = inner[strings.LastIndexByte(inner, '.')+1:]
	switch outer {
	case "Nullable":
		return inner + array
	case "Unlimited":
		return "Unlimited<" + inner + ">" + array
	case "MultiValuedProperty", "AddRemoveMultiValuedProperty":
		return "MultiValuedProperty"
	case "List", "IList", "ICollection", "IEnumerable":
		return inner + "[]"
	case "Dictionary", "IDictionary":
		return "Hashtable"
	}
	return outer + array
}

var typeEditors = map[string]Editor{
	"SwitchParameter": EditSwitch, "Boolean": EditYesNo, "bool": EditYesNo,
	"Int16": EditNumber, "Int32": EditNumber, "Int64": EditNumber, "UInt16": EditNumber, "UInt32": EditNumber,
	"UInt64": EditNumber, "Byte": EditNumber, "SclValue": EditText,
	"Int32[]": EditNumbers, "UInt32[]": EditNumbers, "Int64[]": EditNumbers,
	"Double": EditDecimal, "Single": EditDecimal, "Decimal": EditDecimal,
	"ByteQuantifiedSize": EditSize,
	"EnhancedTimeSpan":   EditDuration, "TimeSpan": EditDuration,
	"DateTime": EditDateTime, "ExDateTime": EditDateTime, "DateTimeOffset": EditDateTime,
	"SecureString": EditPassword,
	"SmtpAddress":  EditAddress, "WindowsLiveId": EditAddress, "SmtpAddress[]": EditList,
	"Hashtable": EditTable, "PswsHashtable": EditTable,
	"MultiValuedProperty": EditList, "ProxyAddressCollection": EditList, "ProxyAddressTemplateCollection": EditList,
	"Byte[]": EditNone, "PSCredential": EditNone, "Stream": EditNone, "X509Certificate2": EditNone,
	"PSSessionOption": EditNone, "PSObject": EditNone, "Hashtable[]": EditNone, "ScriptBlock": EditNone,
}

// editorOf chooses the editor of a parameter, and tells whether it takes the word "Unlimited" too.
func editorOf(name, typ string, values []string) (Editor, bool) {
	if inner, ok := strings.CutPrefix(typ, "Unlimited"); ok {
		return unlimitedEditor(name, strings.Trim(inner, "<>")), true
	}
	if e, ok := typeEditors[typ]; ok {
		if e == EditList && len(values) > 1 {
			return EditChoices, false
		}
		return e, false
	}
	item, array := strings.CutSuffix(typ, "[]")
	switch {
	case strings.HasSuffix(item, "IdParameter") || strings.HasSuffix(item, "Identity"):
		if array {
			return EditIdentities, false
		}
		return EditIdentity, false
	case array && len(values) > 1:
		return EditChoices, false
	case array:
		return EditList, false
	case len(values) > 1:
		return EditChoice, false
	}
	return EditText, false
}

// unlimitedEditor tells what stands beside "Unlimited". The catalog has only the outer type, so the name
// decides; where it says nothing the text is sent as typed, which Exchange reads itself.
func unlimitedEditor(name, inner string) Editor {
	switch inner {
	case "ByteQuantifiedSize":
		return EditSize
	case "EnhancedTimeSpan", "TimeSpan":
		return EditDuration
	case "Int32", "UInt32", "Int64", "UInt64", "Int":
		return EditNumber
	}
	for _, w := range []struct {
		end    string
		editor Editor
	}{
		{"ResultSize", EditNumber}, {"LineWrapSize", EditNumber}, {"TruncationSize", EditNumber},
		{"Quota", EditSize}, {"Size", EditSize},
		{"Duration", EditDuration}, {"AgeLimit", EditDuration}, {"Interval", EditDuration},
		{"Period", EditDuration}, {"Expiration", EditDuration}, {"DeviceLock", EditDuration},
		{"TimeLock", EditDuration},
		{"Limits", EditNumber}, {"Limit", EditNumber}, {"Attempts", EditNumber}, {"Migrations", EditNumber},
		{"Syncs", EditNumber},
	} {
		if strings.HasSuffix(name, w.end) {
			return w.editor
		}
	}
	return EditText
}

// tidyValues leaves out values that the editor offers by itself.
func tidyValues(e Editor, values []string) []string {
	switch e {
	case EditChoice, EditChoices, EditText, EditList, EditIdentity, EditIdentities:
		return values
	}
	return nil
}
