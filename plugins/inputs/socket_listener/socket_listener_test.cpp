#include "plugins/inputs/socket_listener/socket_listener.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/common/sockets/datagrams.hpp"
#include "plugins/inputs/socket_listener/consumer.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/socket_client.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tls_client.hpp"

namespace weir::socket_listener {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using Kit = weir::testing::plugin;

std::string lines_of_bytes(std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < bytes; ++i) {
    text += "cpu,host=h" + std::to_string(i % 10) + " v=" + std::to_string(i) + "i\n";
  }
  return text;
}

class Listening : public testing::Test {
 public:
  // A violation that the kit finds at its end ends the program.
  ~Listening() noexcept override = default;

 protected:
  void listen(const std::string& address, const std::string& toml = {}) {
    kit_.emplace(weir::testing::descriptor<SocketListener>(),
                 "service_address = '" + address + "'\n" + toml);
    kit_->format().time = false;
    kit_->start();
  }
  void listen_tcp(const std::string& toml = {}) { listen("tcp://127.0.0.1:0", toml); }
  void listen_udp(const std::string& toml = {}) { listen("udp://127.0.0.1:0", toml); }
  std::uint16_t port() { return kit_->host().port(); }

  // Gives the plugin its events until so many rows have come in all.
  void wait_rows(std::size_t n) {
    while (!kit_->host().wait_rows(n, std::chrono::milliseconds(1))) kit_->events();
  }
  // Gives the plugin its events until the metric is at least that.
  void wait_metric(const char* name, std::uint64_t least) {
    while (kit_->metric(name) < least) {
      kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
      kit_->events();
    }
  }
  void wait_closed(std::size_t lanes) {
    while (kit_->host().closed_lanes().size() < lanes) {
      kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
      kit_->events();
    }
  }
  // The bytes of all stream rows of a lane.
  std::string text_of(std::uint32_t lane) {
    std::string all;
    for (const auto& e : kit_->host().emits()) {
      for (const row r : batch(e.head())) {
        if (e.lane == lane) all += r.message();
      }
    }
    return all;
  }
  bool last_row_is_last() {
    const auto& emits = kit_->host().emits();
    return !emits.empty() && (*batch(emits.back().head()).begin()).last();
  }
  // What arrives of one connection that sends this.
  lines rows_of(std::string_view bytes, std::size_t rows) {
    test::SocketClient client = test::SocketClient::tcp(port());
    client.send(bytes);
    client.close();
    wait_rows(rows);
    wait_closed(1);
    return kit_->take_rows();
  }

  std::optional<Kit> kit_;
};

// ---- streams ----

TEST_F(Listening, HandsLinesOnAsAStream) {
  listen_tcp();
  const std::string text = lines_of_bytes(2'000'000) + "unfinished v=1";
  test::SocketClient client = test::SocketClient::tcp(port());
  client.send(text);
  client.close();
  wait_closed(1);
  EXPECT_TRUE(text_of(1) == text);
  EXPECT_TRUE(last_row_is_last());
  EXPECT_EQ(kit_->metric("bytes_received"), text.size());
  EXPECT_EQ(kit_->metric("connections_accepted"), 1U);
  EXPECT_EQ(kit_->metric("connections"), 0U);
}

TEST_F(Listening, HandsASmallMessageOnAtOnce) {
  listen_tcp();
  const test::SocketClient client = test::SocketClient::tcp(port());
  client.send("m v=1\n");
  wait_rows(1);
  EXPECT_EQ(kit_->take_rows(), lines{"raw stream session=1 \"m v=1\\n\""});
  client.send("m v=2\n");
  wait_rows(1);
  EXPECT_EQ(kit_->take_rows(), lines{"raw stream session=1 \"m v=2\\n\""});
}

