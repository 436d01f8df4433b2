// Work that is submitted but not yet done: the order between pieces of work is only what streams, events and graphs
// say, and the double takes every freedom that this leaves (queue.cpp).
#pragma once

#include "runtime.h"

#include <memory>
#include <string>
#include <vector>

namespace cuda_double {

// A launch with its parameters, which are copied when it is submitted.
struct Launch {
    const Kernel* kernel;
    Dim grid, block;
    unsigned shared_bytes;
    std::vector<std::vector<unsigned char>> parameters;
};

struct Work {
    std::string name;
    std::function<Outcome()> run;
    std::shared_ptr<Launch> launch; // of kernels only
};

struct Node {
    Work work;
    std::vector<size_t> after; // indices of earlier nodes
    int type;                  // CUgraphNodeType
};

struct Graph {
    std::vector<Node> nodes;
};

struct GraphExec {
    Graph graph;
    uint64_t last_launch = 0;
};

struct Capture {
    std::shared_ptr<Graph> graph = std::make_shared<Graph>();
    int mode;
    unsigned long thread;
    bool valid = true;
    std::vector<struct Stream*> streams; // the first is the one that the capture began on
};

struct Stream {
    bool blocking; // ordered with the default stream
    unsigned flags;
    int priority;
    uint64_t last = 0; // piece of work that was submitted last
    std::shared_ptr<Capture> capture;
    std::vector<size_t> captured_last; // nodes that the next captured piece follows
};

struct Event {
    bool recorded = false;
    bool timed;
    uint64_t record = 0;
    std::shared_ptr<double> time = std::make_shared<double>(0);
    std::shared_ptr<Capture> capture;
    std::vector<size_t> captured_after;
};

extern Stream default_stream;

// Submits work to a stream, or adds it to the graph that the stream captures. Returns an error of the driver or 0.
int submit(Stream& stream, Work work, int node_type, const std::vector<uint64_t>& also_after = {});
int record(Event& event, Stream& stream);
int wait_for(Stream& stream, const Event& event);

bool is_done(uint64_t id);
int run_until_done(const std::vector<uint64_t>& ids); // the context's error or 0
int run_everything();
void run_one_towards(uint64_t id); // a query makes progress, and a loop of queries ends
size_t pending_count();

Outcome run_graph(const Graph& graph);

// Streams other than the default one, for its order.
void stream_created(Stream* stream);
void stream_destroyed(Stream* stream);

// Forgets everything that is pending.
void drop_pending();

// The error that the device is in, if any: no call works after it.
extern int device_error;
extern std::string device_report;
void device_fails(const Outcome& outcome);

extern long trace;

} // namespace cuda_double
