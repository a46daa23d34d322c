// Package conformance drives the fake portal with client programs that others wrote: the
// vendor's SDK for Node over https, @2bad/bitrix over http. It holds only tests.
package conformance

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"progon/fakes/bitrix24"
	"progon/fakes/internal/node"
)

var shop = node.Workshop{Files: []string{"package.json", "package-lock.json", "b24jssdk.mjs", "2bad.cjs"}}

func TestMain(m *testing.M) { os.Exit(shop.Main(m)) }

// open starts a portal on loopback, http and https on one port.
func open(t *testing.T) (portal *bitrix24.Server, address, caFile string) {
	t.Helper()
	portal, err := bitrix24.New(bitrix24.Options{Token: "conformance"})
	if err != nil {
		t.Fatal(err)
	}
	ca, config, err := bitrix24.LoopbackTLS()
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain, secure := bitrix24.Both(listener, config)
	server := &http.Server{Handler: portal, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(plain) }()
	go func() { _ = server.Serve(secure) }()
	t.Cleanup(func() { _ = server.Close() })
	return portal, listener.Addr().String(), caFile
}

func TestVendorSDK(t *testing.T) {
	t.Parallel()
	if !shop.Installed(t) {
		return
	}
	portal, address, caFile := open(t)
	portal.AddApp("local.app", "app-secret")
	tokens, err := portal.Install("local.app")
	if err != nil {
		t.Fatal(err)
	}
	shop.Run(t, "b24jssdk.mjs", "WEBHOOK="+portal.WebhookURL("https://"+address), "CONTROL=http://"+address+"/_control/",
		"NODE_EXTRA_CA_CERTS="+caFile, "REFRESH="+tokens.Refresh)
}

func Test2bad(t *testing.T) {
	t.Parallel()
	if !shop.Installed(t) {
		return
	}
	portal, address, _ := open(t)
	shop.Run(t, "2bad.cjs", "WEBHOOK="+portal.WebhookURL("http://"+address))
}
