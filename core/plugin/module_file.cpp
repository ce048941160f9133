#include "core/plugin/module_file.hpp"

#include <dlfcn.h>

#define BOOST_DLL_USE_STD_FS
#include <exception>
#include <list>
#include <mutex>
#include <system_error>
#include <utility>

#include <boost/dll/shared_library.hpp>

#include <weir/error.hpp>

#include "core/plugin/option_default.hpp"
#include "sdk/check/descriptor.hpp"

namespace weir::plugin {
namespace {

namespace dll = boost::dll;

// NOW: a missing function is told here, not at its first call. LOCAL: modules do not see each
// other. NODELETE: whoever closes it, the code stays.
constexpr auto load_mode = static_cast<dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

// Keeps the object open; never destroyed, so that nothing is closed at exit either.
void keep(dll::shared_library&& library) {
  static auto* const mutex = new std::mutex;
  static auto* const kept = new std::list<dll::shared_library>;
  const std::lock_guard lock(*mutex);
  kept->push_back(std::move(library));
}

Error refuse(std::string why) { return {ErrorKind::permanent, std::move(why)}; }

// Calls into the module that could throw, although they must not.
template <typename F>
std::string caught(const char* what, F&& call) {
  try {
    call();
    return {};
  } catch (const std::exception& thrown) {
    return std::string(what) + " throws an exception: " + thrown.what();
  } catch (...) {
    return std::string(what) + " throws an exception";
  }
}

std::string initialize(const weir_module& module) {
  if (module.init == nullptr) return {};
  weir_err err = make_err();
  weir_status status = WEIR_OK;
  if (std::string why = caught("its init", [&] { status = module.init(&err); }); !why.empty()) {
    return why;
  }
  if (status >= 0) return {};
  return "its init fails with status " + std::to_string(status) + ": " +
         std::string(message_of(err));
}

// Why the dynamic linker failed last, without the file's name, which comes before it anyway.
std::string linker_reason(const std::string& path) {
  const char* text = dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one per thread.
  const std::string why = text == nullptr ? "no reason was given" : text;
  const std::size_t at = why.find(path + ": ");
  return at == std::string::npos ? why : why.substr(at + path.size() + 2);
}

}  // namespace

Result<const weir_module*> open_module(const std::string& path) {
  dll::shared_library library;
  boost::dll::fs::error_code failed;
  library.load(path, failed, load_mode);
  if (failed) return refuse("cannot be loaded: " + linker_reason(path));
  if (!library.has(WEIR_ENTRY_SYMBOL)) return refuse("exports no " WEIR_ENTRY_SYMBOL);
  const weir_module* module = nullptr;
  std::string why = caught("its entry function", [&] {
    module = library.get<const weir_module*()>(WEIR_ENTRY_SYMBOL)();
  });
  keep(std::move(library));
  if (why.empty()) why = check::check_module(module);
  if (why.empty()) why = initialize(*module);
  if (!why.empty()) return refuse(why);
  return module;
}

std::string check_all(const weir_module& module) {
  for (const weir_plugin* plugin : check::plugins_of(module)) {
    if (std::string why = check::check_plugin(plugin, check_default); !why.empty()) return why;
  }
  return {};
}

}  // namespace weir::plugin
