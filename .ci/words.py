"""Checker of what a reader meets first: module docstrings, names and the number of modules in a folder.

Exit code 1 and one line for each fault: `path:line: what is wrong and what to do`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (
    *("domain", "workflows", "activities", "adapters", "api", "worker_cpu", "worker_gpu"),
    *("cli", "local", "bench", "models", "deploy", "tests", ".ci"),
)
MOST_MODULES = 22

# A docstring begins with what the module is or does, not with an indirect question.
QUESTIONS = re.compile(r"(By )?(how|what|which|where|whether|who|whom|whose|when|why)\b", re.IGNORECASE)

# Each retired word with the one that took its place (the glossary in docs/architecture.md).
RETIRED = {
    **dict.fromkeys(("pulse", "pulses"), "progress"),
    **dict.fromkeys(("beat", "beats", "beating"), "heartbeat"),
    **dict.fromkeys(("trail", "trails"), "attempt history"),
    **dict.fromkeys(("death", "deaths"), "crashes"),
    "furthest": "monotonic progress",
    "signs": "search attributes",
    "standing": "caller's tasks, or FFmpeg status",
    "figures": "metrics",
    **dict.fromkeys(("gate", "gates"), "access rules, or concurrency slots"),
    **dict.fromkeys(("keep", "keeps", "keeping", "kept"), "store, cache, or what is done"),
    **dict.fromkeys(("guard", "guards"), "attempt interceptor"),
    "intake": "upload",
    "unstarted": "reconciler",
    "checkup": "diagnostics",
    "reach": "file access",
    **dict.fromkeys(("hear", "hears", "heard", "hearing"), "transcript"),
    "spoken": "words",
    **dict.fromkeys(("tell", "tells", "told"), "report, or what is written"),
    "postman": "webhook sender",
}

# Names that hold a retired word for a reason: a module by its path, all else by its name.
EXCEPTIONS = {
    "adapters/ffmpeg/sandbox/guards.py": "the sandbox's guards, not those of attempts",
    "tests/unit/adapters/ffmpeg/sandbox/test_guards.py": "its test",
    "Guards": "the sandbox's guards as a value",
    "guards": "reader of the sandbox's guards",
    "tell": "the method of Python's file objects that gives the position",
}

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def modules(root: Path) -> list[Path]:
    """Every module of ours, sorted."""
    found = [path for folder in FOLDERS for path in (root / folder).rglob("*.py")]
    return sorted(path for path in found if "node_modules" not in path.parts)


def docstring_fault(tree: ast.Module) -> str | None:
    words = ast.get_docstring(tree)
    if not words:
        return "the module has no docstring: say in one sentence what it is or does"
    question = QUESTIONS.match(words)
    if question is None:
        return None
    return f"the docstring begins with {question.group()!r}: begin with what the module is or does"


def retired_words(name: str) -> list[str]:
    """The retired words that a name in snake_case or CamelCase is made of."""
    return [word for word in map(str.lower, _WORD.findall(name)) if word in RETIRED]


def name_faults(path: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of each retired word in the name of the module, its classes and its functions."""
    if path not in EXCEPTIONS:
        yield from ((1, _retired("the module", word)) for word in retired_words(Path(path).stem))
    for node in ast.walk(tree):
        # A test's name is a sentence.
        if isinstance(node, _Named) and not node.name.startswith("test_") and node.name not in EXCEPTIONS:
            yield from ((node.lineno, _retired(node.name, word)) for word in retired_words(node.name))


def _retired(name: str, word: str) -> str:
    return f"{name} has the retired word {word!r}: use {RETIRED[word]}, or add an exception with its reason"


def faults(root: Path) -> list[str]:
    """Everything that is wrong below `root`, as lines to print."""
    lines = []
    paths = modules(root)
    for path in paths:
        name = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_bytes(), filename=name)
        fault = docstring_fault(tree) if path.name != "__init__.py" else None
        lines += [f"{name}:1: {fault}"] if fault else []
        lines += [f"{name}:{line}: {text}" for line, text in name_faults(name, tree)]
    folders = Counter(path.parent for path in paths if path.name != "__init__.py")
    for folder, count in folders.items():
        if count > MOST_MODULES:
            name = folder.relative_to(root).as_posix()
            lines.append(
                f"{name}: {count} modules, at most {MOST_MODULES}: make folders by subject inside it"
            )
    return lines


def main() -> int:
    found = faults(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    print("\n".join(found) or "Names and docstrings: all well.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
