package logs

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"sort"
	"strconv"
	"unicode/utf8"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"progon"
)

// streamName names a stream by the first label that says whose it is.
func streamName(labels map[string]string) string {
	for _, key := range []string{"service_name", "app", "job", "container", "filename"} {
		if labels[key] != "" {
			return labels[key]
		}
	}
	return ""
}

func sortedFields(m map[string]string) []progon.Field {
	fields := make([]progon.Field, 0, len(m))
	for name, v := range m {
		fields = append(fields, progon.Field{Name: name, Value: v})
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Name < fields[j].Name })
	return fields
}

var errProto = errors.New("это не запрос к Loki: сообщение повреждено")

// labelPair is one of the labels of a stream, as they are written: {app="bot", env="test"}.
var labelPair = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)\s*=\s*("(?:[^"\\]|\\.)*")`)

// lokiProto reads logproto.PushRequest; its few fields are read by number.
//
//	PushRequest  { repeated Stream streams = 1; }
//	Stream       { string labels = 1; repeated Entry entries = 2; }
//	Entry        { Timestamp timestamp = 1; string line = 2; repeated Label structuredMetadata = 3; }
//	Label        { string name = 1; string value = 2; }
func lokiProto(body []byte) ([]pushed, error) {
	var lines []pushed
	err := eachField(body, func(number protowire.Number, stream []byte) error {
		if number != 1 {
			return nil
		}
		labels := ""
		first := len(lines)
		err := eachField(stream, func(number protowire.Number, v []byte) error {
			switch number {
			case 1:
				labels = string(v)
			case 2:
				line, err := lokiEntry(v)
				if err != nil {
					return err
				}
				lines = append(lines, line)
			}
			return nil
		})
		named := map[string]string{}
		for _, m := range labelPair.FindAllStringSubmatch(labels, -1) {
			if v, err := strconv.Unquote(m[2]); err == nil {
				named[m[1]] = v
			}
		}
		for i := first; i < len(lines); i++ {
			lines[i].from = streamName(named)
			lines[i].fields = append(sortedFields(named), lines[i].fields...)
		}
		return err
	})
	return lines, err
}

func lokiEntry(entry []byte) (line pushed, err error) {
	err = eachField(entry, func(number protowire.Number, v []byte) error {
		switch number {
		case 2:
			line.text = string(v)
		case 3:
			var label progon.Field
			if err := eachField(v, func(number protowire.Number, v []byte) error {
				switch number {
				case 1:
					label.Name = string(v)
				case 2:
					label.Value = string(v)
				}
				return nil
			}); err != nil {
				return err
			}
			line.fields = append(line.fields, label)
		}
		return nil
	})
	return line, err
}

// eachField visits the fields of a message that hold bytes.
func eachField(message []byte, visit func(protowire.Number, []byte) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errProto
		}
		message = message[n:]
		if kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
				return errProto
			}
			message = message[n:]
			continue
		}
		v, n := protowire.ConsumeBytes(message)
		if n < 0 {
			return errProto
		}
		message = message[n:]
		if err := visit(number, v); err != nil {
			return err
		}
	}
	return nil
}

// readOTLP reads a request to a collector. LogsData has the same form as the request.
func readOTLP(contentType string, body []byte) ([]pushed, error) {
	var data logspb.LogsData
	var err error
	switch contentType {
	case "application/json":
		// Identifiers are written in hex there; read as base64 they are wrong, but unused.
		err = protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(body, &data)
	case "application/x-protobuf":
		err = proto.Unmarshal(body, &data)
	default:
		return nil, errType
	}
	if err != nil {
		return nil, fmt.Errorf("это не журнал OpenTelemetry: %w", err)
	}
	var lines []pushed
	for _, r := range data.GetResourceLogs() {
		resource := attributes("resource.", r.GetResource().GetAttributes())
		service, _ := progon.Get(resource, "resource.service.name")
		for _, scope := range r.GetScopeLogs() {
			for _, record := range scope.GetLogRecords() {
				line := pushed{from: service, text: textOf(record.GetBody(), 0)}
				if s := record.GetSeverityText(); s != "" {
					line.fields = append(line.fields, progon.Field{Name: "severity", Value: s})
				}
				if name := record.GetEventName(); name != "" {
					line.fields = append(line.fields, progon.Field{Name: "event", Value: name})
				}
				line.fields = append(line.fields, attributes("attributes.", record.GetAttributes())...)
				line.fields = append(line.fields, resource...)
				lines = append(lines, line)
			}
		}
	}
	return lines, nil
}

// deepest bounds how far values may nest.
const deepest = 32

func attributes(prefix string, all []*commonpb.KeyValue) []progon.Field {
	var fields []progon.Field
	for _, kv := range all {
		fields = flatten(fields, prefix+kv.GetKey(), kv.GetValue(), 0)
	}
	return fields
}

// flatten names nested values with dots and brackets.
func flatten(fields []progon.Field, name string, v *commonpb.AnyValue, depth int) []progon.Field {
	if depth < deepest {
		switch x := v.GetValue().(type) {
		case *commonpb.AnyValue_KvlistValue:
			for _, kv := range x.KvlistValue.GetValues() {
				fields = flatten(fields, name+"."+kv.GetKey(), kv.GetValue(), depth+1)
			}
			return fields
		case *commonpb.AnyValue_ArrayValue:
			for i, item := range x.ArrayValue.GetValues() {
				fields = flatten(fields, fmt.Sprintf("%s[%d]", name, i), item, depth+1)
			}
			return fields
		}
	}
	return append(fields, progon.Field{Name: name, Value: textOf(v, depth)})
}

// textOf is a value as a person reads it; what nests is written as JSON.
func textOf(v *commonpb.AnyValue, depth int) string {
	if s, ok := v.GetValue().(*commonpb.AnyValue_StringValue); ok {
		return s.StringValue
	}
	switch plain := plainOf(v, depth).(type) {
	case nil:
		return ""
	case string:
		return plain
	default:
		text, err := json.Marshal(plain)
		if err != nil {
			return ""
		}
		return string(text)
	}
}

func plainOf(v *commonpb.AnyValue, depth int) any {
	if depth > deepest {
		return nil
	}
	switch x := v.GetValue().(type) {
	case *commonpb.AnyValue_StringValue:
		return x.StringValue
	case *commonpb.AnyValue_BoolValue:
		return x.BoolValue
	case *commonpb.AnyValue_IntValue:
		return x.IntValue
	case *commonpb.AnyValue_DoubleValue:
		if math.IsNaN(x.DoubleValue) || math.IsInf(x.DoubleValue, 0) {
			return strconv.FormatFloat(x.DoubleValue, 'g', -1, 64)
		}
		return x.DoubleValue
	case *commonpb.AnyValue_BytesValue:
		if utf8.Valid(x.BytesValue) {
			return string(x.BytesValue)
		}
		return base64.StdEncoding.EncodeToString(x.BytesValue)
	case *commonpb.AnyValue_ArrayValue:
		list := []any{}
		for _, item := range x.ArrayValue.GetValues() {
			list = append(list, plainOf(item, depth+1))
		}
		return list
	case *commonpb.AnyValue_KvlistValue:
		object := map[string]any{}
		for _, kv := range x.KvlistValue.GetValues() {
			object[kv.GetKey()] = plainOf(kv.GetValue(), depth+1)
		}
		return object
	}
	return nil
}
