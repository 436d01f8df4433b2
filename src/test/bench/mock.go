package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const chunkGap = 20 * time.Millisecond

var (
	answer = response("application/json", `{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"mock",`+
		`"choices":[{"index":0,"message":{"role":"assistant","content":"The capital of France is Paris."},`+
		`"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":16,"completion_tokens":8,"total_tokens":24}}`)
	models = response("application/json", `{"object":"list","data":[{"id":"mock","object":"model","created":1700000000,`+
		`"owned_by":"bench"}]}`)
)

func response(contentType, body string) []byte {
	return []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", contentType, len(body), body))
}

// serveMock is an OpenAI-compatible server that answers at once, or streams chunks 20 ms apart. A prompt that holds "idle" gets one
// chunk and then silence, one that holds "short" one chunk and the end.
func serveMock(port int) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		fail(err.Error())
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			fail(err.Error())
		}
		go serveConnection(connection)
	}
}

func serveConnection(connection net.Conn) {
	defer connection.Close()
	in := bufio.NewReaderSize(connection, 16384)
	for {
		line, body, err := readMessage(in)
		if err != nil {
			return
		}
		switch {
		case strings.HasPrefix(line, "GET"):
			_, err = connection.Write(models)
		case bytes.Contains(body, []byte(`"stream":true`)):
			err = stream(connection, bytes.Contains(body, []byte("idle")), bytes.Contains(body, []byte("short")))
		default:
			_, err = connection.Write(answer)
		}
		if err != nil {
			return
		}
	}
}

func stream(connection net.Conn, idle, short bool) error {
	head := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	if _, err := io.WriteString(connection, head); err != nil {
		return err
	}
	for i := 0; i < 32; i++ {
		if i > 0 {
			time.Sleep(chunkGap)
		}
		// The time at which it left, for the client to compare: both run on one machine's clock.
		text := strconv.FormatInt(time.Now().UnixNano(), 10) + " "
		if err := event(connection, `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock",`+
			`"choices":[{"index":0,"delta":{"content":"`+text+`"},"finish_reason":null}]}`); err != nil {
			return err
		}
		if idle {
			time.Sleep(20 * time.Second)
			return io.EOF
		}
		if short {
			break
		}
	}
	if err := event(connection, `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"mock",`+
		`"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`); err != nil {
		return err
	}
	if err := event(connection, "[DONE]"); err != nil {
		return err
	}
	_, err := io.WriteString(connection, "0\r\n\r\n")
	return err
}

func event(connection net.Conn, data string) error {
	frame := "data: " + data + "\n\n"
	_, err := fmt.Fprintf(connection, "%x\r\n%s\r\n", len(frame), frame)
	return err
}

// readMessage reads one HTTP message with a known length: its first line and its body.
func readMessage(in *bufio.Reader) (string, []byte, error) {
	first, err := in.ReadString('\n')
	if err != nil {
		return "", nil, err
	}
	length := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", nil, err
		}
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if name, value, found := strings.Cut(line, ":"); found && strings.EqualFold(name, "content-length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return "", nil, err
			}
		}
	}
	body := make([]byte, length)
	_, err = io.ReadFull(in, body)
	return first, body, err
}
