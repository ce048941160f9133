#pragma once

// Writes serialized metrics to files and to standard output.
//
// Threads    As every output: one call at a time.
// Errors     A file that cannot be opened or written is tried again, without writing twice to those that
//            could; see target.hpp.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/compression/compression.hpp"
#include "plugins/outputs/file/target.hpp"

namespace weir::file_output {

struct File {
  static constexpr info meta{"file", "1.0.0", "Send metrics to files or standard output",
                             WEIR_MAY_BLOCK | WEIR_WANTS_BYTES};
  host self;
  std::vector<std::string> files;
  bool use_batch_format{};
  duration rotation_interval;
  byte_size rotation_max_size;
  std::int32_t rotation_max_archives{};
  std::string compression_algorithm;
  std::int32_t compression_level{};

  static constexpr auto options = std::tuple{
      opt{"files", &File::files, "[\"stdout\"]", "Files to write to; \"stdout\" is standard output"}
          .destination(),
      opt{"use_batch_format", &File::use_batch_format, "false",
          "Serialize each batch as one document instead of metric by metric"},
      opt{"rotation_interval", &File::rotation_interval, "\"0s\"",
          "Rename a file away when it is as old as this; 0 = never"},
      opt{"rotation_max_size", &File::rotation_max_size, "\"0B\"",
          "Rename a file away when it is as large as this; 0 = never"},
      opt{"rotation_max_archives", &File::rotation_max_archives, "5",
          "How many renamed files stay; -1 = all"},
      opt{"compression_algorithm", &File::compression_algorithm, "\"\"",
          "zstd, gzip or zlib; empty = plain text"},
      opt{"compression_level", &File::compression_level, "-1",
          "zstd: 1, 3, 7, 11; gzip and zlib: 0, 1, 9; -1 = the algorithm's default"}};

  void init();
  void start();
  void stop();
  void write(const delivery& batch);

 private:
  void choose_compression();

  std::vector<std::unique_ptr<Target>> targets_;
  std::unique_ptr<common::Compressor> compressor_;
};

}  // namespace weir::file_output
