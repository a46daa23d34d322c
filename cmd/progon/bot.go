package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"progon/fakes/samplebot"
)

func botCommand(s streams) *cobra.Command {
	var addr string
	var list, showConfig, showPortal bool
	var o samplebot.Options
	cmd := &cobra.Command{
		Use:   "bot",
		Short: "запустить образцового бота отдельно",
		Long: `Запускает образцового бота: с ним можно поговорить, на нём можно попробовать настройку
подключения. С --defect бот ошибается одним известным образом.`,
		Example: `  progon bot --addr 127.0.0.1:3000 --crm http://127.0.0.1:8080/rest/1/token/
  progon bot --defect phone_in_log
  progon bot --list-defects
  progon bot --print-config > progon.yaml   настройка, с которой его репетирует progon run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case list:
				return listDefects(s)
			case showConfig:
				_, err := s.out.Write(samplebot.Config())
				return err
			case showPortal:
				_, err := s.out.Write(samplebot.Portal())
				return err
			}
			o.Log = s.err
			if o.Proxy == "" {
				o.Proxy = os.Getenv("HTTP_PROXY")
			}
			bot, err := samplebot.New(o)
			if err != nil {
				return usageErrorf("%w", err)
			}
			return serveBot(cmd.Context(), s, addr, bot)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&addr, "addr", "127.0.0.1:3000", "где слушать; порт 0 — любой свободный")
	fl.StringVar(&o.CRM, "crm", "", "адрес входящего вебхука Битрикс24; без него заявки ждут в очереди")
	fl.StringVar(&o.Alerts, "alerts", "", "куда слать оповещения, если не отвечает сам Битрикс24")
	fl.StringVar(&o.Model, "model", "", "адрес языковой модели с протоколом OpenAI, без /v1; без него бот работает по правилам")
	fl.StringVar(&o.Proxy, "proxy", "", "прокси к другим адресам; по умолчанию из HTTP_PROXY")
	fl.StringVar(&o.Defect, "defect", "", "включить дефект")
	fl.IntVar(&o.Wording, "wording", 0, "набор формулировок, с нуля")
	fl.StringVar(&o.Order, "order", "", "порядок вопросов: contacts-first — сначала имя и телефон")
	fl.BoolVar(&list, "list-defects", false, "показать все дефекты")
	fl.BoolVar(&showConfig, "print-config", false, "напечатать его progon.yaml")
	fl.BoolVar(&showPortal, "print-portal", false, "напечатать описание его портала")
	return cmd
}

func listDefects(s streams) error {
	for _, d := range samplebot.Defects() {
		_, err := fmt.Fprintf(s.out, "%-26s %s (правило %s; сценарии %s)\n", d.Name, d.About, d.Rule, strings.Join(d.Scenarios, ", "))
		if err != nil {
			return err
		}
	}
	return nil
}

// serveBot serves until the caller has had enough.
func serveBot(ctx context.Context, s streams, addr string, bot http.Handler) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return surroundingsError(fmt.Errorf("не удалось занять %s: %w; выберите другой --addr", addr, err))
	}
	if _, err := fmt.Fprintf(s.out, "бот слушает: http://%s\n", listener.Addr()); err != nil {
		return err
	}
	server := &http.Server{Handler: bot, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = server.Shutdown(stopping)
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return surroundingsError(err)
	}
	return nil
}
