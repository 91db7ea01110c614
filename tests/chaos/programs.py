"""Programs of the chaos suite: the product's, with two CPU workers and changeable start scripts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from local.programs import Program, Servers, product_programs
from local.settings import StackSettings

SECOND_CPU_WORKER = "worker_cpu_2"
_CHANGEABLE = ("api", "worker_cpu", "worker_gpu")


def chaos_programs(
    settings: StackSettings, servers: Servers, launch_path: Path, second_metrics_port: int
) -> tuple[Program, ...]:
    """The programs; a shell runs the script `launch_path / name` before it executes the program."""
    programs = product_programs(settings, servers)
    worker = next(program for program in programs if program.name == "worker_cpu")
    second = replace(
        worker,
        name=SECOND_CPU_WORKER,
        ports={"second cpu metrics": second_metrics_port},
        environment={"WORKER_METRICS_PORT": str(second_metrics_port)},
    )
    return tuple(_changeable(program, launch_path) for program in (*programs, second))


def _changeable(program: Program, launch_path: Path) -> Program:
    if not program.name.startswith(_CHANGEABLE):
        return program
    script = launch_path / program.name
    script.touch()
    # `exec` preserves the process id, by which the supervisor and Temporal identify the process.
    return replace(program, argv=("/bin/sh", "-c", '. "$0" && exec "$@"', str(script), *program.argv))
