// Package customers is the list of customers a partner works for: added by hand, or imported from a
// spreadsheet or Partner Center's export. It is one JSON file that the window and the command line share.
package customers

import (
	"slices"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tenantry/core/exchange"
	"tenantry/core/journal/sharedfile"
)

// The codes of the customer list.
const (
	CodeBadDomain   exchange.Code = "customers.bad-domain"    // it cannot name a customer. Args: text, why (empty, no-dot, characters, too-long), suggestion (may be missing)
	CodeDuplicate   exchange.Code = "customers.duplicate"     // the list has it already. Args: domain, name, other (the name it is kept under)
	CodeUnknown     exchange.Code = "customers.unknown"       // the list has no such customer. Args: domain
	CodeBadTag      exchange.Code = "customers.bad-tag"       // a tag is empty, or over 64 characters, or has a comma. Args: tag
	CodeNoDomain    exchange.Code = "customers.no-domain"     // a row of a file names no domain and no tenant ID. Args: text
	CodeBadRow      exchange.Code = "customers.bad-row"       // a row of a file cannot be read. Args: text, why (quote)
	CodeFileTooBig  exchange.Code = "customers.file-too-big"  // over MaxFileSize. Args: limit (bytes)
	CodeFileIsEmpty exchange.Code = "customers.file-is-empty" // nothing in it. Args: none
	CodeFileUnread  exchange.Code = "customers.file-unread"   // reading it failed. Args: none
	CodeNotText     exchange.Code = "customers.not-text"      // it is no text file, such as an .xlsx workbook. Args: none
)

// Customer is one customer of the partner.
type Customer struct {
	// Domain names the customer to Exchange: a domain in lower case, international ones in their ASCII
	// form, or the tenant ID where no domain is known.
	Domain exchange.CustomerID `json:"domain"`

	// Name is what people call the customer. It is never empty in the list: without a name it is Domain.
	Name string `json:"name"`

	TenantID     string                `json:"tenantId,omitempty"`     // a GUID in lower case, empty when not known
	OtherDomains []exchange.CustomerID `json:"otherDomains,omitempty"` // more domains of the same customer
	Tags         []string              `json:"tags,omitempty"`         // in alphabetical order, unique without regard to case
	Favourite    bool                  `json:"favourite,omitempty"`
	Note         string                `json:"note,omitempty"`
}

// Is tells whether id names this customer: its domain, one of its other domains or its tenant ID.
func (c Customer) Is(id exchange.CustomerID) bool {
	return c.Domain == id || c.TenantID != "" && c.TenantID == string(id) || slices.Contains(c.OtherDomains, id)
}

// HasTag tells whether the customer has the tag, without regard to case.
func (c Customer) HasTag(tag string) bool {
	return slices.ContainsFunc(c.Tags, func(t string) bool { return strings.EqualFold(t, tag) })
}

// Store is the customer list in one file. Its methods read or write the file each time, so they may block
// on the disk; they may be called from any goroutine and beside other running copies of Tenantry. Errors
// are *exchange.Problem. Customers it returns belong to the caller.
type Store struct {
	path     string
	language language.Tag
}

// Open returns the list in the file at path (signin.Folders.Customers). A file that is not there yet is
// an empty list. Names are sorted as lang does it; language.Und is a good order for any language.
func Open(path string, lang language.Tag) *Store {
	return &Store{path: path, language: lang}
}

type file struct {
	Version   int        `json:"version"`
	Customers []Customer `json:"customers"`
}

// List returns all customers, sorted by name in the order of the store's language.
func (s *Store) List() ([]Customer, error) {
	doc, err := sharedfile.Read[file](s.path)
	if err != nil {
		return nil, err
	}
	order := collate.New(s.language, collate.IgnoreCase, collate.Numeric)
	var buf collate.Buffer
	keys := make(map[exchange.CustomerID]string, len(doc.Customers))
	for _, c := range doc.Customers {
		keys[c.Domain] = string(order.KeyFromString(&buf, c.Name))
		buf.Reset()
	}
	slices.SortStableFunc(doc.Customers, func(a, b Customer) int {
		if c := strings.Compare(keys[a.Domain], keys[b.Domain]); c != 0 {
			return c
		}
		return strings.Compare(string(a.Domain), string(b.Domain))
	})
	return doc.Customers, nil
}

