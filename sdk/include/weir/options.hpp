#pragma once

// Options of a plugin: one table gives the schema, the defaults, the documentation and the loader.
//
//   struct Load {
//     double scale{};
//     std::vector<std::string> names;
//     static constexpr auto options = std::tuple{
//         weir::opt{"scale", &Load::scale, "1.0", "Multiply every value by this"},
//         weir::opt{"names", &Load::names, "[]", "What to read"}};
//   };
//
// Types   std::string, bool, int, std::int64_t, std::uint64_t, double, duration, byte_size, secret, any;
//         std::vector<T> (array), map<T> (table of any keys), a struct with options of its own (table),
//         std::vector<struct> (array of tables), std::optional<T> (tells whether it was written).
//         An integer type says by itself which range the host checks; in() says another.
// Limits  The default is TOML literal syntax ("\"10s\"", "[]") or nullptr: then the member keeps the value it
//         was constructed with, which the generated documentation cannot show.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <weir/abi.h>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  struct duration {  // "10s", "1h30m", 5
    std::int64_t ns = 0;
  };
  struct byte_size {  // "10MiB", 512
    std::int64_t bytes = 0;
  };
  // A password or token: the text stays with the host; fetch it where it is used.
  struct secret {
    std::uint64_t handle = 0;
    bool set = false;
  };
  template <typename T>
  using map = std::vector<std::pair<std::string, T>>;  // in the order of the file

  // A scalar of any type.
  struct any {
    std::uint16_t type = WEIR_C_STRING;  // STRING, INT, FLOAT or BOOL
    std::string text;                    // STRING
    std::int64_t integer = 0;            // INT, BOOL
    double number = 0;                   // FLOAT
  };

  // One option: its name, its member, its default and its documentation.
  template <typename P, typename T>
  struct opt {
    constexpr opt(const char* n, T P::* m, const char* d, const char* text)
        : name(n), member(m), def(d), doc(text) {}

    // It has to be written.
    constexpr opt required() const { return with_flag(WEIR_CF_REQUIRED); }
    // Few need it: generated samples may leave it out.
    constexpr opt advanced() const { return with_flag(WEIR_CF_ADVANCED); }
    // Still taken, with a warning.
    constexpr opt deprecated() const { return with_flag(WEIR_CF_DEPRECATED); }
    // A list of commands: an item may be a list of words, and is handed over as one line, each word in quotes.
    constexpr opt words() const { return with_flag(WEIR_CF_WORDS); }
    // Of an output: where the data go. Records queued on disk for one destination are not sent to another.
    constexpr opt destination() const { return with_flag(WEIR_CF_DESTINATION); }
    constexpr opt in(const char* r) const {  // "1..65535"
      opt o = *this;
      o.range = r;
      return o;
    }
    template <std::size_t N>
    constexpr opt one_of(const char* const (&values)[N]) const {
      opt o = *this;
      o.choices = values;
      o.n_choices = N;
      return o;
    }
    constexpr opt also(const char* const* deprecated_names) const {  // NULL-terminated
      opt o = *this;
      o.aliases = deprecated_names;
      return o;
    }
    constexpr opt with_flag(std::uint16_t f) const {
      opt o = *this;
      o.flags = static_cast<std::uint16_t>(o.flags | f);
      return o;
    }

    const char* name;
    T P::* member;
    const char *def, *doc;
    const char* range = nullptr;
    const char* const* choices = nullptr;
    std::uint32_t n_choices = 0;
    const char* const* aliases = nullptr;
    std::uint16_t flags = 0;
  };

  namespace detail {

  template <typename T>
  struct is_vector : std::false_type {};
  template <typename T>
  struct is_vector<std::vector<T>> : std::true_type {};
  template <typename T>
  struct is_map : std::false_type {};
  template <typename T>
  struct is_map<std::vector<std::pair<std::string, T>>> : std::true_type {
    using item = T;
  };
  template <typename T>
  struct is_optional : std::false_type {};
  template <typename T>
  struct is_optional<std::optional<T>> : std::true_type {};

  template <typename T, typename = void>
  struct has_options : std::false_type {};
  template <typename T>
  struct has_options<T, std::void_t<decltype(T::options)>> : std::true_type {};

  template <typename T>
  constexpr std::uint16_t scalar_type() {
    if constexpr (std::is_same_v<T, bool>) {
      return WEIR_C_BOOL;
    } else if constexpr (std::is_same_v<T, duration>) {
      return WEIR_C_DURATION;
    } else if constexpr (std::is_same_v<T, byte_size>) {
      return WEIR_C_SIZE;
    } else if constexpr (std::is_same_v<T, secret>) {
      return WEIR_C_SECRET;
    } else if constexpr (std::is_same_v<T, any>) {
      return WEIR_C_ANY;
    } else if constexpr (std::is_same_v<T, std::string>) {
      return WEIR_C_STRING;
    } else if constexpr (std::is_integral_v<T>) {
      return WEIR_C_INT;
    } else if constexpr (std::is_floating_point_v<T>) {
      return WEIR_C_FLOAT;
    } else {
      static_assert(has_options<T>::value,
                    "an option's type is a scalar of options.hpp or a struct with options");
      return WEIR_C_TABLE;
    }
  }

  // What an integer member can hold, for the host to check; nullptr: all that TOML has.
  template <typename T>
  constexpr const char* natural_range() {
    constexpr bool integer = std::is_integral_v<T> && !std::is_same_v<T, bool>;
    if constexpr (!integer || (sizeof(T) == 8 && std::is_signed_v<T>)) {
      return nullptr;
    } else if constexpr (sizeof(T) == 8) {
      return "0..";
    } else if constexpr (sizeof(T) == 4) {
      return std::is_signed_v<T> ? "-2147483648..2147483647" : "0..4294967295";
    } else if constexpr (sizeof(T) == 2) {
      return std::is_signed_v<T> ? "-32768..32767" : "0..65535";
    } else {
      return std::is_signed_v<T> ? "-128..127" : "0..255";
    }
  }

  // What an option's member type is: flags and the innermost type.
  template <typename T>
  struct shape {
    using item = T;
    static constexpr std::uint16_t flags = 0;
  };
  template <typename T>
  struct shape<std::optional<T>> : shape<T> {};
  template <typename T>
  struct shape<std::vector<T>> {
    using item = T;
    static constexpr std::uint16_t flags = WEIR_CF_LIST;
  };
  template <typename T>
  struct shape<std::vector<std::pair<std::string, T>>> {
    using item = typename shape<T>::item;
    static constexpr std::uint16_t flags = WEIR_CF_MAP | shape<T>::flags;
  };

  template <typename P>
  struct schema;

  template <typename P, typename T>
  constexpr weir_opt describe(const opt<P, T>& o) {
    using item = typename shape<T>::item;
    weir_opt r{};
    r.size = sizeof(weir_opt);
    r.type = o.n_choices != 0 ? std::uint16_t{WEIR_C_ENUM} : scalar_type<item>();
    r.flags = static_cast<std::uint16_t>(o.flags | shape<T>::flags);
    r.name = o.name;
    r.def = o.def;
    r.range = o.range != nullptr ? o.range : natural_range<item>();
    r.doc = o.doc;
    r.choices = o.choices;
    r.n_choices = o.n_choices;
    r.aliases = o.aliases;
    if constexpr (scalar_type<item>() == WEIR_C_TABLE) {
      r.children = schema<item>::table.data();
      r.n_children = static_cast<std::uint32_t>(schema<item>::table.size());
    }
    return r;
  }

  // The static C tables of a struct with options.
  template <typename P>
  struct schema {
    static constexpr std::size_t n = std::tuple_size_v<std::decay_t<decltype(P::options)>>;
    static constexpr std::array<weir_opt, n> make() {
      return std::apply([](const auto&... o) { return std::array<weir_opt, n>{describe(o)...}; },
                        P::options);
    }
    template <std::size_t... I>
    static constexpr std::array<const weir_opt*, n + 1> pointers(std::index_sequence<I...>) {
      return {&table[I]..., nullptr};
    }
    static constexpr std::array<weir_opt, n> table = make();
    static constexpr std::array<const weir_opt*, n + 1> list =
        pointers(std::make_index_sequence<n>{});
  };

  // Reads the value tree of abi.h section 5 into members.
  class loader {
   public:
    explicit loader(const weir_conf& c) : base_(c.base) {}

    template <typename P>
    void load(P& p, const weir_value* v) const {
      std::apply([&](const auto&... o) { (one(p.*(o.member), *v++), ...); }, P::options);
    }

   private:
    const weir_value* items(const weir_value& v) const {
      return reinterpret_cast<const weir_value*>(base_ + v.v.off);
    }
    std::string text(std::uint64_t off, std::uint32_t n) const {
      return {reinterpret_cast<const char*>(base_ + off), n};
    }
    static bool absent(const weir_value& v) { return v.type == 0; }  // no default and not written

    template <typename T>
    void one(T& to, const weir_value& v) const {
      if (absent(v)) return;
      if constexpr (is_optional<T>::value) {
        if ((v.flags & WEIR_VF_SET) == 0) return;
        to.emplace();
        one(*to, v);
      } else if constexpr (is_map<T>::value) {
        many(to, v, [this](auto& item, const weir_value& x) {
          item.first = text(x.key, x.key_len);
          one(item.second, x);
        });
      } else if constexpr (is_vector<T>::value) {
        many(to, v, [this](auto& item, const weir_value& x) { this->one(item, x); });
      } else {
        scalar(to, v);
      }
    }
    template <typename T, typename F>
    void many(T& to, const weir_value& v, F&& each) const {
      to.clear();
      const weir_value* x = items(v);
      for (std::uint32_t i = 0; i < v.n; ++i) {
        typename T::value_type item{};
        each(item, x[i]);
        to.push_back(std::move(item));
      }
    }
    template <typename T>
    void scalar(T& to, const weir_value& v) const {
      if constexpr (std::is_same_v<T, bool>) {
        to = v.v.i != 0;
      } else if constexpr (std::is_same_v<T, std::string>) {
        to = text(v.v.off, v.n);
      } else if constexpr (std::is_same_v<T, duration>) {
        to.ns = v.v.i;
      } else if constexpr (std::is_same_v<T, byte_size>) {
        to.bytes = v.v.i;
      } else if constexpr (std::is_same_v<T, secret>) {
        to = {static_cast<std::uint64_t>(v.v.i), (v.flags & WEIR_VF_SET) != 0};
      } else if constexpr (std::is_same_v<T, any>) {
        to = read_any(v);
      } else if constexpr (std::is_floating_point_v<T>) {
        to = static_cast<T>(v.v.f);
      } else if constexpr (std::is_integral_v<T>) {
        to = static_cast<T>(v.v.i);
      } else {
        load(to, items(v));
      }
    }
    any read_any(const weir_value& v) const {
      any a;
      a.type = v.type;
      if (v.type == WEIR_C_STRING) {
        a.text = text(v.v.off, v.n);
      } else if (v.type == WEIR_C_FLOAT) {
        a.number = v.v.f;
      } else {
        a.integer = v.v.i;
      }
      return a;
    }

    const std::uint8_t* base_;
  };

  }  // namespace detail

}  // namespace v1
}  // namespace weir
