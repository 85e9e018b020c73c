package customers

import (
	"io"
	"slices"
	"strings"

	"tenantry/core/exchange"
)

// RowProblem is a row of an imported file that gave no customer.
type RowProblem struct {
	Line    int               // the line of the file the row begins on, from 1
	Text    string            // the row's cells, shortened
	Problem *exchange.Problem // CodeDuplicate, CodeBadDomain, CodeNoDomain, CodeBadRow or CodeBadTag
}

// ImportCSV reads customers from a file and puts those on the list that are new. It returns what was
// added, as kept and in the file's order, and every row that gave none, by its line; neither a bad row nor a
// duplicate stops the others. err is a *exchange.Problem and means that nothing was added: the file cannot
// be read, or the list cannot be written.
//
// It takes what people have: with or without a header (in English, in Dutch, or that of Partner Center's
// export), separated by commas, semicolons or tabs, UTF-8, UTF-16 or Windows-1252, or just one domain on
// each line. A row that says more about a customer than its domains (a name, a tenant ID) is one customer,
// the first domain ending in .onmicrosoft.com or else the first one naming it; a row of domains only is
// that many customers.
func (s *Store) ImportCSV(r io.Reader) (added []Customer, rows []RowProblem, err error) {
	text, err := readText(r)
	if err != nil {
		return nil, nil, err
	}
	table := parseTable(text)
	if len(table) == 0 {
		return nil, nil, &exchange.Problem{Code: CodeFileIsEmpty, Doing: "import customers"}
	}
	found, bad := readRows(table)
	err = s.change(func(doc *file) error {
		added, rows = nil, bad
		have := make(map[exchange.CustomerID]string) // every name of every customer, and whose it is
		remember := func(c Customer) {
			for _, id := range append(c.OtherDomains[:len(c.OtherDomains):len(c.OtherDomains)], c.Domain) {
				have[id] = c.Name
			}
			if c.TenantID != "" {
				have[exchange.CustomerID(c.TenantID)] = c.Name
			}
		}
		for _, c := range doc.Customers {
			remember(c)
		}
		for _, f := range found {
			if other, known := f.knownAs(have); known {
				rows = append(rows, f.problem(duplicate(f.Customer, Customer{Name: other})))
				continue
			}
			remember(f.Customer)
			doc.Customers = append(doc.Customers, f.Customer)
			added = append(added, f.Customer)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(rows, func(a, b RowProblem) int { return a.Line - b.Line })
	return added, rows, nil
}

// candidate is a customer read from a row, before anyone looked whether the list has it.
type candidate struct {
	Customer
	row line
}

func (c candidate) problem(p *exchange.Problem) RowProblem { return rowProblem(c.row, p) }

func (c candidate) knownAs(have map[exchange.CustomerID]string) (string, bool) {
	for _, id := range append([]exchange.CustomerID{c.Domain, exchange.CustomerID(c.TenantID)}, c.OtherDomains...) {
		if name, ok := have[id]; ok && id != "" {
			return name, true
		}
	}
	return "", false
}

// parseTable cuts text into rows with the separator that fits it best.
func parseTable(text string) []line {
	first, rest := cutLine(text)
	if sep, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(first)), "sep="); ok && len(sep) == 1 {
		rows := split(rest, sep[0]) // Excel's own way of saying it
		for i := range rows {
			rows[i].number++
		}
		return rows
	}
	var best []line
	bestScore := -1
	for _, sep := range []byte{'\t', ';', ','} {
		rows := split(text, sep)
		score := 0
		for i, row := range rows[:min(len(rows), 20)] {
			if i == 0 {
				_, known := header(row.cells)
				score += 1000 * known // a header that can be read settles it
			}
			if len(row.cells) > 1 {
				score++
			}
		}
		if score > bestScore {
			best, bestScore = rows, score
		}
	}
	return best
}

// field is what a column says about a customer.
type field uint8

const (
	noField field = iota
	nameField
	domainField
	tenantField
	tagField
	noteField
	favouriteField
)

// headers are the words over columns, as heading reads them.
var headers = map[string]field{
	"companyname": nameField, "company": nameField, "customername": nameField, "customer": nameField,
	"name": nameField, "displayname": nameField, "organizationname": nameField, "organisationname": nameField,
	"organization": nameField, "organisation": nameField, "tenantname": nameField,
	"bedrijf": nameField, "bedrijfsnaam": nameField, "klant": nameField, "klantnaam": nameField,
	"naam": nameField, "weergavenaam": nameField, "organisatie": nameField, "organisatienaam": nameField,

	"primarydomainname": domainField, "primarydomain": domainField, "domain": domainField,
	"domainname": domainField, "domains": domainField, "defaultdomain": domainField,
	"defaultdomainname": domainField, "initialdomain": domainField, "otherdomains": domainField,
	"tenantdomain": domainField, "customerdomain": domainField, "onmicrosoftdomain": domainField,
	"domein": domainField, "domeinnaam": domainField, "domeinen": domainField, "klantdomein": domainField,
	"primairdomein": domainField, "primairedomeinnaam": domainField, "primaredomeinnaam": domainField,
	"standaarddomein": domainField, "standaarddomeinnaam": domainField, "overigedomeinen": domainField,

	"microsoftid": tenantField, "customertenantid": tenantField, "tenantid": tenantField,
	"customerid": tenantField, "tenant": tenantField, "directoryid": tenantField, "organizationid": tenantField,
	"customercontextid": tenantField, "klantid": tenantField, "tenantidvanklant": tenantField,
	"klanttenantid": tenantField, "tenantidklant": tenantField, "mapid": tenantField,

	"tags": tagField, "tag": tagField, "labels": tagField, "label": tagField, "group": tagField,
	"groups": tagField, "groep": tagField, "groepen": tagField, "relationship": tagField, "relatie": tagField,
	"relationships": tagField, "relaties": tagField,

	"note": noteField, "notes": noteField, "remark": noteField, "remarks": noteField, "comment": noteField,
	"notitie": noteField, "notities": noteField, "opmerking": noteField, "opmerkingen": noteField,

	"favourite": favouriteField, "favorite": favouriteField, "favoriet": favouriteField,
}

// heading brings a column's title into the form of headers: letters only, without case and accents.
func heading(cell string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, fold(cell))
}

