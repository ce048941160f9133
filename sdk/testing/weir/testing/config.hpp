#pragma once

// Options of a plugin from TOML, in the form in which a host hands them over (abi.h, section 5).
//
//   weir::testing::config c(descriptor.opts, "scale = 2.0\n[[rules]]\npattern = 'x'");
//
// Defaults come from weir_opt::def. A single table that is not written arrives with the defaults of its children;
// a list or map that is not written and has no default arrives with type 0, as a scalar does.
//
// Ownership  The object owns what get() points to.
// Errors     A wrong value, an unknown key, a missing required one: failure with WEIR_E_CONFIG and the path.

#include <cmath>
#include <cstring>

#include <weir/abi.h>
#include <weir/testing/toml.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  namespace detail {

  [[noreturn]] inline void refuse(const std::string& path, const std::string& what) {
    throw failure(WEIR_E_CONFIG, what, path);
  }

  struct unit {
    const char* name;
    double factor;
  };

  // Numbers with units added up: "1h30m", "1.5MiB". A number without unit counts alone.
  template <std::size_t N>
  bool sum_of_units(std::string_view s, const unit (&units)[N], double alone, double& total) {
    const char* at = s.data();
    const char* end = at + s.size();
    total = 0;
    for (bool first = true; at != end; first = false) {
      double n = 0;
      const auto read = std::from_chars(at, end, n, std::chars_format::fixed);
      if (read.ec != std::errc()) return false;
      for (at = read.ptr; at != end && *at == ' '; ++at) {
      }
      const char* word = at;
      while (at != end && *at != '.' && (*at < '0' || *at > '9')) ++at;
      const std::string_view name(word, static_cast<std::size_t>(at - word));
      double factor = name.empty() && first && at == end ? alone : 0;
      for (const unit& u : units) {
        if (name == u.name) factor = u.factor;
      }
      if (factor == 0) return false;
      total += n * factor;
    }
    return true;
  }
  inline std::int64_t duration_of(const std::string& s, const std::string& path) {
    static constexpr unit units[] = {{"ns", 1},  {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"ms", 1e6},
                                     {"s", 1e9}, {"m", 6e10}, {"h", 3.6e12},      {"d", 8.64e13}};
    const bool minus = !s.empty() && s[0] == '-';
    double ns = 0;
    if (!sum_of_units(std::string_view(s).substr(minus ? 1 : 0), units, 1e9, ns)) {
      refuse(path, "'" + s + "' is not a duration");
    }
    return static_cast<std::int64_t>(std::llround(minus ? -ns : ns));
  }
  inline std::int64_t size_of(const std::string& s, const std::string& path) {
    static constexpr unit units[] = {{"B", 1},
                                     {"KB", 1e3},
                                     {"MB", 1e6},
                                     {"GB", 1e9},
                                     {"TB", 1e12},
                                     {"KiB", 1024},
                                     {"MiB", 1024.0 * 1024},
                                     {"GiB", 1024.0 * 1024 * 1024},
                                     {"TiB", 1024.0 * 1024 * 1024 * 1024}};
    double bytes = 0;
    if (!sum_of_units(s, units, 1, bytes)) refuse(path, "'" + s + "' is not a size");
    return static_cast<std::int64_t>(std::llround(bytes));
  }

  // Lays values out behind each other; refers by offset, because the bytes move while they grow.
  class conf_writer {
   public:
    conf_writer(std::vector<std::uint8_t>& bytes, std::vector<std::string>& secrets)
        : bytes_(bytes), secrets_(secrets) {}

    // The options as values in schema order; from may be null: nothing is written.
    std::uint64_t options(const weir_opt* const* opts, std::uint32_t n, const toml* from,
                          const std::string& path) {
      const std::uint64_t at = values(n);
      for (std::uint32_t i = 0; i < n; ++i) {
        const toml* v = from == nullptr ? nullptr : find(*from, *opts[i]);
        option(at + i * sizeof(weir_value), *opts[i], v,
               path.empty() ? opts[i]->name : path + "." + opts[i]->name);
      }
      if (from != nullptr) refuse_unknown(opts, n, *from, path);
      return at;
    }

   private:
    static const toml* find(const toml& in, const weir_opt& o) {
      if (const toml* v = in.find(o.name)) return v;
      for (const char* const* a = o.aliases; a != nullptr && *a != nullptr; ++a) {
        if (const toml* v = in.find(*a)) return v;
      }
      return nullptr;
    }
    static bool named(const weir_opt& o, const std::string& key) {
      if (key == o.name) return true;
      for (const char* const* a = o.aliases; a != nullptr && *a != nullptr; ++a) {
        if (key == *a) return true;
      }
      return false;
    }
    static void refuse_unknown(const weir_opt* const* opts, std::uint32_t n, const toml& in,
                               const std::string& path) {
      for (const auto& m : in.members) {
        bool known = false;
        for (std::uint32_t i = 0; i < n; ++i) known = known || named(*opts[i], m.key);
        if (!known) {
          refuse(path.empty() ? m.key : path + "." + m.key, "unknown option '" + m.key + "'");
        }
      }
    }

    void option(std::uint64_t at, const weir_opt& o, const toml* written, const std::string& path) {
      weir_value v{};
      if (written != nullptr) {
        v = shaped(o, *written, path);
        v.flags |= WEIR_VF_SET;
        v.line = written->line;
        v.col = written->col;
      } else if ((o.flags & WEIR_CF_REQUIRED) != 0) {
        refuse(path, "required option '" + std::string(o.name) + "' is missing");
      } else if (o.type == WEIR_C_TABLE && (o.flags & (WEIR_CF_LIST | WEIR_CF_MAP)) == 0) {
        v = table(o, nullptr, path);
      } else if (o.def != nullptr) {
        v = shaped(o, default_of(o, path), path);
        unset(v);
      }
      put(at, v);
    }
    static toml default_of(const weir_opt& o, const std::string& path) {
      try {
        return parse_literal(o.def);
      } catch (const bad_test& x) {
        throw violation("the default of " + path + " is not a TOML literal: " + o.def + ": " +
                        x.what());
      }
    }
    static void unset(weir_value& v) {
      v.line = v.col = 0;
      v.flags = static_cast<std::uint16_t>(v.flags & ~WEIR_VF_SET);
    }

    weir_value shaped(const weir_opt& o, const toml& t, const std::string& path) {
      if ((o.flags & WEIR_CF_MAP) != 0) return map(o, t, path);
      if ((o.flags & WEIR_CF_LIST) != 0) return list(o, t, path);
      return one(o, t, path);
    }
    weir_value map(const weir_opt& o, const toml& t, const std::string& path) {
      if (t.is != toml::table) refuse(path, "a table is expected");
      weir_value v{};
      v.type = o.type;
      v.flags = WEIR_VF_MAP;
      v.n = static_cast<std::uint32_t>(t.members.size());
      v.v.off = values(v.n);
      for (std::uint32_t i = 0; i < v.n; ++i) {
        const auto& [key, item] = t.members[i];
        const std::string here = path + "." + key;
        weir_value x = (o.flags & WEIR_CF_LIST) != 0 ? list(o, item, here) : one(o, item, here);
        x.key = static_cast<std::uint32_t>(text(key));
        x.key_len = static_cast<std::uint32_t>(key.size());
        put_item(v, i, x, item);
      }
      return v;
    }
    weir_value list(const weir_opt& o, const toml& t, const std::string& path) {
      if (t.is != toml::array) refuse(path, "an array is expected");
      weir_value v{};
      v.type = o.type;
      v.flags = WEIR_VF_LIST;
      v.n = static_cast<std::uint32_t>(t.items.size());
      v.v.off = values(v.n);
      for (std::uint32_t i = 0; i < v.n; ++i) {
        put_item(v, i, one(o, t.items[i], path + "[" + std::to_string(i) + "]"), t.items[i]);
      }
      return v;
    }
    void put_item(const weir_value& of, std::uint32_t i, weir_value x, const toml& from) {
      x.flags |= WEIR_VF_SET;
      x.line = from.line;
      x.col = from.col;
      put(of.v.off + i * sizeof(weir_value), x);
    }
    weir_value table(const weir_opt& o, const toml* t, const std::string& path) {
      if (t != nullptr && t->is != toml::table) refuse(path, "a table is expected");
      std::vector<const weir_opt*> children;
      children.reserve(o.n_children);
      for (std::uint32_t i = 0; i < o.n_children; ++i) children.push_back(o.children + i);
      weir_value v{};
      v.type = WEIR_C_TABLE;
      v.n = o.n_children;
      v.v.off = options(children.data(), o.n_children, t, path);
      return v;
    }

    weir_value one(const weir_opt& o, const toml& t, const std::string& path) {
      weir_value v{};
      v.type = o.type;
      switch (o.type) {
        case WEIR_C_TABLE: return table(o, &t, path);
        case WEIR_C_INT:
          v.v.i = in_range(o, want(t, toml::integer, path, "an integer"), path);
          break;
        case WEIR_C_BOOL: v.v.i = want(t, toml::boolean, path, "true or false"); break;
        case WEIR_C_FLOAT: v.v.f = in_range(o, number(t, path), path); break;
        case WEIR_C_DURATION: v.v.i = in_range(o, measure(t, path, 1e9, duration_of), path); break;
        case WEIR_C_SIZE: v.v.i = in_range(o, measure(t, path, 1, size_of), path); break;
        case WEIR_C_SECRET:
          secrets_.push_back(string(t, path));
          v.v.i = static_cast<std::int64_t>(secrets_.size());
          break;
        case WEIR_C_ENUM:
          check_choice(o, string(t, path), path);
          put_text(v, t.text);
          break;
        case WEIR_C_ANY: any(v, t, path); break;
        default: put_text(v, string(t, path)); break;
      }
      return v;
    }
    static double number(const toml& t, const std::string& path) {
      if (t.is == toml::integer) return static_cast<double>(t.i);
      check(t, toml::number, path, "a number");
      return t.f;
    }
    // One end of a range; NaN where it is open.
    static double bound(const weir_opt& o, std::string_view literal, const std::string& path) {
      std::string text;
      for (const char c : literal) {
        if (c != '"' && c != '\'') text += c;
      }
      if (text.empty()) return std::nan("");
      if (o.type == WEIR_C_DURATION) return static_cast<double>(duration_of(text, path));
      if (o.type == WEIR_C_SIZE) return static_cast<double>(size_of(text, path));
      return number(parse_literal(text), path);
    }
    template <typename T>
    static T in_range(const weir_opt& o, T v, const std::string& path) {
      const std::string_view range = o.range == nullptr ? "" : o.range;
      const std::size_t dots = range.find("..");
      if (dots == std::string_view::npos) return v;
      const auto value = static_cast<double>(v);
      const bool outside = value < bound(o, range.substr(0, dots), path) ||
                           value > bound(o, range.substr(dots + 2), path);
      if (outside) refuse(path, "the value is not in the range " + std::string(range));
      return v;
    }
    static void check(const toml& t, toml::kind k, const std::string& path, const char* what) {
      if (t.is != k) refuse(path, std::string(what) + " is expected");
    }
    static std::int64_t want(const toml& t, toml::kind k, const std::string& path,
                             const char* what) {
      check(t, k, path, what);
      return t.i;
    }
    static const std::string& string(const toml& t, const std::string& path,
                                     const char* what = "a string") {
      check(t, toml::string, path, what);
      return t.text;
    }
    template <typename F>
    static std::int64_t measure(const toml& t, const std::string& path, double factor, F&& parse) {
      if (t.is == toml::integer) return t.i * static_cast<std::int64_t>(factor);
      if (t.is == toml::number) return static_cast<std::int64_t>(std::llround(t.f * factor));
      return parse(string(t, path, "a number or a string with a unit"), path);
    }
    static void check_choice(const weir_opt& o, const std::string& s, const std::string& path) {
      for (std::uint32_t i = 0; i < o.n_choices; ++i) {
        if (s == o.choices[i]) return;
      }
      refuse(path, "'" + s + "' is not one of the choices");
    }
    void any(weir_value& v, const toml& t, const std::string& path) {
      switch (t.is) {
        case toml::string: v.type = WEIR_C_STRING; return put_text(v, t.text);
        case toml::integer:
          v.type = WEIR_C_INT;
          v.v.i = t.i;
          return;
        case toml::number:
          v.type = WEIR_C_FLOAT;
          v.v.f = t.f;
          return;
        case toml::boolean:
          v.type = WEIR_C_BOOL;
          v.v.i = t.i;
          return;
        default: refuse(path, "a string, a number, true or false is expected");
      }
    }

    std::uint64_t values(std::uint32_t n) {
      bytes_.resize((bytes_.size() + 7) / 8 * 8);
      const std::uint64_t at = bytes_.size();
      bytes_.resize(at + n * sizeof(weir_value));
      return at;
    }
    void put(std::uint64_t at, const weir_value& v) {
      std::memcpy(bytes_.data() + at, &v, sizeof v);
    }
    std::uint64_t text(const std::string& s) {
      const std::uint64_t at = bytes_.size();
      bytes_.insert(bytes_.end(), s.begin(), s.end());
      bytes_.push_back(0);
      return at;
    }
    void put_text(weir_value& v, const std::string& s) {
      v.n = static_cast<std::uint32_t>(s.size());
      v.v.off = text(s);
    }

    std::vector<std::uint8_t>& bytes_;
    std::vector<std::string>& secrets_;
  };

  }  // namespace detail

  class config {
   public:
    // opts: as in weir_plugin, NULL-terminated or NULL.
    config(const weir_opt* const* opts, std::string_view text) {
      std::uint32_t n = 0;
      while (opts != nullptr && opts[n] != nullptr) ++n;
      const toml root = parse_toml(text);
      detail::conf_writer(bytes_, secrets_).options(opts, n, &root, "");
      conf_ = {sizeof(weir_conf), n, bytes_.data(), bytes_.size()};
    }
    config(const config&) = delete;
    config& operator=(const config&) = delete;
    ~config() = default;

    const weir_conf* get() const { return &conf_; }
    // Texts behind the handles of WEIR_C_SECRET options: handle 1 is the first.
    const std::vector<std::string>& secrets() const { return secrets_; }

   private:
    std::vector<std::uint8_t> bytes_;
    std::vector<std::string> secrets_;
    weir_conf conf_{};
  };

}  // namespace testing
}  // namespace weir
