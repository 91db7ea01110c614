"""Structured logs to stdout: one JSON object per line, with secrets masked."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer

from domain.errors import SettingInvalid

_MASK = "***"
# Credentials inside text: signatures of store links, bearer tokens, passwords in addresses.
_CREDENTIALS = re.compile(
    r"(X-Amz-(?:Signature|Credential|Security-Token)=|Bearer\s+)[^&\s\"'\\]+|(://[^:/@\s\"]*:)[^@/\s\"]+(?=@)",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(r"(SECRET|PASSWORD|TOKEN|ACCESS_KEY)(?!.*_FILE$)")
# A shorter value may be a common word of log lines.
_SHORTEST_SECRET = 8


def configure(level: str, env: Mapping[str, str] = os.environ) -> None:
    """Send structlog's and the standard library's records to stdout in the same form.

    Values of `env` with names of secrets (such as …PASSWORD) are masked in every line.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise SettingInvalid(f"LOG_LEVEL is {level!r}; it must be DEBUG, INFO, WARNING or ERROR.")
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Local variables can hold keys, forms and links.
        ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_Masker(env).dumps),
            ],
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        )
    )
    logging.basicConfig(level=number, handlers=[handler], force=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class _Masker:
    """JSON serializer of log lines that masks secrets."""

    def __init__(self, env: Mapping[str, str]) -> None:
        # In their JSON form, in which quotation marks and letters beyond ASCII are escaped.
        self._secrets = [
            json.dumps(value)[1:-1]
            for name, value in env.items()
            if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET
        ]

    def dumps(self, event: object, **options: Any) -> str:
        line = _CREDENTIALS.sub(lambda found: f"{found[1] or found[2]}{_MASK}", json.dumps(event, **options))
        for secret in self._secrets:
            line = line.replace(secret, _MASK)
        return line
