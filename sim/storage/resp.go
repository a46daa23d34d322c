package storage

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// errProtocol says that the other side does not speak as Redis does.
var errProtocol = errors.New("ответ не похож на Redis")

const (
	maxReplies = 1 << 20
	maxNesting = 8
)

// refusal is an answer of Redis that something is wrong.
type refusal string

func (r refusal) Error() string { return string(r) }

// readReply reads one answer: string, int64, []any, or nil. A refusal is an error that
// leaves the connection usable.
func readReply(in *bufio.Reader, depth int) (any, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" || depth > maxNesting {
		return nil, errProtocol
	}
	switch line[0] {
	case '+':
		return line[1:], nil
	case '-':
		return nil, refusal(line[1:])
	case ':':
		n, err := strconv.ParseInt(line[1:], 10, 64)
		if err != nil {
			return nil, errProtocol
		}
		return n, nil
	case '$':
		return readBulk(in, line[1:])
	case '*':
		n, err := strconv.Atoi(line[1:])
		if err != nil || n > maxReplies {
			return nil, errProtocol
		}
		if n < 0 {
			return nil, nil
		}
		var list []any
		for range n {
			item, err := readReply(in, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		return list, nil
	}
	return nil, errProtocol
}

func readBulk(in *bufio.Reader, size string) (any, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n > 512<<20 {
		return nil, errProtocol
	}
	if n < 0 {
		return nil, nil
	}
	var b strings.Builder
	if _, err := io.CopyN(&b, in, int64(min(n, maxCell))); err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, in, int64(n-min(n, maxCell)+2)); err != nil { // the rest, and its end of line
		return nil, err
	}
	return b.String(), nil
}

// command is a request as it is written.
func command(words ...string) []byte {
	out := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, w := range words {
		out = fmt.Appendf(out, "$%d\r\n%s\r\n", len(w), w)
	}
	return out
}

// words are the strings of a list.
func words(reply any) []string {
	list, _ := reply.([]any)
	out := make([]string, 0, len(list))
	for _, item := range list {
		switch v := item.(type) {
		case string:
			out = append(out, v)
		case int64:
			out = append(out, strconv.FormatInt(v, 10))
		case []any:
			out = append(out, words(v)...)
		}
	}
	return out
}
