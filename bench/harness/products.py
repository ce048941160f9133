"""Agents that can be measured: how each is started, and whose configurations it reads."""

import dataclasses
import pathlib
import re
import shutil

from harness.figures import Failed

CONFIGURATIONS = pathlib.Path(__file__).resolve().parent.parent / "configs"


@dataclasses.dataclass(frozen=True)
class Product:
    """arguments may hold {configuration}, {plugins} and {folder}; "@..." stands for the lines of that file."""
    name: str
    arguments: tuple
    folders: tuple  # of bench/configs, the first that has the scenario counts
    once: tuple | None = None  # what makes it end by itself when its inputs have
    has_ledger: bool = False  # a record that it lost is an error, and it says itself where it went

    def command(self, binary, **values):
        words = [str(binary)]
        for argument in self.arguments:
            word = argument.format(**values)
            words += flags_of(pathlib.Path(word[1:]).read_text()) if word.startswith("@") else [word]
        return words


def flags_of(text):
    """Of a configuration that is nothing but flags, one a line."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


PRODUCTS = {one.name: one for one in (
    Product("weir", ("--config", "{configuration}", "--plugin-directory", "{plugins}", "--ledger", "{folder}/ledger.json"),
            ("weir", "telegraf"), once=("--once",), has_ledger=True),
    Product("telegraf", ("--config", "{configuration}"), ("telegraf",), once=("--once",)),
    Product("fluent-bit", ("-c", "{configuration}"), ("fluent-bit",)),
    Product("vector", ("--config-toml", "{configuration}"), ("vector",)),
    Product("otelcol", ("--config", "file:{configuration}"), ("otelcol",)),
    Product("vmagent", ("@{configuration}",), ("vmagent",)),
)}


@dataclasses.dataclass(frozen=True)
class Installation:
    """One agent on this machine, under the name that the report gives it."""
    name: str
    product: Product
    binary: pathlib.Path
    plugins: pathlib.Path | None = None
    of_build: bool = False  # its micro-benchmarks are at hand

    def command(self, configuration, folder, *options):
        return [*self.product.command(self.binary, configuration=configuration, plugins=self.plugins, folder=folder),
                *options]

    def configuration(self, scenario, **values):
        """The text of its configuration for a scenario, or None; @name@ stands for a value."""
        for folder in self.product.folders:
            file = CONFIGURATIONS / folder / f"{scenario}.conf"
            if file.exists():
                return filled(file.read_text(), values)
        return None


def filled(text, values):
    return re.sub(r"@(\w+)@", lambda match: str(values[match[1]]), text)


def parse(words, cache):
    """NAME, NAME=BINARY or NAME=BINARY,plugins=DIR,kind=PRODUCT, as --with takes it."""
    name, _, rest = words.partition("=")
    path, *others = rest.split(",")
    options = dict(other.split("=", 1) for other in others if "=" in other)
    if unknown := [other for other in others if other.partition("=")[0] not in ("plugins", "kind")]:
        raise Failed(f"--with {words}: {unknown[0]} is neither plugins=DIR nor kind=PRODUCT")
    product = PRODUCTS.get(options.get("kind", name), None if "kind" in options else PRODUCTS["weir"])
    if product is None:
        raise Failed(f"--with {words}: kind is one of {', '.join(PRODUCTS)}")
    binary = found_binary(path or name, cache)
    plugins = options.get("plugins", binary.parent / "plugins") if product.name == "weir" else None
    return Installation(name, product, binary, pathlib.Path(plugins).resolve() if plugins else None)


def found_binary(path, cache):
    """A file, a command of the PATH, or what --install has put into the cache."""
    for candidate in (path if "/" in path else None, cache / path, shutil.which(path)):
        if candidate and pathlib.Path(candidate).is_file():
            return pathlib.Path(candidate).resolve()
    raise Failed(f"there is no {path}: give its path (--with NAME=PATH), or bench/run --install {path}")
