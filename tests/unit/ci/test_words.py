"""The checker of names, docstrings and full folders finds each kind of fault, and none in this repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKER = Path(__file__).parents[3] / ".ci" / "words.py"


def checked(folder: Path | None = None) -> tuple[int, list[str]]:
    """The exit code and the lines of a check of `folder`, or of this repository."""
    argv = [sys.executable, str(CHECKER), *([str(folder)] if folder else [])]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_this_repository_is_well() -> None:
    assert checked() == (0, ["Names and docstrings: all well."])


@pytest.mark.parametrize(
    "opening",
    [
        "How a task",
        "What",
        "Which",
        "Where",
        "Whether",
        "Who",
        "Whom",
        "Whose",
        "When",
        "Why",
        "By what",
        "By which",
    ],
)
def test_a_docstring_that_begins_with_a_question_is_a_fault(tmp_path: Path, opening: str) -> None:
    write(tmp_path, "domain/task.py", f'"""{opening} is done."""\n')

    code, [line] = checked(tmp_path)

    assert code == 1
    assert line.startswith("domain/task.py:1: the docstring begins with ")


@pytest.mark.parametrize("docstring", ['"""Reader of what others send."""', '"""However long: a plan."""'])
def test_a_question_inside_the_sentence_is_none(tmp_path: Path, docstring: str) -> None:
    write(tmp_path, "api/task.py", docstring)

    assert checked(tmp_path)[0] == 0


def test_a_module_without_a_docstring_is_a_fault_and_a_package_is_none(tmp_path: Path) -> None:
    write(tmp_path, "api/__init__.py", "")
    write(tmp_path, "api/task.py", "SIZE = 1\n")

    assert checked(tmp_path) == (
        1,
        ["api/task.py:1: the module has no docstring: say in one sentence what it is or does"],
    )


@pytest.mark.parametrize(
    "line",
    [
        "class TaskGate: ...",
        "class HTTPGate: ...",
        "def _gate(): ...",
        "async def open_gate(): ...",
        "def GATE(): ...",
    ],
)
def test_a_retired_word_in_a_name_is_a_fault(tmp_path: Path, line: str) -> None:
    write(tmp_path, "api/task.py", f'"""Task."""\n\n{line}\n')

    code, [fault] = checked(tmp_path)

    assert code == 1
    assert fault.startswith("api/task.py:3: ")
    assert "has the retired word 'gate': use access rules, or concurrency slots" in fault


def test_a_retired_word_in_a_methods_or_a_modules_name_is_a_fault(tmp_path: Path) -> None:
    write(
        tmp_path, "activities/pulse.py", '"""Task."""\n\n\nclass Task:\n    def keep_it(self) -> None: ...\n'
    )

    _, faults = checked(tmp_path)

    assert [fault.partition(" has")[0] for fault in faults] == [
        "activities/pulse.py:1: the module",
        "activities/pulse.py:5: keep_it",
    ]


def test_longer_words_and_the_names_of_tests_are_free(tmp_path: Path) -> None:
    write(tmp_path, "api/task.py", '"""Task."""\n\n\ndef heartbeat_of_the_gateway(): ...\n')
    write(tmp_path, "tests/test_task.py", '"""Task."""\n\n\ndef test_the_gate_is_told(): ...\n')

    assert checked(tmp_path)[0] == 0


def test_a_folder_with_more_than_22_modules_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, "local/__init__.py", "")
    for number in range(22):
        write(tmp_path, f"local/room{number}.py", '"""Room."""\n')
    assert checked(tmp_path)[0] == 0

    write(tmp_path, "local/room22.py", '"""Room."""\n')

    assert checked(tmp_path) == (1, ["local: 23 modules, at most 22: make folders by subject inside it"])
