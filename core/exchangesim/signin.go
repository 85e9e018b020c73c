package exchangesim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"tenantry/core/exchangesim/negotiate"
	"tenantry/core/secret"
)

// ntDomain is the older name of the server's domain, for DOMAIN\name.
const ntDomain = "FABRIKAM"

// openGate makes what lets requests in, and for client certificates what tells a right one.
func (s *Server) openGate() error {
	if len(s.SignIn) == 0 {
		s.SignIn = []negotiate.Way{negotiate.Basic}
	}
	for _, way := range s.SignIn {
		switch {
		case !slices.Contains(negotiate.Ways(), way):
			return fmt.Errorf("exchangesim: there is no way to sign in called %q", way)
		case way == negotiate.Certificate && s.Plain:
			return fmt.Errorf("exchangesim: a client certificate needs https")
		case way == negotiate.Kerberos && s.Kerberos == nil:
			return fmt.Errorf("exchangesim: Kerberos needs a keytab")
		}
	}
	o := negotiate.Options{
		Ways: s.SignIn, Account: s.accountNamed, Kerberos: s.Kerberos, Failed: s.failures.add,
		Domain: ntDomain, Computer: "EX01", DNSDomain: s.mailDomain(),
	}
	var own []byte
	if s.config != nil {
		own = s.config.Certificates[0].Certificate[0]
	}
	if slices.Contains(s.SignIn, negotiate.Certificate) {
		authority, err := makeClientCertificate(s.Now(), s.User, &s.clientCertificate)
		if err != nil {
			return err
		}
		s.config.ClientAuth, s.config.ClientCAs = tls.VerifyClientCertIfGiven, authority
		o.Certificate = func(*tls.ConnectionState) (string, bool) { return strings.ToLower(s.User), true }
	}
	s.gate = negotiate.New(o, own)
	return nil
}

func (s *Server) mailDomain() string {
	_, domain, _ := strings.Cut(s.User, "@")
	return domain
}

// accountNamed knows the one account by its name@domain, and by its name in the domain.
func (s *Server) accountNamed(domain, name string) (string, secret.Secret, bool) {
	short, _, _ := strings.Cut(s.User, "@")
	here := domain == "" || strings.EqualFold(domain, ntDomain) || strings.EqualFold(domain, s.mailDomain())
	if strings.EqualFold(name, s.User) || here && domain != "" && strings.EqualFold(name, short) {
		return strings.ToLower(s.User), s.Password, true
	}
	return "", secret.Secret{}, false
}

// ClientCertificate is a certificate with its key, as PEM, that signs in as User; empty unless certificates are
// taken.
func (s *Server) ClientCertificate() secret.Secret { return s.clientCertificate }

// makeClientCertificate makes an authority for client certificates and one certificate of it, for 30 days.
func makeClientCertificate(now time.Time, user string, out *secret.Secret) (*x509.CertPool, error) {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Tenantry sample partner's people"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(0, 0, 30),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	parent, err := x509.ParseCertificate(caDER)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: user},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(0, 0, 30),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, parent, &key.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})...)
	*out = secret.New(string(text))
	authority := x509.NewCertPool()
	authority.AddCert(parent)
	return authority, nil
}
