#include <gtest/gtest.h>

#include "core/config/load.hpp"
#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

// Goal: every fault of a configuration with its place, its reason and what to do.
struct SayCase {
  const char *what, *text, *said;
};

class Says : public testing::TestWithParam<SayCase> {};

TEST_P(Says, Exactly) { EXPECT_EQ(brief(load_text(GetParam().text).diagnostics), GetParam().said); }

INSTANTIATE_TEST_SUITE_P(
    Sections, Says,
    testing::Values(
        SayCase{"bad_interval", "[agent]\ninterval = \"ten seconds\"",
                "2:12: error: \"ten seconds\" is not a duration such as \"10s\" or \"1h30m\" for "
                "\"interval\"\n"},
        SayCase{"negative_interval", "[agent]\ninterval = \"-1s\"",
                "2:12: error: \"interval\" must be longer than 0\n"},
        SayCase{"unset_variable", "[agent]\ninterval = \"${NONE}\"",
                "2:12: error: \"${NONE}\" is not a duration such as \"10s\" or \"1h30m\" for "
                "\"interval\"\n= set the environment variable \"NONE\", or write "
                "${NONE:-DEFAULT}\n"},
        SayCase{"zero_flush", "[agent]\nflush_interval = \"0s\"",
                "2:18: error: \"flush_interval\" must be longer than 0\n"},
        SayCase{"negative_offset", "[agent]\ncollection_offset = \"-1s\"",
                "2:21: error: \"collection_offset\" must not be negative\n"},
        SayCase{"text_for_boolean", "[agent]\nomit_hostname = \"yes\"",
                "2:17: error: \"omit_hostname\" must be true or false, not a string\n"},
        SayCase{"unknown_key", "[agent]\nmetrc_batch_size = 5",
                "2:1: error: unknown option \"metrc_batch_size\" of [agent]\n= did you mean "
                "\"metric_batch_size\"?\n"},
        SayCase{"exact_key", "[agent]\nQuiet = true",
                "2:1: error: unknown option \"Quiet\" of [agent]\n= did you mean \"quiet\"?\n"},
        SayCase{"agent_twice", "[agent]\n[agent]",
                "2:1: error: the table \"agent\" exists already since line 1\n= for several of a "
                "kind write [[...]]\n"},
        SayCase{"agent_list", "[[agent]]",
                "1:1: error: the section \"agent\" must be a single table\n= write [agent]\n"},
        SayCase{"agent_value", "agent = 1",
                "1:9: error: the section \"agent\" must be a single table\n= write [agent]\n"},
        SayCase{"disk_buffer",
                "[agent]\nbuffer_strategy = \"disk\"\n[[outputs.discard]]\n[[outputs.discard]]",
                "3:1: warning: outputs.discard has no alias: its queue on disk is called "
                "\"discard.1\", and becomes another when outputs change places\n4:1: warning: "
                "outputs.discard has no alias: its queue on disk is called \"discard.2\", and "
                "becomes another when outputs change places\n"},
        SayCase{"one_queue_for_two",
                "[[outputs.discard]]\nalias = \"a b\"\ndelivery.queue = \"disk\"\n"
                "[[outputs.discard]]\nalias = \"a b\"\ndelivery.queue = \"spill\"\n",
                "4:1: error: two outputs with a queue on disk are called \"a%20b\"\n= give one of "
                "them another alias\n"},
        SayCase{"old_option", "[agent]\nlogtarget = \"file\"",
                "2:13: warning: \"logtarget\" is deprecated and has no effect\n"},
        SayCase{"both_skips",
                "[agent]\nskip_processors_before_aggregators = "
                "true\nskip_processors_after_aggregators = true",
                "3:1: error: \"skip_processors_after_aggregators\" and "
                "\"skip_processors_before_aggregators\" cannot both be true\n= no processor would "
                "ever run\n"},
        SayCase{"number_tag", "[global_tags]\na = 1",
                "2:5: error: \"a\" must be a string, not an integer\n= put it in quotes\n"},
        SayCase{"later_option",
                "[[outputs.discard]]\n[outputs.discard.delivery]\nexactly_once = true",
                "3:16: error: \"exactly_once\" = true is not supported by "
                "this version\n= leave it out, or set it to false\n"},
        SayCase{
            "admin_that_others_reach", "[weir]\nadmin = \"0.0.0.0:9274\"",
            "2:9: error: \"admin\": only this machine may ask: the address must be 127.0.0.1 or "
            "[::1]; for others, put a proxy in front of it\n"},
        SayCase{
            "admin_without_token", "[weir]\nadmin = \"127.0.0.1:9274\"",
            "2:1: error: \"admin\" is a TCP address, and \"admin_token_file\" is missing\n= name a "
            "file with a secret token, or use \"unix:/run/weir/weir.sock\"\n"},
        SayCase{"relative_state_directory", "[weir]\nstate_directory = \"state\"",
                "2:19: error: \"state_directory\" must be an absolute path\n"},
        SayCase{"secret_stores", "[[secretstores.os]]\nid = \"x\"",
                "1:3: error: secret stores are not supported by this version\n= give secrets by "
                "environment variables\n"},
        SayCase{"before_sections", "interval = \"10s\"",
                "1:1: error: \"interval\" stands before the first section\n= put it below a header "
                "such as [agent]\n"}),
    [](const auto& test) { return test.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Plugins, Says,
    testing::Values(
        SayCase{"unknown_plugin", "[[inputs.mme]]",
                "1:1: error: unknown input \"mme\": looked in /plugins/inputs\n= did you mean "
                "\"mem\"?\n"},
        SayCase{"unknown_processor", "[[processors.no_such]]",
                "1:1: error: unknown processor \"no_such\": looked in /plugins/processors\n"},
        SayCase{"refused_plugin", "[[inputs.broken]]",
                "1:1: error: the input \"broken\" cannot be used: it is not an ELF file\n"},
        SayCase{"misspelt_section", "[agnet]\ninterval = \"1s\"",
                "1:1: error: unknown input \"agnet\": looked in /plugins/inputs\n= did you mean "
                "the section \"agent\"?\n"},
        SayCase{"misspelt_kind", "[[input.mem]]",
                "1:3: error: unknown input \"input\": looked in /plugins/inputs\n= did you mean "
                "the section \"inputs\"?\n"},
        SayCase{"single_processor", "[processors.override]",
                "1:1: error: \"override\" needs double brackets: it may stand here more than "
                "once\n= write [[processors.override]]\n"},
        SayCase{"no_plugin_name", "inputs = 1",
                "1:10: error: \"inputs\" needs the name of a plugin\n= write [[inputs.NAME]]\n"},
        SayCase{"plugin_value", "[inputs]\nmem = 1",
                "2:1: error: \"mem\" must be a table with the options of the plugin\n= write "
                "[[inputs.mem]]\n"},
        SayCase{"unknown_format", "[[inputs.file]]\nfiles = []\ndata_format = \"jsno\"\nx = 1",
                "3:15: error: unknown data_format \"jsno\": looked in /plugins/parsers\n= did you "
                "mean \"json\"?\n"},
        SayCase{"option_of_other_parser", "[[inputs.file]]\nfiles = []\ncsv_header_row_count = 1",
                "3:1: error: unknown option \"csv_header_row_count\" of inputs.file\n"},
        SayCase{"option_of_other_serializer",
                "[[outputs.file]]\nfiles = []\njson_timestamp_units = \"1s\"",
                "3:1: error: unknown option \"json_timestamp_units\" of outputs.file\n"},
        SayCase{"time_source", "[[inputs.mem]]\ntime_source = \"clock\"",
                "2:1: error: unknown option \"time_source\" of inputs.mem\n"},
        SayCase{"required", "[[inputs.file]]",
                "1:1: error: inputs.file needs the option \"files\"\n"},
        SayCase{"empty_duration", "[[inputs.mem]]\ninterval = \"\"",
                "2:12: error: \"interval\" is empty\n= leave it out, or write a duration such as "
                "\"10s\"\n"},
        SayCase{"number_duration", "[[inputs.mem]]\ninterval = 5",
                "2:12: warning: \"interval\" is ignored: it must be a string such as \"10s\", not "
                "an integer\n"},
        SayCase{"day_duration", "[[inputs.mem]]\ninterval = \"1d\"",
                "2:12: error: \"1d\" is not a duration for \"interval\"\n= write \"24h\"\n"},
        SayCase{"negative_duration", "[[inputs.mem]]\ninterval = \"-1s\"",
                "2:12: error: \"interval\" must not be negative\n"},
        SayCase{"no_effect", "[[outputs.discard]]\ninterval = \"10s\"",
                "2:1: warning: \"interval\" has no effect on outputs.discard\n"},
        SayCase{"format_without_effect", "[[inputs.mem]]\ndata_format = \"json\"",
                "2:1: warning: \"data_format\" has no effect on inputs.mem\n"},
        SayCase{"tagpass_list", "[[inputs.mem]]\ntagpass = [\"a\"]",
                "2:11: error: \"tagpass\" must be a table of tags, each with a list of patterns, "
                "not a list\n= tagpass = {host = [\"a*\"]}\n"},
        SayCase{"tagpass_text", "[[inputs.mem]]\ntagpass = {a = \"x\"}",
                "2:16: error: \"tagpass.a\" must be a list of strings, not a string\n= put it in [ "
                "]\n"},
        SayCase{
            "namepass_text", "[[inputs.mem]]\nnamepass = \"x\"",
            "2:12: error: \"namepass\" must be a list of strings, not a string\n= put it in [ ]\n"},
        SayCase{"bad_glob", "[[inputs.mem]]\nnamepass = [\"[a\"]",
                "2:12: error: the pattern \"[a\" has a [ without ]\n"},
        SayCase{"metricpass", "[[inputs.mem]]\nmetricpass = 'nane == \"a\"'",
                "2:15: error: \"metricpass\": unknown name \"nane\"\n= did you mean \"name\"?\n"},
        SayCase{"metricpass_lines",
                "[[inputs.mem]]\nmetricpass = \'\'\'\nname == \"a\"\n&& name < 1\'\'\'",
                "4:9: error: \"metricpass\": string < int has no meaning\n"},
        SayCase{"metricpass_escapes", "[[inputs.mem]]\nmetricpass = \"name == \\\"a\\\" + 1\"",
                "2:14: error: \"metricpass\": string + int has no meaning\n"},
        SayCase{"metricpass_number", "[[inputs.mem]]\nmetricpass = 1",
                "2:14: warning: \"metricpass\" is ignored: it must be a string, not an integer\n"},
        SayCase{"log_level", "[[inputs.mem]]\nlog_level = \"loud\"",
                "2:13: warning: \"loud\" is no log level and is ignored\n= error, warn, info, "
                "debug or trace\n"},
        SayCase{"order", "[[processors.override]]\norder = \"first\"",
                "2:9: error: \"order\" must be an integer, not a string\n"},
        SayCase{"startup", "[[outputs.discard]]\nstartup_error_behavior = \"probe\"",
                "2:26: error: \"startup_error_behavior\" must be \"error\", \"retry\" or "
                "\"ignore\", not \"probe\"\n"},
        SayCase{"isolation", "[[inputs.mem]]\nisolation = \"process\"",
                "2:13: error: \"isolation\" = \"process\" is not supported by this version\n= "
                "leave it out, or set it to \"inproc\"\n"},
        SayCase{"period", "[[aggregators.minmax]]\nperiod = \"0s\"",
                "2:10: error: \"period\" must be longer than 0\n"},
        SayCase{"number_in_tags", "[[inputs.mem]]\ntags = {a = 1}",
                "2:13: error: \"a\" must be a string, not an integer\n= put it in quotes\n"},
        SayCase{
            "delivery_later",
            "[[outputs.discard]]\ndelivery = {queue = \"disk\", breaker = false, max_in_flight = "
            "2}",
            "1:1: error: outputs.discard needs an alias: the name of its queue on disk\n= alias = "
            "\"discard\"\n2:62: error: \"max_in_flight\" = 2 is not possible: this "
            "output "
            "sends one batch after the other\n"},
        SayCase{"delivery_unknown", "[[outputs.discard]]\ndelivery.overflw = \"wait\"",
                "2:10: error: unknown option \"overflw\" of outputs.discard.delivery\n= did you "
                "mean \"overflow\"?\n"},
        SayCase{"delivery_retry",
                "[[outputs.discard]]\n[outputs.discard.delivery]\nretry_max = \"1ms\"",
                "2:1: error: \"retry_max\" must not be shorter than \"retry_initial\"\n"}),
    [](const auto& test) { return test.param.what; });

}  // namespace
}  // namespace weir::config
