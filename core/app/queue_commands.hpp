#pragma once

// weir queue ls|verify|cat|export|purge|requeue: what waits on disk, <state>/queue/NAME, and what no output took,
// <state>/dead/NAME. All return the process's exit status.
//
// ls, verify, cat and export only read and work while an agent runs. purge and requeue need the queue for themselves.

#include "core/app/command_line.hpp"

namespace weir::app {

int queue_ls(const CommandLine& line);
int queue_verify(const CommandLine& line);
int queue_cat(const CommandLine& line);
int queue_export(const CommandLine& line);
int queue_purge(const CommandLine& line);
int queue_requeue(const CommandLine& line);

}  // namespace weir::app
