"""Options that several commands share, and their environment variables."""

from __future__ import annotations

from typing import Annotated

import typer

Url = Annotated[
    str,
    typer.Option("--api", envvar="VIDEO_PIPELINE_API", help="The address of the product's HTTP interface."),
]
Token = Annotated[
    str,
    typer.Option(
        "--token",
        envvar="VIDEO_PIPELINE_TOKEN",
        show_default=False,
        help="A token or an API key, where there are accounts. Prefer the variable: `ps` shows options.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, one document a line, and nothing else.")]
TaskId = Annotated[str, typer.Argument(metavar="ID", help="The task's id, which `upload` and `list` show.")]
HERE = "http://127.0.0.1:8000"
