"""How picture processes live and die with the program that started them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.pool.test_pool import has_ended, pid_in, wait_until

ROOT = Path(__file__).parents[2]

SLEEPER = """
import signal, sys
from pathlib import Path
from modera_bot.pool import PicturePool
from tests.pool import functions

signal.signal(signal.SIGTERM, lambda *_: None)
pool = PicturePool(workers=1)
print(pool.run(functions.tell_pid_then_sleep, Path(sys.argv[1]), float(sys.argv[2])))
pool.close()
"""

CONSOLE_SCRIPT = """
import sys
from modera_bot.pool import PicturePool
from tests.pool import functions

print("started as", __name__)
if __name__ == "__main__":
    pool = PicturePool(workers=1)
    print(pool.run(functions.main_file))
    pool.close()
"""


@contextmanager
def started(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_a_process_ends_with_its_parent_even_in_the_middle_of_a_call(tmp_path: Path) -> None:
    with started(SLEEPER, tmp_path / "pid", 600) as parent:
        pid = pid_in(tmp_path / "pid")
        parent.kill()
        wait_until(lambda: has_ended(pid))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_to_the_whole_group_leave_a_call_to_finish(
    tmp_path: Path, number: signal.Signals
) -> None:
    program = SLEEPER.replace("SIGTERM", number.name)
    with started(program, tmp_path / "pid", 0.5) as parent:
        pid = pid_in(tmp_path / "pid")
        os.killpg(parent.pid, number)
        output, _ = parent.communicate(timeout=60)
    assert (output.strip(), parent.returncode) == (str(pid), 0)


def test_the_main_program_is_not_run_again_in_the_process(tmp_path: Path) -> None:
    script = tmp_path / "modera-bot"  # no suffix, as pip installs it
    script.write_text(CONSOLE_SCRIPT)
    output = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert output.splitlines() == ["started as __main__", str(ROOT / "modera_bot" / "pool.py")]
