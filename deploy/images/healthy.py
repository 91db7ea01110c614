"""Health check of a container: exits with 0 when `GET /health` answers 200 on the named variable's port."""

from __future__ import annotations

import http.client
import os
import sys

# A worker answers 503 itself when its event loop was blocked for 4 s.
_PATIENCE_S = 6


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer on port {port}: {error}", file=sys.stderr)
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(int(os.environ[sys.argv[1]])) else 1)
