#include "plugins/common/jsonata/functions.hpp"

#include <map>
#include <string>

#include "plugins/common/jsonata/signature.hpp"

namespace weir::jsonata {
namespace {

class BuiltinFunction final : public Function {
 public:
  explicit BuiltinFunction(const Builtin& definition)
      : definition_(definition), signature_(definition.signature) {}

  Value call(Call& call) const override {
    signature_.accept(definition_.name, call.args, call.input, call.budget);
    const bool nothing = !call.args.empty() && !call.args[0].defined();
    if (nothing && !definition_.wants_undefined) return {};
    return definition_.run(call);
  }
  std::size_t arity() const override { return signature_.arguments_max(); }

 private:
  const Builtin& definition_;
  Signature signature_;
};

using Builtins = std::map<std::string_view, std::shared_ptr<const Function>>;

Builtins collected() {
  Builtins all;
  for (const BuiltinTable& table :
       {text_functions(), pattern_functions(), code_functions(), number_functions(),
        array_functions(), object_functions(), higher_functions(), time_functions()}) {
    for (const Builtin* b = table.begin; b != table.end; ++b) {
      all.emplace(b->name, std::make_shared<const BuiltinFunction>(*b));
    }
  }
  return all;
}

const Builtins& builtins() {
  static const Builtins all = collected();
  return all;
}

}  // namespace

bool is_builtin(std::string_view name) { return builtins().count(name) != 0; }

bool takes_picture(std::string_view name) { return name == "fromMillis" || name == "toMillis"; }

std::shared_ptr<const Function> find_builtin(std::string_view name) {
  const auto found = builtins().find(name);
  return found != builtins().end() ? found->second : nullptr;
}

}  // namespace weir::jsonata
