#include "core/app/drop_advice.hpp"

namespace weir::app {
namespace {

// IF YOU ADD A REASON: describe it in docs/ledger.md, too.
constexpr DropAdvice all[] = {
    {"overflow", "the output's queue was full, and the output did not keep up or was down",
     "see its last error in weir status; a larger metric_buffer_limit or a queue on disk "
     "([outputs.X.delivery] queue = \"disk\") bridges longer outages"},
    {"parse_error", "the input's parser could not read the record",
     "the log has the first of them and its place; check data_format and what the sender writes"},
    {"too_large", "the record was longer than max_record_bytes",
     "raise [weir] max_record_bytes, or see why the sender sends records without an end"},
    {"rejected", "the output's server refused the record for good, or all max_attempts failed",
     "the log has the server's words; correct the records with a processor, or the server"},
    {"serialize_error", "the record cannot be written in the output's format",
     "the log says why; change data_format, or convert the field with a processor"},
    {"outside_window", "the record's time lay outside the aggregator's window",
     "give late records more time (grace of the aggregator), or check the sender's clock"},
    {"no_memory", "the memory budget had no room left",
     "raise [weir] memory_limit, or lower what inputs may bring at once"},
    {"invalid_batch", "a foreign plugin handed over bytes that are no batch",
     "run weir-check on the plugin and tell its author"},
    {"plugin_error", "a plugin failed on the batch",
     "the log has its words; it may be a bug of the plugin"},
    {"expired", "the record waited longer than max_age",
     "see why the output is slow, or raise max_age"},
    {"shutdown", "the record was not delivered when the agent ended",
     "raise [weir] shutdown_timeout, or let the output keep its queue on disk"},
    {"corrupt", "what the disk gave back was damaged, and was skipped",
     "look at the disk's health; weir queue verify says which entries are damaged"},
};

constexpr DropAdvice unknown{"", "a reason that this program does not know",
                             "ask with the program of the agent's version, or see docs/ledger.md"};

}  // namespace

const DropAdvice& advice_for(std::string_view reason) {
  for (const DropAdvice& one : all) {
    if (one.reason == reason) return one;
  }
  return unknown;
}

}  // namespace weir::app
