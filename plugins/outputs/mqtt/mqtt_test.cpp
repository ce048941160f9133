#include "plugins/outputs/mqtt/mqtt.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::mqtt_output {
namespace {

// A row to make messages of.
class OneRow {
 public:
  explicit OneRow(const char* line) : bytes_(testing::make_batch({line}, 0)) {}
  row get() const { return *batch(bytes_.head()).begin(); }

 private:
  testing::block_memory bytes_;
};

const OneRow& machine() {
  static const OneRow one(
      "modbus,host=h,source=device\\ 1 supplied=t,temp\\ max=25,n=3i,s=\"x\" 5");
  return one;
}

TEST(TopicNames, AreFilledWithoutEmptyElements) {
  const auto topic = [](const char* text) { return TopicName(text, "topic").of(machine().get()); };
  EXPECT_EQ(topic("telegraf/{{ .Tag \"host\" }}/{{ .Name }}"), "telegraf/h/modbus");
  EXPECT_EQ(topic("telegraf/{{ .Tag \"absent\" }}/{{.Name}}"), "telegraf/modbus");
  EXPECT_EQ(topic("{{ .Hostname }}/{{ .PluginName }}"), "h/modbus");
  EXPECT_EQ(topic("/a/{{ .Tag \"absent\" }}"), "/a");
  EXPECT_EQ(topic(""), "modbus");
  EXPECT_THROW(TopicName("a/+/b", "topic"), config_error);
  EXPECT_THROW(TopicName("{{ .Name | upper }}", "topic"), config_error);
  EXPECT_TRUE(TopicName("a/b", "topic").is_constant());
  EXPECT_FALSE(TopicName("a/{{ .Name }}", "topic").is_constant());
}

std::vector<std::string> all(Made& made) {
  std::vector<std::string> texts;
  for (const Message& m : made.messages()) texts.push_back(m.topic + " " + std::string(m.payload));
  return texts;
}

TEST(FieldLayout, IsOneMessageAField) {
  Made made;
  add_fields("t", machine().get(), 0, made);
  EXPECT_EQ(all(made),
            (std::vector<std::string>{"t/supplied true", "t/temp max 25", "t/n 3", "t/s x"}));
}

TEST(Homie, DescribesDevicesAndNodesOnce) {
  Homie homie("{{ .Name }} plugin", "{{ .Tag \"source\" }}");
  Made made;
  const OneRow small("modbus,source=device\\ 1 n=1i 5");
  homie.add("telegraf/modbus", small.get(), 0, made);
  const std::vector<std::string> properties{"telegraf/modbus/device-1/$properties n,source",
                                            "telegraf/modbus/device-1/source device 1",
                                            "telegraf/modbus/device-1/source/$name source",
                                            "telegraf/modbus/device-1/source/$datatype string",
                                            "telegraf/modbus/device-1/n 1",
                                            "telegraf/modbus/device-1/n/$name n",
                                            "telegraf/modbus/device-1/n/$datatype integer"};
  std::vector<std::string> first{"telegraf/modbus/$homie 4.0",
                                 "telegraf/modbus/$name modbus plugin",
                                 "telegraf/modbus/$state ready", "telegraf/modbus/$nodes device-1",
                                 "telegraf/modbus/device-1/$name device 1"};
  first.insert(first.end(), properties.begin(), properties.end());
  EXPECT_EQ(all(made), first);
  made.clear();
  homie.add("telegraf/modbus", small.get(), 0, made);
  EXPECT_EQ(all(made), properties);
  made.clear();
  homie.add_lost(made);
  EXPECT_EQ(all(made), std::vector<std::string>{"telegraf/modbus/$state lost"});
}

TEST(Homie, IdsAreOfLowerCaseDigitsAndHyphens) {
  EXPECT_EQ(Homie::id_of("Load [%]"), "load");
  EXPECT_EQ(Homie::id_of("account no"), "account-no");
  EXPECT_EQ(Homie::id_of("-A--b c__d-"), "a--b-c-d");
  EXPECT_EQ(Homie::id_of("%%"), "");
}

struct Refused {
  const char* toml;
  const char* option;
};
class RefusedOptions : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedOptions, AreNamed) {
  try {
    testing::plugin p(testing::descriptor<Mqtt>(), GetParam().toml);
    FAIL() << "accepted";
  } catch (const testing::failure& f) {
    EXPECT_EQ(f.status, WEIR_E_CONFIG);
    EXPECT_EQ(f.path, GetParam().option);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedOptions,
    ::testing::Values(
        Refused{"servers = []", "servers"}, Refused{"servers = [\"ws://a\"]", "servers[0]"},
        Refused{"topic = \"a/#\"", "topic"}, Refused{"topic = \"{{ upper .Name }}\"", "topic"},
        Refused{"timeout = \"0s\"", "timeout"}, Refused{"qos = 3", "qos"},
        Refused{"layout = \"homie-v4\"", "homie_device_name"},
        Refused{"layout = \"homie-v4\"\nhomie_device_name = \"d\"", "homie_node_id"},
        Refused{"layout = \"homie-v4\"\nhomie_device_name = \"d\"\nhomie_node_id = \"a/b\"",
                "homie_node_id"},
        Refused{"[v5]\ncontent_type = \"t\"", "v5"}));

TEST(Start, SaysThatNobodyAnswers) {
  testing::plugin p(testing::descriptor<Mqtt>(), "servers = [\"127.0.0.1:1\"]\ntimeout = \"1s\"");
  try {
    p.start();
    FAIL() << "started";
  } catch (const testing::failure& f) {
    EXPECT_EQ(f.status, WEIR_E_RETRY) << f.what();
  }
}

}  // namespace
}  // namespace weir::mqtt_output
