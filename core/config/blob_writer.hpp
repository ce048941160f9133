#pragma once

// Writes the value tree of the contract (abi.h, section 5) into an OptionBlob.
//
// Ownership  Refers to the blob. Offsets count from its first byte.

#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/config/settings.hpp"

namespace weir::config {

class BlobWriter {
 public:
  explicit BlobWriter(OptionBlob& blob) : blob_(blob) {}

  // The values of the outermost table; the first call, once.
  std::uint64_t begin(std::uint32_t n) {
    blob_.n = n;
    const std::uint64_t offset = reserve(n);
    if (blob_.storage.empty()) grow(1);  // conf.base is never null.
    return offset;
  }
  // Room for n values, all absent.
  std::uint64_t reserve(std::uint32_t n) {
    return grow(std::size_t{n} * sizeof(weir_value) / sizeof(std::uint64_t));
  }
  void put(std::uint64_t offset, std::uint32_t index, const weir_value& value) {
    const std::uint64_t at = offset + std::uint64_t{index} * sizeof value;
    std::memcpy(bytes() + at, &value, sizeof value);
    blob_.values.push_back(at);
  }
  // The text with a NUL behind it.
  std::uint64_t text(std::string_view text) {
    const std::uint64_t offset = grow(text.size() / sizeof(std::uint64_t) + 1);
    if (!text.empty()) std::memcpy(bytes() + offset, text.data(), text.size());
    return offset;
  }
  // The handle of a secret.
  std::int64_t secret(std::string_view text) {
    blob_.secrets.emplace_back(text);
    return static_cast<std::int64_t>(blob_.secrets.size()) - 1;
  }

 private:
  std::uint64_t grow(std::size_t words) {
    const std::uint64_t offset = blob_.storage.size() * sizeof(std::uint64_t);
    blob_.storage.resize(blob_.storage.size() + words);
    blob_.bytes = blob_.storage.size() * sizeof(std::uint64_t);
    return offset;
  }
  std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(blob_.storage.data()); }

  OptionBlob& blob_;
};

}  // namespace weir::config
