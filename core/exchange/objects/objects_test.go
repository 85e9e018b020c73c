package objects

import (
	"fmt"
	"strings"
	"testing"

	"tenantry/core/clixml"
	"tenantry/core/exchange"
	"tenantry/core/secret"
)

const mailbox = `<Obj RefId="0"><TN RefId="0"><T>Deserialized.Microsoft.Exchange.Data.Directory.Management.Mailbox</T><T>Deserialized.System.Object</T></TN>
<ToString>Anna</ToString><Props>
<S N="Name">Anna</S>
<Obj N="ProhibitSendQuota" RefId="1"><TN RefId="1"><T>Deserialized.Microsoft.Exchange.Data.Unlimited` + "`" + `1[[Microsoft.Exchange.Data.ByteQuantifiedSize]]</T></TN><ToString>49.5 GB (53,150,220,288 bytes)</ToString><Props><B N="IsUnlimited">false</B><S N="Value">49.5 GB (53,150,220,288 bytes)</S></Props></Obj>
<S N="IssueWarningQuota">Unlimited</S>
<Obj N="RecipientLimits" RefId="2"><TN RefId="2"><T>Deserialized.Microsoft.Exchange.Data.Unlimited` + "`" + `1[[System.Int32]]</T></TN><ToString>500</ToString><Props><B N="IsUnlimited">false</B></Props></Obj>
<S N="RetainDeletedItemsFor">14.00:00:00</S>
<TS N="Age">P1DT2H</TS>
<Obj N="RecipientTypeDetails" RefId="3"><TN RefId="3"><T>Deserialized.Microsoft.Exchange.Data.Directory.Recipient.RecipientTypeDetails</T><T>Deserialized.System.Enum</T></TN><ToString>UserMailbox</ToString><I64>1</I64></Obj>
<Obj N="EmailAddresses" RefId="4"><TN RefId="4"><T>Deserialized.Microsoft.Exchange.Data.ProxyAddressCollection</T></TN><LST><S>SMTP:anna@contoso.example</S><S>smtp:a@contoso.example</S></LST><Props><I32 N="Count">2</I32></Props></Obj>
<Obj N="Id" RefId="5"><TN RefId="5"><T>Deserialized.Microsoft.Exchange.Data.Directory.ADObjectId</T></TN><ToString>contoso/Anna</ToString><Props><S N="Name">Anna</S><Ref N="Self" RefId="5" /><Ref N="Mailbox" RefId="0" /></Props></Obj>
<DT N="WhenCreated">2024-05-01T10:00:00+02:00</DT>
<DT N="WhenCreatedUTC">2024-05-01T08:00:00Z</DT>
<DT N="WhenRead">2024-05-01T10:00:00</DT>
<B N="IsValid">true</B><Nil N="Office" /><U64 N="Big">18446744073709551615</U64><G N="Guid">6B29FC40-CA47-1067-B31D-00DD010662DA</G>
</Props><MS><S N="name">Anna B.</S><S N="PSComputerName">outlook.example</S></MS></Obj>`

