package bitrix24

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"progon"
)

// The window shows the developer of a bot what the bot did: cards, timeline, dialogues,
// tasks, and the calls as they come. It is read only and needs nothing from outside.

//go:embed window.tmpl
var windowFiles embed.FS

// windowRows bounds every list of the window: the newest rows are shown.
const windowRows = 50

type windowPage struct {
	Groups []windowGroup
	Calls  []windowCall
	Count  int
}

type windowGroup struct {
	Title string
	Rows  []windowRow
	Total int
}

type windowRow struct {
	Title  string
	Fields []progon.Field
}

type windowCall struct {
	Time, Kind, Status, Note string
	Bad                      bool
	Fields                   []progon.Field
}

func (s *Server) serveWindow(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/_window/events":
		s.windowEvents(w, r)
		return
	case "/", "/_window/body":
	default:
		http.NotFound(w, r)
		return
	}
	t, err := template.ParseFS(windowFiles, "window.tmpl")
	if err != nil {
		http.Error(w, "окно не построено", http.StatusInternalServerError)
		return
	}
	name := "page"
	if r.URL.Path == "/_window/body" {
		name = "body"
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, s.window()); err != nil {
		http.Error(w, "окно не построено", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
	_, _ = w.Write(b.Bytes())
}

func (s *Server) window() windowPage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var p windowPage
	for _, k := range []struct{ name, title string }{{"lead", "Лиды"}, {"deal", "Сделки"}, {"contact", "Контакты"}, {"company", "Компании"}} {
		t := s.state.tables[k.name]
		g := windowGroup{Title: k.title, Total: t.rows.count}
		for id := t.rows.last; id > 0 && len(g.Rows) < windowRows; id-- {
			if r, ok := t.rows.get(id); ok {
				g.Rows = append(g.Rows, windowRow{cardTitle(t, r), s.titled(t, t.flat(r))})
			}
		}
		p.Groups = append(p.Groups, g)
	}
	for _, k := range []struct{ name, title, show string }{
		{"comment", "Комментарии", "COMMENT"}, {"activity", "Дела", "SUBJECT"}, {"task", "Задачи", "TITLE"},
		{"notification", "Уведомления", "MESSAGE"}, {"dialog", "Диалоги", "TITLE"}, {"message", "Сообщения", "MESSAGE"},
		{"booking", "Записи", "NAME"},
	} {
		list := s.state.docs(k.name)
		g := windowGroup{Title: k.title, Total: list.rows.count}
		for id := list.rows.last; id > 0 && len(g.Rows) < windowRows; id-- {
			if doc, ok := list.get(id); ok {
				g.Rows = append(g.Rows, windowRow{"№" + strconv.Itoa(id) + " " + str(first(doc, k.show)), full(flatten(nil, "", doc))})
			}
		}
		p.Groups = append(p.Groups, g)
	}
	if s.journal != nil {
		events, _ := s.journal.Since(0)
		p.Count = len(events)
		for i := len(events) - 1; i >= 0 && len(p.Calls) < 2*windowRows; i-- {
			p.Calls = append(p.Calls, s.windowCall(events[i]))
		}
	}
	return p
}

func cardTitle(t *table, r *record) string {
	title := t.text(r, "TITLE")
	if title == "" {
		title = strings.TrimSpace(t.text(r, "NAME") + " " + t.text(r, "LAST_NAME"))
	}
	return "№" + strconv.Itoa(r.id) + " " + title
}

// titled gives the fields of a card the names that people know.
func (s *Server) titled(t *table, fields []progon.Field) []progon.Field {
	for i, f := range fields {
		code, rest, _ := strings.Cut(f.Name, "[")
		if def, _, ok := t.schema.byCode(code); ok && def.title != code {
			fields[i].Name = def.title + " (" + code + ")"
			if rest != "" {
				fields[i].Name += "[" + rest
			}
		}
	}
	return full(fields)
}

// full drops fields without a value.
func full(fields []progon.Field) []progon.Field {
	out := fields[:0]
	for _, f := range fields {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	return out
}

func (s *Server) windowCall(e progon.Event) windowCall {
	c := windowCall{Time: e.Time.In(s.zone).Format("15:04:05"), Kind: e.Kind, Status: strconv.Itoa(e.Status), Fields: e.Fields,
		Bad: e.Error != "" || e.Status >= 400}
	var notes []string
	for _, x := range e.Effects {
		if x.Op != progon.Read {
			notes = append(notes, map[progon.Op]string{progon.Created: "создано", progon.Updated: "изменено", progon.Deleted: "удалено"}[x.Op]+" "+x.Ref())
		}
	}
	if e.Error != "" {
		notes = append(notes, e.Error)
	}
	if e.Gap != "" {
		notes = append(notes, e.Gap)
	}
	if e.Direction == progon.ToBot {
		notes = append(notes, "кто: "+string(e.Actor))
	}
	sort.Strings(notes)
	c.Note = strings.Join(notes, "; ")
	return c
}

// windowEvents tells an open window that there is something new.
func (s *Server) windowEvents(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	journal := s.journal
	s.mu.Unlock()
	if journal == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flush := http.NewResponseController(w)
	_ = flush.SetWriteDeadline(time.Time{})
	seq := 0
	for {
		events, grown := journal.Since(seq)
		if n := len(events); n > 0 {
			seq = events[n-1].Seq
			if _, err := fmt.Fprintf(w, "data: %d\n\n", seq); err != nil {
				return
			}
			if flush.Flush() != nil {
				return
			}
		}
		select {
		case <-grown:
		case <-r.Context().Done():
			return
		}
	}
}