TEST_F(Listening, KeepsConnectionsApart) {
  listen_tcp();
  std::vector<test::SocketClient> clients;
  clients.reserve(20);
  for (int i = 0; i < 20; ++i) clients.push_back(test::SocketClient::tcp(port()));
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      clients[i].send("c" + std::to_string(i) + "\n");
    }
  }
  clients.clear();
  wait_closed(20);
  std::vector<std::string> texts;
  for (std::uint32_t lane = 1; lane <= 20; ++lane) texts.push_back(text_of(lane));
  for (int i = 0; i < 20; ++i) {
    std::string expected;
    for (int round = 0; round < 10; ++round) expected += "c" + std::to_string(i) + "\n";
    EXPECT_EQ(std::count(texts.begin(), texts.end(), expected), 1) << i;
  }
}

TEST_F(Listening, OnIpv6) {
  listen("tcp6://[::1]:0");
  test::SocketClient::inet6(SOCK_STREAM, port()).send("m v=1\n");
  wait_closed(1);
  EXPECT_EQ(text_of(1), "m v=1\n");
}

TEST_F(Listening, OnAUnixSocket) {
  const test::TempDir dir;
  listen("unix://" + dir.file("s.sock"), "socket_mode = '600'");
  struct stat file{};
  ASSERT_EQ(stat(dir.file("s.sock").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  test::SocketClient::unix_path(SOCK_STREAM, dir.file("s.sock")).send("m v=1\n");
  wait_closed(1);
  EXPECT_EQ(text_of(1), "m v=1\n");
  kit_->stop();
  EXPECT_FALSE(std::filesystem::exists(dir.file("s.sock")));
}

// ---- framings ----

TEST_F(Listening, CutsAtADelimiter) {
  listen_tcp("splitting_strategy = 'delimiter'\nsplitting_delimiter = '0x3b'");
  EXPECT_EQ(rows_of("m v=1 1;;m v=2 2;rest", 3),
            (lines{"raw record session=1 \"m v=1 1\"", "raw record session=1 \"m v=2 2\"",
                   "raw record session=1 \"rest\""}));
}

TEST_F(Listening, CutsWhatDripsIn) {
  listen_tcp(
      "splitting_strategy = 'variable length'\n"
      "splitting_length_field = {offset = 0, bytes = 2, endianness = 'be', header_length = 2}");
  const test::SocketClient client = test::SocketClient::tcp(port());
  const std::string stream("\0\3one\0\3two", 10);
  for (const char& byte : stream) client.send({&byte, 1});
  wait_rows(2);
  EXPECT_EQ(kit_->take_rows(),
            (lines{"raw record session=1 \"one\"", "raw record session=1 \"two\""}));
}

TEST_F(Listening, CutsLongStreams) {
  listen_tcp("splitting_strategy = 'fixed length'\nsplitting_length = 3");
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += static_cast<char>('a' + i % 26);
  const lines rows = rows_of(text, text.size() / 3);
  ASSERT_EQ(rows.size(), text.size() / 3);
  for (std::size_t i = 0; i < rows.size(); i += 997) {
    EXPECT_EQ(rows[i], "raw record session=1 \"" + text.substr(i * 3, 3) + "\"");
  }
}

TEST_F(Listening, RefusesMessagesWithoutEnd) {
  listen_tcp("splitting_strategy = 'null'");
  test::SocketClient client = test::SocketClient::tcp(port());
  std::thread sender([&] {
    try {
      client.send(std::string(message_bytes_max * 2, 'x'));
      // NOLINTNEXTLINE(bugprone-empty-catch): the listener closed it
    } catch (const std::system_error&) {
    }
  });
  wait_closed(1);
  sender.join();
  EXPECT_TRUE(kit_->host().logged_text("larger than", WEIR_LOG_ERROR));
}

// ---- limits ----

TEST_F(Listening, RefusesTooManyConnections) {
  listen_tcp("max_connections = 2");
  const test::SocketClient one = test::SocketClient::tcp(port()),
                           two = test::SocketClient::tcp(port());
  wait_metric("connections_accepted", 2);
  EXPECT_TRUE(test::SocketClient::tcp(port()).closed_by_peer());
  EXPECT_EQ(kit_->metric("connections_refused"), 1U);
  one.send("m v=1\n");
  wait_rows(1);
}

TEST_F(Listening, RefusesOtherSources) {
  listen_tcp("allowed_sources = ['192.0.2.1', '::1']");
  EXPECT_TRUE(test::SocketClient::tcp(port()).closed_by_peer());
  EXPECT_EQ(kit_->metric("sources_refused"), 1U);
  listen("tcp6://[::1]:0", "allowed_sources = ['::1']");
  test::SocketClient::inet6(SOCK_STREAM, port()).send("m v=1\n");
  wait_rows(1);
}

TEST_F(Listening, ClosesSilentConnections) {
  listen_tcp("read_timeout = '50ms'");
  const test::SocketClient client = test::SocketClient::tcp(port());
  client.send("m v=1\nunfinished");
  EXPECT_TRUE(client.closed_by_peer());
  wait_closed(1);
  EXPECT_EQ(text_of(1), "m v=1\nunfinished");
}

// Goal: connections leave nothing behind.
TEST_F(Listening, ForgetsShortConnections) {
  listen_tcp();
  const auto open_files = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = open_files();
  constexpr std::size_t n = 10'000;
  for (std::size_t i = 0; i < n; ++i) test::SocketClient::tcp(port()).send("m v=1\n");
  while (kit_->metric("bytes_received") < n * 6) std::this_thread::yield();
  wait_closed(n);
  EXPECT_EQ(open_files(), before);
  EXPECT_EQ(kit_->host().buffers_out(), 0U);
  EXPECT_EQ(kit_->metric("connections"), 0U);
  EXPECT_EQ(kit_->metric("bytes_received"), n * 6);
}

// ---- a host without room ----

TEST_F(Listening, ReadsOnWhenThereIsRoomAgain) {
  listen_tcp();
  const std::string text = lines_of_bytes(3'000'000);
  kit_->host().block();
  test::SocketClient client = test::SocketClient::tcp(port());
  std::thread sender([&] {
    client.send(text);
    client.close();
  });
  const test::SocketClient other = test::SocketClient::tcp(port());  // is accepted nevertheless
  wait_metric("connections_accepted", 2);
  EXPECT_EQ(kit_->host().emits().size(), 0U);
  kit_->host().unblock();
  wait_closed(1);
  sender.join();
  kit_->stop();
  EXPECT_TRUE(text_of(1) == text || text_of(2) == text);
}

TEST_F(Listening, WaitsBetweenMessages) {
  listen_tcp("splitting_strategy = 'fixed length'\nsplitting_length = 1");
  kit_->host().would_block_after(2);
  const std::string text(20'000, 'x');
  test::SocketClient client = test::SocketClient::tcp(port());
  client.send(text);
  client.close();
  wait_rows(2048);
  for (int i = 0; i < 20; ++i) kit_->host().wait_rows(2049, std::chrono::milliseconds(1));
  EXPECT_EQ(kit_->host().emits().size(), 2U);
  kit_->host().unblock();
  wait_closed(1);
  EXPECT_TRUE(text_of(1) == text);
}

TEST_F(Listening, EndsASessionWhenThereIsRoom) {
  listen_tcp("read_timeout = '50ms'");
  const test::SocketClient client = test::SocketClient::tcp(port());
  client.send("m v=1\nunfinished");
  wait_rows(1);
  kit_->host().block();
  while (kit_->metric("connections") != 0) std::this_thread::yield();
  EXPECT_FALSE(last_row_is_last());
  EXPECT_TRUE(kit_->host().closed_lanes().empty());
  kit_->host().unblock();
  wait_closed(1);
  EXPECT_TRUE(last_row_is_last());
}

// Goal: what the kernel had taken when the agent stops is not lost, and no record is made of a part.
TEST_F(Listening, TakesInWhatHasBeenReceivedWhenItStops) {
  listen_tcp();
  const std::string text = lines_of_bytes(50'000) + "unfinished v=12";
  const test::SocketClient client = test::SocketClient::tcp(port());
  wait_metric("connections_accepted", 1);
  kit_->host().block();
  client.send(text);
  test::SocketClient late = test::SocketClient::tcp(port());
  late.send("late v=1\n");
  kit_->host().unblock();
  kit_->stop();
  EXPECT_TRUE(text_of(1) == text);
  EXPECT_EQ(text_of(2), "late v=1\n");
  EXPECT_FALSE(last_row_is_last());
  EXPECT_EQ(kit_->host().closed_lanes().size(), 2U);
  EXPECT_TRUE(client.closed_by_peer());
}

TEST_F(Listening, SaysWhatItCouldNotTakeIn) {
  listen_tcp();
  const test::SocketClient client = test::SocketClient::tcp(port());
  wait_metric("connections_accepted", 1);
  kit_->host().block();
  client.send("m v=1\n");
  kit_->stop();
  EXPECT_TRUE(kit_->host().logged_text("6 bytes that had been received were not read"));
}

TEST_F(Listening, CountsMessagesItCouldNotHandOn) {
  listen_tcp("splitting_strategy = 'null'");
  kit_->host().would_block_after(0);
  const test::SocketClient client = test::SocketClient::tcp(port());
  client.send(std::string("one\0two\0thr", 11));
  wait_metric("bytes_received", 11);
  kit_->stop();
  EXPECT_EQ(kit_->host().bad_count(), 3U);
  listen_udp();
  kit_->host().would_block_after(0);
  test::SocketClient::udp(port()).send("m v=1");
  wait_metric("datagrams_received", 1);
  kit_->stop();
  EXPECT_EQ(kit_->host().bad_count(), 1U);
}

// ---- encodings ----

TEST_F(Listening, DecompressesConnections) {
  const std::string text = lines_of_bytes(1'000'000);
  for (const std::string name : {"gzip", "zlib", "zstd", "auto"}) {
    common::Compressor compressor(name == "auto" ? common::Encoding::gzip
                                                 : *common::encoding_of(name));
    listen_tcp("content_encoding = '" + name + "'");
    test::SocketClient client = test::SocketClient::tcp(port());
    client.send(compressor.compress(text));
    client.send(compressor.compress("end v=1\n"));
    client.close();
    wait_closed(1);
    EXPECT_TRUE(text_of(1) == text + "end v=1\n") << name;
  }
}

TEST_F(Listening, ClosesAConnectionThatIsNotCompressed) {
  listen_tcp("content_encoding = 'gzip'");
  const test::SocketClient client = test::SocketClient::tcp(port());
  client.send("m v=1\n");
  EXPECT_TRUE(client.closed_by_peer());
  wait_closed(1);
  EXPECT_TRUE(kit_->host().logged_text("gzip", WEIR_LOG_ERROR));
}

TEST_F(Listening, DecompressesDatagrams) {
  listen_udp("content_encoding = 'gzip'\nmax_decompression_size = 20");
  common::Compressor compressor(common::Encoding::gzip);
  const test::SocketClient client = test::SocketClient::udp(port());
  client.send(compressor.compress("m v=1"));
  client.send("no gzip");
  client.send(compressor.compress(std::string(21, 'x')));
  client.send(compressor.compress("m v=2"));
  wait_rows(2);
  EXPECT_EQ(kit_->take_rows(),
            (lines{"raw record session=0 \"m v=1\"", "raw record session=0 \"m v=2\""}));
  EXPECT_EQ(kit_->host().bad_count(), 2U);
}

// ---- TLS ----

class ListeningWithTls : public Listening {
 protected:
  std::string tls() const {
    return "tls_cert = '" + certificates_.certificate("server") + "'\ntls_key = '" +
           certificates_.key("server") + "'\n";
  }
  test::TlsClient connect(const std::string& name = {}) {
    test::TlsClient::Options o;
    o.ca = certificates_.certificate("ca");
    if (!name.empty()) {
      o.certificate = certificates_.certificate(name);
      o.key = certificates_.key(name);
    }
    return test::TlsClient(test::SocketClient::tcp(port()).release(), o);
  }
  const test::Certificates certificates_;
};

TEST_F(ListeningWithTls, ReadsWhatClientsWrite) {
  listen_tcp(tls());
  const std::string text = lines_of_bytes(1'000'000);
  {
    test::TlsClient client = connect();
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(client.write(text));
    client.shutdown();
  }
  wait_closed(1);
  EXPECT_TRUE(text_of(1) == text);
}

TEST_F(ListeningWithTls, WantsCertificates) {
  listen_tcp(tls() + "tls_allowed_cacerts = ['" + certificates_.certificate("ca") + "']");
  {
    test::TlsClient client = connect("client");
    ASSERT_TRUE(client.connect());
    ASSERT_TRUE(client.write("m v=1\n"));
    client.shutdown();
    EXPECT_TRUE(client.accepted());
  }
  wait_closed(1);
  EXPECT_EQ(text_of(1), "m v=1\n");
  test::TlsClient stranger = connect("stranger");
  EXPECT_FALSE(stranger.connect() && stranger.write("m v=2\n") && stranger.accepted());
  wait_closed(2);
  EXPECT_EQ(text_of(2), "");
  EXPECT_TRUE(kit_->host().logged_text("TLS", WEIR_LOG_ERROR));
}

TEST_F(ListeningWithTls, RefusesFilesThatCannotBeUsed) {
  kit_.emplace(weir::testing::descriptor<SocketListener>(),
               "service_address = 'tcp://127.0.0.1:0'\ntls_cert = '/none'\ntls_key = '/none'");
  EXPECT_EQ(failure_of([&] { kit_->start(); }).path, "tls_cert");
}

// ---- datagrams ----

TEST_F(Listening, MakesARecordOfEachDatagram) {
  listen_udp();
  const test::SocketClient client = test::SocketClient::udp(port());
  client.send("a v=1 1\nb v=1 1\n");
  client.send("c v=2 2");
  wait_rows(2);
  EXPECT_EQ(kit_->take_rows(), (lines{"raw record session=0 \"a v=1 1\\nb v=1 1\\n\"",
                                      "raw record session=0 \"c v=2 2\""}));
}

TEST_F(Listening, OnAUnixDatagramSocket) {
  const test::TempDir dir;
  listen("unixgram://" + dir.file("s.sock"));
  const test::SocketClient client = test::SocketClient::unix_path(SOCK_DGRAM, dir.file("s.sock"));
  client.send("m v=1\n");
  client.send(std::string(common::Datagrams::datagram_bytes_max + 1, 'x'));
  client.send("m v=2\n");
  wait_rows(2);
  EXPECT_EQ(kit_->take_rows(),
            (lines{"raw record session=0 \"m v=1\\n\"", "raw record session=0 \"m v=2\\n\""}));
  EXPECT_EQ(kit_->host().bad_count(), 1U);
}

TEST_F(Listening, ReadsDatagramsOnIpv6) {
  listen("udp6://[::1]:0", "allowed_sources = ['::1']");
  test::SocketClient::inet6(SOCK_DGRAM, port()).send("m v=1");
  wait_rows(1);
}

TEST_F(Listening, LeavesOutDatagramsOfOthers) {
  listen_udp("allowed_sources = ['192.0.2.1']");
  test::SocketClient::udp(port()).send("m v=1");
  wait_metric("sources_refused", 1);
  EXPECT_EQ(kit_->take_rows(), lines{});
}

// Goal: while the host has no room, what the kernel drops is counted, and nothing else is lost.
TEST_F(Listening, CountsDatagramsThatTheKernelDropped) {
  listen_udp("read_buffer_size = '8KiB'");
  const test::SocketClient client = test::SocketClient::udp(port());
  client.send("first");
  wait_rows(1);
  kit_->host().block();
  constexpr std::uint64_t n = 2000;
  for (std::uint64_t i = 0; i < n; ++i) client.send(std::string(100, 'x'));
  kit_->host().unblock();
  for (std::uint64_t seen = 0; seen < n + 2;
       seen = kit_->metric("datagrams_received") + kit_->metric("datagrams_dropped")) {
    client.send("last");
    kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
    kit_->events();
  }
  EXPECT_GT(kit_->metric("datagrams_dropped"), 0U);
}

TEST_F(Listening, TakesInDatagramsWhenItStops) {
  listen_udp();
  const test::SocketClient client = test::SocketClient::udp(port());
  kit_->host().block();
  for (int i = 0; i < 100; ++i) client.send("m v=1");
  kit_->host().unblock();
  kit_->stop();
  EXPECT_EQ(kit_->take_rows().size(), 100U);
}

TEST_F(Listening, PutsManyDatagramsIntoABatch) {
  listen_udp();
  const test::SocketClient client = test::SocketClient::udp(port());
  kit_->host().block();
  client.send("first");  // the socket is not read from here on
  for (int i = 0; i < 100; ++i) client.send("m v=1");
  kit_->host().unblock();
  wait_rows(101);
  EXPECT_LT(kit_->host().emits().size(), 20U);
}

// ---- life ----

TEST_F(Listening, StartsAgain) {
  listen_tcp();
  kit_->stop();
  kit_->start();
  test::SocketClient::tcp(port()).send("m v=1\n");
  wait_closed(1);
}

TEST(SocketListenerConfig, NamesTheWrongOption) {
  const auto refused = [](const std::string& address, const std::string& toml = {}) {
    return failure_of([&] {
             Kit kit(weir::testing::descriptor<SocketListener>(),
                     "service_address = '" + address + "'\n" + toml);
           })
        .path;
  };
  EXPECT_EQ(refused("tcp://:8094"), "");
  EXPECT_EQ(refused("udp4://239.0.0.1:40000%eth0", "multicast_source = '10.0.0.1'"), "");
  EXPECT_EQ(refused(""), "service_address");
  EXPECT_EQ(refused("127.0.0.1:8094"), "service_address");
  EXPECT_EQ(refused("vsock://2:80"), "service_address");
  EXPECT_EQ(refused("tcp://localhost"), "service_address");
  EXPECT_EQ(refused("unix://"), "service_address");
  EXPECT_EQ(refused("unix:///tmp/s", "socket_mode = '999'"), "socket_mode");
  EXPECT_EQ(refused("tcp://:1", "content_encoding = 'br'"), "content_encoding");
  EXPECT_EQ(refused("tcp://:1", "allowed_sources = ['localhost']"), "allowed_sources[0]");
  EXPECT_EQ(refused("unix:///tmp/s", "allowed_sources = ['::1']"), "allowed_sources");
  EXPECT_EQ(refused("udp://:1", "tls_cert = 'a'\ntls_key = 'b'"), "tls_cert");
  EXPECT_EQ(refused("udp://:1", "multicast_source = 'x'"), "multicast_source");
  EXPECT_EQ(refused("tcp://:1", "multicast_source = '10.0.0.1'"), "multicast_source");
  EXPECT_EQ(refused("tcp://:1", "splitting_strategy = 'lines'"), "splitting_strategy");
  EXPECT_EQ(refused("tcp://:1", "max_connections = -1"), "max_connections");
}

TEST(Address, KeepsWhatTheHostNeeds) {
  const Address multicast = parse_address("udp4://239.0.0.1:40000%enp101s0f1np1");
  EXPECT_EQ(multicast.url, "udp4://239.0.0.1:40000");
  EXPECT_EQ(multicast.interface_name, "enp101s0f1np1");
  EXPECT_FALSE(multicast.stream);
  const Address zone = parse_address("udp6://[ff02::1%eth0]:8094");
  EXPECT_EQ(zone.url, "udp6://[ff02::1%eth0]:8094");
  EXPECT_EQ(zone.interface_name, "");
  const Address path = parse_address("unix:///tmp/a%b:c.sock");
  EXPECT_EQ(path.url, "unix:///tmp/a%b:c.sock");
  EXPECT_TRUE(path.stream && path.unix_path && !path.tcp);
}

}  // namespace
}  // namespace weir::socket_listener