// Find returns the customer that text names by domain, tenant ID, or exact name without regard to case.
// Text is read as ParseDomain does, so an address or a link of the customer finds it too. A name that two
// customers share finds neither. What is not in the list is CodeUnknown.
func (s *Store) Find(text string) (Customer, error) {
	all, err := s.List()
	if err != nil {
		return Customer{}, err
	}
	if id, err := ParseDomain(text); err == nil {
		for _, c := range all {
			if c.Is(id) {
				return c, nil
			}
		}
	}
	var found []Customer
	for _, c := range all {
		if strings.EqualFold(c.Name, strings.TrimSpace(text)) {
			found = append(found, c)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return Customer{}, unknown(text)
}

// Search returns the customers that have every word of text somewhere in their name, domains, tenant ID,
// tags or note, without regard to case and accents, in List's order. Empty text finds all.
func (s *Store) Search(text string) ([]Customer, error) {
	all, err := s.List()
	if err != nil {
		return nil, err
	}
	return Search(all, text), nil
}

// Search is Store.Search over a list the caller already has, for a field that filters while one types.
// It keeps the order and leaves all as it is.
func Search(all []Customer, text string) []Customer {
	words := strings.Fields(fold(text))
	found := make([]Customer, 0, len(all))
	for _, c := range all {
		where := fold(c.haystack())
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(where, w) }) {
			found = append(found, c)
		}
	}
	return found
}

func (c Customer) haystack() string {
	var b strings.Builder
	for _, part := range [][]string{{c.Name, string(c.Domain), readable(c.Domain), c.TenantID}, c.Tags, {c.Note}} {
		for _, text := range part {
			b.WriteString(text)
			b.WriteByte('\n')
		}
	}
	for _, d := range c.OtherDomains {
		b.WriteString(string(d))
		b.WriteByte('\n')
	}
	return b.String()
}

// Add checks c and puts it on the list. It returns the customer as kept: domain and tenant ID in their
// normal form, an empty name filled in, tags in order. A domain that is not one is CodeBadDomain, a
// customer that is there already CodeDuplicate.
func (s *Store) Add(c Customer) (Customer, error) {
	c, err := normal(c)
	if err != nil {
		return Customer{}, err
	}
	err = s.change(func(doc *file) error {
		if other, ok := clash(doc.Customers, c); ok {
			return duplicate(c, other)
		}
		doc.Customers = append(doc.Customers, c)
		return nil
	})
	if err != nil {
		return Customer{}, err
	}
	return c, nil
}

// Update replaces the customer of the same domain with c, checked as Add does.
func (s *Store) Update(c Customer) (Customer, error) {
	c, err := normal(c)
	if err != nil {
		return Customer{}, err
	}
	err = s.alter(c.Domain, func(old *Customer, others []Customer) error {
		if other, ok := clash(others, c); ok {
			return duplicate(c, other)
		}
		*old = c
		return nil
	})
	if err != nil {
		return Customer{}, err
	}
	return c, nil
}

// Remove takes customers off the list. When one is not there it is CodeUnknown and none is removed.
func (s *Store) Remove(ids ...exchange.CustomerID) error {
	return s.change(func(doc *file) error {
		for _, id := range ids {
			i := slices.IndexFunc(doc.Customers, func(c Customer) bool { return c.Is(id) })
			if i < 0 {
				return unknown(string(id))
			}
			doc.Customers = slices.Delete(doc.Customers, i, i+1)
		}
		return nil
	})
}

// Tag gives the customer more tags. Those it has already stay as they are.
func (s *Store) Tag(id exchange.CustomerID, tags ...string) error {
	tags, err := normalTags(tags)
	if err != nil {
		return err
	}
	return s.alter(id, func(c *Customer, _ []Customer) error {
		for _, tag := range tags {
			if !c.HasTag(tag) {
				c.Tags = append(c.Tags, tag)
			}
		}
		sortTags(c.Tags)
		return nil
	})
}

