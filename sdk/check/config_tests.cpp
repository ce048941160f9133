#include <cstring>
#include <set>

#include "sdk/check/schema_text.hpp"
#include "sdk/check/suite.hpp"

namespace weir::check {
namespace {

constexpr int configurations = 300;

void defaults(const Subject& subject) {
  const testing::config parsed(subject.plugin.opts, subject.config);
  static_cast<void>(make(subject));
}

// Kinds that only compute are also put to work with a configuration that they accept.
void try_configuration(const Subject& subject, Random& random) {
  const std::string text = random_config(subject.plugin, random);
  const Subject other{subject.plugin, text, false, subject.isolated, subject.seed};
  try {
    Instance instance = make(other);
    if (!is_kind(subject, WEIR_INPUT) && !is_kind(subject, WEIR_OUTPUT)) {
      work_once(other, *instance, random);
    }
    close(std::move(instance));
  } catch (const Skipped&) {
    return;  // Refused, with a reason.
  } catch (const testing::bad_test&) {
    throw;  // Our own text.
  } catch (const std::exception& thrown) {
    throw Broken(std::string(thrown.what()) + "\nwith the configuration:\n" + text);
  }
}

void random_configurations(const Subject& subject) {
  if (subject.plugin.opts == nullptr) return;
  Random random(subject.seed);
  for (int i = 0; i < configurations; ++i) try_configuration(subject, random);
}

void without_extensions(const Subject& subject) {
  std::set<std::string> needed;
  for (const char* const* need = subject.plugin.needs; need != nullptr && *need != nullptr;
       ++need) {
    needed.insert(*need);
  }
  for (const char* id :
       {WEIR_EXT_LISTEN, WEIR_EXT_BUDGET, WEIR_EXT_SECRETS, WEIR_EXT_FORMAT, WEIR_EXT_SELF}) {
    if (needed.count(id) != 0) continue;
    const Prepare hide = [id](testing::host& host) { host.hide_extension(id); };
    judge([&] { testing::plugin(subject.plugin, subject.config, hide).close(); });
  }
}

}  // namespace

std::vector<Test> config_tests() {
  return {
      {"defaults", "is created with its defaults", defaults},
      {"config_fuzz", "bears 300 random configurations", random_configurations},
      {"no_extensions", "does without the extensions that it does not need", without_extensions}};
}

}  // namespace weir::check
