"""Attempt history: crashes, crash suspects and faults."""

from __future__ import annotations

import pytest

from domain.attempts.history import AttemptHistory


def crashed(
    history: AttemptHistory, fraction: float, process: str = "another", *, alone: bool = True
) -> AttemptHistory:
    """The history after an attempt that worked and crashed."""
    return history.working(alone=alone).for_next_attempt(fraction, process)


def test_a_first_attempt_is_no_suspect() -> None:
    assert not AttemptHistory().for_next_attempt(0.0, "p").suspect


def test_an_attempt_that_ended_at_work_has_crashed() -> None:
    after = crashed(AttemptHistory(process="p"), 0.4)
    assert (after.deaths, after.died_at, after.suspect, after.at_work) == (1, 0.4, True, False)


def test_three_crashes_at_one_place_are_three() -> None:
    history = AttemptHistory(process="p")
    for process, fraction in (("q", 0.40), ("r", 0.43), ("s", 0.38)):
        history = crashed(history, fraction, process)
    assert (history.deaths, history.died_at) == (3, 0.43)


def test_the_first_crash_makes_a_suspect_and_later_ones_count_only_alone() -> None:
    suspect = crashed(AttemptHistory(process="p"), 0.4, "q", alone=False)
    assert crashed(suspect, 0.4, "r", alone=False).deaths == 1
    assert crashed(suspect, 0.4, "r", alone=True).deaths == 2


def test_a_crash_clearly_further_on_is_a_first_one() -> None:
    history = crashed(crashed(AttemptHistory(process="p"), 0.2, "q"), 0.6, "r")
    assert (history.deaths, history.died_at) == (1, 0.6)


def test_an_attempt_whose_process_still_runs_has_not_crashed() -> None:
    assert AttemptHistory(process="p").working().for_next_attempt(0.4, "p").deaths == 0


def test_an_attempt_that_ends_while_it_waits_for_a_slot_has_not_crashed() -> None:
    history = crashed(AttemptHistory(process="p"), 0.4, "q")
    assert history.idle().for_next_attempt(0.0, "r").deaths == 1


def test_a_clean_end_is_no_crash_and_does_not_clear_a_suspect() -> None:
    history = crashed(AttemptHistory(process="p"), 0.4, "q").working().idle().for_next_attempt(0.4, "r")
    assert (history.deaths, history.suspect) == (1, True)


def test_faults_are_counted_separately_from_crashes_and_drains() -> None:
    history = AttemptHistory(process="p").working().faulted().for_next_attempt(0.1, "q")
    assert (history.faults, history.deaths) == (1, 0)
    assert history.working().idle().for_next_attempt(0.1, "r").faults == 1


@pytest.mark.parametrize(("faults", "pause_s"), [(0, 1), (1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (60, 30)])
def test_the_pause_after_a_fault_grows_to_half_a_minute(faults: int, pause_s: int) -> None:
    assert AttemptHistory(faults=faults).pause_s == pause_s
