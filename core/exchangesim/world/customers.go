package world

import "fmt"

// The invented companies, in the order they are listed.
var companies = []struct {
	name, domain string
	size         int
	at           []*place // the first is home, the others where some of its people are
}{
	{"Adventure Works", "adventure-works.example", 310, []*place{&english, &french}},
	{"Alpine Ski House", "alpineskihouse.example", 140, []*place{&german, &french}},
	{"Bakkerij Van Dijk", "bakkerijvandijk.example", 12, []*place{&dutch}},
	{"Coho Vineyard", "cohovineyard.example", 45, []*place{&french}},
	{"Contoso", "contoso.example", 20000, []*place{&english, &dutch, &german, &french, &turkish, &japanese}},
	{"Fourth Coffee", "fourthcoffee.example", 5, []*place{&english}},
	{"Grafisch Instituut Delft", "grafisch-instituut.example", 80, []*place{&dutch, &german}},
	{"Litware", "litware.example", 2100, []*place{&german, &english}},
	{"Northwind Traders", "northwindtraders.example", 6500, []*place{&dutch, &english, &turkish}},
	{"Sakura Foods", "sakura-shokuhin.example", 900, []*place{&japanese}},
	{"Tailspin Toys", "tailspintoys.example", 480, []*place{&english, &japanese}},
	{"Yıldız Lojistik", "yildizlojistik.example", 260, []*place{&turkish, &german}},
}

// DefaultCustomers is how many customers a world has unless it is told otherwise.
const DefaultCustomers = 12

var moreNames = words("Northern,Harbour,Green,Silver,Old Town,River,Garden,Union,Castle,Bright,Hill,Lake")
var moreKinds = words("Dental,Bikes,Accountants,Print,Travel,Foods,Clinic,Homes,Motors,Books")

// further invents customer number i, counted after the named ones.
func further(i int) (name, domain string, size int, at []*place) {
	name = moreNames[i%len(moreNames)] + " " + moreKinds[i/len(moreNames)%len(moreKinds)]
	if again := i / (len(moreNames) * len(moreKinds)); again > 0 {
		name = fmt.Sprintf("%s %d", name, again+1)
	}
	places := []*place{&dutch, &english, &german, &french, &turkish, &japanese}
	return name, localPart(name) + ".example", 8 + i*37%190, []*place{places[i%len(places)]}
}
