package bitrix24

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"progon"
)

// maxCommands is how many commands one batch may hold.
const maxCommands = 50

// batch runs several commands in order. Page: "batch" of the vendor's documentation.
func (s *Server) batch(c *call) (any, error) {
	given, has := c.param("cmd")
	commands, ok := asMap(given)
	if has && !ok {
		return nil, refusal(400, "", "Wrong 'cmd' parameter")
	}
	halted, _ := c.param("halt")
	halt := flag(halted)
	results, errs, totals, nexts, times := &Map{}, &Map{}, &Map{}, &Map{}, &Map{}
	count := 0
	for key, command := range commands.All {
		count++
		sub := s.command(c, str(command), results)
		begun := time.Now()
		result, refused := any(nil), (*apiError)(nil)
		if count > maxCommands {
			refused = refusal(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
		} else {
			result, refused = s.runCommand(sub)
		}
		s.witnessCommand(sub, str(command), result, refused, begun)
		if refused != nil {
			errs.Set(key, M("error", refused.code, "error_description", refused.text))
			if halt {
				break
			}
			continue
		}
		results.Set(key, result)
		if sub.total != nil {
			totals.Set(key, *sub.total)
		}
		if sub.next != nil {
			nexts.Set(key, *sub.next)
		}
		times.Set(key, raw(s.appendTime(nil, c.now, time.Since(begun), sub.name)))
	}
	return M("result", results, "result_error", errs, "result_total", totals, "result_next", nexts, "result_time", times), nil
}

// command makes the call of one command «method?params», with references put in.
func (s *Server) command(outer *call, text string, results *Map) *call {
	name, query, _ := strings.Cut(text, "?")
	params := &Map{}
	sub := &call{Server: s, params: params, grant: outer.grant, now: outer.now, batched: true}
	sub.name = strings.Trim(strings.TrimSpace(name), "/")
	if decodeForm(params, query) == nil {
		sub.params = substitute(params, results)
	}
	return sub
}

func (s *Server) runCommand(c *call) (any, *apiError) {
	if strings.EqualFold(c.name, "batch") {
		return nil, refusal(405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
	}
	if rule, ok := s.faults.NextNamed(c.name, c.now, func(f string) bool { return s.carries(c.params, f) }); ok {
		return nil, faultRefusal(rule)
	}
	result, err := s.invoke(c)
	if err != nil {
		return nil, asRefusal(err)
	}
	return result, nil
}

func (s *Server) witnessCommand(c *call, command string, result any, refused *apiError, begun time.Time) {
	if s.recorder == nil {
		return
	}
	e := progon.Event{
		Surface: progon.SurfaceCRM, Direction: progon.FromBot, Actor: progon.ActorBot, Kind: c.name,
		Fields: flatten(nil, "", c.params), Effects: c.effects, Status: http.StatusOK, Gap: c.gap,
		Took: time.Since(begun), Raw: []byte(command),
	}
	if refused != nil {
		e.Status, e.Error, e.Text = refused.status, refused.codeText(), refused.text
		if refused.gap != "" {
			e.Gap = refused.gap
		}
	} else {
		e.Answer = flatten(nil, "result", result)
	}
	s.record(e)
}

// substitute puts earlier results in the place of «$result[key][path]» in all values.
func substitute(params *Map, results *Map) *Map {
	out := &Map{}
	for k, v := range params.All {
		switch v := v.(type) {
		case *Map:
			out.Set(k, substitute(v, results))
		case string:
			out.Set(k, resolve(v, results))
		default:
			out.Set(k, v)
		}
	}
	return out
}

const reference = "$result"

// maxResolved bounds what references may blow a text up to.
const maxResolved = 1 << 20

// resolve replaces the references in one text. A text that is nothing but one reference
// takes the value as it is, arrays too. What cannot be resolved becomes empty.
func resolve(text string, results *Map) any {
	first := strings.Index(text, reference+"[")
	if first < 0 {
		return text
	}
	if path, rest := readPath(text[first+len(reference):]); first == 0 && rest == "" {
		v := follow(results, path)
		if v == nil {
			return ""
		}
		return v
	}
	var b strings.Builder
	for {
		at := strings.Index(text, reference+"[")
		if at < 0 || b.Len() > maxResolved {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		path, rest := readPath(text[at+len(reference):])
		if len(path) == 0 { // an unclosed bracket: no reference
			b.WriteString(reference)
		} else {
			b.WriteString(str(follow(results, path)))
		}
		text = rest
	}
}

// readPath reads «[a][b]…» and returns its parts and what follows.
func readPath(s string) (path []string, rest string) {
	for strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			break
		}
		path = append(path, strings.Trim(s[1:end], `"'`))
		s = s[end+1:]
	}
	return path, s
}

func follow(v any, path []string) any {
	for _, key := range path {
		switch in := v.(type) {
		case *Map:
			v, _ = in.Get(key)
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		case []string:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}
