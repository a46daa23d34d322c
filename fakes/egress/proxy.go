package egress

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"time"
)

// serveOuter takes what is said to the proxy itself.
func (s *Server) serveOuter(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		s.connect(w, r)
		return
	}
	if !r.URL.IsAbs() || r.URL.Host == "" {
		http.Error(w, "Это прокси Прогона: он ждёт запросов к другим адресам (HTTP_PROXY, HTTPS_PROXY).", http.StatusBadRequest)
		return
	}
	s.pass(w, r, newTarget(r.URL.Scheme, r.URL.Host))
}

// serveInner takes what is said inside of a tunnel.
func (s *Server) serveInner(w http.ResponseWriter, r *http.Request) {
	t, ok := r.Context().Value(tunnelKey{}).(*tunnel)
	if !ok {
		http.Error(w, "соединение без адресата", http.StatusBadRequest)
		return
	}
	t.used.Store(true)
	to := t.to
	to.scheme = "http"
	if r.TLS != nil {
		to.scheme = "https"
	}
	s.pass(w, r, to)
}

// pass tells a request and answers it, here or from outside. It is told before it is
// answered: what a bot has sent counts, also when the answer never comes.
func (s *Server) pass(w http.ResponseWriter, r *http.Request, to target) {
	how := s.wayTo(to)
	if s.isOwn(to) {
		http.Error(w, "прокси Прогона не обращается к самому себе", http.StatusLoopDetected)
		return
	}
	if how.home {
		s.forward.ServeHTTP(w, withTarget(r, to))
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, s.options.MaxBody))
	if err == nil || len(body) > 0 { // a broken request has told something too
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	}
	s.count(to, how)
	if !how.tells {
		s.tell(request(r, to, body), to, how)
	}
	switch {
	case how.handler != nil:
		how.handler.ServeHTTP(w, homely(r, to))
	case how.passes:
		s.forward.ServeHTTP(w, withTarget(r, to))
	default:
		http.Error(w, "Прогон не выпускает бота к адресу "+to.host, http.StatusForbidden)
	}
}

// homely is a request as the handler of a host knows it: not as one to a proxy.
func homely(r *http.Request, to target) *http.Request {
	in := r.Clone(r.Context())
	in.URL.Scheme, in.URL.Host = "", ""
	in.RequestURI = in.URL.RequestURI()
	in.Host = to.host
	in.Header.Del("Proxy-Connection")
	in.Header.Del("Proxy-Authorization")
	return in
}

func (s *Server) isOwn(to target) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own[to.addr()]
}

type targetKey struct{}

func withTarget(r *http.Request, to target) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), targetKey{}, to))
}

func (s *Server) newForward() *httputil.ReverseProxy {
	transport := s.options.Transport
	if transport == nil {
		dialer := &net.Dialer{Timeout: handshakeTimeout}
		transport = &http.Transport{
			Proxy: nil, ForceAttemptHTTP2: true, TLSHandshakeTimeout: handshakeTimeout, IdleConnTimeout: 30 * time.Second,
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, fromContainer(ctx, addr))
			},
		}
	}
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			to, _ := p.In.Context().Value(targetKey{}).(target)
			p.Out.URL.Scheme, p.Out.URL.Host = to.scheme, to.addr()
			p.Out.Header.Del("Proxy-Connection")
			p.Out.Header.Del("Proxy-Authorization")
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			to, _ := r.Context().Value(targetKey{}).(target)
			http.Error(w, "прокси Прогона: адрес "+to.host+" не отвечает", http.StatusBadGateway)
		},
		ErrorLog: log.New(silent{}, "", 0),
	}
}

// fromContainer turns the name by which containers know this machine into the address at
// which the container came in: there the fakes listen.
func fromContainer(ctx context.Context, addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != dockerHost {
		return addr
	}
	if local, ok := ctx.Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		return net.JoinHostPort(local.IP.String(), port)
	}
	return net.JoinHostPort("127.0.0.1", port)
}
