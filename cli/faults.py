"""What is told to a person, in one line, when a command can't do what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ADVICE: Mapping[str, str] = {
    "TaskUnknown": "`video-pipeline list` shows the tasks.",
    "FileUnknown": "`video-pipeline status ID` shows what there is to download.",
    "StageUnknown": "`video-pipeline status ID` shows the stages.",
    "StageNotRetryable": "`video-pipeline status ID` shows which stage waits for a retry.",
    "TokenMissing": "Put a token or an API key into VIDEO_PIPELINE_TOKEN, or give it as --token.",
    "TokenRefused": "Put a new one into VIDEO_PIPELINE_TOKEN; tokens of people expire, API keys don't.",
    "RoleMissing": "Who looks after the accounts gives out roles.",
    "SourceTruncated": "The file was probably not copied whole; copy it again.",
}
_PASSING = "This is likely to pass; `video-pipeline doctor` says what is wrong if it does not."


class CliFault(Exception):
    """`code` is stable, `str(fault)` is the sentence, `advice` says what to do about it."""

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
            "Is the product up? `make up` starts it; another address goes into --api or VIDEO_PIPELINE_API.",
        )


class Refused(CliFault):
    """The API answered with a problem. `passing` says that the same call may work a little later."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        self.passing = status in (429, 502, 503, 504)
        super().__init__(code, detail, _ADVICE.get(code, _PASSING if status >= 500 else ""))
        self.status = status
