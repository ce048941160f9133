#!/usr/bin/env python3
"""Runs a campaign: many seeded runs that try to break a promise, one JSON line each.

    scripts/campaign kill                  500 SIGKILLs of the real binary in 50 runs
    scripts/campaign simulated             9,500 kills and 9,500 power cuts of a simulated agent
    scripts/campaign kill --runs 5         fewer
    scripts/campaign kill --seed 17        one run again
    scripts/campaign kill --resume         goes on where the record ends

The record is build/campaigns/NAME.jsonl. The last line is "N passed, N failed"; a failure shows its seed.
"""

import argparse
import importlib
import json
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
RUNS = {"kill": 50, "simulated": 1900}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("campaign", choices=sorted(RUNS))
    parser.add_argument("--runs", type=int, help="how many seeds, from 1")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--resume", action="store_true", help="skip seeds that are in the record")
    return parser.parse_args()


def seeds_of(options, record):
    if options.seed is not None:
        return [options.seed]
    known = set()
    if options.resume and record.exists():
        known = {json.loads(line)["seed"] for line in record.read_text().splitlines()}
    return [seed for seed in range(1, (options.runs or RUNS[options.campaign]) + 1) if seed not in known]


def main():
    options = arguments()
    sys.path.insert(0, str(HERE))
    campaign = importlib.import_module(options.campaign)
    record = pathlib.Path(os.environ.get("WEIR_SOURCE_DIR", ".")) / "build" / "campaigns" / f"{options.campaign}.jsonl"
    record.parent.mkdir(parents=True, exist_ok=True)
    if not options.resume and options.seed is None:
        record.unlink(missing_ok=True)
    failed = []
    seeds = seeds_of(options, record)
    begun = time.monotonic()
    for done, seed in enumerate(seeds):
        line = campaign.one_run(seed)
        with record.open("a") as file:
            file.write(json.dumps(line) + "\n")
        if line["wrong"]:
            failed.append(seed)
            print(f"seed {seed} FAILED: {'; '.join(line['wrong'])}\n  again: scripts/campaign {options.campaign} --seed {seed}")
        print(f"{options.campaign}: {done + 1} of {len(seeds)} runs, {len(failed)} failed, "
              f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    print(f"{len(seeds) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
