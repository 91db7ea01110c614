"""Generators of upload bodies: careless, broken and hostile ones."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.unit.api.forms import BOUNDARY, form, part

pieces = st.lists(
    st.sampled_from(
        [
            f"--{BOUNDARY}\r\n".encode(),
            f"--{BOUNDARY}--\r\n".encode(),
            f"--{BOUNDARY}".encode(),
            b'Content-Disposition: form-data; name="file"; filename="a.mp4"\r\n',
            b'Content-Disposition: form-data; name="language"\r\n',
            b"Content-Disposition: form-data\r\n",
            b"\r\n\r\n",
            b"\r\n",
            b"\r",
            b"-",
            b"fr",
        ]
    )
    | st.binary(max_size=20),
    max_size=14,
).map(b"".join)
forms = st.lists(
    st.tuples(st.sampled_from(["file", "language", "é"]), st.binary(max_size=80)), max_size=3
).map(lambda parts: form(*(part(name, content, "a.mp4") for name, content in parts)))
