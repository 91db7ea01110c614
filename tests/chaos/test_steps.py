"""The moment of a fault depends only on the seed; five seeds cover a task."""

from __future__ import annotations

from random import Random

from tests.chaos.steps import AtStoreCall, DuringActivity, DuringUpload, Reference, Step, Work, choose_step

REFERENCE = Reference(
    outputs={},
    works=(
        Work("1", "first", 1.0),
        Work("2", "second", 2.0),
        Work("3", "third", 3.0),
        Work("4", "last", 4.0),
    ),
    calls=40,
    upload_calls=4,
)


def step(name: str, seed: int) -> Step:
    return choose_step(Random(f"{name}:{seed}"), seed, REFERENCE)


def test_the_same_seed_chooses_the_same_moment() -> None:
    assert [step("kill-api", seed) for seed in range(20)] == [step("kill-api", seed) for seed in range(20)]


def test_five_seeds_cover_a_task_from_its_upload_to_its_end() -> None:
    for name in ("kill-api", "store-busy", "cancel"):
        during_upload, early, first_half, second_half, late = (step(name, seed) for seed in range(5))

        if isinstance(during_upload, AtStoreCall):
            assert during_upload.number <= 4
        else:
            assert isinstance(during_upload, DuringUpload)
        assert isinstance(early, AtStoreCall)
        assert 5 <= early.number <= 22
        assert isinstance(first_half, DuringActivity)
        assert first_half.work.kind in ("first", "second")
        assert isinstance(second_half, DuringActivity)
        assert second_half.work.kind in ("third", "last")
        assert isinstance(late, AtStoreCall)
        assert 22 <= late.number <= 40


def test_five_seeds_of_a_store_fault_choose_calls_in_every_fifth_of_a_task() -> None:
    numbers = []
    for seed in range(5):
        at = choose_step(Random(f"store-busy:{seed}"), seed, REFERENCE, at_calls=True)
        assert isinstance(at, AtStoreCall)
        assert at.before
        numbers.append(at.number)

    spans = [(1, 4), (5, 13), (14, 22), (23, 31), (32, 40)]
    assert all(low <= number <= high for number, (low, high) in zip(numbers, spans, strict=True))
