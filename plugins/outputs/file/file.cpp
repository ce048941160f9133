#include "plugins/outputs/file/file.hpp"

#include <unistd.h>

#include <optional>
#include <string_view>

namespace weir::file_output {

void File::init() {
  choose_compression();
  if (rotation_max_archives < -1) {
    throw config_error("rotation_max_archives", "must be -1 (keep all) or more");
  }
  if (use_batch_format) {
    const auto* format = self.extension<weir_format_v1>(WEIR_EXT_FORMAT);
    if (format == nullptr) {
      throw config_error("use_batch_format", "this agent cannot serialize whole batches");
    }
    format->set_document(self.context(), 1);
  }
  if (files.empty()) files = {"stdout"};
  const rotation_rules rules{rotation_interval.ns, rotation_max_size.bytes, rotation_max_archives};
  for (const std::string& path : files) {
    if (path == "stdout") {
      targets_.push_back(std::make_unique<StreamTarget>(STDOUT_FILENO, "standard output"));
    } else {
      targets_.push_back(std::make_unique<FileTarget>(path, rules));
    }
  }
}

void File::choose_compression() {
  const std::optional<common::Encoding> encoding = common::encoding_of(compression_algorithm);
  if (!encoding || *encoding == common::Encoding::detect) {
    throw config_error("compression_algorithm", "\"" + compression_algorithm +
                                                    "\" is unknown; use zstd, gzip, zlib or \"\"");
  }
  if (!common::supports_level(*encoding, compression_level)) {
    throw config_error("compression_level", compression_algorithm + " has no level " +
                                                std::to_string(compression_level) + "; use " +
                                                std::string(common::levels_of(*encoding)) +
                                                ", or -1 for its default");
  }
  compressor_ = std::make_unique<common::Compressor>(*encoding, compression_level);
}

void File::start() {
  for (const auto& target : targets_) target->open(self.now());
}

void File::stop() {
  for (const auto& target : targets_) target->close();
}

// A file that fails does not keep the others from their bytes; the first failure is reported.
void File::write(const delivery& batch) {
  if (batch.bytes().empty()) return;
  const std::string_view bytes = compressor_->compress(batch.bytes());
  const Rows rows{batch.raw().batch_id, batch.raw().row0, batch.raw().n_rows};
  const std::int64_t now_ns = self.now();
  std::optional<retry> failed;
  for (const auto& target : targets_) {
    try {
      target->write(rows, batch.attempt(), bytes, now_ns);
    } catch (const retry& why) {
      if (!failed) failed = why;
    }
  }
  if (failed) throw *failed;
}

}  // namespace weir::file_output

WEIR_MODULE("file", "1.0.0", weir::file_output::File)
