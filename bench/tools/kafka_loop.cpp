// The bare loop on librdkafka: sends the lines of a file, a message each, and nothing else. What an agent's output to
// Kafka cannot undercut.
//
//   kafka_loop BROKERS TOPIC FILE BATCH [NAME=VALUE...]
//
// Sends BATCH messages, waits until the brokers have acknowledged them all, and goes on; NAME=VALUE are settings of
// librdkafka. The file is in memory before it begins, and messages are not copied.
//
// Standard output: {"records":,"bytes":,"wall_s":,"cpu_s":}; CPU is the whole process's, from the first message
// to the last acknowledgement. Status 1 when a message was not acknowledged.

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "bench/tools/clocks.hpp"
#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

constexpr int answer_timeout_ms = 30'000;

struct Client {
  void operator()(rd_kafka_t* c) const { rd_kafka_destroy(c); }
};
struct Topic {
  void operator()(rd_kafka_topic_t* t) const { rd_kafka_topic_destroy(t); }
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* failed) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) ++*static_cast<std::uint64_t*>(failed);
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 256> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
      RD_KAFKA_CONF_OK) {
    throw std::runtime_error(why.data());
  }
}

std::unique_ptr<rd_kafka_t, Client> connect(const std::vector<std::string>& words,
                                            std::uint64_t& failed) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", words.at(0));
  for (std::size_t i = 4; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    set(conf, words[i].substr(0, equals), words[i].substr(equals + 1));
  }
  rd_kafka_conf_set_opaque(conf, &failed);
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  std::array<char, 256> why{};
  std::unique_ptr<rd_kafka_t, Client> client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size()));
  if (!client) throw std::runtime_error(why.data());
  return client;
}

class Loop {
 public:
  Loop(rd_kafka_t* client, const std::string& topic, std::uint64_t batch,
       const std::uint64_t& failed)
      : client_(client),
        topic_(rd_kafka_topic_new(client, topic.c_str(), nullptr)),
        batch_(batch),
        failed_(failed) {}

  void send(char* line, std::size_t bytes) {
    while (rd_kafka_produce(topic_.get(), RD_KAFKA_PARTITION_UA, 0, line, bytes, nullptr, 0,
                            nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        throw std::runtime_error(rd_kafka_err2str(rd_kafka_last_error()));
      }
      rd_kafka_poll(client_, 1);
    }
    if (++records_ % batch_ == 0) wait();
  }
  void wait() const {
    if (rd_kafka_flush(client_, answer_timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR || failed_ != 0) {
      throw std::runtime_error("not all messages were acknowledged");
    }
  }
  std::uint64_t records() const { return records_; }

 private:
  rd_kafka_t* client_;
  std::unique_ptr<rd_kafka_topic_t, Topic> topic_;
  const std::uint64_t batch_;
  const std::uint64_t& failed_;
  std::uint64_t records_ = 0;
};

int run(const std::vector<std::string>& words) {
  std::ifstream file(words.at(2), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::uint64_t failed = 0;
  const auto client = connect(words, failed);
  Loop loop(client.get(), words.at(1), std::stoull(words.at(3)), failed);
  const double wall = wall_seconds();
  const double cpu = process_cpu_seconds();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    loop.send(text.data() + at, end - at);
    at = end;
  }
  loop.wait();
  std::printf("{\"records\":%" PRIu64 ",\"bytes\":%zu,\"wall_s\":%.6f,\"cpu_s\":%.6f}\n",
              loop.records(), text.size(), wall_seconds() - wall, process_cpu_seconds() - cpu);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("kafka_loop", argc, argv, weir::bench::run);
}
