#include "plugins/serializers/graphite/graphite.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

#include "plugins/common/text/print_number.hpp"

namespace weir::graphite {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::size_t time_bytes = 24;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

bool is_number(const weir_field& f) {
  return f.type != WEIR_STRING && (f.type != WEIR_F64 || std::isfinite(f.v.f));
}

}  // namespace

// ---- options ----

void GraphiteSerializer::init() {
  if (separator.empty()) separator = ".";
  try {
    sanitizer_ = std::make_unique<const Sanitizer>(strict_sanitize_regex);
  } catch (const std::invalid_argument& x) {
    throw config_error("graphite_strict_sanitize_regex", x.what());
  }
  const std::string usual = "host.tags.measurement.field";
  otherwise_ = std::make_unique<const Template>(template_text.empty() ? usual : template_text);
  for (std::size_t i = 0; i < templates.size(); ++i) add_template(templates[i], i);
}

// "glob template", or a template for all others.
void GraphiteSerializer::add_template(const std::string& text, std::size_t i) {
  const std::string option = "templates[" + std::to_string(i) + "]";
  const std::vector<std::string> words = words_of(text);
  if (words.empty() || words.size() > 2) {
    throw config_error(option, "\"" + text + "\" is neither a template nor a glob and a template");
  }
  if (words.size() == 1) {
    otherwise_ = std::make_unique<const Template>(words[0]);
    return;
  }
  auto made = std::make_unique<Filtered>(Filtered{{}, Template(words[1])});
  const std::string why = made->names.compile({words[0]});
  if (!why.empty()) throw config_error(option, why);
  filtered_.push_back(std::move(made));
}

const Template& GraphiteSerializer::template_of(std::string_view name) const {
  for (const auto& f : filtered_) {
    if (f->names.matches(name)) return f->made;
  }
  return *otherwise_;
}

// ---- lines ----

void GraphiteSerializer::serialize(const row& r, text& out) {
  if (tag_support) {
    begin_tagged_name(r);
  } else if (!template_of(r.name()).apply(r, prefix, bucket_)) {
    return;
  }
  const block& home = r.home();
  const weir_field* f = home.fields() + r.raw().field0;
  for (const weir_field* end = f + r.raw().n_field; f != end; ++f) {
    if (!is_number(*f)) continue;
    make_name(home.str(f->key));
    char* const begin = out.reserve(name_.size() + common::fixed_bytes + time_bytes);
    char* to = std::copy(name_.begin(), name_.end(), begin);
    *to++ = ' ';
    to = put_number(to, *f);
    *to++ = ' ';
    to = common::print_i64(to, r.time_ns() / second_ns);
    *to++ = '\n';
    out.advance(static_cast<std::size_t>(to - begin));
  }
}

// The parts before the field, which is no part where it is "value".
void GraphiteSerializer::begin_tagged_name(const row& r) {
  bucket_.name.clear();
  if (!prefix.empty()) bucket_.name.append(prefix).append(separator);
  bucket_.name.append(r.name());
  put_tags(r);
}

// Sorted as they are written.
void GraphiteSerializer::put_tags(const row& r) {
  const bool strict = tag_sanitize_mode != "compatible";
  if (pairs_.size() < r.raw().n_tag) pairs_.resize(r.raw().n_tag);
  std::size_t n = 0;
  for (const auto& t : r.tags()) {
    std::string& pair = pairs_[n++];
    pair.assign(t.key == "name" ? std::string_view("_name") : t.key);
    name_.assign(t.value);
    if (strict) {
      sanitizer_->strict(pair);
      sanitizer_->strict(name_);
    } else {
      sanitizer_->compatible_key(pair);
      sanitizer_->compatible_value(name_);
    }
    pair.append("=").append(name_);
  }
  std::sort(pairs_.begin(), pairs_.begin() + static_cast<std::ptrdiff_t>(n));
  tags_.clear();
  for (std::size_t i = 0; i < n; ++i) tags_.append(";").append(pairs_[i]);
}

void GraphiteSerializer::make_name(std::string_view field) {
  if (tag_support) {
    name_.assign(bucket_.name);
    if (field != "value") name_.append(separator).append(field);
  } else {
    put_field(bucket_, field, name_);
  }
  sanitizer_->strict(name_);
  name_.append(tags_);
}

char* GraphiteSerializer::put_number(char* to, const weir_field& f) {
  switch (f.type) {
    case WEIR_I64: return common::print_i64(to, f.v.i);
    case WEIR_U64: return common::print_u64(to, f.v.u);
    case WEIR_F64: return common::print_fixed(to, f.v.f);
    default: *to = f.v.u != 0 ? '1' : '0'; return to + 1;
  }
}

}  // namespace weir::graphite

WEIR_MODULE("graphite", "1.0.0", weir::graphite::GraphiteSerializer)
