"""What several commands can be told, and by which variables."""

from __future__ import annotations

from typing import Annotated

import typer

Url = Annotated[
    str, typer.Option("--api", envvar="VIDEO_PIPELINE_API", help="Where the product's HTTP interface is.")
]
Token = Annotated[
    str,
    typer.Option(
        "--token",
        envvar="VIDEO_PIPELINE_TOKEN",
        show_default=False,
        help="A token or an API key, where there are accounts; better in the variable, where nobody sees it.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, one document a line, and nothing else.")]
TaskId = Annotated[str, typer.Argument(metavar="ID", help="The task's id, as `upload` and `list` show it.")]
HERE = "http://127.0.0.1:8000"
