// What tests set and read: see control.cpp.
#pragma once

#include <string>

namespace cuda_double {

long control(const char* name);
void count(const char* name, long by);
long counter(const char* name);

} // namespace cuda_double
