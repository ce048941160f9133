#pragma once

// Runs commands at every gather and hands what they write to the parser: of each command one document.
//
// Threads    One gather at a time: a second one waits. It blocks until all commands are done; stopping(), which may come
//            meanwhile, ends them.
// Errors     A command that fails does not keep the others from being read; the first failure is the gather's,
//            the others are logged.
// Limits     common::Children's, and the host's budget for what they write.

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/memory/charge.hpp"
#include "plugins/common/paths/path_glob.hpp"
#include "plugins/common/processes/children.hpp"

namespace weir::exec {

struct Exec {
  static constexpr info meta{"exec", "1.0.0", "Parse the output of commands",
                             WEIR_EMITS_RAW | WEIR_MAY_BLOCK | WEIR_CONCURRENT};
  static constexpr weir_metric_decl commands_run =
      declare_metric(WEIR_COUNTER, "commands_run", "", "Commands that were run");
  static constexpr weir_metric_decl commands_failed =
      declare_metric(WEIR_COUNTER, "commands_failed", "",
                     "Commands that could not be run, or ended with another status than 0");
  static constexpr weir_metric_decl bytes_read =
      declare_metric(WEIR_COUNTER, "bytes_read", "bytes", "Bytes that commands wrote");
  static constexpr const weir_metric_decl* const metrics[] = {&commands_run, &commands_failed,
                                                              &bytes_read, nullptr};

  host self;
  std::vector<std::string> commands;
  std::vector<std::string> environment;
  duration timeout;
  bool ignore_error{};
  bool log_stderr{};
  std::string data_format;
  static constexpr auto options = std::tuple{
      opt{"commands", &Exec::commands, "[]",
          "Programs with their arguments, as a shell takes them apart; the program's name may be a "
          "pattern"}
          .words(),
      opt{"environment", &Exec::environment, "[]",
          "Variables beside the agent's own: \"NAME=value\""},
      opt{"timeout", &Exec::timeout, "\"5s\"", "A command that takes longer is ended"}.in(
          "\"1ms\".."),
      opt{"ignore_error", &Exec::ignore_error, "false",
          "Take the output of a command that failed, too"},
      opt{"log_stderr", &Exec::log_stderr, "false",
          "Log what commands write to standard error, line by line"},
      opt{"data_format", &Exec::data_format, "\"json\"", "Any parser"}};

  void init();
  void start();
  void stop();
  void stopping();
  void gather(sink& out);

 private:
  using Command = common::Children::Command;
  struct Pattern {
    common::PathGlob program;
    bool is_pattern = false;
    Command words;  // the program as it is written, and its arguments
  };

  void add_pattern(std::size_t i);
  std::vector<Command> find() const;
  void take(common::Ended& ended, const Command& command, sink& out, std::exception_ptr& first);
  void send(std::string_view output, sink& out);
  void note_failure(const std::string& why, std::exception_ptr& first);
  void log_lines(std::size_t command, std::string_view bytes);
  void log_line(std::string_view line) const;

  std::vector<Pattern> patterns_;
  std::unique_ptr<common::Children> children_;
  std::mutex gathering_;  // what follows is its
  common::Charge charge_;
  std::vector<std::string> unfinished_;  // the last line of each command's standard error
  std::uint32_t sessions_ = 0;
};

}  // namespace weir::exec
