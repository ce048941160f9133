#include "sdk/check/suite.hpp"

namespace weir::check {
namespace {

constexpr int batches = 200;

// Every way in which a host may select rows of a block: none, one, some, a range, all.
std::vector<testing::selection> selections(std::size_t rows, Random& random) {
  const auto n = static_cast<std::uint32_t>(rows);
  std::string some(rows, '0');
  for (char& digit : some) digit = random.one_in(2) ? '1' : '0';
  std::string last(rows, '0');
  last.back() = '1';
  return {{},
          {"", 0, 0},
          {"", n, 0},
          {"", 0, 1},
          {"", n - 1, 1},
          {"", n / 3, n / 2},
          {std::string(rows, '0'), 0, WEIR_NO_ID},
          {last, 0, WEIR_NO_ID},
          {some, 0, WEIR_NO_ID},
          {some, n / 2, n / 4}};
}

void take_rows(const Subject& subject, testing::plugin& instance, const testing::lines& rows,
               const testing::selection& chosen) {
  judge([&] {
    switch (subject.plugin.kind) {
      case WEIR_PROCESSOR: instance.process(rows, chosen); break;
      case WEIR_AGGREGATOR: instance.aggregate(rows, chosen); break;
      case WEIR_OUTPUT: instance.write(rows, chosen); break;
      default: instance.serialize(rows, chosen); instance.serialize_document(rows, chosen);
    }
  });
}

void start_or_skip(testing::plugin& instance) {
  if (!judge([&] { instance.start(); })) throw Skipped("it does not start here");
}

void selected_rows(const Subject& subject) {
  need_safe_work(subject);
  Random random(subject.seed);
  Instance instance = make(subject);
  start_or_skip(*instance);
  for (const std::size_t n : {1U, 2U, 64U, 65U, 200U}) {
    for (const auto& chosen : selections(n, random)) {
      take_rows(subject, *instance, random.rows(n), chosen);
    }
  }
  close(std::move(instance));
}

void random_rows(const Subject& subject) {
  need_safe_work(subject);
  Random random(subject.seed);
  Instance instance = make(subject);
  start_or_skip(*instance);
  for (int i = 0; i < batches; ++i) {
    instance->slack(random.one_in(2));
    take_rows(subject, *instance, random.rows(1 + random.below(40)), {});
    instance->host().advance(random.between(0, 10'000'000'000));
    if (is_kind(subject, WEIR_AGGREGATOR) && random.one_in(5)) judge([&] { instance->push(); });
  }
  close(std::move(instance));
}

void gathers(const Subject& subject) {
  need_safe_work(subject);
  Random random(subject.seed);
  Instance instance = make(subject);
  start_or_skip(*instance);
  for (int i = 0; i < 5; ++i) {
    work_once(subject, *instance, random);
    instance->host().advance(1'000'000'000);
  }
  close(std::move(instance));
}

std::string noise(Random& random) {
  return random.one_in(2) ? random.syntax(400) : random.bytes(400);
}

void random_bytes(const Subject& subject) {
  Random random(subject.seed);
  Instance instance = make(subject);
  for (int i = 0; i < batches * 5; ++i) {
    const std::string bytes = i == 0 ? std::string() : noise(random);
    judge([&] { instance->parse(bytes); });
    judge([&] { instance->parse_document(bytes); });
    judge([&] {
      instance->parse_stream(bytes, 1 + random.below(50), static_cast<std::uint32_t>(i + 1));
    });
  }
  close(std::move(instance));
}

// Where a read ends must not change what comes out of a parser that finds the borders of records
// itself; for others the host cuts, and they never see a piece.
void cut_streams(const Subject& subject) {
  if ((subject.plugin.flags & WEIR_CUTS_STREAM) == 0) return;
  Random random(subject.seed);
  Instance instance = make(subject);
  for (int i = 0; i < 30; ++i) {
    const std::string bytes = random.syntax(60);
    judge([&] { instance->parse_split(bytes); });
  }
  close(std::move(instance));
}

}  // namespace

std::vector<Test> data_tests() {
  constexpr std::uint32_t input = kind_bit(WEIR_INPUT), parser = kind_bit(WEIR_PARSER);
  constexpr std::uint32_t takes_rows = ~(input | parser);
  return {{"gather", "emits valid batches", gathers, input},
          {"selection", "sees the selected rows and no others", selected_rows, takes_rows},
          {"random_rows", "bears rows of all types and values", random_rows, takes_rows},
          {"random_bytes", "bears any bytes", random_bytes, parser},
          {"cut_streams", "gives the same wherever a stream is cut", cut_streams, parser}};
}

}  // namespace weir::check
