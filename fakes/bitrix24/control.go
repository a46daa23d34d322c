package bitrix24

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"progon/fakes/calls"
	"progon/fakes/faults"
)

// What a test needs and the vendor does not offer lives under /_control/:
//
//	POST /_control/reset                                    the portal as it was made
//	POST /_control/fail   {"what":"503 …","how_long":"3 раза"}   a fault from now on
//	POST /_control/clear                                    no faults
//	POST /_control/age    {"by":"1464h"}                     everything is older
//	POST /_control/put    {"actor":"врач","entity":"lead","fields":{…}}
//	POST /_control/change {"actor","entity","id","fields"}
//	POST /_control/client {"line":1,"user":"42","name":"Алсу","text":"…"}   a client writes to an open line
//	POST /_control/operator {"chat":1,"user":"врач","text":"…"}             an operator answers
//	POST /_control/return {"chat":1,"user":"врач"}           the dialogue goes back to the bot
//	POST /_control/expire                                    access tokens expire now
//	POST /_control/twice  {"times":3}                        the next events go out twice
//	POST /_control/disorder {"on":true}                      events of one call come in disorder
//	GET  /_control/usage                                     what the bot really used
//	GET  /_control/journal                                   the calls, one JSON per line

type controlBody struct {
	What    string         `json:"what"`
	HowLong string         `json:"how_long"`
	By      string         `json:"by"`
	Actor   string         `json:"actor"`
	Entity  string         `json:"entity"`
	ID      string         `json:"id"`
	Fields  map[string]any `json:"fields"`
	Line    int            `json:"line"`
	Chat    int            `json:"chat"`
	User    string         `json:"user"`
	Name    string         `json:"name"`
	Text    string         `json:"text"`
	Times   int            `json:"times"`
	On      bool           `json:"on"`
}

func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	what := strings.Trim(strings.TrimPrefix(r.URL.Path, "/_control/"), "/")
	if r.Method == http.MethodGet {
		s.controlRead(w, what)
		return
	}
	var b controlBody
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&b); err != nil && r.ContentLength > 0 {
		answerControl(w, nil, fmt.Errorf("тело не прочитано: %w", err))
		return
	}
	result, err := s.control(what, b)
	answerControl(w, result, err)
}

func (s *Server) control(what string, b controlBody) (any, error) {
	switch what {
	case "reset":
		s.Reset()
		s.ClearFaults()
	case "fail":
		rule, err := faults.Parse(b.What, b.HowLong)
		if err != nil {
			return nil, err
		}
		s.Fail(rule)
	case "clear":
		s.ClearFaults()
	case "expire":
		s.ExpireTokens()
	case "twice":
		s.DeliverTwice(b.Times)
	case "disorder":
		s.Disorder(b.On)
	case "age":
		d, err := time.ParseDuration(b.By)
		if err != nil {
			return nil, fmt.Errorf("срок «%s» не понят; пример: 1464h", b.By)
		}
		s.Age(d)
	case "put":
		return s.Put(b.Actor, b.Entity, b.Fields)
	case "change":
		return true, s.Change(b.Actor, b.Entity, b.ID, b.Fields)
	case "client":
		return s.ClientWrites(ClientMessage{Line: b.Line, User: b.User, Name: b.Name, Text: b.Text})
	case "operator":
		return true, s.OperatorSays(b.User, b.Chat, b.Text)
	case "return":
		return true, s.ReturnToBot(b.User, b.Chat)
	default:
		return nil, fmt.Errorf("команды «%s» нет", what)
	}
	return true, nil
}

func answerControl(w http.ResponseWriter, result any, err error) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"result": result})
}

func (s *Server) controlRead(w http.ResponseWriter, what string) {
	switch what {
	case "usage":
		answerControl(w, s.Usage(), nil)
	case "journal":
		s.mu.Lock()
		journal := s.journal
		s.mu.Unlock()
		if journal == nil {
			answerControl(w, nil, fmt.Errorf("журнал ведёт тот, кто запустил портал"))
			return
		}
		w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
		events, _ := journal.Since(0)
		enc := json.NewEncoder(w)
		for _, e := range events {
			if enc.Encode(e) != nil {
				return // the reader has gone
			}
		}
	default:
		answerControl(w, nil, fmt.Errorf("«%s» нет; есть usage и journal", what))
	}
}

// ShowJournal lets the window and the control plane show a journal. It does not make the
// portal record into it: that is [Options.Recorder].
func (s *Server) ShowJournal(j *calls.Journal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = j
}

// Token is the webhook's token.
func (s *Server) Token() string { return s.token }

// AddApp makes an application known to the portal, with all scopes.
func (s *Server) AddApp(clientID, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addApp(clientID, secret, "", s.allScopes(), s.user)
}
