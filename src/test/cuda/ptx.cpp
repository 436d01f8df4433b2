#include "ptx.h"

#include <cstdlib>
#include <cstring>
#include <sstream>

namespace cuda_double {

namespace {

// Bytes of ".param .u64 name" or ".param .align 8 .b8 name[24]".
size_t parameter_bytes(const std::string& declaration) {
    std::istringstream words(declaration);
    std::string word;
    size_t bytes = 0;
    while (words >> word) {
        if (word.size() > 2 && word[0] == '.' && strchr("usbf", word[1]) != nullptr && isdigit(word[2])) {
            bytes = strtoul(word.c_str() + 2, nullptr, 10) / 8;
        }
    }
    size_t bracket = declaration.find('[');
    return bracket == std::string::npos ? bytes : bytes * strtoul(declaration.c_str() + bracket + 1, nullptr, 10);
}

// Bytes of the ".shared .align 4 .b8 name[512];" declarations of a body.
size_t shared_bytes(const std::string& body) {
    size_t total = 0;
    for (size_t at = body.find(".shared "); at != std::string::npos; at = body.find(".shared ", at + 1)) {
        size_t end = body.find(';', at);
        std::string declaration = body.substr(at, end - at);
        if (declaration.find('[') != std::string::npos && declaration.find(".align") != std::string::npos) {
            total += parameter_bytes(declaration);
        }
    }
    return total;
}

} // namespace

bool parse_ptx(const std::string& text, Ptx& ptx) {
    size_t version = text.find(".version ");
    size_t target = text.find(".target sm_");
    if (version == std::string::npos || target == std::string::npos) {
        return false;
    }
    ptx.version = static_cast<int>(strtod(text.c_str() + version + 9, nullptr) * 10 + 0.5);
    ptx.target = atoi(text.c_str() + target + 11);
    for (size_t at = text.find(".entry "); at != std::string::npos; at = text.find(".entry ", at + 1)) {
        size_t name = at + 7;
        size_t name_end = text.find_first_of("( \n\t", name);
        size_t open = text.find('(', name);
        size_t body = text.find('{', name);
        size_t body_end = text.find("\n}", body);
        Entry entry{{}, 1024, shared_bytes(text.substr(body, body_end - body))};
        if (open < body) {
            size_t close = text.find(')', open);
            std::istringstream list(text.substr(open + 1, close - open - 1));
            std::string declaration;
            while (std::getline(list, declaration, ',')) {
                entry.parameters.push_back(parameter_bytes(declaration));
            }
        }
        size_t limit = text.find(".maxntid ", name);
        if (limit < body) {
            std::istringstream sizes(text.substr(limit + 9, body - limit - 9));
            unsigned size;
            char comma;
            entry.most_threads = 1;
            while (sizes >> size) {
                entry.most_threads *= size;
                sizes >> comma;
            }
        }
        ptx.entries[text.substr(name, name_end - name)] = entry;
    }
    return true;
}

} // namespace cuda_double
