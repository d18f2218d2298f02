"""Tries to leave the jail, as a script of a stranger would. Runs before the worker offers this painter."""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

CLONE_NEWUSER = 0x10000000
# Does not stop the process.
PTRACE_SEIZE = 0x4206


def find_escapes(target: dict[str, Any]) -> list[str]:
    """Names what succeeded. `target`: what the worker has put in reach of a process without a jail."""
    libc = ctypes.CDLL(None)
    worker = target["pid"]
    # A process with the worker's number in another namespace is not the worker.
    sees_worker = namespace_of_processes() in (None, target["namespace"])
    attempts: dict[str, Callable[[], Any]] = {
        "read a file of the worker": lambda: Path(target["file"]).read_bytes(),
        "write outside of its folder": lambda: Path(f"{target['file']}.new").write_bytes(b"x"),
        "read the environment of another process": read_environments,
        "reach a port of this machine": lambda: connect(socket.AF_INET, ("127.0.0.1", target["port"])),
        "reach a Unix socket": lambda: connect(socket.AF_UNIX, "\0" + target["socket"]),
        "open a UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "signal the worker": lambda: sees_worker and os.kill(worker, 0) is None,
        "trace the worker": lambda: sees_worker and libc.ptrace(PTRACE_SEIZE, worker, 0, 0) == 0,
        "make a user namespace": lambda: libc.unshare(CLONE_NEWUSER) == 0,
        "make a link": lambda: os.symlink("/etc/shadow", "link") is None,
        "become root": become_root,
    }
    return [name for name, attempt in attempts.items() if succeeds(attempt)]


def succeeds(attempt: Callable[[], Any]) -> bool:
    try:
        return bool(attempt())
    except Exception:
        return False


def namespace_of_processes() -> str | None:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return None


def read_environments() -> bool:
    others = (path for path in Path("/proc").glob("[0-9]*/environ") if path.parent.name != str(os.getpid()))
    return any(succeeds(path.read_bytes) for path in others)


def connect(family: int, address: Any) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as one:
        one.settimeout(1)
        one.connect(address)
        return True


def become_root() -> bool:
    if os.getuid() == 0:
        return True
    os.setuid(0)
    return os.getuid() == 0
