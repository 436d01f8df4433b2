// Submitted work runs late: only when someone waits for it, and then in an order that the schedule chooses among all
// that streams and events allow.
//
//   forward  only what is waited for, the piece submitted last first
//   reverse  everything else first, then what is waited for
//   random   any piece that may run
//
// A missing wait between streams gives wrong results in one of them; so does a host buffer that is changed or read
// before the copy is waited for.
#include "queue.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

namespace cuda_double {

Stream default_stream{true, 0, 0, 0, nullptr, {}};
int device_error;
std::string device_report;
long trace;

namespace {

constexpr size_t MOST_PENDING = 1024; // then the oldest run, as a device's queue is bounded too

struct Pending {
    Work work;
    std::vector<uint64_t> after;
};

std::map<uint64_t, Pending> pending;
uint64_t next_id = 1;
std::vector<Stream*> streams;

bool ready(const Pending& piece) {
    return std::none_of(piece.after.begin(), piece.after.end(), [](uint64_t id) { return pending.count(id) != 0; });
}

std::set<uint64_t> needed_for(const std::vector<uint64_t>& targets) {
    std::set<uint64_t> needed;
    std::vector<uint64_t> open(targets);
    while (!open.empty()) {
        uint64_t id = open.back();
        open.pop_back();
        auto found = pending.find(id);
        if (found != pending.end() && needed.insert(id).second) {
            open.insert(open.end(), found->second.after.begin(), found->second.after.end());
        }
    }
    return needed;
}

void run(uint64_t id) {
    auto found = pending.find(id);
    Work work = std::move(found->second.work);
    if (trace > 0) {
        fprintf(stderr, "cuda double: %llu %s\n", static_cast<unsigned long long>(id), work.name.c_str());
    }
    Outcome outcome = work.run ? work.run() : Outcome{};
    pending.erase(id);
    if (outcome.code != 0) {
        device_fails(outcome);
    }
}

uint64_t choose(const std::set<uint64_t>& needed) {
    std::vector<uint64_t> wanted, others;
    for (const auto& [id, piece] : pending) {
        if (ready(piece)) {
            (needed.count(id) != 0 ? wanted : others).push_back(id);
        }
    }
    switch (schedule) {
    case Schedule::FORWARD: return wanted.back();
    case Schedule::REVERSE: return others.empty() ? wanted.back() : others.back();
    default:
        wanted.insert(wanted.end(), others.begin(), others.end());
        return wanted[next_random() % wanted.size()];
    }
}

} // namespace

void device_fails(const Outcome& outcome) {
    if (device_error == 0) {
        device_error = outcome.code;
        device_report = outcome.message;
        fprintf(stderr, "cuda double: %s\n", outcome.message.c_str());
    }
    pending.clear();
}

bool is_done(uint64_t id) { return pending.count(id) == 0; }
size_t pending_count() { return pending.size(); }
void drop_pending() { pending.clear(); }
void stream_created(Stream* stream) { streams.push_back(stream); }
void stream_destroyed(Stream* stream) { streams.erase(std::find(streams.begin(), streams.end(), stream)); }

int run_until_done(const std::vector<uint64_t>& ids) {
    std::set<uint64_t> needed = needed_for(ids);
    while (device_error == 0 && !needed.empty()) {
        uint64_t id = choose(needed);
        run(id);
        needed.erase(id);
    }
    return device_error;
}

int run_everything() {
    std::vector<uint64_t> all;
    for (const auto& entry : pending) {
        all.push_back(entry.first);
    }
    return run_until_done(all);
}

void run_one_towards(uint64_t id) {
    std::set<uint64_t> needed = needed_for({id});
    if (!needed.empty()) {
        run(*needed.begin());
    }
}

int submit(Stream& stream, Work work, int node_type, const std::vector<uint64_t>& also_after) {
    if (stream.capture != nullptr) {
        Graph& graph = *stream.capture->graph;
        graph.nodes.push_back({std::move(work), stream.captured_last, node_type});
        stream.captured_last = {graph.nodes.size() - 1};
        return 0;
    }
    Pending piece{std::move(work), also_after};
    piece.after.push_back(stream.last);
    if (&stream == &default_stream) {
        for (const Stream* other : streams) {
            if (other->blocking) {
                piece.after.push_back(other->last);
            }
        }
    } else if (stream.blocking) {
        piece.after.push_back(default_stream.last);
    }
    uint64_t id = next_id++;
    pending.emplace(id, std::move(piece));
    stream.last = id;
    if (pending.size() > MOST_PENDING) {
        return run_until_done({pending.begin()->first});
    }
    return 0;
}

int record(Event& event, Stream& stream) {
    event.recorded = true;
    if (stream.capture != nullptr) {
        event.capture = stream.capture;
        event.captured_after = stream.captured_last;
        return 0;
    }
    event.capture = nullptr;
    auto time = std::make_shared<double>(0);
    event.time = time;
    Work mark{
            "event",
            [time] {
                *time = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
                                .count();
                return Outcome{};
            },
            nullptr};
    int code = submit(stream, std::move(mark), 0);
    event.record = stream.last;
    return code;
}

int wait_for(Stream& stream, const Event& event) {
    constexpr int CAPTURE_ISOLATION = 905, CAPTURE_MERGE = 903;
    if (!event.recorded) {
        return 0;
    }
    if (event.capture != nullptr && !event.capture->valid) {
        return CAPTURE_ISOLATION;
    }
    if (event.capture != nullptr) {
        if (stream.capture != nullptr && stream.capture != event.capture) {
            return CAPTURE_MERGE;
        }
        if (stream.capture == nullptr) {
            stream.capture = event.capture;
            stream.captured_last.clear();
            event.capture->streams.push_back(&stream);
        }
        stream.captured_last.insert(
                stream.captured_last.end(), event.captured_after.begin(), event.captured_after.end());
        return 0;
    }
    if (stream.capture != nullptr) {
        return CAPTURE_ISOLATION;
    }
    return submit(stream, {"wait", nullptr, nullptr}, 0, {event.record});
}

Outcome run_graph(const Graph& graph) {
    std::vector<bool> done(graph.nodes.size());
    for (size_t left = graph.nodes.size(); left > 0; left--) {
        std::vector<size_t> open;
        for (size_t i = 0; i < graph.nodes.size(); i++) {
            const auto& after = graph.nodes[i].after;
            if (!done[i] && std::all_of(after.begin(), after.end(), [&](size_t a) { return done[a]; })) {
                open.push_back(i);
            }
        }
        size_t next = schedule == Schedule::FORWARD   ? open.front()
                      : schedule == Schedule::REVERSE ? open.back()
                                                      : open[next_random() % open.size()];
        if (trace > 0) {
            fprintf(stderr, "cuda double: graph node %zu %s\n", next, graph.nodes[next].work.name.c_str());
        }
        Outcome outcome = graph.nodes[next].work.run ? graph.nodes[next].work.run() : Outcome{};
        if (outcome.code != 0) {
            return outcome;
        }
        done[next] = true;
    }
    return {};
}

} // namespace cuda_double
