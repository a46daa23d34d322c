package egress

import (
	"net"
	"net/http"
	"strings"
)

// dockerHost is the name of this machine inside of containers.
const dockerHost = "host.docker.internal"

// target is where a request wants to go.
type target struct {
	scheme string // http, https; tcp where it is no HTTP
	host   string // lower case, without port
	port   string
}

func (t target) addr() string { return net.JoinHostPort(t.host, t.port) }

// url is the address as a person writes it.
func (t target) url() string {
	if (t.scheme == "http" && t.port == "80") || (t.scheme == "https" && t.port == "443") {
		if strings.Contains(t.host, ":") {
			return t.scheme + "://[" + t.host + "]"
		}
		return t.scheme + "://" + t.host
	}
	return t.scheme + "://" + t.addr()
}

// newTarget reads «host» or «host:port».
func newTarget(scheme, hostport string) target {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = strings.Trim(hostport, "[]"), "80"
		if scheme == "https" {
			port = "443"
		}
	}
	return target{scheme, strings.ToLower(strings.TrimSuffix(host, ".")), port}
}

// way is what is done with a request.
type way struct {
	home    bool         // this machine: passes and is not told
	handler http.Handler // answers here
	tells   bool         // the handler tells
	allowed bool         // by those who agreed on it
	passes  bool         // really goes out
}

func (s *Server) wayTo(t target) way {
	if s.isHome(t.host) {
		return way{home: true, allowed: true, passes: true}
	}
	if route, ok := lookUp(s.options.Routes, t.host); ok && route.Handler != nil {
		return way{handler: route.Handler, tells: route.Tells, allowed: true}
	}
	allowed := false
	for _, pattern := range s.options.Allowed {
		allowed = allowed || matches(pattern, t.host)
	}
	return way{allowed: allowed, passes: s.options.Mode == Watch || (allowed && s.options.Mode == Allowed)}
}

// isHome tells whether a name is this machine.
func (s *Server) isHome(host string) bool {
	if host == "localhost" || host == dockerHost || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return true
	}
	for _, d := range s.options.Direct {
		if strings.EqualFold(d, host) {
			return true
		}
	}
	return false
}

func (s *Server) zone(host string) string {
	z, _ := lookUp(s.options.Zones, host)
	return z
}

// lookUp finds the most exact pattern for a host.
func lookUp[V any](of map[string]V, host string) (found V, ok bool) {
	best := -1
	for pattern, v := range of {
		if len(pattern) > best && matches(pattern, host) {
			found, ok, best = v, true, len(pattern)
		}
	}
	return found, ok
}

// matches tells whether a host is meant: «example.ru» is itself, «*.example.ru» all below
// it as well.
func matches(pattern, host string) bool {
	pattern = strings.ToLower(strings.TrimSpace(pattern))
	if below, ok := strings.CutPrefix(pattern, "*."); ok {
		return host == below || strings.HasSuffix(host, "."+below)
	}
	return pattern != "" && pattern == host
}
