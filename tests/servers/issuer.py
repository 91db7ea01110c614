"""Test issuer of OpenID Connect: discovery document, keys, and tokens with arbitrary claims."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "video-pipeline"


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: RSAPrivateKey, key_id: str) -> dict[str, Any]:
    return {
        **RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
        "kid": key_id,
        "use": "sig",
        "alg": "RS256",
    }


@dataclass
class Issuer:
    """Issuer at `url`; `key` signs its tokens."""

    url: str
    key: RSAPrivateKey = field(default_factory=new_key)

    def token(self, subject: str, *roles: str, key: Any = None, kid: str = "first", **claims: Any) -> str:
        """Returns a valid token, changed by `claims`; a claim that is None is left out."""
        payload = {
            "iss": self.url,
            "aud": ["account", AUDIENCE],
            "sub": subject,
            "exp": int(time.time()) + 3600,
            "typ": "Bearer",
            "realm_access": {"roles": list(roles)},
            **claims,
        }
        payload = {name: value for name, value in payload.items() if value is not None}
        return jwt.encode(payload, key or self.key, algorithm="RS256", headers={"kid": kid})

    def documents(self) -> dict[str, dict[str, Any]]:
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/keys"},
            "/keys": {"keys": [public_jwk(self.key, "first")]},
        }


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """Runs an issuer on a free port while the context is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the standard library's
            document = issuer.documents().get(self.path)
            self.send_response(200 if document else 404)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
