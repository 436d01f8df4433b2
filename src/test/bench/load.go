package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// target is what is measured: a port of this machine, and what to send there.
type target struct {
	port  int
	pid   int
	model string
	token string
}

func (t target) request(prompt string, stream bool) []byte {
	body := fmt.Sprintf(`{"model":%q,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":%q}],`+
		`"temperature":0.2,"stream":%t}`, t.model, prompt, stream)
	authorization := ""
	if t.token != "" {
		authorization = "Authorization: Bearer " + t.token + "\r\n"
	}
	return []byte(fmt.Sprintf("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", authorization, len(body), body))
}

func dial(port int) (net.Conn, *bufio.Reader) {
	connection, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		fail(err.Error())
	}
	return connection, bufio.NewReaderSize(connection, 16384)
}

// runLoad sends requests over a fixed number of connections, each as soon as the one before is answered. Streamed ones are streams of
// one chunk: what a stream costs besides its tokens.
func runLoad(t target, connections, requests int, streamed bool) {
	message := t.request("What is the capital of France?", false)
	read := readMessage
	if streamed {
		message = t.request("short", true)
		read = readStream
	}
	var next atomic.Int64
	var failures atomic.Int64
	times := make([][]time.Duration, connections)
	var workers sync.WaitGroup
	before, start := cpu(t.pid), time.Now()
	for w := 0; w < connections; w++ {
		workers.Add(1)
		go func(w int) {
			defer workers.Done()
			connection, in := dial(t.port)
			defer connection.Close()
			for next.Add(1) <= int64(requests) {
				sent := time.Now()
				if _, err := connection.Write(message); err != nil {
					fail(err.Error())
				}
				status, body, err := read(in)
				if err != nil {
					fail(err.Error())
				}
				if !strings.Contains(status, " 200") || len(body) == 0 {
					failures.Add(1)
				}
				times[w] = append(times[w], time.Since(sent))
			}
		}(w)
	}
	workers.Wait()
	elapsed := time.Since(start)
	all := sorted(times)
	fmt.Printf("connections=%d requests=%d failures=%d rate=%.0f/s p50=%.3fms p99=%.3fms", connections, len(all),
		failures.Load(), float64(len(all))/elapsed.Seconds(), millis(at(all, 0.5)), millis(at(all, 0.99)))
	if t.pid > 0 {
		fmt.Printf(" cpu=%.0fus/request", float64((cpu(t.pid)-before).Microseconds())/float64(len(all)))
	}
	fmt.Println()
}

// runStreams opens streams at once and compares when each chunk left the mock with when it came here.
func runStreams(t target, streams, chunks int) {
	message := t.request("Count.", true)
	firsts := make([][]time.Duration, streams)
	delays := make([][]time.Duration, streams)
	var clumped, received atomic.Int64
	var workers sync.WaitGroup
	for s := 0; s < streams; s++ {
		workers.Add(1)
		go func(s int) {
			defer workers.Done()
			connection, in := dial(t.port)
			defer connection.Close()
			sent := time.Now()
			if _, err := connection.Write(message); err != nil {
				fail(err.Error())
			}
			var last time.Time
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					fail("a stream broke off: " + err.Error())
				}
				if strings.Contains(line, "[DONE]") {
					return
				}
				left, found := timeIn(line)
				if !found {
					continue
				}
				now := time.Now()
				if last.IsZero() {
					firsts[s] = append(firsts[s], now.Sub(sent))
				} else if now.Sub(last) < chunkGap/4 {
					clumped.Add(1)
				}
				last = now
				received.Add(1)
				delays[s] = append(delays[s], now.Sub(time.Unix(0, left)))
			}
		}(s)
	}
	workers.Wait()
	first, delay := sorted(firsts), sorted(delays)
	fmt.Printf("streams=%d chunks=%d of %d first p50=%.2fms p99=%.2fms chunk delay p50=%.3fms p99=%.3fms clumped=%d\n", streams,
		received.Load(), streams*chunks, millis(at(first, 0.5)), millis(at(first, 0.99)), millis(at(delay, 0.5)),
		millis(at(delay, 0.99)), clumped.Load())
}

// readStream reads a stream of events to the end of its chunked body: its first line and its events.
func readStream(in *bufio.Reader) (string, []byte, error) {
	first, err := in.ReadString('\n')
	if err != nil {
		return "", nil, err
	}
	var events []byte
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", nil, err
		}
		if strings.HasPrefix(line, "data:") {
			events = append(events, line...)
		}
		if line == "0\r\n" {
			_, err = in.ReadString('\n')
			return first, events, err
		}
	}
}

// timeIn finds the nanoseconds that the mock put into a chunk's text.
func timeIn(line string) (int64, bool) {
	_, rest, found := strings.Cut(line, `"content":"`)
	if !found {
		return 0, false
	}
	digits, _, found := strings.Cut(rest, ` "`)
	if !found {
		return 0, false
	}
	nanos, err := strconv.ParseInt(digits, 10, 64)
	return nanos, err == nil
}

// runIdle opens streams that fall silent after one chunk and tells how much memory the process then takes.
func runIdle(t target, streams int) {
	fmt.Printf("resident before: %d MiB\n", resident(t.pid))
	message := t.request("idle", true)
	for s := 0; s < streams; s++ {
		connection, in := dial(t.port)
		defer connection.Close()
		if _, err := connection.Write(message); err != nil {
			fail(err.Error())
		}
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				fail(err.Error())
			}
			if _, found := timeIn(line); found {
				break
			}
		}
	}
	fmt.Printf("resident with %d open idle streams: %d MiB\n", streams, resident(t.pid))
}

func sorted(parts [][]time.Duration) []time.Duration {
	var all []time.Duration
	for _, part := range parts {
		all = append(all, part...)
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all
}

func at(times []time.Duration, quantile float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[int(float64(len(times)-1)*quantile)]
}

func millis(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// cpu is what a process has used, user and system, from /proc in ticks of 10 ms.
func cpu(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		fail(err.Error())
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

func resident(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		fail(err.Error())
	}
	pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
	return pages * os.Getpagesize() >> 20
}
