// What the driver reads from a module's PTX text before it compiles it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace cuda_double {

struct Entry {
    std::vector<size_t> parameters; // bytes
    unsigned most_threads;          // .maxntid, or 1024
    size_t static_shared;           // bytes
};

struct Ptx {
    int version; // 85 for 8.5
    int target;  // 70 for sm_70
    std::map<std::string, Entry> entries;
};

// Returns whether the text is PTX.
bool parse_ptx(const std::string& text, Ptx& ptx);

} // namespace cuda_double
