// Package egress is the door through which a bot leaves the machine: a forward proxy for
// plain HTTP and CONNECT. TLS is opened with certificates of the lane's own authority, so
// that what the bot sends is seen and not only where to. Every request becomes an event on
// the egress surface: host, method, path, body, allowed or not.
//
// Nobody outside is reached unless [Options.Mode] says so. Requests to this machine itself
// pass and are not told: nothing leaves with them, and the fakes tell what they hear. Not
// modelled: HTTP/3, SOCKS, and streams whose request goes on after its answer began.
//
// Start at [Start].
package egress

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"

	"progon"
)

// Mode says who is really reached.
type Mode string

// Modes. A request that may not pass is answered 403 and told all the same.
const (
	Block   Mode = "block"   // nobody outside; the default
	Allowed Mode = "allowed" // the hosts of Options.Allowed
	Watch   Mode = "watch"   // everybody: only watch
)

// Route answers in place of a host.
type Route struct {
	Handler http.Handler
	// Tells says that the handler records what it hears: then the proxy does not tell the
	// same request again.
	Tells bool
}

// Options are what a proxy needs.
type Options struct {
	Recorder progon.Recorder // nil drops what was seen
	// Dir gets the file with the certificate of the authority.
	Dir string
	// Listen is the first address; a free port on loopback where empty.
	Listen string
	Mode   Mode
	// Allowed are the hosts which the bot may call: «api.example.ru», «*.example.ru».
	Allowed []string
	// Routes are hosts that are answered here, patterns likewise.
	Routes map[string]Route
	// Zones are the countries of hosts, as far as they were told: «*.example.ru»: «Россия».
	Zones map[string]string
	// Direct are more names of this machine: «host.docker.internal» is always one.
	Direct []string
	// Transport reaches the outside; a plain one where nil.
	Transport http.RoundTripper
	// MaxBody bounds what is kept of a body; 1 MiB where 0. The rest passes unseen.
	MaxBody int64
}

const (
	defaultMaxBody = 1 << 20
	// sniffTimeout is how long a tunnel may wait with its first byte: in a protocol in which
	// the server speaks first there is none.
	sniffTimeout = 2 * time.Second
	// handshakeTimeout is how long a bot may think about a certificate.
	handshakeTimeout = 10 * time.Second
	caName           = "progon-ca.pem"
)

// Server is a running proxy. It is safe for concurrent use.
type Server struct {
	options   Options
	authority *authority
	caFile    string
	first     string // the address of the first listener
	outer     *http.Server
	inner     *http.Server // what is said inside of tunnels
	tunnels   *handed
	forward   *httputil.ReverseProxy

	mu    sync.Mutex
	own   map[string]bool       // host:port of its own listeners
	open  map[net.Conn]struct{} // tunnels
	hosts map[string]*Host
	over  bool
	busy  sync.WaitGroup
}

// Host is what is known of one host that the bot tried.
type Host struct {
	Name    string
	Zone    string
	Allowed bool
	Calls   int
}

