"""Corpus of hostile requests: raw bytes for a real server, each with the expected statuses."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.api.forms import BOUNDARY, form, part, video

TASK = "task-" + "1" * 32
FILE_BYTES = 100_000
_FILM = f"/video/{TASK}/files/final.mp4"


# A server may close a connection whose head alone is too long.
HUNG_UP = 0


@dataclass(frozen=True)
class Asked:
    """A request; `leaves` is true for an upload that is stored."""

    name: str
    raw: bytes
    statuses: tuple[int, ...]
    leaves: bool = False


def get(target: bytes | str, *headers: bytes, method: bytes = b"GET") -> bytes:
    path = target if isinstance(target, bytes) else target.encode()
    lines = [method + b" " + path + b" HTTP/1.1", b"Host: api", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def post(body: bytes, *headers: bytes, kind: bytes = b"", length: bytes | None = None) -> bytes:
    """Returns an upload; `length` is a wrong Content-Length."""
    type_ = kind or f"multipart/form-data; boundary={BOUNDARY}".encode()
    stated = str(len(body)).encode() if length is None else length
    lines = (b"Content-Type: " + type_, b"Content-Length: " + stated, *headers)
    return get("/video/upload", *lines, method=b"POST") + body


def named(filename: bytes, more: bytes = b"") -> bytes:
    """Returns an upload of a valid video with this file name."""
    head = b'Content-Disposition: form-data; name="file"; filename="' + filename + b'"' + more
    opening = f"--{BOUNDARY}\r\n".encode() + head + b"\r\n\r\n"
    return post(form(opening + video() + b"\r\n"))


GOOD = part("file", video(), "a.mp4")
OPENING = f"--{BOUNDARY}\r\n".encode()
DISPOSITION = b'Content-Disposition: form-data; name="file"; filename="a.mp4"\r\n'

NAMES = [
    Asked("name that begins as an option", named(b"-i.mp4"), (202,), leaves=True),
    Asked("name that climbs", named(b"../../../../etc/cron.d/x.mp4"), (202,), leaves=True),
    Asked("name that climbs on another system", named(rb"..\\..\\windows\\system32\\x.mp4"), (202,), leaves=True),
    Asked("name from the root", named(b"/etc/passwd"), (202,), leaves=True),
    Asked("name that is only dots", named(b".."), (202,), leaves=True),
    Asked("name with a zero byte", named(b"a.mp4\x00.sh"), (202, 400), leaves=True),
    Asked("name with escaped line ends", named(b"a%0d%0aX-Evil: 1.mp4"), (202,), leaves=True),
    Asked("name with line ends", named(b"a\r\nX-Evil: 1.mp4"), (202, 400), leaves=True),
    Asked("name with a bare line feed", named(b"a\nb.mp4"), (202, 400), leaves=True),
    Asked("name that turns the reading direction", named("a\u202e4pm.exe".encode()), (202,), leaves=True),
    Asked("name of invisible letters", named("\u200b\u200b\u2066\ufeff".encode()), (202,), leaves=True),
    Asked("name of 300 bytes", named(b"a" * 296 + b".mp4"), (202,), leaves=True),
    Asked("name of 3,000 bytes of three-byte letters", named("語".encode() * 1_000), (202,), leaves=True),
    Asked("name of 5,000 bytes", named(b"a" * 5_000), (400,)),
    Asked("name that is no text", named(b"\xff\xfe\xfd.mp4"), (202,), leaves=True),
    Asked("name with markup", named(b"<script>alert(1)</script>.mp4"), (202,), leaves=True),
    Asked("name for a shell", named(b"$(id);`id`|id&.mp4"), (202,), leaves=True),
    Asked("name for a template", named(b"{{7*7}}${jndi:ldap://127.0.0.1/x}%n%s.mp4"), (202,), leaves=True),
    Asked("name of a protocol", named(b"http:%2f%2f127.0.0.1%2fx.m3u8"), (202,), leaves=True),
    Asked("name of a device", named(b"CON"), (202,), leaves=True),
    Asked("name twice", named(b"a.mp4", b'; filename="../b.mp4"'), (202, 400), leaves=True),
    Asked("name once more in the long form", named(b"a.mp4", b"; filename*=UTF-8''..%2F..%2Fb.mp4"), (202, 400), leaves=True),
    Asked("name with a quote that does not end", named(b'a"; name="language'), (202, 400, 422), leaves=True),
]  # fmt: skip

FORMS = [
    Asked("boundary in the file", post(form(part("file", video() + f"\r\n--{BOUNDARY}X\r\n".encode(), "a.mp4"))), (202, 400), leaves=True),
    Asked("form in a form", post(form(OPENING + DISPOSITION + b"Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\nx\r\n--in--\r\n")), (415, 422)),
    Asked("file in base64", post(form(OPENING + DISPOSITION + b"Content-Transfer-Encoding: base64\r\n\r\nAAAAGGZ0eXBpc29t\r\n")), (415, 400)),
    Asked("line feeds only", post(form(GOOD).replace(b"\r\n", b"\n")), (400,)),
    Asked("a megabyte in front of the form", post(b"x" * 1_000_000 + form(GOOD)), (400,)),
    Asked("boundary of 300 letters", post(form(GOOD).replace(BOUNDARY.encode(), b"b" * 300), kind=b"multipart/form-data; boundary=" + b"b" * 300), (202, 400), leaves=True),
    Asked("boundary with line ends", post(form(GOOD), kind=b'multipart/form-data; boundary="a\\r\\nb"'), (400,)),
    Asked("two boundaries", post(form(GOOD), kind=f"multipart/form-data; boundary=x; boundary={BOUNDARY}".encode()), (202, 400), leaves=True),
    Asked("10,000 parts", post(form(*[part("language", b"fr")] * 10_000)), (400, 422)),
    Asked("10,000 parts without a name", post(form(*[OPENING + b"\r\n\r\n"] * 10_000)), (400,)),
    Asked("part with a zero byte in its head", post(form(OPENING + b"Content-\x00Disposition: form-data\r\n\r\nx\r\n")), (400,)),
    Asked("part with a head without a colon", post(form(OPENING + b"Content-Disposition\r\n\r\nx\r\n")), (400,)),
    Asked("part whose head never ends", post(OPENING + b"X: " + b"x" * 300_000), (400,)),
    Asked("part whose name is 4,000 letters", post(form(part("n" * 4_000, b"x"))), (400, 422)),
    Asked("field with the name of an attribute", post(form(part("__class__", b"x"), GOOD)), (422,)),
    Asked("field of a megabyte", post(form(part("language", b"f" * 1_000_000), GOOD)), (422,)),
    Asked("file without bytes and without a name", post(form(part("file", b"", ""))), (422,)),
    Asked("packed form", post(form(GOOD), b"Content-Encoding: gzip"), (202, 400, 415), leaves=True),
    Asked("form with the type JSON", post(form(GOOD), kind=b"application/json"), (400, 415)),
    Asked("body shorter than its length", post(form(GOOD)[:-200], length=str(len(form(GOOD)) - 200).encode()), (400,)),
    Asked("upload by GET", get("/video/upload", method=b"GET"), (404, 405)),
]  # fmt: skip

RANGES = [
    Asked(f"range {asked[:40].decode()!r}", get(_FILM, b"Range: " + asked), statuses)
    for asked, statuses in (
        (b"bytes=0-0", (206,)),
        (b"bytes=-1", (206,)),
        (b"bytes=99999-", (206,)),
        (b"bytes=100000-", (416,)),
        (b"bytes=-0", (416, 200)),
        (b"bytes=5-2", (200, 416)),
        (b"bytes=0-" + b"9" * 400, (206, 200)),
        (b"bytes=" + b"9" * 5_000 + b"-", (416, 200, 400, 431)),
        (b"bytes=-" + b"9" * 400, (206, 200)),
        (b"bytes=--5", (200, 416)),
        (b"bytes=0x10-0x20", (200, 416)),
        (b"bytes=+1-2", (200, 416)),
        (b"bytes=1.5-2", (200, 416)),
        (b"bytes=\xd9\xa1-\xd9\xa2", (200, 416, 400)),
        (b"bytes=" + b"0-," * 1_500 + b"0-1", (200, 206, 416)),
        (b"bytes=" + b"0-99999," * 500 + b"0-1", (200, 206, 416)),
        (b"bytes = 0 - 1", (200, 206, 416)),
        (b"lines=0-1", (200,)),
        (b"", (200,)),
    )
]

TARGETS = [
    Asked(name, get(target, method=method), statuses)
    for name, target, method, statuses in (
        ("file that climbs", f"/video/{TASK}/files/..%2f..%2f..%2fetc%2fpasswd", b"GET", (404,)),
        ("file that climbs twice packed", f"/video/{TASK}/files/%252e%252e%252fetc", b"GET", (404,)),
        ("file that climbs in the open", f"/video/{TASK}/files/../../../etc/passwd", b"GET", (404,)),
        ("file with a zero byte", f"/video/{TASK}/files/final.mp4%00.txt", b"GET", (404,)),
        ("file with line ends", f"/video/{TASK}/files/a%0d%0aX-Evil:%201", b"GET", (404,)),
        ("task that climbs", "/status/..%2f..%2fetc", b"GET", (404, 422)),
        ("task with a quote", "/status/task-'%20OR%201=1--", b"GET", (404, 422)),
        ("task of 10,000 letters", "/status/" + "a" * 10_000, b"GET", (404, 414, 422, 400)),
        ("task that is no text", "/status/%ff%fe", b"GET", (404, 422)),
        ("list by a cursor that is no cursor", "/tasks?cursor=%00%ff", b"GET", (400, 422)),
        ("list of a billion", "/tasks?limit=1000000000", b"GET", (422,)),
        ("list with 5,000 questions", "/tasks?" + "a=b&" * 5_000, b"GET", (200, 400, 414, 422)),
        ("stage that climbs", f"/video/{TASK}/retry/..%2fx", b"POST", (404, 409)),
        ("unknown method", "/status/x", b"BREW", (405, 400, 404)),
        ("method that traces", "/status/x", b"TRACE", (405, 400, 404)),
        ("address of another machine", "http://127.0.0.1:1/latest/meta-data", b"GET", (404, 400)),
        ("connect to another machine", "127.0.0.1:1", b"CONNECT", (404, 405, 400)),
    )
]

WIRES = [
    Asked("two lengths", post(form(GOOD), b"Content-Length: 5"), (400,)),
    Asked("length below zero", post(b"", length=b"-1"), (400,)),
    Asked("length that is no number", post(b"", length=b"0x10"), (400,)),
    Asked("length in other digits", post(b"", length="٥".encode()), (400,)),
    Asked("length of 100 digits", post(b"", length=b"9" * 100), (400, 413)),
    Asked("length and chunks at once", post(b"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n", b"Transfer-Encoding: chunked"), (400, 413, 422)),
    Asked("chunk of no size", post(b"zz\r\n", b"Transfer-Encoding: chunked", length=b""), (400,)),
    Asked("head of 200 KB", get("/health", b"X: " + b"x" * 200_000), (HUNG_UP, 400, 431)),
    Asked("head of 5,000 lines", get("/health", *[b"X: x"] * 5_000), (200, 400, 431)),
    Asked("head with a folded line", get("/health", b"X: a\r\n  b"), (200, 400)),
    Asked("head with a zero byte", get("/health", b"X: \x00"), (400,)),
    Asked("no request at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n", (400,)),
    Asked("an old protocol", b"GET /health HTTP/0.9\r\n\r\n", (200, 400, 505)),
    Asked("a protocol to come", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 404, 405, 505)),
]  # fmt: skip

REQUESTS = [*NAMES, *FORMS, *RANGES, *TARGETS, *WIRES]
