"""Paths, modules, targets of `make`, links and anchors that the pages name: each exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "k8s/README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "deploy").rglob("*.md"),
    ]
)
FOLDERS = (
    *("domain", "workflows", "activities", "adapters", "api", "worker_cpu", "worker_gpu", "cli", "client"),
    *("local", "web", "deploy", "k8s", "models", "bench", "tests", "docs", "requirements", ".ci", ".github"),
)
_NAMES = "|".join(re.escape(name) for name in FOLDERS)
_PATH = re.compile(rf"(?<![\w./{{-])(?:{_NAMES})/[\w./*-]*")
_MODULE = re.compile(rf"python -m ((?:{_NAMES})(?:\.\w+)*)")
_SCRIPT = re.compile(r"`(\w+\.(?:py|sh))`")
_TARGET = re.compile(r"(?:`|^|&& )(?:\w+=\S+ |sudo )*make ([a-z][a-z0-9-]*)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def named_paths(text: str) -> Iterator[str]:
    """Paths below the repository's folders, in prose and in commands; `…` or `<stage>` ends one."""
    for found in _PATH.finditer(text):
        if text[found.end() : found.end() + 1] not in ("<", "…", "{"):
            yield found[0].rstrip(".")


def missing(text: str, folder: Path = ROOT) -> list[str]:
    """What a page of `folder` names and the repository does not have."""
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    scripts = {path.name for name in FOLDERS for path in (ROOT / name).rglob("*.*")}
    return [
        *(path for path in named_paths(_LINK.sub("]()", text)) if not is_there(path)),
        *(name for name in _MODULE.findall(text) if not is_module(name)),
        *(name for name in _SCRIPT.findall(text) if name not in scripts),
        *(f"make {target}" for target in _TARGET.findall(text) if target not in targets),
        *(link for link in _LINK.findall(_FENCE.sub("", text)) if not leads_somewhere(link, text, folder)),
    ]


def is_there(path: str) -> bool:
    """Also a file that an operator makes from an example beside it."""
    return any(ROOT.glob(path.rstrip("/"))) or (ROOT / f"{path}.example").is_file()


def is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


def leads_somewhere(link: str, text: str, folder: Path) -> bool:
    if "://" in link:
        return True
    place, _, anchor = link.partition("#")
    target = folder / place
    if not target.exists():
        return False
    return not anchor or anchor in anchors((folder / place).read_text() if place else text)


def anchors(text: str) -> set[str]:
    """Anchors as a code host makes them of headings, and those that a page has beside them."""
    titles = re.findall(r"^#+ (.*)$", _FENCE.sub("", text), re.MULTILINE)
    return {*re.findall(r'<a id="([^"]+)">', text)} | {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_in_the_repository(page: Path) -> None:
    assert missing(page.read_text(), page.parent) == []


def test_what_is_not_there_is_found() -> None:
    text = """
# A title
`domain/pulse.py`, `adapters/ffmpeg/ghost/`, `api/routes/*.none`, `trail.py`, `make nothing`,
[page](docs/none.md), [title](#no-title), `python -m local.none`.
These are there: `domain/tasks/state.py`, `make test`,
`deploy/`, [readme](README.md#use-it), [title](#a-title), `python -m local`, `activities/<stage>.py`.
"""

    assert missing(text) == [
        *("domain/pulse.py", "adapters/ffmpeg/ghost/", "api/routes/*.none"),
        *("local.none", "trail.py", "make nothing", "docs/none.md", "#no-title"),
    ]


def test_every_page_is_in_an_index() -> None:
    pages = {path for path in (ROOT / "docs").glob("*.md") if path.name != "README.md"}
    index = ROOT / "docs/README.md"
    linked = {(index.parent / link).resolve() for link in _LINK.findall(index.read_text())}

    assert pages - linked == set()
    assert ROOT / "docs/decisions/README.md" in linked


def test_the_index_of_decisions_has_every_decision_by_its_title() -> None:
    folder = ROOT / "docs/decisions"
    titles = {
        path.name: path.read_text().splitlines()[0].partition(" · ")[2] for path in folder.glob("0*.md")
    }

    rows = dict(
        re.findall(r"^\| \[\d{4}\]\((.+?)\) \| (.+?) \|$", (folder / "README.md").read_text(), re.MULTILINE)
    )
    assert rows == titles


def test_the_readme_is_short() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()

    assert len(lines) <= 130
    assert [line for line in lines if len(line) > 120] == []
