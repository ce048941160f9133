#pragma once

// The fast way for what most JSON lines are: one object of plain values, without a repeated key.
//
// An object is read once, from left to right, straight into the batch. The keys of the object before
// are expected again, in their order; the tags' values, as they are written, lead to a series that
// was seen before. Whatever is unusual (levels, repeated or escaped keys, numbers beyond plain ones,
// bytes that are no UTF-8, anything that may be wrong) is left to Document, which knows everything:
// read() then says false and has added nothing.
//
// Threads    One thread.
// Limits     Those of Memo; keys_max keys an object.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/delivery.hpp>
#include <weir/sink.hpp>

#include "plugins/common/parsing/key_order.hpp"
#include "plugins/common/parsing/memo.hpp"
#include "plugins/common/parsing/spelled_series.hpp"
#include "plugins/parsers/json/rules.hpp"

namespace weir::json {

class FlatReader {
 public:
  // rules have to stay where they are.
  explicit FlatReader(const Rules& rules) : rules_(rules) {}
  void set_host(const host& h) { memo_.set_host(h); }
  // from: where name and time come from that the text does not say.
  bool read(std::string_view text, const row& from, sink& out);
  // Gives back what it knows of series that came before.
  void forget();

 private:
  static constexpr std::uint32_t none = common::Memo::none;
  static constexpr std::size_t slack_bytes = 64;
  static constexpr std::uint32_t keys_max = 4096;

  using Token = common::SpelledSeries::Token;

  void forget_places();
  void begin(std::string_view text, const row& from, sink& out);
  const char* object(const char* p);
  const char* key(const char* p, std::uint32_t& found);
  const char* other_key(const char* p, std::uint32_t& found);
  std::uint32_t learn_key(std::string_view raw, std::uint64_t hashed);
  const char* value(const char* p, std::uint32_t key);
  const char* text(const char* p, std::uint32_t key, Role role);
  const char* number(const char* p, std::uint32_t key, Role role);
  const char* literal(const char* p, std::uint32_t key, Role role);
  bool is_time(std::string_view text);
  weir_field& field(std::uint32_t key);

  void name_by_source(const row& from);
  bool new_series();
  bool decode(const Token& token, std::string& to) const;
  void add_row();

  const Rules& rules_;
  common::Memo memo_;
  common::SpelledSeries series_;  // of the object: by the values that tell it
  std::vector<Role> roles_;       // by key
  common::KeyOrder order_;

  // Of the object.
  sink* out_ = nullptr;
  std::string padded_;  // the text and slack_bytes zeros
  std::string source_;  // the same of a name that the text does not say
  bool named_ = false;
  bool timed_ = false;
  bool learned_ = false;
  std::int64_t time_ns_ = 0;
  std::int64_t now_ns_ = 0;
  std::string scratch_;
  std::vector<weir_tag> tags_;
  weir_field* fields_ = nullptr;
  std::uint32_t n_fields_ = 0, room_fields_ = 0;
};

}  // namespace weir::json
