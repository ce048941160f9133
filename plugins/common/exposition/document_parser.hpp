#pragma once

// What the parsers of both text formats are: options, and a reader of documents. A parser inherits it and names its
// options.
//
// Threads  One at a time.

#include <cstddef>
#include <cstdint>
#include <optional>

#include <weir/weir.hpp>

#include "plugins/common/exposition/format.hpp"
#include "plugins/common/exposition/text.hpp"

namespace weir::exposition {

template <typename Reader, Dialect dialect>
class DocumentParser {
 public:
  bool ignore_timestamp{};
  std::int64_t metric_version{};
  host self;

  void init() {
    reader_.emplace(Format{dialect, metric_version == 1, ignore_timestamp});
    reader_->attach(self);
  }
  // Says how much it took, all, or the SDK would cut documents that come as a stream into lines: a
  // line means nothing without the types before it.
  std::size_t parse(const message& m, sink& out) {
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): init() made it
    reader_->read(text_of(m), out);
    return m.text.size();
  }
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): as above
  void idle() { reader_->forget(); }

 private:
  std::optional<Reader> reader_;
};

}  // namespace weir::exposition
