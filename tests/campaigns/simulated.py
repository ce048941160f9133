"""Campaign "simulated": a whole agent in virtual time on a disk in memory that dies at some file system call, five times
a run, once by kills and once by power cuts that drop or tear what was not synced. core/pipeline/simulation_test.cpp has
the agent and the oracle."""

import os
import pathlib
import subprocess

BINARY = pathlib.Path(os.environ.get("WEIR_BUILD_DIR", "build/release")) / "core/pipeline/core_pipeline_test"


def one_run(seed):
    done = subprocess.run([BINARY, "--gtest_filter=*SimulationTest*", "--gtest_brief=1"], capture_output=True, text=True,
                          env={**os.environ, "WEIR_SIM_SEEDS": f"{seed}:1"}, errors="replace", timeout=300)
    wrong = [] if done.returncode == 0 else [done.stdout[-4000:]]
    return {"campaign": "simulated", "seed": seed, "kills": 5, "power_cuts": 5, "wrong": wrong}
