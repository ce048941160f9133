"""Fetches other agents from package registries, for bench/run --install. Nothing is fetched unasked."""

import os
import pathlib
import shutil
import subprocess

from harness.figures import Failed
from harness.products import CONFIGURATIONS

# Only what the configurations in bench/configs/telegraf need: all of Telegraf takes an hour to build.
TELEGRAF_VERSION = "v1.37.2"
TELEGRAF_TAGS = ("custom", "inputs.cpu", "inputs.disk", "inputs.diskio", "inputs.file", "inputs.kernel", "inputs.mem",
                 "inputs.processes", "inputs.prometheus", "inputs.socket_listener", "inputs.statsd", "inputs.swap",
                 "inputs.system", "inputs.tail", "outputs.discard", "outputs.file", "outputs.http", "outputs.kafka",
                 "outputs.socket_writer", "parsers.influx", "parsers.json", "processors.converter",
                 "processors.filter", "processors.override", "processors.regex", "processors.rename",
                 "serializers.influx", "serializers.json", "serializers.prometheusremotewrite")
OTELCOL_VERSION = "v0.161.0"
NOWHERE = ("is in none of the registries of Debian 12, PyPI, npm and Go modules; "
           "install it as its makers say, and give its path: --with {name}=PATH")


def folder():
    """Where installed agents are kept, beside the servers that tests fetch."""
    return pathlib.Path(os.environ.get("WEIR_CACHE", pathlib.Path.home() / ".cache" / "weir")) / "bench"


def install(name, say):
    target = folder() / name
    if target.exists():
        say(f"{name} is there: {target}")
        return
    folder().mkdir(parents=True, exist_ok=True)
    say(f"fetching {name}")
    RECIPES[name](target)


def telegraf(target):
    go("install", "-trimpath", "-ldflags=-s -w", "-tags", ",".join(TELEGRAF_TAGS),
       f"github.com/influxdata/telegraf/cmd/telegraf@{TELEGRAF_VERSION}")
    check_made(target)


def otelcol(target):
    """The collector's own builder makes one out of the parts that the configurations need."""
    go("install", f"go.opentelemetry.io/collector/cmd/builder@{OTELCOL_VERSION}")
    work, parts = folder() / "otelcol.work", folder() / "otelcol.yaml"
    text = (CONFIGURATIONS / "otelcol" / "builder.yaml").read_text()
    parts.write_text(text.replace("dist:\n", f"dist:\n  output_path: {work}\n"))
    run(folder() / "builder", "--config", parts, "--ldflags=-s -w", env=go_environment())
    (work / "otelcol").rename(target)
    shutil.rmtree(work)


def vmagent(target):
    run("apt-get", "install", "-y", "--no-install-recommends", "victoria-metrics")
    target.symlink_to(shutil.which("vmagent"))


def nowhere(target):
    raise Failed(f"{target.name} {NOWHERE.format(name=target.name)}")


RECIPES = {"telegraf": telegraf, "otelcol": otelcol, "vmagent": vmagent, "fluent-bit": nowhere, "vector": nowhere}


def go_environment():
    return {**os.environ, "GOBIN": str(folder()), "CGO_ENABLED": "0"}


def go(*arguments):
    if shutil.which("go") is None:
        raise Failed("this needs Go, which is not installed")
    run("go", *arguments, env=go_environment())


def check_made(target):
    if not target.exists():
        raise Failed(f"the build ended well, but there is no {target}")


def run(*command, env=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", env=env)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} ended with status {done.returncode}:\n{done.stderr[-2000:]}")