// header reads cells as a header: what each column says, and how many of them are known.
func header(cells []string) (columns []field, known int) {
	columns = make([]field, len(cells))
	for i, cell := range cells {
		if _, ok := domainsOf(cell); ok {
			return nil, 0 // a row with a domain in it is a customer already, even one called "Company"
		}
		if columns[i] = headers[heading(cell)]; columns[i] != noField {
			known++
		}
	}
	return columns, known
}

// readRows turns rows into customers, and tells which rows give none.
func readRows(table []line) (found []candidate, bad []RowProblem) {
	columns, known := header(table[0].cells)
	if known > 0 {
		table = table[1:]
	} else {
		columns = nil
	}
	for _, row := range table {
		if row.broken != "" {
			bad = append(bad, rowProblem(row, &exchange.Problem{
				Code: CodeBadRow, Doing: "read a row",
				Args: map[string]string{"text": shorten(row.broken), "why": "quote"},
			}))
			continue
		}
		guess := readGuess
		if columns != nil {
			guess = func(row line) (draft, []*exchange.Problem) { return readColumns(row, columns) }
		}
		d, problems := guess(row)
		customers, more := d.customers(row)
		for _, p := range append(problems, more...) {
			bad = append(bad, rowProblem(row, p))
		}
		for _, c := range customers {
			found = append(found, candidate{c, row})
		}
	}
	return found, bad
}

// draft is what one row says.
type draft struct {
	Customer
	domains []exchange.CustomerID
	failed  bool // a domain was there but could not be read: the row is reported already
}

