"""The Python client in `client/` is generated from the current HTTP interface."""

from __future__ import annotations

from pathlib import Path

from local.client import CLIENT_PATH, generate


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}


def test_the_client_is_generated_from_the_current_interface(tmp_path: Path) -> None:
    generate(tmp_path / "client")

    made, kept = texts(tmp_path / "client"), texts(CLIENT_PATH)

    differ = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    assert differ == [], "the HTTP interface has changed: `make client` makes its client anew"
