#pragma once

// Reads whole files at every gather and hands their bytes to the parser.
//
// A file of at most document_bytes_max becomes one document row. A larger one is streamed in pieces of
// piece_bytes where the parser finds records itself, and waits for the host's room between them; for
// other parsers it becomes one document row of at most whole_bytes_max.
//
// Threads    As every input: one call at a time; it blocks while it reads and while the host has no room.
// Errors     A file that cannot be read does not keep the others from being read; the first failure is
//            the gather's, the others are logged. A pattern that finds nothing ends the gather before
//            anything is read.

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <weir/stream_buffer.hpp>
#include <weir/weir.hpp>

#include "plugins/common/paths/path_glob.hpp"
#include "plugins/common/text_encoding/text_decoder.hpp"

namespace weir::file_input {

constexpr std::size_t document_bytes_max = std::size_t{1} << 20;
constexpr std::size_t piece_bytes = std::size_t{256} << 10;
constexpr std::size_t whole_bytes_max = std::size_t{32} << 20;

class Source;

struct File {
  static constexpr info meta{"file", "1.0.0", "Parse complete files at every interval",
                             WEIR_EMITS_RAW | WEIR_MAY_BLOCK};
  static constexpr weir_metric_decl bytes_read{sizeof(weir_metric_decl), WEIR_COUNTER, "bytes_read",
                                               "bytes", "Bytes read from files"};
  static constexpr weir_metric_decl read_errors{sizeof(weir_metric_decl), WEIR_COUNTER,
                                                "read_errors", "", "Files that could not be read"};
  static constexpr const weir_metric_decl* const metrics[] = {&bytes_read, &read_errors, nullptr};

  host self;
  std::vector<std::string> files;
  std::string character_encoding;
  std::string file_tag;
  std::string file_path_tag;
  static constexpr auto options =
      std::tuple{opt{"files", &File::files, "[]",
                     "Files to read: names or patterns with *, ?, [], {} and ** for any folders"},
                 opt{"character_encoding", &File::character_encoding, "\"\"",
                     "utf-8, utf-16le or utf-16be; empty = the bytes as they are"},
                 opt{"file_tag", &File::file_tag, "\"\"", "Tag for the file's name; empty = none"},
                 opt{"file_path_tag", &File::file_path_tag, "\"\"",
                     "Tag for the file's absolute path; empty = none"}};

  void init();
  void gather(sink& out);

 private:
  struct Job;  // one file of one gather

  std::vector<std::string> find() const;
  void read(const std::string& path, sink& out);
  void note_failure(const retry& why, std::exception_ptr& first);
  void stream(Source& from, std::string_view begin, const Job& job);
  void send_whole(Source& from, std::string& text, const Job& job);

  std::vector<common::PathGlob> globs_;
  common::TextEncoding encoding_ = common::TextEncoding::none;
  bool cuts_stream_ = false;
  std::uint32_t sessions_ = 0;
};

}  // namespace weir::file_input
