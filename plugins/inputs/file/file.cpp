#include "plugins/inputs/file/file.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include "plugins/inputs/file/source.hpp"

namespace weir::file_input {
namespace {

constexpr std::uint32_t headroom_bytes = 64U << 10;

enum Metric : std::uint8_t { bytes_read_metric, read_errors_metric };

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(common::byte_order_mark)) text.remove_prefix(common::byte_order_mark.size());
  return text;
}

// False when the agent is stopping.
bool taken(weir_status status, const std::string& path) {
  if (status == WEIR_OK || status == WEIR_CLOSED) return status == WEIR_OK;
  throw retry("no memory to read " + path + "; raise [weir] memory_limit");
}

bool put(stream_buffer& out, std::string_view text, std::uint32_t session,
         const std::string& path) {
  while (!text.empty()) {
    if (!taken(out.ready(), path)) return false;
    const std::size_t n = text.copy(out.data(), out.capacity());
    if (!taken(out.emit(n, WEIR_RAW_STREAM, session), path)) return false;
    text.remove_prefix(n);
  }
  return true;
}

}  // namespace

struct File::Job {
  std::uint32_t session;
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<tag> tags;  // views of texts
};

void File::init() {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string why = globs_.emplace_back().compile(files[i]);
    if (!why.empty()) {
      throw config_error("files[" + std::to_string(i) + "]", "\"" + files[i] + "\" " + why);
    }
  }
  const auto encoding = common::text_encoding_of(character_encoding);
  if (!encoding) {
    throw config_error("character_encoding", "\"" + character_encoding +
                                                 "\" is unknown; use utf-8, utf-16le or utf-16be");
  }
  encoding_ = *encoding;
  const auto* raw = self.extension<weir_raw_v1>(WEIR_EXT_RAW);
  cuts_stream_ = raw != nullptr && raw->cuts_stream(self.context()) != 0;
}

std::vector<std::string> File::find() const {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < globs_.size(); ++i) {
    if (!globs_[i].is_pattern()) {
      found.push_back(files[i]);
      continue;
    }
    std::vector<std::string> all = globs_[i].find();
    std::erase_if(all, [](const std::string& p) { return std::filesystem::is_directory(p); });
    if (all.empty()) throw retry("no file matches \"" + files[i] + "\"; nothing was read");
    std::move(all.begin(), all.end(), std::back_inserter(found));
  }
  return found;
}

void File::gather(sink& out) {
  std::exception_ptr failed;
  for (const std::string& path : find()) {
    try {
      read(path, out);
    } catch (const retry& why) {
      note_failure(why, failed);
    }
  }
  if (failed) std::rethrow_exception(failed);
}

// The first failure is the call's answer, the others are logged.
void File::note_failure(const retry& why, std::exception_ptr& first) {
  self.count(read_errors_metric);
  if (first) {
    self.error(why.what());
  } else {
    first = std::current_exception();
  }
}

void File::read(const std::string& path, sink& out) {
  namespace fs = std::filesystem;
  Job job{++sessions_, {}, {}};
  if (!file_tag.empty()) job.texts.emplace_back(file_tag, fs::path(path).filename().string());
  if (!file_path_tag.empty()) {
    job.texts.emplace_back(file_path_tag, fs::absolute(path).lexically_normal().string());
  }
  for (const auto& [key, value] : job.texts) job.tags.push_back({key, value});

  Source from(path, encoding_);
  std::string text;
  if (from.read_text(text, document_bytes_max + 1)) {
    out.emit();  // What was read before comes first.
    if (cuts_stream_) {
      stream(from, without_mark(text), job);
    } else {
      send_whole(from, text, job);
    }
  } else {
    builder& row = out.raw(without_mark(text), WEIR_RAW_DOCUMENT, job.session, true);
    for (const tag& t : job.tags) row.tag(t.key, t.value);
  }
  self.count(bytes_read_metric, from.bytes_read());
}

void File::stream(Source& from, std::string_view begin, const Job& job) {
  emit_options waiting;
  waiting.may_wait = true;
  stream_buffer out(self, piece_bytes, headroom_bytes, {}, waiting);
  out.set_tags(job.tags);
  bool going_on = put(out, begin, job.session, from.path());
  std::string text;
  while (going_on && !from.plain()) {
    text.clear();
    const bool more = from.read_text(text, piece_bytes);
    going_on = put(out, text, job.session, from.path());
    if (!more) break;
  }
  while (going_on && from.plain()) {
    if (!taken(out.ready(), from.path())) return;
    const std::size_t n = from.read_bytes(out.data(), out.capacity());
    if (n == 0) break;
    going_on = taken(out.emit(n, WEIR_RAW_STREAM, job.session), from.path());
  }
  if (going_on) taken(out.emit(0, WEIR_RAW_STREAM, job.session, true), from.path());
}

void File::send_whole(Source& from, std::string& text, const Job& job) {
  if (from.read_text(text, whole_bytes_max + 1)) {
    throw retry(from.path() + " is larger than " + std::to_string(whole_bytes_max >> 20U) +
                " MiB, the most that this data_format can take as one document; split the file");
  }
  const std::string_view document = without_mark(text);
  emit_options waiting;
  waiting.may_wait = true;
  stream_buffer out(self, static_cast<std::uint32_t>(document.size()), 0, {}, waiting);
  out.set_tags(job.tags);
  if (!taken(out.ready(), from.path())) return;
  document.copy(out.data(), document.size());
  taken(out.emit(document.size(), WEIR_RAW_DOCUMENT, job.session, true), from.path());
}

}  // namespace weir::file_input

WEIR_MODULE("file", "1.0.0", weir::file_input::File)
