"""What counts as a death, whose it is, and how often an activity may fail."""

from __future__ import annotations

import pytest

from domain.attempts.history import AttemptHistory


def died(
    trail: AttemptHistory, fraction: float, process: str = "another", *, alone: bool = True
) -> AttemptHistory:
    """The trail of the attempt that comes after one that worked and was never heard of again."""
    return trail.working(alone=alone).followed(fraction, process)


def test_a_first_attempt_is_no_suspect() -> None:
    assert not AttemptHistory().followed(0.0, "p").suspect


def test_an_attempt_that_worked_and_fell_silent_has_died() -> None:
    after = died(AttemptHistory(process="p"), 0.4)
    assert (after.deaths, after.died_at, after.suspect, after.at_work) == (1, 0.4, True, False)


def test_three_deaths_at_one_place_are_three() -> None:
    trail = AttemptHistory(process="p")
    for process, fraction in (("q", 0.40), ("r", 0.43), ("s", 0.38)):
        trail = died(trail, fraction, process)
    assert (trail.deaths, trail.died_at) == (3, 0.43)


def test_a_first_death_makes_a_suspect_in_any_company_and_further_ones_count_only_alone() -> None:
    suspect = died(AttemptHistory(process="p"), 0.4, "q", alone=False)
    assert died(suspect, 0.4, "r", alone=False).deaths == 1
    assert died(suspect, 0.4, "r", alone=True).deaths == 2


def test_a_death_clearly_further_on_is_a_first_one() -> None:
    trail = died(died(AttemptHistory(process="p"), 0.2, "q"), 0.6, "r")
    assert (trail.deaths, trail.died_at) == (1, 0.6)


def test_an_attempt_whose_process_still_lives_was_only_cut_off() -> None:
    assert AttemptHistory(process="p").working().followed(0.4, "p").deaths == 0


def test_an_attempt_that_waited_for_its_turn_can_not_die_of_its_source() -> None:
    trail = died(AttemptHistory(process="p"), 0.4, "q")
    assert trail.resting().followed(0.0, "r").deaths == 1


def test_a_clean_end_is_no_death_and_clears_nobody_of_suspicion() -> None:
    trail = died(AttemptHistory(process="p"), 0.4, "q").working().resting().followed(0.4, "r")
    assert (trail.deaths, trail.suspect) == (1, True)


def test_faults_are_counted_apart_from_deaths_and_drains() -> None:
    trail = AttemptHistory(process="p").working().faulted().followed(0.1, "q")
    assert (trail.faults, trail.deaths) == (1, 0)
    assert trail.working().resting().followed(0.1, "r").faults == 1


@pytest.mark.parametrize(("faults", "pause_s"), [(0, 1), (1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (60, 30)])
def test_the_pause_after_a_fault_grows_to_half_a_minute(faults: int, pause_s: int) -> None:
    assert AttemptHistory(faults=faults).pause_s == pause_s