// readColumns reads a row under a header.
func readColumns(row line, columns []field) (d draft, problems []*exchange.Problem) {
	for i, cell := range row.cells {
		column := noField
		switch {
		case i < len(columns):
			column = columns[i]
		case columns[len(columns)-1] == domainField:
			column = domainField // several domains in the last column, with the file's own separator between them
		}
		if cell == "" {
			continue
		}
		switch column {
		case nameField:
			if d.Name == "" {
				d.Name = cell
			}
		case domainField:
			problems = append(problems, d.addDomains(cell)...)
		case tenantField:
			if guid, ok := parseGUID(cell); ok {
				d.TenantID = guid
			} else if ids, ok := domainsOf(cell); ok {
				d.domains = append(d.domains, ids...) // a column "Tenant" often holds the domain
			}
		case tagField:
			d.Tags = append(d.Tags, strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|\r\n", r) })...)
		case noteField:
			d.Note = cell
		case favouriteField:
			d.Favourite = slices.Contains([]string{"yes", "true", "x", "ja", "waar", "y", "j"}, fold(cell)) || cell == "1"
		}
	}
	return d, problems
}

// readGuess reads a row without a header by what its cells look like.
func readGuess(row line) (d draft, problems []*exchange.Problem) {
	var texts []string
	for _, cell := range row.cells {
		if cell == "" {
			continue
		}
		if guid, ok := parseGUID(cell); ok && d.TenantID == "" {
			d.TenantID = guid
		} else if ids, ok := domainsOf(cell); ok {
			d.domains = append(d.domains, ids...)
		} else {
			texts = append(texts, cell)
		}
	}
	switch {
	case len(texts) > 0 && (len(d.domains) > 0 || d.TenantID != ""):
		d.Name = texts[0]
	case len(texts) > 0:
		problems = d.addDomains(texts[0]) // the one thing there is was meant as a domain
	}
	return d, problems
}

// domainsOf reads a cell that holds nothing but domains.
func domainsOf(cell string) ([]exchange.CustomerID, bool) {
	var d draft
	if problems := d.addDomains(cell); len(problems) > 0 || len(d.domains) == 0 {
		return nil, false
	}
	return d.domains, true
}

// addDomains reads the domains of a cell, which may hold several.
func (d *draft) addDomains(cell string) (problems []*exchange.Problem) {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;| \t\r\n\u00a0", r) }) {
		id, err := ParseDomain(part)
		if err != nil {
			d.failed = true
			problems = append(problems, exchange.AsProblem(err))
			continue
		}
		if !slices.Contains(d.domains, id) {
			d.domains = append(d.domains, id)
		}
	}
	return problems
}

// customers makes the customers of a row.
func (d draft) customers(row line) (list []Customer, problems []*exchange.Problem) {
	for i := range d.Tags {
		d.Tags[i] = strings.TrimSpace(d.Tags[i])
	}
	d.Tags = slices.DeleteFunc(d.Tags, func(t string) bool { return t == "" })
	add := func(c Customer) {
		c, err := normal(c)
		if err != nil {
			problems = append(problems, exchange.AsProblem(err))
			return
		}
		list = append(list, c)
	}
	switch {
	case len(d.domains) == 0 && d.TenantID == "":
		if !d.failed {
			problems = append(problems, &exchange.Problem{
				Code: CodeNoDomain, Doing: "read a row",
				Args: map[string]string{"text": shorten(strings.Join(row.cells, " "))},
			})
		}
	case d.Name == "" && d.TenantID == "" && len(d.domains) > 1:
		for _, id := range d.domains {
			c := d.Customer
			c.Domain = id
			add(c)
		}
	default:
		c := d.Customer
		c.Domain, c.OtherDomains = principal(d.domains)
		add(c)
	}
	return list, problems
}

// principal picks the domain that names a customer: the one every Microsoft organisation has from its
// first day and keeps, or else the first.
func principal(ids []exchange.CustomerID) (exchange.CustomerID, []exchange.CustomerID) {
	if len(ids) == 0 {
		return "", nil
	}
	i := slices.IndexFunc(ids, func(id exchange.CustomerID) bool {
		name, ok := strings.CutSuffix(string(id), ".onmicrosoft.com")
		return ok && !strings.Contains(name, ".") // not contoso.mail.onmicrosoft.com
	})
	i = max(i, 0)
	return ids[i], append(slices.Clone(ids[:i]), ids[i+1:]...)
}

func rowProblem(row line, p *exchange.Problem) RowProblem {
	text := row.broken
	if text == "" {
		text = strings.Join(row.cells, ", ")
	}
	return RowProblem{Line: row.number, Text: shorten(text), Problem: p}
}
