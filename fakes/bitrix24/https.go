package bitrix24

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
	"sync"
	"time"
)

// LoopbackTLS makes an authority for this run and a certificate for loopback signed by
// it. Some SDKs speak https only: the bot is given the authority, as PEM, in
// NODE_EXTRA_CA_CERTS, SSL_CERT_FILE or REQUESTS_CA_BUNDLE. The key never leaves the
// process, and names restrict what it can sign.
func LoopbackTLS(names ...string) (ca []byte, config *tls.Config, err error) {
	fail := func(err error) ([]byte, *tls.Config, error) {
		return nil, nil, fmt.Errorf("сертификат для https не создан: %w", err)
	}
	now := time.Now()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fail(err)
	}
	loopback := []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}, {IP: net.IPv6loopback, Mask: net.CIDRMask(128, 128)}}
	domains := append([]string{"localhost"}, names...)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Progon loopback authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(30 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: domains, PermittedIPRanges: loopback,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, authority, authority, caKey.Public(), caKey)
	if err != nil {
		return fail(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fail(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(30 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: domains, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), caKey)
	if err != nil {
		return fail(err)
	}
	ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})
	return ca, &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{leafDER, caDER}, PrivateKey: key}},
	}, nil
}

// sniffTimeout is how long a connection may wait with its first byte.
const sniffTimeout = 10 * time.Second

// Both parts one listener in two: plain http and https on the same port. The first byte
// of a connection tells which it is.
func Both(l net.Listener, config *tls.Config) (plain, secure net.Listener) {
	p := &part{addr: l.Addr(), conns: make(chan net.Conn), done: make(chan struct{}), close: l.Close}
	s := &part{addr: l.Addr(), conns: make(chan net.Conn), done: make(chan struct{}), close: l.Close}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				p.stop()
				s.stop()
				return
			}
			go giveTo(conn, p, s)
		}
	}()
	return p, tls.NewListener(s, config)
}

// giveTo gives a connection to the part that its first byte asks for.
func giveTo(conn net.Conn, plain, secure *part) {
	_ = conn.SetReadDeadline(time.Now().Add(sniffTimeout))
	var b [1]byte
	if _, err := conn.Read(b[:]); err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	to := plain
	if b[0] == recordHandshake {
		to = secure
	}
	select {
	case to.conns <- &sniffed{Conn: conn, first: b[:]}:
	case <-to.done:
		_ = conn.Close()
	}
}

// recordHandshake is the first byte of every TLS connection.
const recordHandshake = 22

// part is a listener for one of two protocols on a port.
type part struct {
	addr  net.Addr
	conns chan net.Conn
	close func() error
	once  sync.Once
	done  chan struct{}
}

func (p *part) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *part) stop() { p.once.Do(func() { close(p.done) }) }

func (p *part) Close() error {
	p.stop()
	return p.close()
}

func (p *part) Addr() net.Addr { return p.addr }

// sniffed gives back the byte that was read to find out the protocol.
type sniffed struct {
	net.Conn
	first []byte
}

func (s *sniffed) Read(b []byte) (int, error) {
	if len(s.first) > 0 && len(b) > 0 {
		n := copy(b, s.first)
		s.first = s.first[n:]
		return n, nil
	}
	return s.Conn.Read(b)
}
