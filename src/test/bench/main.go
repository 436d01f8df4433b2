// Load run for the REST door: a mock upstream that answers at once, and a client that measures. Loopback only, bounded in count and
// time. Both speak HTTP/1.1 over plain sockets so that neither is the bottleneck.
//
//	bench mock   -port 9100
//	bench load   -port 8000 -pid PID -connections 8 -requests 40000
//	bench stream -port 8000 -streams 50 -chunks 32
//	bench idle   -port 8000 -streams 1000 -pid PID
package main

import (
	"flag"
	"fmt"
	"os"
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
	model := flags.String("model", "mock", "model to ask")
	if err := flags.Parse(os.Args[2:]); err != nil {
		fail(err.Error())
	}
	switch os.Args[1] {
	case "mock":
		serveMock(*port)
	case "load":
		runLoad(*port, *pid, *connections, *requests, *model)
	case "stream":
		runStreams(*port, *streams, *chunks, *model)
	case "idle":
		runIdle(*port, *pid, *streams, *model)
	default:
		fail("unknown command " + os.Args[1])
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
