package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"progon/fakes/bitrix24"
	"progon/fakes/calls"
	"progon/fakes/faults"
)

// journalSize is how many calls a fake that runs alone remembers.
const journalSize = 10_000

// fakeCommand runs one fake alone, for the developer of a bot.
func fakeCommand(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "fake ИМЯ",
		Short: "Фальшивая служба отдельно: для разработчика бота",
		Long: `Запускает одну фальшивую службу и работает, пока не прервут (Ctrl-C).
Бот обращается к ней как к настоящей; что он сделал, видно в окне службы.`,
		Example: "  progon fake bitrix24 --addr 127.0.0.1:18080 --token T",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageErrorf("укажите службу; есть: bitrix24")
			}
			return usageErrorf("службы «%s» нет; есть: bitrix24", args[0])
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	c.AddCommand(fakeBitrix24(s))
	return c
}

// portalFlags are the flags of «progon fake bitrix24».
type portalFlags struct {
	addr, token, seed, limits, caFile string
	user                              int
	scopes, faults, apps              []string
	https, asJSON, methods, strict    bool
}

func fakeBitrix24(s streams) *cobra.Command {
	var f portalFlags
	c := &cobra.Command{
		Use:   "bitrix24",
		Short: "Фальшивый портал Bitrix24",
		Long: `Портал, с которым работают официальные SDK без изменений: REST, пакетные вызовы,
ограничения, боты, открытые линии, запись, OAuth, события.

Первой строкой печатает адрес вебхука (с --https — два: https и http). По адресу «/» — окно портала: карточки,
диалоги, задачи и журнал вызовов. С --https печатает путь к сертификату; передайте
его боту в NODE_EXTRA_CA_CERTS, SSL_CERT_FILE или REQUESTS_CA_BUNDLE.

Отказы (--fault, можно несколько раз): ` + faults.Known + `
После «;» — сколько: «503 QUERY_LIMIT_EXCEEDED; 3 раза», «502; 10 минут».`,
		Example: `  progon fake bitrix24 --addr 127.0.0.1:18080 --token T --user 1
  progon fake bitrix24 --https --limits basic --seed-file portal.yaml
  progon fake bitrix24 --fault "crm.lead.add: 503 QUERY_LIMIT_EXCEEDED; 2 раза"
  progon fake bitrix24 --methods`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.methods {
				return printMethods(s)
			}
			return servePortal(cmd.Context(), s, f)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:0", "адрес и порт; порт 0 — любой свободный")
	flags.StringVar(&f.addr, "listen", "127.0.0.1:0", "то же, что --addr")
	flags.StringVar(&f.token, "token", "", "токен вебхука; без него — случайный")
	flags.IntVar(&f.user, "user", 1, "номер сотрудника, от чьего имени работает вебхук")
	flags.StringVar(&f.seed, "seed-file", "", "описание портала: сотрудники, воронки, поля (YAML)")
	flags.StringVar(&f.seed, "seed", "", "то же, что --seed-file")
	flags.StringVar(&f.limits, "limits", "off", "ограничения: off, basic (50 и 2 в секунду), enterprise (250 и 5), portal — то же, что basic")
	flags.StringSliceVar(&f.scopes, "scopes", nil, "права вебхука через запятую; без них — все")
	flags.StringArrayVar(&f.faults, "fault", nil, "отказ: «ЧТО; СКОЛЬКО»")
	flags.BoolVar(&f.https, "https", false, "ещё и https на том же порту, с сертификатом на этот запуск")
	flags.BoolVar(&f.strict, "https-only", false, "отвергать обычный http, как облако Bitrix24")
	flags.StringVar(&f.caFile, "ca-file", "", "куда записать сертификат; без него — во временную папку")
	flags.BoolVar(&f.asJSON, "json", false, "напечатать адреса одной строкой JSON")
	flags.BoolVar(&f.methods, "methods", false, "напечатать все методы и степень их верности")
	flags.StringArrayVar(&f.apps, "app", nil, "приложение OAuth: «client_id:client_secret»")
	return c
}

// address is what the command prints about itself.
type address struct {
	Webhook      string            `json:"webhook"`
	WebhookHTTPS string            `json:"webhook_https,omitempty"`
	Window       string            `json:"window"`
	Control      string            `json:"control"`
	CA           string            `json:"ca,omitempty"`
	User         int               `json:"user"`
	Token        string            `json:"token"`
	Apps         map[string]string `json:"apps,omitempty"` // client id → first access token
}

func makePortal(f portalFlags) (*bitrix24.Server, error) {
	limits, ok := bitrix24.LimitsNamed(f.limits)
	if !ok {
		return nil, usageErrorf("--limits: «%s» неизвестно; годятся off, basic, enterprise", f.limits)
	}
	if f.user < 1 {
		return nil, usageErrorf("--user: нужен номер от 1")
	}
	journal := calls.NewJournal(journalSize, time.Now)
	portal, err := bitrix24.New(bitrix24.Options{
		Token: f.token, User: f.user, Scopes: f.scopes, Limits: limits, Recorder: journal, HTTPSOnly: f.strict,
	})
	if err != nil {
		return nil, usageErrorf("--token: %w", err)
	}
	portal.ShowJournal(journal)
	if f.seed != "" {
		text, err := os.ReadFile(f.seed)
		if err != nil {
			return nil, usageErrorf("--seed-file: не удалось прочитать описание портала: %w", err)
		}
		if err := portal.LoadSeed(text); err != nil {
			return nil, usageErrorf("--seed-file %s: %w", f.seed, err)
		}
	}
	for _, text := range f.faults {
		what, howLong, _ := strings.Cut(text, ";")
		rule, err := faults.Parse(what, howLong)
		if err != nil {
			return nil, usageErrorf("--fault: %w", err)
		}
		portal.Fail(rule)
	}
	return portal, nil
}

func servePortal(ctx context.Context, s streams, f portalFlags) error {
	portal, err := makePortal(f)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return surroundingsError(fmt.Errorf("порт %s занять не удалось: %w", f.addr, err))
	}
	base := "http://" + listener.Addr().String()
	shown := address{Webhook: portal.WebhookURL(base), Window: base + "/", Control: base + "/_control/", User: f.user, Token: portal.Token()}
	if shown.Apps, err = installApps(portal, f.apps); err != nil {
		return err
	}
	server := &http.Server{Handler: portal, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 20}
	serving := make(chan error, 2)
	if f.https {
		config, file, err := certificate(f.caFile)
		if err != nil {
			_ = listener.Close()
			return surroundingsError(err)
		}
		if f.caFile == "" {
			defer func() { _ = os.RemoveAll(filepath.Dir(file)) }()
		}
		shown.WebhookHTTPS, shown.CA = portal.WebhookURL("https://"+listener.Addr().String()), file
		plain, secure := bitrix24.Both(listener, config)
		listener = plain
		go func() { serving <- server.Serve(secure) }()
	}
	go func() { serving <- server.Serve(listener) }()
	if err := printAddress(s, shown, f.asJSON); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		_ = server.Close()
		return printUsage(s, portal.Usage())
	case err := <-serving:
		_ = server.Close()
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return surroundingsError(fmt.Errorf("портал остановился: %w", err))
	}
}

