package egress

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
	"net"
	"strings"
	"sync"
	"time"
)

// authority signs certificates for any host, on the fly. Its key lives as long as the
// lane and never leaves the process.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	leaf *ecdsa.PrivateKey // of all certificates: they differ by name only
	pem  []byte
	now  time.Time

	mu     sync.Mutex
	serial int64
	known  map[string]*tls.Certificate
}

const (
	validFor = 7 * 24 * time.Hour
	// maxKnown bounds the certificates that are kept: a bot may invent names.
	maxKnown = 1000
)

func newAuthority(now time.Time) (*authority, error) {
	fail := func(err error) (*authority, error) {
		return nil, fmt.Errorf("не удалось создать удостоверяющий центр прокси: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fail(err)
	}
	leaf, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fail(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{Organization: []string{"Progon"}, CommonName: "Progon lane authority"},
		NotBefore:    now.Add(-24 * time.Hour), NotAfter: now.Add(validFor),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fail(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fail(err)
	}
	return &authority{
		cert: cert, key: key, leaf: leaf, now: now, serial: now.UnixNano(),
		pem:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		known: map[string]*tls.Certificate{},
	}, nil
}

// certificate returns one for a host or an address.
func (a *authority) certificate(host string) (*tls.Certificate, error) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	a.mu.Lock()
	defer a.mu.Unlock()
	if c, ok := a.known[host]; ok {
		return c, nil
	}
	a.serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: shortName(host)},
		NotBefore: a.now.Add(-24 * time.Hour), NotAfter: a.now.Add(validFor),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, a.leaf.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("не удалось выпустить сертификат: %w", err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: a.leaf}
	if len(a.known) < maxKnown {
		a.known[host] = c
	}
	return c, nil
}

// shortName fits the 64 characters of a common name; the name that counts is the other one.
func shortName(host string) string {
	if len(host) > 64 {
		return host[:64]
	}
	return host
}
