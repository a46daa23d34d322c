package logs

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/snappy"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"progon"
)

func packed(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bytesField is one field of a message.
func bytesField(number protowire.Number, v string) string {
	return string(protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), v))
}

func lokiRequest() []byte {
	stamp := bytesField(1, string(protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 7)))
	entry := stamp + bytesField(2, "тел +7 900") + bytesField(3, bytesField(1, "session")+bytesField(2, "c-1"))
	stream := bytesField(1, `{app="bot", env="test"}`) + bytesField(2, entry)
	return []byte(bytesField(1, stream))
}

func text(s string) *commonpb.AnyValue {
	return &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: s}}
}

func otlpRequest(t testing.TB) []byte {
	t.Helper()
	list := &commonpb.AnyValue{Value: &commonpb.AnyValue_ArrayValue{ArrayValue: &commonpb.ArrayValue{Values: []*commonpb.AnyValue{text("a"), text("b")}}}}
	body, err := proto.Marshal(&logspb.LogsData{ResourceLogs: []*logspb.ResourceLogs{{
		Resource: &resourcepb.Resource{Attributes: []*commonpb.KeyValue{{Key: "service.name", Value: text("bot")}}},
		ScopeLogs: []*logspb.ScopeLogs{{LogRecords: []*logspb.LogRecord{{
			Body: text("тел +7 900"), SeverityText: "INFO",
			Attributes: []*commonpb.KeyValue{{Key: "session", Value: text("c-1")}, {Key: "list", Value: list}},
		}}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

const (
	jsonType  = "application/json; charset=utf-8"
	protoType = "application/x-protobuf"
)

func TestPush(t *testing.T) {
	t.Parallel()
	otlpJSON := `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"bot"}}]},
		"scopeLogs":[{"logRecords":[{"timeUnixNano":"1","traceId":"5b8efff798038103d269b633813fc60c","new":1,
		"body":{"kvlistValue":{"values":[{"key":"phone","value":{"stringValue":"+7 900"}},{"key":"n","value":{"intValue":"5"}}]}},
		"attributes":[{"key":"session","value":{"stringValue":"c-1"}}]}]}]}]}`
	f := func(pairs ...string) (fields []progon.Field) {
		for i := 0; i+1 < len(pairs); i += 2 {
			fields = append(fields, progon.Field{Name: pairs[i], Value: pairs[i+1]})
		}
		return fields
	}
	type event struct {
		Place, Text, Conversation string
		Fields                    []progon.Field
	}
	tests := []struct {
		name, path, contentType, encoding string
		body                              []byte
		status                            int
		want                              []event
	}{
		{"Loki", lokiPath, jsonType, "", []byte(`{"streams":[{"stream":{"app":"bot"},"values":[["1","тел +7 900"],["2","два",{"session":"c-1"}]]}]}`), 204,
			[]event{{"loki, bot, запись 1", "тел +7 900", "", f("app", "bot")}, {"loki, bot, запись 2", "два", "c-1", f("app", "bot", "session", "c-1")}}},
		{"Loki, packed", lokiPath, jsonType, "gzip", packed(t, []byte(`{"streams":[{"values":[["1","x"]]}]}`)), 204, []event{{"loki, без имени, запись 1", "x", "", nil}}},
		{"Loki, protobuf", lokiPath, protoType, "", snappy.Encode(nil, lokiRequest()), 204,
			[]event{{"loki, bot, запись 1", "тел +7 900", "c-1", f("app", "bot", "env", "test", "session", "c-1")}}},
		{"OpenTelemetry", otlpPath, jsonType, "", []byte(otlpJSON), 200,
			[]event{{"otlp, bot, запись 1", `{"n":5,"phone":"+7 900"}`, "c-1", f("attributes.session", "c-1", "resource.service.name", "bot")}}},
		{"OpenTelemetry, protobuf, packed", otlpPath, protoType, "gzip", packed(t, otlpRequest(t)), 200,
			[]event{{"otlp, bot, запись 1", "тел +7 900", "c-1",
				f("severity", "INFO", "attributes.session", "c-1", "attributes.list[0]", "a", "attributes.list[1]", "b", "resource.service.name", "bot")}}},
		{"no JSON", lokiPath, jsonType, "", []byte(`{`), 400, nil},
		{"no pairs", lokiPath, jsonType, "", []byte(`{"streams":[{"values":[["1"]]}]}`), 400, nil},
		{"not snappy", lokiPath, protoType, "", lokiRequest(), 400, nil},
		{"a bomb", lokiPath, protoType, "", protowire.AppendVarint(nil, 1<<31), 413, nil},
		{"another type", otlpPath, "text/plain", "", []byte("x"), 415, nil},
		{"no type", otlpPath, "", "", []byte("x"), 415, nil},
		{"another encoding", otlpPath, jsonType, "br", []byte("x"), 400, nil},
		{"broken protobuf", otlpPath, protoType, "", []byte("\xff\xff"), 400, nil},
		{"another path", "/metrics", jsonType, "", []byte("{}"), 404, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tl := book(t)
			p, err := OpenPush("", tl)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = p.Close() })
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL()+tt.path, bytes.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", tt.contentType)
			r.Header.Set("Content-Encoding", tt.encoding)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			answer, _ := io.ReadAll(res.Body)
			if res.StatusCode != tt.status {
				t.Errorf("status %d %s, want %d", res.StatusCode, answer, tt.status)
			}
			var got []event
			for _, e := range tl.Events() {
				if len(e.Fields) == 0 {
					e.Fields = nil
				}
				got = append(got, event{e.Place, e.Text, e.Conversation, e.Fields})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPushAddresses(t *testing.T) {
	t.Parallel()
	p, err := OpenPush("", book(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	if !strings.HasSuffix(p.LokiURL(), "/loki/api/v1/push") || !strings.HasSuffix(p.OTLPURL(), "/v1/logs") {
		t.Errorf("%s, %s", p.LokiURL(), p.OTLPURL())
	}
	res, err := http.Get(p.OTLPURL())
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("status %d of a GET", res.StatusCode)
	}
	if _, err := OpenPush("256.0.0.1:1", book(t)); err == nil {
		t.Error("a wrong address was taken")
	}
}

func FuzzLoki(f *testing.F) {
	f.Add(snappy.Encode(nil, lokiRequest()), true)
	f.Add([]byte(`{"streams":[{"stream":{"app":"bot"},"values":[["1","x",{"a":"b"}]]}]}`), false)
	f.Fuzz(func(_ *testing.T, body []byte, asProto bool) {
		if asProto {
			_, _ = readLoki(protoType, body)
			_, _ = lokiProto(body)
			return
		}
		_, _ = readLoki("application/json", body)
	})
}

func FuzzOTLP(f *testing.F) {
	f.Add(otlpRequest(f), true)
	f.Add([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"arrayValue":{"values":[{"doubleValue":"NaN"}]}}}]}]}]}`), false)
	f.Fuzz(func(_ *testing.T, body []byte, asProto bool) {
		if asProto {
			_, _ = readOTLP(protoType, body)
			return
		}
		_, _ = readOTLP("application/json", body)
	})
}
