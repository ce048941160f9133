#pragma once

// The host's extensions (abi.h section 7) and other parts of the host table that need more than a line.
//
// Threads  As tagged in abi.h.

#include <string>
#include <vector>

#include "core/pipeline/instance.hpp"

namespace weir::pipeline {

// The function table of an extension for this instance, or nullptr.
const void* find_extension(Instance& instance, const char* id);
// Every id that find_extension knows, for the loader's check of a plugin's needs.
const std::vector<std::string>& known_extensions();

// What is wrong with the bytes of a foreign batch; nullptr when nothing is.
const char* deep_fault(const weir_buf& buf, const weir_emit& what);

void retain_batch(std::uint64_t batch_id);
void release_batch(std::uint64_t batch_id);

}  // namespace weir::pipeline
