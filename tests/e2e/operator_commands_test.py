#!/usr/bin/env python3
"""weir status, top, audit, reload and log-level against the running agent."""

import json
import re
import subprocess
import unittest

from agent import BUILD, SOURCE, Agent, Folder, free_port, wait_for

CONFIG = """
[weir]
  admin = "unix:{folder}/admin.sock"
  shutdown_timeout = "1s"
[agent]
  omit_hostname = true
  interval = "100ms"
  flush_interval = "100ms"
  metric_buffer_limit = 20
[[inputs.mem]]
[[inputs.cpu]]
  tagpass = {{cpu = ["cpu-total"]}}
[[outputs.file]]
  files = ["{folder}/out.lp"]
  data_format = "influx"
[[outputs.http]]
  alias = "dead"
  url = "http://127.0.0.1:{port}/write"
  data_format = "influx"
  [outputs.http.delivery]
    overflow = "drop_oldest"
"""


class Commands(Folder):
    def start(self):
        agent = Agent(self.folder, CONFIG.format(folder=self.folder, port=free_port()))
        self.addCleanup(agent.__exit__)
        wait_for(lambda: self.weir("status")[0] == 0, "the endpoint")
        return agent

    def weir(self, *words, where=None):
        where = ["--config", self.folder / "weir.conf"] if where is None else where
        done = subprocess.run([str(BUILD / "weir"), *map(str, words), *map(str, where)], capture_output=True, text=True,
                              timeout=60, cwd="/")
        return done.returncode, done.stdout + done.stderr

    def test_status(self):
        agent = self.start()
        wait_for(lambda: re.search(r"outputs.http::dead +retrying", self.weir("status")[1]), "the dead output")
        status, text = self.weir("status")
        self.assertEqual(status, 0, text)
        self.assertIn(f"process {agent.process.pid}: running, generation 1", text)
        self.assertRegex(text, r"(?m)^inputs.mem +running")
        self.assertRegex(text, r"(?m)^outputs.file +running")
        self.assertRegex(text, r"(?m)^    write failed: .*ago\)$")
        self.assertLess(text.index("inputs.mem"), text.index("outputs.file"))
        told = json.loads(self.weir("status", "--json")[1])
        self.assertEqual(told["pid"], agent.process.pid)
        self.assertEqual(self.weir("status", where=["--admin", f"unix:{self.folder}/admin.sock"])[0], 0)

    def test_top(self):
        self.start()
        status, text = self.weir("top", "--once")
        self.assertEqual(status, 0, text)
        self.assertIn("outputs.file", text)
        self.assertNotIn("\x1b", text)
        live = subprocess.Popen([str(BUILD / "weir"), "top", "--interval", "1", "--config",
                                 str(self.folder / "weir.conf")], stdout=subprocess.PIPE, text=True)
        self.addCleanup(live.stdout.close)
        self.addCleanup(live.wait)
        self.addCleanup(live.kill)
        heads = 0
        while heads < 2:
            heads += live.stdout.readline().startswith("NODE ")

    def test_audit(self):
        self.start()
        wait_for(lambda: "lost: overflow" in self.weir("audit")[1], "losses")
        status, text = self.weir("audit")
        self.assertEqual(status, 0, text)
        self.assertRegex(text, r"inputs.cpu: [\d,]+ records\n  left out by its filter")
        self.assertRegex(text, r"outputs.http::dead: [\d,]+ records came to it\n  delivered +0 +0.0 %")
        self.assertIn("to do: see its last error in weir status", text)
        self.assertTrue("Every record is accounted for." in text or "Between two counts" in text)

    def test_reload(self):
        agent = self.start()
        self.assertEqual(self.weir("reload"), (0, "reloaded: generation 2\n"))
        good = agent.config.read_text()
        agent.config.write_text(good.replace("outputs.file", "outputs.fille"))
        status, text = self.weir("reload")
        self.assertEqual(status, 1)
        self.assertIn("not reloaded, the agent goes on as it was: ", text)
        self.assertIn("fille", text)
        agent.config.write_text(good + "\nno toml at all")
        status, text = self.weir("reload", where=["--admin", f"unix:{self.folder}/admin.sock"])
        self.assertEqual(status, 1)
        self.assertIn("weir.conf:", text)
        self.assertIn("last reload refused: ",
                      self.weir("status", where=["--admin", f"unix:{self.folder}/admin.sock"])[1])

    def test_log_level(self):
        self.start()
        self.assertEqual(self.weir("log-level"), (0, "info\n"))
        self.assertEqual(self.weir("log-level", "debug"), (0, "debug\n"))
        self.assertEqual(self.weir("log-level"), (0, "debug\n"))
        self.assertEqual(self.weir("log-level", "loud"), (1, "weir: the body is error, warn, info, debug or trace\n"))

    def test_nobody_to_ask(self):
        gone = f"unix:{self.folder}/gone.sock"
        config = self.folder / "off.conf"
        config.write_text("[[inputs.mem]]\n")
        token = self.folder / "token"
        token.write_text("t")
        for where, words in ((["--admin", gone], "is it running"),
                             (["--config", config], "does not set [weir] admin"),
                             (["--config", self.folder / "none.conf"], "cannot be read"),
                             (["--admin", "here"], "write unix:/run/weir/weir.sock"),
                             (["--admin", "127.0.0.1:1"], "--admin-token-file"),
                             (["--admin", f"127.0.0.1:{free_port()}", "--admin-token-file", token], "is it running")):
            for command in ("status", "top", "audit", "reload", "log-level"):
                status, text = self.weir(command, where=where)
                self.assertEqual(status, 1, text)
                self.assertIn(words, text)
                self.assertTrue(text.startswith("weir: "), text)


class Documentation(unittest.TestCase):
    def test_every_reason_is_explained(self):
        header = (SOURCE / "core/metrics/ledger.hpp").read_text()
        body = re.search(r"enum class Drop[^{]*\{(.*?)\};", header, re.S)[1]
        reasons = [name for name in re.findall(r"^  (\w+)", body, re.M) if name != "count"]
        explained = re.findall(r"^\*\*(\w+)\*\* –", (SOURCE / "docs/ledger.md").read_text(), re.M)
        self.assertEqual(sorted(reasons), sorted(explained))


if __name__ == "__main__":
    unittest.main(verbosity=2)
