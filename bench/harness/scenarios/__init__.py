"""All scenarios, in the order in which they run. A new one is a module here and a line in ALL."""

from harness.scenarios.age import AgeQuick, AgeSecond
from harness.scenarios.allocations import (Allocations, AllocationsKafka, AllocationsRemoteWrite, AllocationsScrape,
                                           AllocationsStatsd, AllocationsTail)
from harness.scenarios.fanout import Fanout
from harness.scenarios.files import LpFileOnce
from harness.scenarios.footprint import Footprint
from harness.scenarios.host import Host
from harness.scenarios.idle import IdleWakeUps, Startup
from harness.scenarios.kafka import KafkaOut
from harness.scenarios.micro import InfluxParse, InfluxSerialize, PluginCall, Rename
from harness.scenarios.prometheus import PromScrape, RemoteWrite
from harness.scenarios.scaling import LpScaling
from harness.scenarios.slow import BufferRss, Overload
from harness.scenarios.statsd import StatsdUdp
from harness.scenarios.tail import JsonTailDiscard, JsonTailFile, JsonTailKafka
from harness.scenarios.tcp import (JsonProcess, JsonTcpDiscard, JsonTcpFile, LpProcess, LpProcess4, LpTcpDiscard,
                                   LpTcpDiscard4, LpTcpDiscardNew, LpTcpFile)

ALL = (InfluxParse(), Rename(), InfluxSerialize(), PluginCall(),
       LpTcpDiscard(), LpTcpDiscard4(), LpTcpDiscardNew(), LpTcpFile(), LpProcess(), LpProcess4(), LpFileOnce(),
       JsonTcpDiscard(), JsonTcpFile(), JsonProcess(),
       JsonTailDiscard(), JsonTailFile(), JsonTailKafka(), Fanout(), KafkaOut(), PromScrape(), RemoteWrite(),
       StatsdUdp(), LpScaling(), Allocations(), AllocationsTail(), AllocationsKafka(), AllocationsStatsd(),
       AllocationsScrape(), AllocationsRemoteWrite(),
       BufferRss(), Overload(), AgeSecond(), AgeQuick(), Host(), IdleWakeUps(), Startup(), Footprint())
