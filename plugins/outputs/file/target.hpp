#pragma once

// One place that outputs.file writes to: a file that rotates, or standard output.
//
// Threads    One thread at a time; targets on standard output, of any instance, take turns.
// Errors     Thrown as weir::retry with what a person can do. A delivery that failed leaves a regular
//            file as it was before. What standard output has taken stays taken: the next attempt goes on
//            where it stopped, so that no byte is written twice.
// Ownership  The descriptor of standard output belongs to the process and stays open.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <weir/rotating_file.hpp>

namespace weir::file_output {

// Which rows a write is about. Another attempt at the same ones is a new delivery of the same block.
struct Rows {
  std::uint64_t batch = 0;
  std::uint32_t first = 0, n = 0;
  bool operator==(const Rows&) const = default;
};

class Target {
 public:
  virtual ~Target() = default;
  virtual void open(std::int64_t now_ns) = 0;
  virtual void close() {}
  // Writes the bytes of an attempt (1 = the first) at these rows, unless the one before already did.
  void write(const Rows& rows, std::uint32_t attempt, std::string_view bytes, std::int64_t now_ns);

 private:
  // Appends the bytes from `from` on; moves it past what was written for good, also when it throws.
  virtual void append(std::string_view bytes, std::size_t& from, std::int64_t now_ns) = 0;

  Rows rows_;
  std::size_t written_bytes_ = 0;
};

class FileTarget final : public Target {
 public:
  FileTarget(std::string path, const rotation_rules& rules);
  void open(std::int64_t now_ns) override;
  void close() override { file_.close(); }

 private:
  void append(std::string_view bytes, std::size_t& from, std::int64_t now_ns) override;

  std::string path_;
  rotation_rules rules_;
  rotating_file file_;
};

class StreamTarget final : public Target {
 public:
  StreamTarget(int descriptor, std::string name);
  void open(std::int64_t) override {}

 private:
  void append(std::string_view bytes, std::size_t& from, std::int64_t now_ns) override;

  int descriptor_;
  std::string name_;
};

}  // namespace weir::file_output
