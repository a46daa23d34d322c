package launch

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"runtime"

	"github.com/moby/moby/client"
)

// hostName is how containers know this machine.
const hostName = "host.docker.internal"

// network is where the containers of one lane live. In a closed one they reach each other
// and the gateway, which is this machine: there relays lead to the fakes and to the proxy,
// which listen on loopback as they do for a command.
type network struct {
	api     client.APIClient
	id      string
	name    string
	gateway string // empty where Docker runs on a machine of its own (macOS, Windows)
	relays  map[string]*relay
}

// direct tells whether containers can be reached at their own addresses.
func direct() bool { return runtime.GOOS == "linux" }

func openNetwork(ctx context.Context, e *engine, mark string, closed bool) (_ *network, err error) {
	n := &network{api: e.api, name: "progon-" + mark[:12], relays: map[string]*relay{}}
	if closed && !direct() {
		return nil, fmt.Errorf("bot.image.network: закрытая сеть возможна только с Docker на Linux; напишите network: %s", NetworkOpen)
	}
	made, err := e.api.NetworkCreate(ctx, n.name, client.NetworkCreateOptions{Driver: "bridge", Internal: closed, Labels: labels(mark)})
	if err != nil {
		return nil, fmt.Errorf("не удалось создать сеть для контейнеров: %w", err)
	}
	n.id = made.ID
	if !direct() {
		return n, nil
	}
	seen, err := e.api.NetworkInspect(ctx, n.id, client.NetworkInspectOptions{})
	if err != nil {
		return nil, n.failed(fmt.Errorf("не удалось узнать адреса сети контейнеров: %w", err))
	}
	for _, c := range seen.Network.IPAM.Config {
		if c.Gateway.Is4() {
			n.gateway = c.Gateway.String()
		}
	}
	if n.gateway == "" {
		return nil, n.failed(fmt.Errorf("у сети контейнеров нет адреса этой машины"))
	}
	if err := n.bindable(); err != nil {
		return nil, n.failed(err)
	}
	return n, nil
}

// bindable tells whether the gateway is on this machine: Docker may run on another one.
func (n *network) bindable() error {
	l, err := net.Listen("tcp", net.JoinHostPort(n.gateway, "0"))
	if err != nil {
		return fmt.Errorf("Docker работает на другой машине: боту в контейнере не видны подставные сервисы Прогона; запустите Прогон там же, где Docker (%w)", reason(err)) //nolint:staticcheck // a name
	}
	return l.Close()
}

func (n *network) failed(err error) error {
	n.close(context.WithoutCancel(context.Background()))
	return err
}

var loopback = regexp.MustCompile(`(?:127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})\b`)

// seen rewrites the addresses of loopback in a value so that containers reach them, and
// opens the relays which that needs.
func (n *network) seen(value string) (string, error) {
	var failed error
	out := loopback.ReplaceAllStringFunc(value, func(address string) string {
		port := loopback.FindStringSubmatch(address)[1]
		if n.gateway != "" && n.relays[address] == nil {
			r, err := openRelay(net.JoinHostPort(n.gateway, port), address)
			if err != nil {
				failed = fmt.Errorf("порт %s нужен боту в контейнере, но занят в сети Docker: %w", port, reason(err))
				return address
			}
			n.relays[address] = r
		}
		return hostName + ":" + port
	})
	return out, failed
}

// extraHost is the line for /etc/hosts of a container.
func (n *network) extraHost() string {
	if n.gateway == "" {
		return hostName + ":host-gateway"
	}
	return hostName + ":" + n.gateway
}

// address is where a container of this network is reached from here.
func (n *network) address(ctx context.Context, id string, port int) (string, error) {
	got, err := n.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return "", fmt.Errorf("не удалось узнать адрес контейнера: %w", err)
	}
	settings := got.Container.NetworkSettings
	if settings == nil {
		return "", fmt.Errorf("у контейнера нет сети")
	}
	if direct() {
		if at := settings.Networks[n.name]; at != nil && at.IPAddress.IsValid() {
			return netip.AddrPortFrom(at.IPAddress, uint16(port)).String(), nil //nolint:gosec // checked: a port
		}
		return "", fmt.Errorf("контейнер остался без адреса: он завершился сразу после запуска")
	}
	for inside, outside := range settings.Ports {
		if int(inside.Num()) == port && len(outside) > 0 {
			return net.JoinHostPort("127.0.0.1", outside[0].HostPort), nil
		}
	}
	return "", fmt.Errorf("порт %d контейнера не открыт наружу", port)
}

// close takes the network away. Its containers are gone by then.
func (n *network) close(ctx context.Context) {
	for _, r := range n.relays {
		r.close()
	}
	n.relays = nil
	_, _ = n.api.NetworkRemove(ctx, n.id, client.NetworkRemoveOptions{}) // else the next start sweeps it
}
