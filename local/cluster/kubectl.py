"""kubectl for a trial cluster: applies, reads and deletes objects; separates refusals from warnings."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.faults import LocalFault

Manifest = dict[str, Any]

_TIMEOUT_S = 400


class KubectlFailed(LocalFault):
    """kubectl, or the server behind it, refused a command that the trial itself needs."""


@dataclass(frozen=True)
class Answer:
    """Result of applying objects: the lines of acceptances, refusals and warnings."""

    accepted: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kubectl:
    program: Path
    kubeconfig_path: Path

    def send(self, manifests: Sequence[Manifest], *options: str) -> Answer:
        """Apply the objects; the server accepts or refuses each separately."""
        if not manifests:
            return Answer()  # kubectl fails on an empty list
        content = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
        done = self._run(["apply", "--server-side", "--field-manager=trial", *options, "-f", "-"], content)
        return read_answer(done.stdout, done.stderr, done.returncode)

    def require_accepted(self, manifests: Sequence[Manifest], *options: str) -> None:
        """Apply objects that the trial itself needs; raises `KubectlFailed` when one is refused."""
        answer = self.send(manifests, *options)
        if answer.refusals:
            raise KubectlFailed(f"The server refused: {answer.refusals[0]}")

    def build(self, folder: Path) -> tuple[Manifest, ...]:
        """Objects of a kustomization."""
        built = self.ask("kustomize", str(folder))
        # Client-side only: it turns YAML into JSON.
        done = self._run(["create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-"], built)
        if done.returncode != 0:
            raise KubectlFailed(f"The objects of {folder} can't be read: {done.stderr.strip()}")
        return tuple(read_documents(done.stdout))

    def get(self, *arguments: str) -> Manifest:
        read: Manifest = json.loads(self.ask("get", *arguments, "-o", "json"))
        return read

    def ask(self, *arguments: str) -> str:
        """Output of a kubectl command; raises `KubectlFailed` when it fails."""
        done = self._run(list(arguments))
        if done.returncode != 0:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def answers(self, *arguments: str) -> bool:
        return self._run(list(arguments)).returncode == 0

    def _run(self, arguments: list[str], content: str = "") -> subprocess.CompletedProcess[str]:
        argv = [str(self.program), f"--kubeconfig={self.kubeconfig_path}", *arguments]
        return subprocess.run(
            argv,
            input=content,
            # A home of its own: no configuration of the caller, no cache of another cluster's kinds.
            env={"HOME": str(self.kubeconfig_path.parent)},
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )


def read_answer(output: str, errors: str, code: int) -> Answer:
    """Parses kubectl's output: a line for each accepted object; warnings and refusals on stderr."""
    lines = [line for line in errors.splitlines() if line.strip()]
    warnings = tuple(line.removeprefix("Warning: ") for line in lines if line.startswith("Warning: "))
    refusals = tuple(line for line in lines if not line.startswith("Warning: "))
    if code != 0 and not refusals:
        refusals = (f"kubectl ended with code {code} and gave no reason",)
    return Answer(tuple(output.splitlines()), refusals, warnings)


def read_documents(text: str) -> list[Manifest]:
    """Parses a sequence of JSON values."""
    decoder, documents, position = json.JSONDecoder(), [], 0
    while text[position:].strip():
        position += len(text[position:]) - len(text[position:].lstrip())
        document, position = decoder.raw_decode(text, position)
        documents.append(document)
    return documents
