"""Logs of a process: one JSON object per line, with the ids of its context, without secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

BEGIN = """
import logging, structlog
from adapters.process import logs
logs.configure("INFO")
log = structlog.get_logger("here")
"""
SECRET = "very-secret-key-of-the-store"


def lines(code: str, **env: str) -> list[dict[str, Any]]:
    """Log records of a process with the product's log configuration."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **env},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_both_kinds_of_loggers_write_the_same_form_with_the_ids_of_their_context() -> None:
    code = """
with structlog.contextvars.bound_contextvars(request_id="r-1", task_id="task-1"):
    log.info("one", stage="downscale")
    logging.getLogger("library").warning("two %s", 2)
log.info("three")
"""
    one, two, three = lines(code)

    assert (one["event"], one["level"], one["stage"]) == ("one", "info", "downscale")
    assert (two["event"], two["level"], two["logger"]) == ("two 2", "warning", "library")
    assert [line["request_id"] for line in (one, two)] == ["r-1", "r-1"]
    assert [line["task_id"] for line in (one, two)] == ["task-1", "task-1"]
    assert "request_id" not in three


def test_a_traceback_names_files_and_lines_and_no_local_variables() -> None:
    code = """
def fail():
    form = "what the sender wrote into the form"
    raise ValueError("a sentence")
for write in (log.exception, logging.getLogger("library").exception):
    try:
        fail()
    except ValueError:
        write("failed")
"""
    for line in lines(code):
        (trace,) = line["exception"]
        assert (trace["exc_type"], trace["exc_value"]) == ("ValueError", "a sentence")
        assert [frame["name"] for frame in trace["frames"]] == ["<module>", "fail"]
        assert "what the sender wrote" not in json.dumps(line)


def test_secrets_and_signed_links_are_masked_everywhere() -> None:
    link = "http://store/bucket/key?X-Amz-Credential=AKIA%2F2026&X-Amz-Expires=3600&X-Amz-Signature=0123abcd"
    code = f"""
log.info("link", address="{link}")
log.info("header", sent="Authorization: Bearer abc.def-ghi")
log.info("database", url="postgresql+psycopg://video:pa55word@host/name")
try:
    raise ValueError("refused {SECRET}")
except ValueError:
    log.exception("failed")
import os
log.info("odd", sent=os.environ["WEBHOOK_SECRET"], from_path=os.environ["TOKEN_FILE"])
"""
    records = lines(
        code, S3_SECRET_KEY=SECRET, WEBHOOK_SECRET='a "clé" of nobody', TOKEN_FILE="/run/secrets/key"
    )
    written = json.dumps(records)

    for opener in ("0123abcd", "AKIA", "abc.def-ghi", "pa55word", SECRET):
        assert opener not in written
    assert (records[-1]["sent"], records[-1]["from_path"]) == ("***", "/run/secrets/key")
    assert records[0]["address"] == (
        "http://store/bucket/key?X-Amz-Credential=***&X-Amz-Expires=3600&X-Amz-Signature=***"
    )
    assert records[2]["url"] == "postgresql+psycopg://video:***@host/name"
    assert records[3]["exception"][0]["exc_value"] == "refused ***"


def test_an_unknown_level_is_refused_by_name() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from adapters.process import logs; logs.configure('LOUD')"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "LOG_LEVEL is 'LOUD'" in done.stderr
