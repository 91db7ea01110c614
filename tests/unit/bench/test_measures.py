"""Measuring and evaluation of the benchmarks."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from bench.__main__ import BENCHMARKS, app
from bench.measure import HighWater, RunFailed, alternated, run_measured
from bench.models.animals import agreement
from bench.models.subtitles import read_srt
from bench.report import Row, as_markdown, ratio
from bench.workbench import Workbench
from domain.subtitles.cues import Cue


def test_the_processor_time_of_a_child_counts_as_that_of_its_parent() -> None:
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print('done')"

    usage = run_measured([sys.executable, "-c", parent])

    assert usage.cpu_s >= 0.4
    assert usage.output == "done\n"


def test_a_command_that_fails_is_an_error() -> None:
    with pytest.raises(RunFailed, match="ended with 3: it broke"):
        run_measured([sys.executable, "-c", "import sys; print('it broke'); sys.exit(3)"])


def test_a_benchmark_that_breaks_is_named_with_its_error_and_the_next_one_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(_: Workbench) -> list[Row]:
        raise subprocess.CalledProcessError(3, ["client"])

    monkeypatch.setitem(BENCHMARKS, "load", breaks)
    monkeypatch.setitem(BENCHMARKS, "status", lambda _: [Row("status", "1.00", "2 ÷ 2")])

    ended = CliRunner().invoke(app, ["load", "status", "--markdown"])

    assert ended.exit_code == 1
    assert (
        "| load | not measured | to be measured (missed) | CalledProcessError: Command '['client']'"
        in ended.stdout
    )
    assert "| status | 1.00 |  | 2 ÷ 2 |" in ended.stdout
    assert "Not measured: load." in ended.stderr


def test_a_command_that_takes_too_long_is_ended_with_its_children() -> None:
    with pytest.raises(RunFailed, match="not done in time"):
        run_measured(["sh", "-c", "sleep 31.0625 & wait"], limit_s=0.3)

    time.sleep(0.2)
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "sleep 31.0625" not in running.splitlines()


def test_pairs_are_run_alternately() -> None:
    order: list[str] = []

    found = alternated(2, lambda: order.append("a"), lambda: order.append("b"))

    assert order == ["a", "b", "a", "b"]
    assert [len(runs) for runs in found] == [2, 2]


def test_the_highest_value_and_the_growth_are_recorded() -> None:
    values = iter([5, 9, 7])
    seen: list[int] = []

    def read() -> int:
        seen.append(next(values, 6))
        return seen[-1]

    with HighWater(read) as water:
        while len(seen) < 4:
            time.sleep(0.01)

    assert (water.first, water.highest, water.growth) == (5, 9, 4)


def test_agreement_is_the_share_of_labels_that_both_have() -> None:
    ours = {"a": frozenset({"cat", "dog"}), "b": frozenset({"horse"})}
    theirs = {"a": frozenset({"cat"}), "b": frozenset({"horse", "cow"})}

    assert agreement(ours, theirs) == 0.5
    assert agreement({"a": frozenset()}, {"a": frozenset()}) == 1.0


def test_cues_are_read_from_an_srt_file_with_either_kind_of_line_end() -> None:
    first = "1\r\n00:00:01,500 --> 00:00:02,000\r\nOne\r\ntwo\r\n"
    text = f"{first}\r\n2\r\n01:00:00,000 --> 01:00:00,000\r\nThree\r\n"

    assert read_srt(text) == [
        Cue(1_500_000, 2_000_000, ("One", "two")),
        Cue(3_600_000_000, 3_600_001_000, ("Three",)),
    ]
    assert read_srt("") == []


def test_a_missed_goal_is_marked_in_the_table() -> None:
    rows = [Row("a | b", ratio(1.2, 1.0), "raw", "≤ 1.10", kept=False), Row("c", ratio(1.0, 0.0), "raw")]

    assert as_markdown(rows, "2 cores.") == (
        "| benchmark | figure | goal | raw figures |\n| --- | --- | --- | --- |\n"
        "| a / b | 1.20 | ≤ 1.10 (missed) | raw |\n| c | not measurable |  | raw |\n\n2 cores.\n"
    )
