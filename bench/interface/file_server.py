"""Server of one file by Starlette's FileResponse, the reference for the API's streams."""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route


def main(path: str, port: int) -> None:
    async def file(_request: Request) -> Response:
        return FileResponse(path, media_type="video/mp4")

    app = Starlette(routes=[Route("/", file)])
    uvicorn.run(app, port=port, log_level="warning", http="h11")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