func TestAMailboxBecomesARow(t *testing.T) {
	v, err := clixml.Decode([]byte(mailbox), clixml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	r := Record(v)
	if r.Type != "Microsoft.Exchange.Data.Directory.Management.Mailbox" {
		t.Errorf("type is %q", r.Type)
	}
	var got []string
	for _, f := range r.Fields {
		got = append(got, fmt.Sprintf("%s %d %s", f.Name, f.Value.Kind(), f.Value.Text()))
	}
	want := []string{
		fmt.Sprintf("name %d Anna B.", exchange.Text),
		fmt.Sprintf("ProhibitSendQuota %d 49.5 GB (53,150,220,288 bytes)", exchange.Size),
		fmt.Sprintf("IssueWarningQuota %d Unlimited", exchange.Size),
		fmt.Sprintf("RecipientLimits %d 500", exchange.Integer),
		fmt.Sprintf("RetainDeletedItemsFor %d 14.00:00:00", exchange.Duration),
		fmt.Sprintf("Age %d 1.02:00:00", exchange.Duration),
		fmt.Sprintf("RecipientTypeDetails %d UserMailbox", exchange.Text),
		fmt.Sprintf("EmailAddresses %d SMTP:anna@contoso.example; smtp:a@contoso.example", exchange.List),
		fmt.Sprintf("Id %d contoso/Anna", exchange.Nested),
		fmt.Sprintf("WhenCreated %d 2024-05-01T10:00:00+02:00", exchange.Time),
		fmt.Sprintf("WhenCreatedUTC %d 2024-05-01T08:00:00Z", exchange.Time),
		fmt.Sprintf("WhenRead %d 2024-05-01T10:00:00", exchange.Time),
		fmt.Sprintf("IsValid %d True", exchange.Flag),
		fmt.Sprintf("Office %d ", exchange.None),
		fmt.Sprintf("Big %d 18446744073709551615", exchange.Decimal),
		fmt.Sprintf("Guid %d 6b29fc40-ca47-1067-b31d-00dd010662da", exchange.Text),
		fmt.Sprintf("PSComputerName %d outlook.example", exchange.Text),
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
	id, _ := r.Get("Id")
	self, _ := id.Nested().Get("Self")
	if self.Text() != "contoso/Anna" || self.Kind() != exchange.Text {
		t.Errorf("an identity that holds itself shows %v, kind %d", self, self.Kind())
	}
}

func TestWhatHasNoPropertiesBecomesOneField(t *testing.T) {
	for _, test := range []struct {
		doc, want string
		kind      exchange.Kind
	}{
		{`<S>hello</S>`, "hello", exchange.Text},
		{`<I32>7</I32>`, "7", exchange.Integer},
		{`<Nil />`, "", exchange.None},
		{`<Obj RefId="0"><I32>7</I32><MS><S N="PSComputerName">x</S></MS></Obj>`, "7", exchange.Integer},
		{`<Obj RefId="0"><TN RefId="0"><T>System.DayOfWeek</T><T>System.Enum</T></TN><ToString>Monday</ToString><I32>1</I32></Obj>`, "Monday", exchange.Text},
		{`<Obj RefId="0"><LST><I32>1</I32><I32>2</I32></LST></Obj>`, "1; 2", exchange.List},
		{`<Obj RefId="0"><ToString>1.5 KB (1,536 bytes)</ToString></Obj>`, "1.5 KB (1,536 bytes)", exchange.Size},
	} {
		v, err := clixml.Decode([]byte(test.doc), clixml.Limits{})
		if err != nil {
			t.Fatal(test.doc, err)
		}
		r := Record(v)
		if len(r.Fields) != 1 || r.Fields[0].Name != ValueField || r.Fields[0].Value.Text() != test.want || r.Fields[0].Value.Kind() != test.kind {
			t.Errorf("%s became %v", test.doc, r)
		}
	}
}

func TestAHashtableIsARowOfItsEntries(t *testing.T) {
	v, err := clixml.Decode([]byte(`<Obj RefId="0"><TN RefId="0"><T>System.Collections.Hashtable</T></TN><DCT><En><S N="Key">A</S><I32 N="Value">1</I32></En></DCT></Obj>`), clixml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if r := Record(v); len(r.Fields) != 1 || r.Fields[0].Name != "A" || r.Fields[0].Value.Int() != 1 {
		t.Errorf("got %v", r)
	}
	if n := Value(v); n.Kind() != exchange.Nested || n.Text() != "A=1" {
		t.Errorf("got %v", n)
	}
}

// An object that refers many times to one that refers many times to another, and so on, would unfold into
// more values than any computer holds.
func TestObjectsThatUnfoldAreBounded(t *testing.T) {
	inner := clixml.NewObject(&clixml.Object{Adapted: []clixml.Property{{Name: "X", Value: clixml.NewInt32(1)}}})
	for range 20 {
		o := &clixml.Object{HasToString: true, ToString: "level"}
		for i := range 10 {
			o.Adapted = append(o.Adapted, clixml.Property{Name: fmt.Sprint("P", i), Value: inner})
		}
		inner = clixml.NewObject(o)
	}
	var count func(exchange.Record) int
	count = func(r exchange.Record) int {
		n := len(r.Fields)
		for _, f := range r.Fields {
			n += count(f.Value.Nested())
		}
		return n
	}
	if n := count(Record(inner)); n > mostValues || n < 1000 {
		t.Errorf("unfolded into %d values", n)
	}

	deep := clixml.NewString("bottom")
	for range 1000 {
		deep = clixml.NewList(deep)
	}
	depth := 0
	for v := Value(deep); v.Kind() == exchange.List && len(v.List()) > 0; v = v.List()[0] {
		depth++
	}
	if depth == 0 || depth > deepest {
		t.Errorf("followed lists %d deep", depth)
	}
}

func TestParametersReadBackAsTheyWere(t *testing.T) {
	when, err := clixml.Decode([]byte(`<DT>2024-05-01T10:00:00+02:00</DT>`), clixml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []exchange.Value{
		{}, exchange.NewText("anna"), exchange.NewInteger(5), exchange.NewInteger(1 << 40), exchange.NewFlag(true),
		exchange.NewDuration(36000000000), exchange.NewDecimal("12.50"), exchange.NewFloat(1e300), exchange.Unlimited(),
		Value(when), exchange.NewList([]exchange.Value{exchange.NewText("a"), exchange.NewInteger(1)}),
		exchange.NewNested("", exchange.Record{Fields: []exchange.Field{{Name: "Add", Value: exchange.NewText("x")}}}),
	} {
		sent, err := clixml.Decode(clixml.Encode(Param(v)), clixml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		back := Value(sent)
		if back.Kind() != v.Kind() || back.Text() != v.Text() {
			t.Errorf("%v (kind %d) came back as %v (kind %d)", v, v.Kind(), back, back.Kind())
		}
	}
	if got := Param(exchange.NewSize(1536)); got.Str() != "1536" {
		t.Errorf("a size is sent as %q", got.Str())
	}
}

func TestAPasswordIsOnlySentSealed(t *testing.T) {
	v := exchange.NewList([]exchange.Value{exchange.NewSecret(secret.New("hunter2"))})
	if sent := string(clixml.Encode(Param(v))); strings.Contains(sent, "hunter2") {
		t.Errorf("sent in the clear: %s", sent)
	}
	sealed := Sealed(v, func(secret.Secret) clixml.Value { return clixml.NewLexical(clixml.SecureString, "c2VhbGVk") })
	if sent := string(clixml.Encode(sealed)); !strings.Contains(sent, "<SS>c2VhbGVk</SS>") {
		t.Errorf("sent %s", sent)
	}
}

func BenchmarkRecord(b *testing.B) {
	v, err := clixml.Decode([]byte(mailbox), clixml.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Record(v)
	}
}
