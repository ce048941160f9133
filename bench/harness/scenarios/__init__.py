"""All scenarios, in the order in which they run. A new one is a module here and a line in ALL."""

from harness.scenarios.footprint import Footprint
from harness.scenarios.host import Host
from harness.scenarios.micro import InfluxParse, InfluxSerialize, PluginCall, Rename
from harness.scenarios.tcp import TcpToDiscard, TcpToFile, TcpToFileProcessed

ALL = (InfluxParse(), Rename(), InfluxSerialize(), PluginCall(), TcpToDiscard(), TcpToFile(), TcpToFileProcessed(),
       Host(), Footprint())
