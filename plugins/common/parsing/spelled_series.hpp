#pragma once

// Which series a record belongs to, told by the texts of its name and tags as they are written.
//
//   series.begin();
//   series.add(key, text);                       // for each text that makes the series
//   if (!series.find(memo, out)) {
//     ...                                        // name and tags, from series.tokens()
//     series.make(memo, out, name_id, tags);
//   }
//   out.add_row(series.name_id(), series.tag0(), series.n_tag(), n_fields, time_ns);
//
// Sources repeat their series in the same order, so the one that came behind the last is looked at first.
//
// Ownership  Texts are borrowed until find() or make(); 16 bytes behind each may be read.
// Threads    One thread.
// Errors     None: what the memo has no room for is made anew each time.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/parsing/memo.hpp"

namespace weir::common {

class SpelledSeries {
 public:
  struct Token {
    std::uint32_t key;  // what the caller calls it
    std::uint32_t len;
    const char* text;
    std::uint64_t head() const { return (std::uint64_t{key} << 32U) | len; }
    std::string_view view() const { return {text, len}; }
  };

  void begin() { tokens_.clear(); }
  void add(std::uint32_t key, std::string_view text) {
    tokens_.push_back({key, static_cast<std::uint32_t>(text.size()), text.data()});
  }
  const std::vector<Token>& tokens() const { return tokens_; }

  // False where it is not known: the caller then makes it.
  bool find(Memo& memo, sink& out);
  // tags will be sorted. Remembers what comes again; true when it did.
  bool make(Memo& memo, sink& out, std::uint32_t name_id, std::vector<weir_tag>& tags);

  std::uint32_t name_id() const { return name_id_; }
  std::uint32_t tag0() const { return tag0_; }
  std::uint16_t n_tag() const { return n_tag_; }

  // After Memo::trim() forgot.
  void forget() { previous_ = Memo::none; }

 private:
  static constexpr std::size_t slack_bytes = 64;

  bool is(const Series& s) const;
  void spell();
  void learn(Memo& memo, sink& out, const std::vector<weir_tag>& tags);

  std::vector<Token> tokens_;
  std::string spelled_;  // tokens_ as one text, and slack_bytes zeros
  std::size_t spelled_bytes_ = 0;
  std::uint64_t hashed_ = 0;             // of spelled_
  std::uint32_t previous_ = Memo::none;  // the series of the record before
  std::uint32_t name_id_ = 0, tag0_ = 0;
  std::uint16_t n_tag_ = 0;
};

}  // namespace weir::common
