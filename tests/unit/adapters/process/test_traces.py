"""Traces are on when an endpoint is set, and cost nothing otherwise."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adapters.process import traces
from domain.errors import SettingInvalid

TAKER = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


def test_traces_are_on_when_an_endpoint_is_set() -> None:
    assert traces.is_on(TAKER)
    assert traces.is_on({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"})
    assert not traces.is_on({})
    assert not traces.is_on({**TAKER, "OTEL_SDK_DISABLED": "true"})


def test_a_process_without_traces_does_not_load_the_sdk() -> None:
    code = (
        "import sys; from adapters.process import traces; from adapters.temporal import client;"
        "traces.start('api', {});"
        "assert not traces.interceptors(); traces.finish();"
        "print([name for name in sys.modules if name.startswith('opentelemetry.') and 'sdk' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin"}
    )

    assert done.stdout == "[]\n"


def test_an_unsupported_protocol_is_refused() -> None:
    with pytest.raises(SettingInvalid, match="OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'"):
        traces.start("api", {**TAKER, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})