// Start begins to listen. The certificate is written to Options.Dir.
func Start(o Options) (*Server, error) {
	if o.MaxBody <= 0 {
		o.MaxBody = defaultMaxBody
	}
	switch o.Mode {
	case "":
		o.Mode = Block
	case Block, Allowed, Watch:
	default:
		return nil, fmt.Errorf("egress.mode: «%s» нет; есть: %s, %s, %s", o.Mode, Block, Allowed, Watch)
	}
	if o.Recorder == nil {
		o.Recorder = dropped{}
	}
	a, err := newAuthority(time.Now())
	if err != nil {
		return nil, err
	}
	s := &Server{
		options: o, authority: a, tunnels: newHanded(),
		own: map[string]bool{}, open: map[net.Conn]struct{}{}, hosts: map[string]*Host{},
	}
	s.caFile = filepath.Join(o.Dir, caName)
	// Containers of the bot may run as another user.
	if err := os.WriteFile(s.caFile, a.pem, 0o644); err != nil { //nolint:gosec // a certificate is public
		return nil, fmt.Errorf("не удалось записать сертификат прокси в папку бота: %w", err)
	}
	s.forward = s.newForward()
	quiet := log.New(silent{}, "", 0) // broken connections are told as events
	s.outer = &http.Server{Handler: http.HandlerFunc(s.serveOuter), ReadHeaderTimeout: handshakeTimeout, ErrorLog: quiet}
	s.inner = &http.Server{
		Handler: http.HandlerFunc(s.serveInner), ReadHeaderTimeout: time.Minute, ErrorLog: quiet,
		ConnContext: withTunnel,
	}
	s.busy.Go(func() { _ = s.inner.Serve(s.tunnels) }) // ends with Close
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if s.first, err = s.Listen(o.Listen); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Listen takes requests at one more address and returns it as an URL: the gateway of a
// container network.
func (s *Server) Listen(addr string) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("прокси не может занять адрес %s: %w; освободите порт или поменяйте egress.listen", addr, err)
	}
	s.mu.Lock()
	s.own[l.Addr().String()] = true
	s.mu.Unlock()
	s.busy.Go(func() { _ = s.outer.Serve(l) }) // ends with Close
	return "http://" + l.Addr().String(), nil
}

// URL is the address of the proxy.
func (s *Server) URL() string { return s.first }

// CAFile is the certificate of the authority, in PEM.
func (s *Server) CAFile() string { return s.caFile }

// Env are the variables by which a bot on this machine finds the proxy and trusts it.
func (s *Server) Env() map[string]string { return Env(s.first, s.caFile, s.options.Direct...) }

// Env are the variables by which a bot finds a proxy and trusts its certificates. Names
// in direct are reached without it.
func Env(proxyURL, caFile string, direct ...string) map[string]string {
	bypass := strings.Join(append([]string{"localhost", "127.0.0.1", "::1", dockerHost}, direct...), ",")
	return map[string]string{
		"HTTP_PROXY": proxyURL, "HTTPS_PROXY": proxyURL, "NO_PROXY": bypass,
		"http_proxy": proxyURL, "https_proxy": proxyURL, "no_proxy": bypass, // curl reads only these
		"NODE_USE_ENV_PROXY": "1", // since Node 22.21; before it, a library must do it
		"SSL_CERT_FILE":      caFile, "NODE_EXTRA_CA_CERTS": caFile,
		"REQUESTS_CA_BUNDLE": caFile, "CURL_CA_BUNDLE": caFile,
	}
}

// Hosts lists whom the bot tried since the last Reset, by name.
func (s *Server) Hosts() []Host {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Host, 0, len(s.hosts))
	for _, h := range s.hosts {
		all = append(all, *h)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// Reset forgets whom the bot tried.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.hosts)
}

// Close ends all connections and removes the certificate.
func (s *Server) Close() error {
	s.mu.Lock()
	s.over = true
	for c := range s.open {
		_ = c.Close() // its reader sees it
	}
	s.mu.Unlock()
	err := errors.Join(s.outer.Close(), s.inner.Close())
	s.busy.Wait()
	if gone := os.Remove(s.caFile); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, fmt.Errorf("сертификат прокси не удалён: %w", gone))
	}
	return err
}

// track remembers a connection, so that Close can end it and wait for its end.
func (s *Server) track(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false
	}
	s.open[c] = struct{}{}
	s.busy.Add(1)
	return true
}

func (s *Server) untrack(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	s.busy.Done()
}

type dropped struct{}

func (dropped) Record(e progon.Event) progon.Event { return e }

type silent struct{}

func (silent) Write(p []byte) (int, error) { return len(p), nil }

// config is the server side of TLS towards the bot, for one tunnel.
func (s *Server) config(host string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := hello.ServerName
			if name == "" {
				name = host
			}
			return s.authority.certificate(name)
		},
	}
}
