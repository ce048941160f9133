#pragma once

// Turns raw messages into metrics by a parser plugin, on the lane, so that parsing scales with lanes.
//
// Parser instances are made as lanes need them, one a worker at most in use at once, and go back to a stack, so
// that the one with the warmest memos is used first. Where a parser keeps sessions (WEIR_KEEPS_SESSIONS), each open
// stream, and the records of each lane, have an instance of their own.
//
// Streams    What a parser did not consume of a piece is carried over to the next piece of the session, so
//            that results do not depend on the size of a read. A parser that does not cut streams is given
//            line by line.
// Limits     max_record_bytes: a record beyond it is dropped{too_large} up to its line end, wherever reads cut it.
// Bad input  Reported records are counted, and the first few logged with their place; the others go on.

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <weir/builder.hpp>

#include "core/pipeline/capture.hpp"
#include "core/pipeline/stage.hpp"

namespace weir::pipeline {

class ParseStage final : public Stage {
 public:
  static constexpr int quiet_checks = 30;

  // One instance is made at once, so that a configuration that the parser refuses is known early. input: the
  // source in logs; metric_name: the name of metrics whose format has none.
  static std::unique_ptr<ParseStage> make(const Services& services, Instance::Spec spec,
                                          std::int64_t max_record_bytes, const std::string& input,
                                          const std::string& metric_name, Instance::Refusal& why);
  Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) override;
  [[nodiscard]] bool cuts_stream() const { return cuts_stream_; }
  [[nodiscard]] metrics::Node& node() const { return *node_; }
  // Every parser there is, at work or not.
  [[nodiscard]] std::vector<Instance*> instances() const;
  // Asked once a second or so, by one thread: true when nothing has come for quiet_checks times, once.
  [[nodiscard]] bool falls_quiet();
  // Lets the parsers that are not at work give memory back.
  void rest();
  // Sessions that were not closed by their input end now.
  void forget_sessions();

 private:
  // What became of a parcel.
  struct Sum {
    std::uint64_t made{0}, bad{0};
    std::string first_bad;
  };
  struct Parser {
    explicit Parser(queue::Budget& budget) : calls(budget) {}
    CaptureCalls calls;
    std::unique_ptr<Instance> instance;
    bool waits{false};  // Its rows wait for the next call, by WEIR_D_MORE.
    Sum sum;            // Of the group at hand.
  };
  struct Session {
    std::string carry;                                  // The begin of an unfinished record.
    bool skipping{false};                               // Inside a record that was too large.
    std::vector<std::shared_ptr<queue::Token>> tokens;  // Of the pieces whose bytes are carried.
    std::unique_ptr<Parser> parser;                     // Its own, where parsers keep sessions.
  };
  ParseStage(const Services& services, Instance::Spec spec, std::int64_t max_record_bytes,
             std::string input, std::string metric_name);

  std::string_view parse_carried(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                                 std::string_view text, Session& session);
  void parse_pieces(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                    std::string_view text, std::uint32_t flags, Session& session);
  std::unique_ptr<Parser> make_parser(Instance::Refusal& why);
  std::unique_ptr<Parser> take_parser();
  void give_back(std::unique_ptr<Parser> parser);

  struct Group {  // Rows that one call takes.
    std::uint32_t row0, n;
  };
  struct Reading {                   // Of a parcel.
    std::unique_ptr<Parser> shared;  // For what belongs to no session.
    Sum sum;
  };
  void parse_group(Reading& reading, const queue::Parcel& parcel, Group group,
                   std::vector<queue::Parcel>& out);
  static void add_up(Sum& sum, Parser& parser);
  void parse_rows(Parser& parser, const queue::Parcel& parcel, std::uint32_t row0, std::uint32_t n);
  void parse_stream(Parser& parser, const queue::Parcel& parcel, std::uint32_t row,
                    Session& session);
  void parse_cut(Parser& parser, const queue::Parcel& parcel, std::uint32_t row,
                 std::string_view text, std::uint32_t flags, Session& session);
  void parse_lines(Parser& parser, const queue::Parcel& parcel, std::uint32_t row,
                   std::string_view text, bool last, Session& session);
  void parse_within(Parser& parser, const queue::Parcel& parcel, std::uint32_t row,
                    std::string_view text, std::uint32_t flags, Session& session);
  void keep_rest(Parser& parser, Session& session, std::string_view rest);
  static void pass_tokens(const queue::Parcel& piece, std::size_t bytes, Session& session,
                          std::span<queue::Parcel> made);
  static void note_bad(Sum& sum, std::uint64_t n, std::string_view what);
  void drop_too_large(Parser& parser, std::string_view record);
  void call(Parser& parser, weir_delivery& delivery, std::uint64_t* consumed);
  void settle(Parser& parser, const queue::Parcel& parcel, std::uint32_t row,
              std::vector<queue::Parcel>& out);
  void add_row_tags(const queue::Parcel& raw, std::uint32_t row, std::vector<queue::Parcel>& made);
  void name_rows(queue::Parcel& made) const;
  void apply_row(const queue::Parcel& raw, std::uint32_t row, queue::Parcel& made) const;
  Session& session_of(std::uint32_t lane, std::uint32_t session);
  void close_session(std::uint32_t lane, std::uint32_t session);
  void log_bad(Parser& parser, const weir_bad& bad) const;

  const Services services_;
  const Instance::Spec spec_;
  const std::uint64_t max_record_bytes_;
  const Logger log_;
  const std::string metric_name_;
  const bool cuts_stream_;
  const bool takes_streams_;
  const bool keeps_sessions_;
  metrics::Node* node_;
  std::uint64_t seen_in_{0};  // Of falls_quiet().
  int quiet_{0};              // The same.
  alignas(64) mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Parser>> idle_;  // Guarded by mutex_.
  std::vector<Instance*> all_;                 // Guarded by mutex_.
  std::unordered_map<std::uint64_t, Session>
      sessions_;  // Guarded by mutex_; a value belongs to its lane.
};

}  // namespace weir::pipeline
