"""Names of the settings that the code reads, and of those that docs/settings.md has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.subtitle_style import STYLE_FIELDS

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/settings.md"
PRODUCT_FOLDERS = ("adapters", "api", "worker_cpu", "worker_gpu")
# OpenTelemetry's own, which its library reads too; the page names one of them for all.
FOREIGN = re.compile(r"OTEL_[A-Z_]+")

_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_ENVIRONMENTS = ("env", "environment", "environ")
# Functions of the settings modules whose third argument is the default.
_TAKE_DEFAULT = ("choice", "_whole", "_rates")


@dataclass(frozen=True)
class Row:
    """A row of a table of the page."""

    name: str
    default: str
    section: str


def rows_on_page() -> list[Row]:
    rows, section = [], ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        elif found := re.match(r"\| `([A-Z][A-Z0-9_]+)`", line):
            rows.append(Row(found[1], line.split(" | ")[1], section))
    return rows


def read_in(*folders: str) -> dict[str, str]:
    """Every setting that the modules of these folders read, with its default where that is a literal."""
    found: dict[str, str] = {}
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for name, default in _read_by(ast.parse(path.read_text())):
                found[name] = found.get(name) or default
    return found


def read_by_product() -> dict[str, str]:
    return read_in(*PRODUCT_FOLDERS) | {field.upper(): "" for field in STYLE_FIELDS}


def _read_by(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _is_environment(node.value):
            if isinstance(node.ctx, ast.Load):
                yield from _named([node.slice])
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and (
                function.attr == "getenv" or (function.attr == "get" and _is_environment(function.value))
            ):
                yield from _named(node.args)
            elif node.args and _is_environment(node.args[0]):
                has_default = isinstance(function, ast.Name) and function.id in _TAKE_DEFAULT
                yield from _named(node.args[1:] if has_default else node.args[1:2])
            yield from (
                named
                for keyword in node.keywords
                if keyword.arg == "envvar"
                for named in _named([keyword.value])
            )


def _named(arguments: list[ast.expr]) -> Iterator[tuple[str, str]]:
    """The name in the first argument and the default in the second."""
    literals = [node.value if isinstance(node, ast.Constant) else None for node in arguments[:2]]
    if literals and isinstance(literals[0], str) and _NAME.fullmatch(literals[0]):
        default = literals[1] if len(literals) > 1 else None
        yield literals[0], "" if default is None else str(default)


def _is_environment(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id in _ENVIRONMENTS
    return isinstance(node, ast.Attribute) and node.attr in _ENVIRONMENTS