// Untag takes tags from the customer, without regard to case. Those it does not have are no error.
func (s *Store) Untag(id exchange.CustomerID, tags ...string) error {
	return s.alter(id, func(c *Customer, _ []Customer) error {
		c.Tags = slices.DeleteFunc(c.Tags, func(have string) bool {
			return slices.ContainsFunc(tags, func(tag string) bool {
				return strings.EqualFold(have, strings.TrimSpace(tag))
			})
		})
		return nil
	})
}

// Favourite marks the customer as a favourite, or takes the mark away.
func (s *Store) Favourite(id exchange.CustomerID, yes bool) error {
	return s.alter(id, func(c *Customer, _ []Customer) error {
		c.Favourite = yes
		return nil
	})
}

// alter changes the one customer that id names; others are the rest of the list.
func (s *Store) alter(id exchange.CustomerID, f func(c *Customer, others []Customer) error) error {
	return s.change(func(doc *file) error {
		i := slices.IndexFunc(doc.Customers, func(c Customer) bool { return c.Is(id) })
		if i < 0 {
			return unknown(string(id))
		}
		others := slices.Delete(slices.Clone(doc.Customers), i, i+1)
		return f(&doc.Customers[i], others)
	})
}

func (s *Store) change(f func(*file) error) error {
	return sharedfile.Change(s.path, func(doc *file) error {
		doc.Version = 1
		return f(doc)
	})
}

// normal brings c into the form the list keeps, or tells what is wrong with it.
func normal(c Customer) (Customer, error) {
	text := string(c.Domain)
	if text == "" && c.TenantID != "" {
		text = c.TenantID
	}
	id, err := ParseDomain(text)
	if err != nil {
		return Customer{}, err
	}
	c.Domain = id
	switch tenant, ok := parseGUID(c.TenantID); {
	case ok:
		c.TenantID = tenant
	case strings.TrimSpace(c.TenantID) != "":
		return Customer{}, badDomain(c.TenantID, "characters", "")
	default:
		c.TenantID = ""
		if tenant, ok := parseGUID(string(id)); ok {
			c.TenantID = tenant
		}
	}
	var others []exchange.CustomerID
	for _, d := range c.OtherDomains {
		d, err := ParseDomain(string(d))
		if err != nil {
			return Customer{}, err
		}
		if d != c.Domain && string(d) != c.TenantID && !slices.Contains(others, d) {
			others = append(others, d)
		}
	}
	c.OtherDomains = others
	if c.Tags, err = normalTags(c.Tags); err != nil {
		return Customer{}, err
	}
	c.Name = strings.Join(strings.Fields(c.Name), " ")
	if c.Name == "" {
		c.Name = readable(c.Domain)
	}
	c.Note = strings.TrimSpace(c.Note)
	return c, nil
}

func normalTags(tags []string) ([]string, error) {
	var kept []string
	for _, tag := range tags {
		tag = strings.Join(strings.Fields(tag), " ")
		if tag == "" || len(tag) > 64 || strings.ContainsAny(tag, ",;") {
			return nil, &exchange.Problem{Code: CodeBadTag, Doing: "tag a customer", Args: map[string]string{"tag": tag}}
		}
		if !slices.ContainsFunc(kept, func(t string) bool { return strings.EqualFold(t, tag) }) {
			kept = append(kept, tag)
		}
	}
	sortTags(kept)
	return kept, nil
}

func sortTags(tags []string) {
	slices.SortFunc(tags, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
}

// clash finds a customer of the list that c names too.
func clash(all []Customer, c Customer) (Customer, bool) {
	ids := append([]exchange.CustomerID{c.Domain}, c.OtherDomains...)
	if c.TenantID != "" {
		ids = append(ids, exchange.CustomerID(c.TenantID))
	}
	for _, have := range all {
		if slices.ContainsFunc(ids, have.Is) {
			return have, true
		}
	}
	return Customer{}, false
}

func duplicate(c, other Customer) *exchange.Problem {
	return &exchange.Problem{
		Code: CodeDuplicate, Doing: "add a customer",
		Args: map[string]string{"domain": string(c.Domain), "name": c.Name, "other": other.Name},
	}
}

func unknown(text string) *exchange.Problem {
	return &exchange.Problem{Code: CodeUnknown, Doing: "find a customer", Args: map[string]string{"domain": text}}
}