func installApps(portal *bitrix24.Server, apps []string) (map[string]string, error) {
	out := map[string]string{}
	for _, text := range apps {
		id, secret, ok := strings.Cut(text, ":")
		if !ok || id == "" || secret == "" {
			return nil, usageErrorf("--app: нужно «client_id:client_secret»")
		}
		portal.AddApp(id, secret)
		tokens, err := portal.Install(id)
		if err != nil {
			return nil, err
		}
		out[id] = tokens.Access
	}
	return out, nil
}

// certificate makes the certificate of this run and writes down the authority that the
// bot must trust.
func certificate(file string) (*tls.Config, string, error) {
	ca, config, err := bitrix24.LoopbackTLS()
	if err != nil {
		return nil, "", err
	}
	if file == "" {
		dir, err := os.MkdirTemp("", "progon-ca-")
		if err != nil {
			return nil, "", fmt.Errorf("не удалось создать папку для сертификата: %w", err)
		}
		file = filepath.Join(dir, "ca.pem")
	}
	if err := os.WriteFile(file, ca, 0o600); err != nil {
		return nil, "", fmt.Errorf("сертификат не записан: %w", err)
	}
	return config, file, nil
}

func printAddress(s streams, a address, asJSON bool) error {
	if asJSON {
		line, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("адреса не напечатаны: %w", err)
		}
		_, err = fmt.Fprintln(s.out, string(line))
		return err
	}
	lines := []string{a.Webhook}
	if a.WebhookHTTPS != "" {
		lines = []string{a.WebhookHTTPS + " " + a.Webhook, "сертификат: " + a.CA}
	}
	for _, id := range sortedNames(a.Apps) {
		lines = append(lines, "приложение "+id+": "+a.Apps[id])
	}
	lines = append(lines, "окно портала: "+a.Window)
	_, err := fmt.Fprintln(s.out, strings.Join(lines, "\n"))
	return err
}

// printUsage says at the end what the bot really called, and which rights of its webhook it
// never needed: those had better be taken away.
func printUsage(s streams, u bitrix24.Usage) error {
	if len(u.Methods) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(s.err, "вызваны методы: %s\nправа, которые не понадобились: %s\n",
		strings.Join(u.Methods, ", "), orDash(strings.Join(u.Unused, ", ")))
	return err
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

func sortedNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func printMethods(s streams) error {
	portal, err := bitrix24.New(bitrix24.Options{})
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "МЕТОД\tПРАВО\tВЕРНОСТЬ\tКОМУ")
	for _, m := range portal.Methods() {
		who := "всем"
		if m.App {
			who = "приложению"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", m.Name, strings.ReplaceAll(m.Scope, "|", " или "), m.Level, who)
	}
	return w.Flush()
}
