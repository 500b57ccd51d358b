"""Names a process so that others on the same machine can tell that it is dead.

A token is `boot:namespace:pid:start`: the kernel's boot id, the inode of the pid namespace
(containers of one machine share the boot id but not their pids), the pid, and the time the
process started in clock ticks since boot, because pids are used again. See proc(5) and
pid_namespaces(7). Where there is no /proc, or the token comes from elsewhere, nobody is ever
found dead and the lease decides.
"""

import os
from pathlib import Path
from uuid import uuid4

_PROC = Path("/proc")


def token() -> str:
    """The token of this process."""
    pid = os.getpid()
    place = _place()
    started = _started(pid)
    if place is None or started is None:
        return f"unknown:{uuid4().hex}"
    return f"{place}:{pid}:{started}"


def is_dead(owner: str) -> bool:
    """Whether the process surely runs no more."""
    parts = owner.rsplit(":", 2)
    if len(parts) != 3 or parts[0] != _place():
        return False
    _, pid, started = parts
    return _started(int(pid)) != started


def _place() -> str | None:
    """Where pids mean the same as here."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").stat().st_ino
    except OSError:
        return None
    return f"{boot}:{namespace}"


def _started(pid: int) -> str | None:
    """Start time of a living process in clock ticks since boot; None for a dead one."""
    try:
        status = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = status.rpartition(")")[2].split()  # the name before may hold spaces and brackets
    state, started = fields[0], fields[19]
    return None if state in "ZX" else started
