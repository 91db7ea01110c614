"""The `whisper-ctranslate2` command, in an environment of its own, apart from the product's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Usage, run_measured
from local.settings import REPOSITORY_PATH

VERSION = "0.5.8"
_ENVIRONMENT = REPOSITORY_PATH / ".data" / "bench" / f"whisper-ctranslate2-{VERSION}"
_PINS = (f"whisper-ctranslate2=={VERSION}", "faster-whisper==1.2.1", "ctranslate2==4.8.5")


def installed() -> Path:
    """Path of the command; installs it at the first use."""
    command = _ENVIRONMENT / "bin" / "whisper-ctranslate2"
    if not command.exists():
        uv = Path(sys.executable).with_name("uv")
        subprocess.run(
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, _ENVIRONMENT], check=True
        )
        python = _ENVIRONMENT / "bin" / "python"
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *_PINS], check=True)
    return command


def transcribe(
    clips: Sequence[Path],
    model: str,
    folder: Path,
    threads: int,
    *,
    beam_size: int,
    language: str | None = None,
    batched: bool = False,
) -> Usage:
    """Write `folder/CLIP.srt` for each clip, with word times and the voice filter as in the product."""
    options = ["--language", language] if language else []
    options += ["--batched", "True", "--batch_size", "4"] if batched else []
    return run_measured(
        [
            *(installed(), "--model_directory", model, "--local_files_only", "True"),
            *("--device", "cpu", "--compute_type", "int8", "--threads", str(threads)),
            *("--beam_size", str(beam_size), "--word_timestamps", "True", "--vad_filter", "True"),
            # As the product does; each window is decoded independently.
            *("--condition_on_previous_text", "False"),
            # Line breaks of timed text; without these options the command makes none.
            *("--max_line_width", "42", "--max_line_count", "2"),
            *("--verbose", "False", "--output_format", "srt", "--output_dir", folder),
            *options,
            *clips,
        ],
        {"HF_HUB_OFFLINE": "1"},
    )
