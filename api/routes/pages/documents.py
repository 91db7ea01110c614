"""`GET /docs`: Swagger UI and the OpenAPI document, served without files from other hosts."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api.access.rules import DOCUMENTS, only_for
from domain.errors import FileUnknown

router = APIRouter(include_in_schema=False)

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Video pipeline</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon.png">
</head>
<body>
<div id="documents"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#documents",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""
_ASSETS = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon.png")
# Swagger UI uses inline styles and data: images, but no inline scripts.
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


@router.get("/openapi.json")
@only_for(DOCUMENTS)
async def interface(request: Request) -> dict[str, Any]:
    document: dict[str, Any] = request.app.openapi()
    if not request.app.state.services.accounts.ask_for_token:
        return document
    schemes = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token or an API key."}
    }
    components = {**document["components"], "securitySchemes": schemes}
    return {**document, "components": components, "security": [{"bearer": []}]}


@router.get("/")
@only_for(DOCUMENTS)
async def front() -> Response:
    return RedirectResponse("docs")


@router.get("/docs")
@only_for(DOCUMENTS)
async def page() -> Response:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/start.js")
@only_for(DOCUMENTS)
async def start() -> Response:
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{asset}")
@only_for(DOCUMENTS)
async def asset_of_page(asset: str) -> Response:
    if asset not in _ASSETS:
        raise FileUnknown("The documentation has no such file.")
    # fastapi_offline ships the files of Swagger UI; its application is not used.
    return FileResponse(
        str(files("fastapi_offline") / "static" / asset), headers={"Cache-Control": "private, max-age=3600"}
    )
