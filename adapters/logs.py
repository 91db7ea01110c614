"""Structured logs, one JSON object a line, to stdout."""

from __future__ import annotations

import logging
import sys

import structlog

from domain.errors import SettingInvalid


def configure(level: str) -> None:
    """Send structlog's and the standard library's records to stdout in the same form."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise SettingInvalid(f"LOG_LEVEL is {level!r}; it must be DEBUG, INFO, WARNING or ERROR.")
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(),
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
