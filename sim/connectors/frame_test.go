package connectors

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSocketIOFrames(t *testing.T) {
	t.Parallel()
	object := map[string]any{"text": "а"}
	tests := []struct {
		name, frame string
		namespace   string
		payload     any
		answer      string
		wrong       bool
	}{
		{"event", `42["bot_uttered",{"text":"а"}]`, "", object, "", false},
		{"bare text", `42["bot_uttered","а"]`, "", object, "", false},
		{"event that wants an answer", `4217["bot_uttered",{"text":"а"}]`, "", object, "4317[]", false},
		{"answer to ours", `430[{"text":"а"}]`, "", object, "", false},
		{"namespace", `42/shop,["bot_uttered",{"text":"а"}]`, "/shop,", object, "", false},
		{"another event", `42["log",{"text":"нет"}]`, "", nil, "", false},
		{"ping", "2", "", nil, "3", false},
		{"pong", "3", "", nil, "", false},
		{"nothing", "", "", nil, "", false},
		{"event without arguments", `42["bot_uttered"]`, "", nil, "", false},
		{"connected", `40{"sid":"x"}`, "", nil, "", false},
		{"refused", `44{"message":"no"}`, "", nil, "", true},
		{"attachment", `451-["x",{"_placeholder":true}]`, "", nil, "", true},
		{"broken", `42["bot_uttered",`, "", nil, "", true},
		{"too short", "4", "", nil, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &socketIO{how: Socket{Events: []string{"bot_uttered"}}, event: "say", namespace: tt.namespace}
			payload, answer, err := f.unpack([]byte(tt.frame))
			if (err != nil) != tt.wrong {
				t.Fatalf("error = %v", err)
			}
			if diff := cmp.Diff(tt.payload, payload); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
			if string(answer) != tt.answer {
				t.Errorf("answer %q, want %q", answer, tt.answer)
			}
		})
	}
}

func FuzzSocketIO(f *testing.F) {
	f.Add([]byte(`4217["bot_uttered",{"text":"а"}]`))
	f.Add([]byte(`42/shop,["x"]`))
	f.Fuzz(func(_ *testing.T, frame []byte) {
		io := &socketIO{event: "say"}
		_, _, _ = io.unpack(frame) // must not panic
	})
}

func FuzzSSE(f *testing.F) {
	f.Add("data: а\n\ndata: б\r\n\r\n: c\n\n")
	f.Add("event: x\rdata\r\r")
	f.Fuzz(func(t *testing.T, stream string) {
		n := 0
		err := cutSSE(strings.NewReader(stream), func(_ string, data []byte) error {
			n += len(data)
			return nil
		})
		if err == nil && n > len(stream) {
			t.Errorf("%d bytes of data in a stream of %d", n, len(stream))
		}
	})
}
