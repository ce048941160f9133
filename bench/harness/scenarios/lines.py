"""Configurations of the scenarios that send lines: the same records as line protocol and as JSON."""

AGENT = """\
[agent]
  omit_hostname = true
"""

LINE_PROTOCOL = """
  data_format = "influx"
"""

JSON = """
  data_format = "json"
  json_name_key = "name"
  tag_keys = ["cluster", "host", "service", "zone"]
  json_time_key = "ts"
  json_time_format = "unix"
"""

TCP = """
[[inputs.socket_listener]]
  service_address = "tcp://127.0.0.1:{port}"
"""

READ_FILE = """
[[inputs.file]]
  files = ["{source}"]
"""

DISCARD = """
[[outputs.discard]]
"""

FILE = """
[[outputs.file]]
  files = ["{file}"]
  data_format = "influx"
"""

FILE_JSON = FILE.replace("influx", "json")

# A person's usual clean-up; the filter looks at every record and drops none, so that all have to arrive.
PROCESSORS = """
[[processors.rename]]
  order = 1
  [[processors.rename.replace]]
    tag = "cluster"
    dest = "region"
  [[processors.rename.replace]]
    field = "latency_ms"
    dest = "latency"

[[processors.regex]]
  order = 2
  [[processors.regex.tags]]
    key = "region"
    pattern = '^eu-west-(\\d)$'
    replacement = "euw${{1}}"

[[processors.converter]]
  order = 3
  [processors.converter.fields]
    integer = ["load"]

[[processors.override]]
  order = 4
  [processors.override.tags]
    env = "prod"

[[processors.filter]]
  order = 5
  default = "pass"
  [[processors.filter.rule]]
    tags = {{"zone" = ["zone-99"]}}
    action = "drop"
"""

INPUT = AGENT + TCP + LINE_PROTOCOL
INPUT_JSON = AGENT + TCP + JSON
