#include "plugins/inputs/exec/exec.hpp"

#include <algorithm>
#include <utility>

#include <weir/stream_buffer.hpp>

#include "plugins/common/processes/command_line.hpp"

namespace weir::exec {
namespace {

enum Metric : std::uint8_t { commands_run_metric, commands_failed_metric, bytes_read_metric };

constexpr std::size_t small_bytes = std::size_t{64} << 10;  // copied into a row beside others
constexpr std::size_t excerpt_bytes = 512;
constexpr std::size_t line_bytes_max = std::size_t{4} << 10;

std::string_view first_line(std::string_view text) {
  return text.substr(0, std::min(text.find('\n'), excerpt_bytes));
}

// "sh fail.sh"
std::string shown(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::int32_t level_of(std::string_view& line) {
  constexpr std::string_view letters = "EWIDT";  // in the order of WEIR_LOG_...
  if (line.size() < 3 || line.substr(1, 2) != "! ") return WEIR_LOG_ERROR;
  const std::size_t at = letters.find(line.front());
  if (at == letters.npos) return WEIR_LOG_ERROR;
  line.remove_prefix(3);
  return WEIR_LOG_ERROR + static_cast<std::int32_t>(at);
}

}  // namespace

void Exec::init() {
  for (std::size_t i = 0; i < commands.size(); ++i) add_pattern(i);
  for (std::size_t i = 0; i < environment.size(); ++i) {
    if (environment[i].find('=') != std::string::npos && environment[i].front() != '=') continue;
    throw config_error("environment[" + std::to_string(i) + "]",
                       "\"" + environment[i] + "\" is no variable: write \"NAME=value\"");
  }
  charge_.attach(self);
}

void Exec::add_pattern(std::size_t i) {
  const auto refuse = [&](const std::string& why) {
    throw config_error("commands[" + std::to_string(i) + "]", "\"" + commands[i] + "\" " + why);
  };
  const std::string_view line = commands[i];
  if (line.empty()) return;
  const std::string_view program = line.substr(0, line.find(' '));
  Pattern made;
  made.is_pattern = program.find_first_of("*?[") != program.npos;
  if (made.is_pattern) {
    const std::string why = made.program.compile(program);
    if (!why.empty()) refuse(why);
  }
  const std::string why = common::split_command(line, made.words);
  if (!why.empty()) refuse(why);
  if (made.words.empty()) refuse("names no program");
  patterns_.push_back(std::move(made));
}

void Exec::start() {
  common::RunRules rules;
  rules.timeout_ns = timeout.ns;
  rules.environment = environment;
  rules.hold = [this](std::size_t bytes) { return charge_.hold(bytes); };
  if (log_stderr) {
    rules.on_errors = [this](std::size_t i, std::string_view bytes) { log_lines(i, bytes); };
  }
  children_ = std::make_unique<common::Children>(std::move(rules));
}

void Exec::stopping() {
  if (children_) children_->stop();
}
void Exec::stop() { stopping(); }

// New files that match are found at once.
std::vector<Exec::Command> Exec::find() const {
  std::vector<Command> all;
  for (const Pattern& pattern : patterns_) {
    const std::vector<std::string> found =
        pattern.is_pattern ? pattern.program.find() : std::vector<std::string>{};
    for (const std::string& program : found) {
      all.push_back(pattern.words);
      all.back().front() = program;
    }
    if (found.empty()) all.push_back(pattern.words);
  }
  return all;
}

void Exec::gather(sink& out) {
  const std::lock_guard one_at_a_time(gathering_);
  const std::vector<Command> all = find();
  unfinished_.assign(all.size(), {});
  std::exception_ptr failed;
  children_->run(all, [&](common::Ended& e) { take(e, all[e.command], out, failed); });
  charge_.hold(0);
  if (failed) std::rethrow_exception(failed);
}

void Exec::take(common::Ended& ended, const Command& command, sink& out,
                std::exception_ptr& first) {
  if (!unfinished_[ended.command].empty()) log_line(unfinished_[ended.command]);
  self.count(commands_run_metric);
  self.count(bytes_read_metric, ended.output.size());
  if (!ended.problem.empty()) {
    self.count(commands_failed_metric);
    std::string why = "the command \"" + shown(command) + "\" " + ended.problem;
    if (!ended.errors.empty()) why += ": " + std::string(first_line(ended.errors));
    if (!ignore_error) return note_failure(why, first);
    if (!ended.whole) self.warn(why);
  }
  if (ended.output.empty()) return;
  try {
    send(ended.output, out);
  } catch (const retry& why) {
    note_failure(why.what(), first);
  }
}

void Exec::send(std::string_view output, sink& out) {
  const std::uint32_t session = ++sessions_;
  if (output.size() <= small_bytes) {
    out.raw(output, WEIR_RAW_DOCUMENT, session, true);
    return;
  }
  out.emit();  // What was written before comes first.
  emit_options waiting;
  waiting.may_wait = true;
  stream_buffer message(self, static_cast<std::uint32_t>(output.size()), 0, {}, waiting);
  const weir_status got = message.ready();
  if (got == WEIR_CLOSED) return;
  if (got != WEIR_OK) {
    throw retry("no memory for the output of a command; raise [weir] memory_limit");
  }
  output.copy(message.data(), output.size());
  message.emit(output.size(), WEIR_RAW_DOCUMENT, session, true);
}

// The first failure is the call's answer, the others are logged.
void Exec::note_failure(const std::string& why, std::exception_ptr& first) {
  if (first) {
    self.error(why);
  } else {
    first = std::make_exception_ptr(retry(why));
  }
}

void Exec::log_lines(std::size_t command, std::string_view bytes) {
  std::string& line = unfinished_[command];
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    line += bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end == std::string_view::npos && line.size() < line_bytes_max) return;
    log_line(line);
    line.clear();
  }
}

// A level may stand in front, as in Telegraf's own log.
void Exec::log_line(std::string_view line) const {
  const std::int32_t level = level_of(line);
  if (!line.empty()) self.log(level, line);
}

}  // namespace weir::exec

WEIR_MODULE("exec", "1.0.0", weir::exec::Exec)
