// Load run for the REST door: a mock upstream that answers at once, and a client that measures. Loopback only, bounded in count and
// time. Both speak HTTP/1.1 over plain sockets so that neither is the bottleneck.
//
//	bench mock   -port 9100
//	bench load   -port 8000 -pid PID -connections 8 -requests 40000 [-streamed]
//	bench stream -port 8000 -streams 50 -chunks 32
//	bench idle   -port 8000 -streams 1000 -pid PID
//
// All but the mock send a bearer token with each request where one is given: -token TEXT, -token-file FILE, or -token-command COMMAND,
// whose output it is.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: bench mock|load|stream|idle …")
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	port := flags.Int("port", 8000, "port on this machine")
	pid := flags.Int("pid", 0, "process whose CPU and memory are measured")
	connections := flags.Int("connections", 8, "connections at once")
	requests := flags.Int("requests", 20000, "requests in all")
	streams := flags.Int("streams", 50, "streams at once")
	chunks := flags.Int("chunks", 32, "chunks of a stream, 20 ms apart")
	streamed := flags.Bool("streamed", false, "load with streams of one chunk")
	model := flags.String("model", "mock", "model to ask")
	token := flags.String("token", "", "bearer token to send")
	tokenFile := flags.String("token-file", "", "file that holds the token")
	tokenCommand := flags.String("token-command", "", "command of a shell that prints the token")
	if err := flags.Parse(os.Args[2:]); err != nil {
		fail(err.Error())
	}
	t := target{port: *port, pid: *pid, model: *model, token: bearer(*token, *tokenFile, *tokenCommand)}
	switch os.Args[1] {
	case "mock":
		serveMock(*port)
	case "load":
		runLoad(t, *connections, *requests, *streamed)
	case "stream":
		runStreams(t, *streams, *chunks)
	case "idle":
		runIdle(t, *streams)
	default:
		fail("unknown command " + os.Args[1])
	}
}

// bearer is the token, wherever it is to come from; empty for none.
func bearer(text, file, command string) string {
	token := []byte(text)
	var err error
	switch {
	case file != "":
		token, err = os.ReadFile(file)
	case command != "":
		token, err = exec.Command("sh", "-c", command).Output()
	}
	if err != nil {
		fail("no token: " + err.Error())
	}
	return strings.TrimSpace(string(token))
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
