"""Runner: confinement, progress and end of child processes, with real children."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from adapters.ffmpeg.run.runner import Job, ProgressLines, Runner
from adapters.ffmpeg.settings import RunLimits
from domain.errors import (
    AttemptCancelled,
    MediaToolFailed,
    MediaToolStalled,
    SourceTooLarge,
    SourceUnreadable,
    ToolMissing,
)
from tests.contract.media.progress import NotedProgress
from tests.unit.adapters.ffmpeg.programs import program

BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"
SLEEP = "import time; time.sleep(100)"
PRINT_FOR_EVER = "while True: os.write(1, bytes(65536))"


@pytest.fixture
def others() -> set[int]:
    """Children of before the test, such as a server of other tests."""
    return {child.pid for child in psutil.Process().children()}


def left(others: set[int]) -> set[int]:
    return {child.pid for child in psutil.Process().children()} - others


def test_output_and_used_time_are_returned(tmp_path: Path) -> None:
    stats, output = Runner(RunLimits()).run(program("print('done')", tmp_path), NotedProgress())

    assert output == b"done\n"
    assert stats.wall_s > 0


def test_a_child_has_no_input_no_secrets_and_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_SECRET_KEY", "hunter2")
    script = "print(os.read(0, 1), os.getcwd()); print(os.environ)"

    _, output = Runner(RunLimits()).run(program(script, tmp_path), NotedProgress())

    assert output.decode().splitlines()[0] == f"b'' {tmp_path}"
    assert b"hunter2" not in output


def test_progress_is_read_from_the_side_channel(tmp_path: Path) -> None:
    progress = NotedProgress()
    script = "os.write(SIDE, b'out_time_us=N/A\\nframe=5\\nout_time_us=500000\\n')"

    stats, _ = Runner(RunLimits()).run(program(script, tmp_path, duration_us=2_000_000), progress)

    assert progress.fractions == [0.25]
    assert (stats.frames, stats.position_us) == (5, 500_000)


def test_a_child_that_only_computes_does_not_stall(tmp_path: Path) -> None:
    progress = NotedProgress()
    job = program(BUSY.format(3), tmp_path)

    Runner(RunLimits(stall_limit_s=1.8)).run(job, progress)

    assert progress.signs_of_life > 0


def test_a_child_that_does_nothing_is_stopped(tmp_path: Path, others: set[int]) -> None:
    with pytest.raises(MediaToolStalled):
        Runner(RunLimits(stall_limit_s=1.2)).run(program(SLEEP, tmp_path), NotedProgress())

    assert left(others) == set()


def test_a_cancel_ends_a_child_that_ignores_sigterm(tmp_path: Path, others: set[int]) -> None:
    def it_is_deaf() -> bool:
        return (tmp_path / "deaf").exists()

    script = "import signal; signal.signal(15, signal.SIG_IGN); open('deaf', 'w').close()\n" + SLEEP
    with pytest.raises(AttemptCancelled):
        Runner(RunLimits()).run(program(script, tmp_path), NotedProgress(stop_when=it_is_deaf))

    assert left(others) == set()


def test_an_endless_error_line_is_cut(tmp_path: Path) -> None:
    script = "os.write(2, b'x' * 5_000_000 + b'\\nthe end\\n'); sys.exit(3)"

    with pytest.raises(MediaToolFailed, match=r"exit code 3.* the end"):
        Runner(RunLimits()).run(program(script, tmp_path), NotedProgress())


def test_endless_output_is_not_collected(tmp_path: Path, others: set[int]) -> None:
    with pytest.raises(SourceUnreadable):
        Runner(RunLimits()).run(program(PRINT_FOR_EVER, tmp_path), NotedProgress())

    assert left(others) == set()


def test_processor_time_is_limited(tmp_path: Path) -> None:
    job = program(BUSY.format(60), tmp_path)

    with pytest.raises(SourceTooLarge, match="processor time"):
        Runner(RunLimits(cpu_base_s=1, cpu_per_media_s=0)).run(job, NotedProgress())


def test_memory_is_limited(tmp_path: Path) -> None:
    job = program("bytearray(10**9)", tmp_path)

    with pytest.raises(MediaToolFailed, match="MemoryError"):
        Runner(RunLimits(address_space_bytes=500_000_000)).run(job, NotedProgress())


def test_a_run_that_only_reads_has_lower_limits(tmp_path: Path) -> None:
    reading = Runner(RunLimits()).for_reading(1)

    with pytest.raises(MediaToolFailed, match="MemoryError"):
        reading.run(program("bytearray(500_000_000)", tmp_path), NotedProgress())
    with pytest.raises(SourceTooLarge, match="processor time"):
        reading.run(program(BUSY.format(60), tmp_path), NotedProgress())


def test_what_is_written_is_limited(tmp_path: Path) -> None:
    script = "import signal; signal.signal(25, signal.SIG_DFL); open('big', 'wb').write(bytes(1_000_000))"

    with pytest.raises(SourceTooLarge, match="larger file"):
        Runner(RunLimits(file_bytes=1000)).run(program(script, tmp_path), NotedProgress())
    assert (tmp_path / "big").stat().st_size <= 1000


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no-such-program"):
        Runner(RunLimits()).run(Job(("no-such-program",), tmp_path), NotedProgress())


def test_a_stream_that_is_closed_ends_its_child(tmp_path: Path, others: set[int]) -> None:
    steps = Runner(RunLimits()).stream(program(PRINT_FOR_EVER, tmp_path), NotedProgress(), ProgressLines())
    assert next(steps)

    steps.close()

    assert left(others) == set()


def test_many_children_leave_no_open_files(tmp_path: Path) -> None:
    runner = Runner(RunLimits())
    runner.run(program("", tmp_path), NotedProgress())
    before = psutil.Process().num_fds()

    for _ in range(5):
        runner.run(program("", tmp_path), NotedProgress())
    with pytest.raises(ToolMissing):
        runner.run(Job(("no-such-program",), tmp_path), NotedProgress())

    assert psutil.Process().num_fds() <= before
