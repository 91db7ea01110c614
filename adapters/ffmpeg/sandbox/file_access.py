"""Allow-list of files for a media process: its own folder, its sources, the libraries it must load."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

Rule = tuple[str, int]

# Landlock's rights, by the kernel's names.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_TRUNCATE = 1 << 14
_NET_BIND_AND_CONNECT = 0b11
_SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11

_LOAD = _EXECUTE | _READ_FILE | _READ_DIR
_LOOK = _READ_FILE | _READ_DIR
# No links, sockets, pipes or devices: the worker itself opens files of this folder afterwards.
_OWN = _LOOK | _WRITE_FILE | _TRUNCATE | _MAKE_REG | _MAKE_DIR | _REMOVE_FILE | _REMOVE_DIR

_LOADED = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_LOOKED_AT = (
    *("/etc/ld.so.cache", "/etc/fonts", "/usr/share/fonts", "/usr/local/share/fonts"),
    *("/usr/share/fontconfig", "/usr/share/xml/fontconfig", "/var/cache/fontconfig"),
    # Number of processors and memory nodes, by which encoders choose their threads.
    *("/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/sys/devices/system/node"),
    *("/dev/urandom", "/dev/random", "/dev/zero"),
)


def handled_rights(abi: int) -> tuple[int, int, int]:
    """File rights, network rights and scopes that this version of Landlock can deny."""
    newest_file_right = {1: 12, 2: 13, 3: 14, 4: 14}.get(abi, 15)
    return (
        (1 << newest_file_right + 1) - 1,
        _NET_BIND_AND_CONNECT if abi >= 4 else 0,
        _SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS if abi >= 6 else 0,
    )


def file_access(tool: Path, argv: Sequence[str], scratch_path: Path, abi: int, *, writes: bool) -> list[Rule]:
    """Rules for one command. Every `file:` path in it may be read."""
    known, _, _ = handled_rights(abi)
    rules = [
        (str(scratch_path), _OWN if writes else _LOOK),
        ("/dev/null", _READ_FILE | _WRITE_FILE),
        (str(tool), _LOAD),
        # Libraries of a build that ships its own, beside its programs.
        (str(tool.parent.parent / "lib"), _LOAD),
        *((path, _LOAD) for path in _LOADED),
        *((path, _LOOK) for path in _LOOKED_AT),
        *(
            (str(scratch_path / word.removeprefix("file:")), _READ_FILE)
            for word in argv
            if word.startswith("file:")
        ),
    ]
    return [(path, rights & known) for path, rights in rules]
