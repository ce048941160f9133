// A processor in C++: writes the values of some tags in capital letters.
//
//   [[processors.shout]]
//     tags = ["host"]
//
//   cpu,host=web1 usage=1   ->   cpu,host=WEB1 usage=1

#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

namespace {

char capital(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

struct Shout {
  static constexpr weir::info meta{"shout", "1.0", "Writes values of tags in capital letters"};
  std::vector<std::string> tags;
  static constexpr auto options =
      std::tuple{weir::opt{"tags", &Shout::tags, "[\"host\"]", "Keys of the tags to change"}};

  std::string changed;

  // Called once per distinct value of the rows, however many rows there are.
  const std::string* louder(std::string_view value) {
    changed.assign(value);
    for (char& c : changed) c = capital(c);
    return changed == value ? nullptr : &changed;
  }
  void edit(weir::editor& rows) {
    for (const std::string& key : tags)
      rows.each_tag_value(key, [this](std::string_view value) { return louder(value); });
  }
};

}  // namespace

WEIR_MODULE("shout", "1.0", Shout)
