#include "sdk/check/suite.hpp"

#include <utility>

#include "sdk/check/schema_text.hpp"

namespace weir::check {
namespace {

void append(std::vector<Test>& to, std::vector<Test> more) {
  to.insert(to.end(), more.begin(), more.end());
}

// A failure that says too little, or that the contract does not know.
void judge_failure(const testing::failure& failure) {
  const std::string status = std::to_string(failure.status);
  if (failure.status == WEIR_E_PANIC) {
    throw Broken("a bug was caught at the border: " + failure.message);
  }
  if (failure.status < WEIR_E_SPLIT) throw Broken("answers with the unknown status " + status);
  if (failure.message.empty()) {
    throw Broken("fails with status " + status + " and says nothing in weir_err");
  }
}

void work_input(testing::plugin& instance, const weir_plugin& plugin) {
  const auto& ops = *static_cast<const weir_input_ops*>(plugin.kind_ops);
  if (ops.gather != nullptr) {
    judge([&] { instance.gather(); });
  } else {
    judge([&] { instance.start(); });
  }
  judge([&] { instance.ack_all(); });
}

void work_output(testing::plugin& instance, Random& random) {
  const testing::lines rows = random.rows(1 + random.below(20));
  if (instance.host().wants_document()) {
    judge([&] { instance.write_document(rows, random.syntax(200)); });
  } else {
    judge([&] { instance.write(rows); });
  }
}

void work_parser(testing::plugin& instance, Random& random) {
  judge([&] { instance.parse(random.syntax(300)); });
  judge([&] { instance.parse_document(random.syntax(300)); });
}

void work_serializer(testing::plugin& instance, Random& random) {
  const testing::lines rows = random.rows(1 + random.below(20));
  judge([&] { instance.serialize(rows); });
  judge([&] { instance.serialize_document(rows); });
}

void work_aggregator(testing::plugin& instance, Random& random) {
  judge([&] { instance.aggregate(random.rows(1 + random.below(20))); });
  judge([&] { instance.push(); });
}

}  // namespace

std::vector<Test> all_tests() {
  std::vector<Test> all;
  append(all, config_tests());
  append(all, life_tests());
  append(all, data_tests());
  append(all, pressure_tests());
  return all;
}

std::string working_config(const weir_plugin& plugin, std::uint64_t seed) {
  constexpr int tries_max = 200;
  std::string config = plain_config(plugin);
  if (plugin.kind == WEIR_INPUT || plugin.kind == WEIR_OUTPUT) return config;
  Random random(seed);
  for (int i = 0; i < tries_max; ++i) {
    try {
      const testing::plugin instance(plugin, config);
      return config;
    } catch (const testing::failure&) {
      config = random_config(plugin, random);
    }
  }
  return plain_config(plugin);
}

Instance make(const Subject& subject, const Prepare& prepare) {
  try {
    return std::make_unique<testing::plugin>(subject.plugin, subject.config, prepare);
  } catch (const testing::failure& failure) {
    judge_failure(failure);
    if (subject.config_given) {
      throw Broken("create refuses the configuration given: " + std::string(failure.what()));
    }
    throw Skipped("create wants more than the defaults (" + failure.message + "): give --config");
  }
}

void need_safe_work(const Subject& subject) {
  const bool reaches_out = is_kind(subject, WEIR_INPUT) || is_kind(subject, WEIR_OUTPUT);
  if (reaches_out && !subject.isolated && !subject.config_given) {
    throw Skipped("it may reach the network, which cannot be cut off here: give --config");
  }
}

bool judge(const std::function<void()>& call) {
  try {
    call();
    return true;
  } catch (const testing::failure& failure) {
    judge_failure(failure);
    return false;
  }
}

void work_once(const Subject& subject, testing::plugin& instance, Random& random) {
  switch (subject.plugin.kind) {
    case WEIR_INPUT: return work_input(instance, subject.plugin);
    case WEIR_PROCESSOR:
      return void(judge([&] { instance.process(random.rows(1 + random.below(20))); }));
    case WEIR_AGGREGATOR: return work_aggregator(instance, random);
    case WEIR_OUTPUT: return work_output(instance, random);
    case WEIR_PARSER: return work_parser(instance, random);
    default: return work_serializer(instance, random);
  }
}

bool is_kind(const Subject& subject, std::uint16_t kind) { return subject.plugin.kind == kind; }

void close(Instance instance) { instance->close(); }

}  // namespace weir::check
