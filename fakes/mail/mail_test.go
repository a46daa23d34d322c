package mail

import (
	"encoding/base64"
	"fmt"
	"net"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"progon"
)

type fixed struct{}

func (fixed) Now() time.Time { return time.Date(2026, 9, 15, 12, 0, 0, 0, time.UTC) }

func server(t testing.TB, o Options) (*Server, *progon.Timeline) {
	t.Helper()
	tl := progon.NewTimeline(fixed{})
	o.Recorder = tl
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, tl
}

func TestLettersAreAlerts(t *testing.T) {
	t.Parallel()
	s, tl := server(t, Options{Roles: map[string]string{"IT@salon.example": "дежурный ИТ"}})
	letter := "Subject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("Сбой выгрузки")) + "?=\r\n\r\nCRM не отвечает, диалог c-1\r\n"
	auth := smtp.PlainAuth("", "bot", "тайна", "127.0.0.1")
	if err := smtp.SendMail(s.Addr(), auth, "bot@salon.example", []string{"it@salon.example", "boss@salon.example"}, []byte(letter)); err != nil {
		t.Fatal(err)
	}
	events := tl.Events()
	if len(events) != 1 {
		t.Fatalf("%d events, want 1", len(events))
	}
	e := events[0]
	want := []progon.Field{
		{Name: "from", Value: "bot@salon.example"},
		{Name: "to[0]", Value: "it@salon.example"}, {Name: "to[0].role", Value: "дежурный ИТ"},
		{Name: "to[1]", Value: "boss@salon.example"}, {Name: "subject", Value: "Сбой выгрузки"},
	}
	if diff := cmp.Diff(want, e.Fields); diff != "" || e.Text != "CRM не отвечает, диалог c-1" || e.Surface != progon.SurfaceAlert || e.Direction != progon.FromBot {
		t.Errorf("event %+v (-want +got):\n%s", e, diff)
	}
	if strings.Contains(fmt.Sprintf("%+v %s", e, e.Raw), "тайна") {
		t.Error("the password was kept")
	}
}

type loginAuth struct{}

func (loginAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (loginAuth) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return []byte("bot"), nil
	}
	return nil, nil
}

func TestLogin(t *testing.T) {
	t.Parallel()
	s, tl := server(t, Options{})
	if err := smtp.SendMail(s.Addr(), loginAuth{}, "a@b.example", []string{"c@d.example"}, []byte("Subject: x\r\n\r\ny\r\n")); err != nil {
		t.Fatal(err)
	}
	if tl.Len() != 1 {
		t.Errorf("%d events", tl.Len())
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	mixed := strings.ReplaceAll(`Subject: x
Content-Type: multipart/mixed; boundary=A

--A
Content-Type: multipart/alternative; boundary=B

--B
Content-Type: text/plain; charset=utf-8

текст
--B
Content-Type: text/html

<p>текст</p>
--B--
--A
Content-Type: text/csv; name=clients.csv
Content-Disposition: attachment; filename=clients.csv
Content-Transfer-Encoding: base64

`+base64.StdEncoding.EncodeToString([]byte("имя;+7 900"))+`
--A
Content-Type: image/png; name=a.png

x
--A--
`, "\n", "\r\n")
	tests := []struct {
		name, raw string
		want      letter
	}{
		{"plain", "Subject: x\r\n\r\nраз\r\nдва\r\n", letter{"x", "раз\r\nдва", nil}},
		{"parts", mixed, letter{"x", "текст", []attachment{{"clients.csv", "имя;+7 900"}, {"a.png", ""}}}},
		{"HTML alone", "Content-Type: text/html; charset=utf-8\r\n\r\n<style>p{}</style><p>раз&nbsp;два</p><p>три</p>", letter{"", "раз\u00a0два\nтри", nil}},
		{"quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n\r\n=D0=B0=\r\n=D0=B1", letter{"", "аб", nil}},
		{"Windows-1251", "Subject: =?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\n\xcf\xf0", letter{"Привет", "Пр", nil}},
		{"cut off", mixed[:strings.Index(mixed, "--B--")], letter{"x", "текст", nil}},
		{"broken base64", "Content-Transfer-Encoding: base64\r\n\r\n0LA!", letter{"", "0LA!", nil}},
		{"no letter", "просто строка", letter{"", "просто строка", nil}},
		{"nothing", "", letter{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, read([]byte(tt.raw)), cmp.AllowUnexported(letter{}, attachment{})); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStartAndClose(t *testing.T) {
	t.Parallel()
	if _, err := Start(Options{Listen: "256.0.0.1:1"}); err == nil || !strings.Contains(err.Error(), "alerts.mail.listen") {
		t.Errorf("error = %v", err)
	}
	s, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "smtp://")); err == nil {
		_ = c.Close()
		t.Error("it still listens")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Subject: =?utf-8?B?0LA=?=\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\nx\r\n--A--"))
	f.Add([]byte("Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=D0"))
	f.Fuzz(func(_ *testing.T, raw []byte) { read(raw) })
}

func ExampleServer() {
	tl := progon.NewTimeline(fixed{})
	s, err := Start(Options{Recorder: tl, Roles: map[string]string{"it@salon.example": "дежурный ИТ"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = s.Close() }()
	if err := smtp.SendMail(s.Addr(), nil, "bot@salon.example", []string{"it@salon.example"}, []byte("Subject: CRM\r\n\r\nне отвечает\r\n")); err != nil {
		fmt.Println(err)
		return
	}
	e := tl.Events()[0]
	role, _ := progon.Get(e.Fields, "to[0].role")
	fmt.Println(e.Surface, role, e.Text)
	// Output: alert дежурный ИТ не отвечает
}
