"""Faults of a command, each with the one line that a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ADVICE: Mapping[str, str] = {
    "TaskUnknown": "`video-pipeline list` shows the tasks.",
    "FileUnknown": "`video-pipeline status ID` shows what there is to download.",
    "StageUnknown": "`video-pipeline status ID` shows the stages.",
    "StageNotRetryable": "`video-pipeline status ID` shows which stage waits for a retry.",
    "TokenMissing": "Put a token or an API key into VIDEO_PIPELINE_TOKEN, or give it as --token.",
    "TokenRefused": "Put a new one into VIDEO_PIPELINE_TOKEN; a person's token expires, an API key doesn't.",
    "RoleMissing": "Ask the administrator of the accounts for the role.",
    "SourceTruncated": "The file was probably not copied completely; copy it again.",
}
_PASSING = "Try again in a moment; if it stays, `video-pipeline doctor` shows the cause."


class CliFault(Exception):
    """Fault of a command: `code` is stable, `str(fault)` says what is wrong, `advice` what to do."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.advice = advice

    @property
    def line(self) -> str:
        message = str(self).rstrip()
        stop = "" if message.endswith((".", "!", "?")) else "."
        return f"{message}{stop} {self.advice}".strip()

    @property
    def document(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": str(self), "advice": self.advice}}


class NoAnswer(CliFault):
    """The API could not be reached, or the connection broke."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            "NoAnswer",
            f"No answer from {url} ({reason}).",
            "`make up` starts it on this machine; --api or VIDEO_PIPELINE_API sets another address.",
        )


class Refused(CliFault):
    """The API answered with a problem. `passing` is True when the same call may succeed later."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.passing = status in (429, 502, 503, 504)
        super().__init__(code, detail, _ADVICE.get(code, _PASSING if status >= 500 else ""))
        self.status = status
