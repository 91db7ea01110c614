"""Structured logs, one JSON object a line, to stdout: with the ids of what they are about, no secrets."""

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
# What opens something to whoever reads it: a link to the store, a token, a password inside an address.
_OPENERS = re.compile(
    r"(X-Amz-(?:Signature|Credential|Security-Token)=|Bearer\s+)[^&\s\"'\\]+|(://[^:/@\s\"]*:)[^@/\s\"]+(?=@)",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(r"(SECRET|PASSWORD|TOKEN|ACCESS_KEY)(?!.*_FILE$)")
# A shorter value is more likely a word of every other line.
_SHORTEST_SECRET = 8


def configure(level: str, env: Mapping[str, str] = os.environ) -> None:
    """Send structlog's and the standard library's records to stdout in the same form.

    Values of `env` whose names say that they are secret are masked wherever they turn up.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise SettingInvalid(f"LOG_LEVEL is {level!r}; it must be DEBUG, INFO, WARNING or ERROR.")
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Local variables hold what nobody meant to write down: keys, forms, links.
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
    """Writes a line, whatever it was made of, without the secrets in it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        # As they stand inside a line: quotation marks and letters beyond ASCII are written otherwise there.
        self._secrets = [
            json.dumps(value)[1:-1]
            for name, value in env.items()
            if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_SECRET
        ]

    def dumps(self, event: object, **options: Any) -> str:
        line = _OPENERS.sub(lambda found: f"{found[1] or found[2]}{_MASK}", json.dumps(event, **options))
        for secret in self._secrets:
            line = line.replace(secret, _MASK)
        return line
