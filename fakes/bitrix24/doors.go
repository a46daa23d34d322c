package bitrix24

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"

	"github.com/jarcoal/httpmock"
)

// Mount is the third door of the portal, for unit tests of bots written in Go: calls to
// the address of a portal are answered in the process, without a port. The other two
// doors are [Server] as an [http.Handler] on a port, and httptest.NewServer(server).
// It returns the webhook address under portalURL.
func (s *Server) Mount(transport *httpmock.MockTransport, portalURL string) (webhook string, err error) {
	u, err := url.Parse(portalURL)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("адрес портала «%s»: нужен полный, вида https://portal.example", portalURL)
	}
	base := u.Scheme + "://" + u.Host
	answer := func(r *http.Request) (*http.Response, error) {
		in := r.Clone(r.Context())
		if in.Body == nil {
			in.Body = http.NoBody
		}
		if in.Host == "" {
			in.Host = in.URL.Host
		}
		in.RequestURI = in.URL.RequestURI()
		in.RemoteAddr = "127.0.0.1:0"
		if u.Scheme == "https" {
			in.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		aborted := serveOrAbort(s, w, in)
		if aborted {
			return nil, fmt.Errorf("%s %s: соединение оборвано", r.Method, u.Host)
		}
		resp := w.Result()
		resp.Request = r
		return resp, nil
	}
	pattern := regexp.MustCompile("^" + regexp.QuoteMeta(base) + "/")
	for _, verb := range []string{http.MethodGet, http.MethodPost} {
		transport.RegisterRegexpResponder(verb, pattern, answer)
	}
	return s.WebhookURL(base), nil
}

// serveOrAbort serves a call; a fault that drops the connection aborts it, as on a port.
func serveOrAbort(s *Server, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		if what := recover(); what != nil {
			if what != http.ErrAbortHandler { //nolint:errorlint // a sentinel of panics, never wrapped
				panic(what)
			}
			aborted = true
		}
	}()
	s.ServeHTTP(w, r)
	return false
}
