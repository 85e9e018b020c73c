package clixml_test

import (
	"fmt"
	"log"

	"tenantry/core/clixml"
)

// A server sends one document for each object. Property finds what Props and MS hold.
func ExampleDecode() {
	doc := []byte(`<Obj RefId="0"><TN RefId="0"><T>Deserialized.Mailbox</T></TN><ToString>anna</ToString>` +
		`<Props><S N="DisplayName">Anna Jansen</S><B N="IsShared">false</B><I32 N="RecipientLimits">500</I32>` +
		`<Obj N="EmailAddresses" RefId="1"><LST><S>SMTP:anna@contoso.com</S><S>smtp:a@contoso.com</S></LST></Obj></Props></Obj>`)
	mailbox, err := clixml.Decode(doc, clixml.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	name, _ := mailbox.Property("displayname")
	limit, _ := mailbox.Property("RecipientLimits")
	n, _ := limit.Int()
	fmt.Println(mailbox.Object().ToString, name.Str(), n)
	addresses, _ := mailbox.Property("EmailAddresses")
	for _, a := range addresses.Object().Items {
		fmt.Println(a.Str())
	}
	// Output:
	// anna Anna Jansen 500
	// SMTP:anna@contoso.com
	// smtp:a@contoso.com
}

// What PowerShell is sent is built from Objects; Encode numbers them.
func ExampleEncode() {
	command := &clixml.Object{Extended: []clixml.Property{
		{Name: "Cmd", Value: clixml.NewString("Get-Mailbox")},
		{Name: "IsScript", Value: clixml.NewBool(false)},
		{Name: "Args", Value: clixml.NewList(clixml.NewString("a & b"), clixml.NewInt32(7))},
	}}
	fmt.Println(string(clixml.Encode(clixml.NewObject(command))))
	// Output:
	// <Obj RefId="0"><MS><S N="Cmd">Get-Mailbox</S><B N="IsScript">false</B><Obj N="Args" RefId="1"><TN RefId="0"><T>System.Object[]</T><T>System.Array</T><T>System.Object</T></TN><LST><S>a &amp; b</S><I32>7</I32></LST></Obj></MS></Obj>
}

// A Decoder reads a file of Export-Clixml value by value.
func ExampleDecoder_All() {
	file := []byte("<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\n" +
		"  <DT>2024-03-01T08:30:00Z</DT>\n  <TS>P90D</TS>\n</Objs>")
	for v, err := range clixml.NewDecoder(clixml.Limits{}).All(file) {
		if err != nil {
			log.Fatal(err)
		}
		switch v.Kind() {
		case clixml.DateTime:
			t, _, _ := v.Time()
			fmt.Println(t)
		case clixml.Duration:
			ticks, _ := v.Ticks()
			fmt.Println(ticks/864_000_000_000, "days")
		}
	}
	// Output:
	// 2024-03-01 08:30:00 +0000 UTC
	// 90 days
}
