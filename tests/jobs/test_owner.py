"""A process is called dead only when that is certain."""

import subprocess
import sys
from pathlib import Path

import pytest

from modera_bot.jobs import owner

PRINT_TOKEN = "from modera_bot.jobs import owner; print(owner.token(), flush=True); input()"


def test_the_living_are_not_called_dead() -> None:
    with child() as other:
        assert not owner.is_dead(owner.token())
        assert not owner.is_dead(token_of(other))
        other.kill()


def test_a_killed_process_is_dead_before_and_after_its_parent_notices() -> None:
    with child() as other:
        token = token_of(other)
        other.kill()
        while ") Z " not in Path(f"/proc/{other.pid}/stat").read_text():
            pass
        assert owner.is_dead(token)
    assert owner.is_dead(token)


def test_a_pid_that_is_used_again_does_not_bring_the_dead_back() -> None:
    place, _, started = owner.token().rpartition(":")
    assert owner.is_dead(f"{place}:{int(started) - 1}")


def test_nothing_is_said_about_other_machines_containers_and_boots() -> None:
    boot, namespace, _, started = owner.token().split(":")
    gone = "4194304"  # beyond the largest pid
    assert owner.is_dead(f"{boot}:{namespace}:{gone}:{started}")
    assert not owner.is_dead(f"another-boot:{namespace}:{gone}:{started}")
    assert not owner.is_dead(f"{boot}:1{namespace}:{gone}:{started}")
    assert not owner.is_dead("unknown:0123456789abcdef")


def test_without_proc_every_process_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, "_PROC", tmp_path)
    assert owner.token().startswith("unknown:")
    assert owner.token() != owner.token()
    assert not owner.is_dead(owner.token())


def child() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRINT_TOKEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def token_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
