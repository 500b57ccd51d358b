"""`scripts/crash-test`: kill the bot after every commit and around every outgoing call."""

import argparse
import asyncio
import itertools
import shutil
import sys
import tempfile
from pathlib import Path

from tests.crash.harness import ROOT, Kill, Outcome, Where, journey

WHERE: tuple[Where, ...] = ("commit", "before", "after")


def main() -> None:
    """Run the kills asked for, print a line for each and a sum, keep what failed."""
    parser = argparse.ArgumentParser(
        prog="scripts/crash-test", description="Kill the bot at every moment of a try-on."
    )
    parser.add_argument("--where", choices=WHERE, action="append", help="by default all three")
    parser.add_argument("--step", type=int, default=1, help="try each n-th moment only")
    arguments = parser.parse_args()
    outcomes = [
        outcome for where in arguments.where or WHERE for outcome in _kills(where, arguments.step)
    ]
    killed = [outcome for outcome in outcomes if outcome.killed]
    failed = [outcome for outcome in outcomes if outcome.faults]
    repeated = sum(outcome.repeated for outcome in killed)
    print(f"{len(killed)} kills, {len(failed)} faults, {repeated} repeated messages")
    sys.exit(bool(failed))


def _kills(where: Where, step: int) -> list[Outcome]:
    """One journey for each moment, until there is none left to be killed at."""
    outcomes = []
    for n in itertools.count(1, step):
        folder = Path(tempfile.mkdtemp(prefix=f"crash-{where}-{n}-"))
        outcome = asyncio.run(journey(Kill(where, n), folder, ROOT / "models"))
        outcomes.append(outcome)
        print(_line(outcome, folder), flush=True)
        if not outcome.faults:
            shutil.rmtree(folder)
        if not outcome.killed:
            break
    return outcomes


def _line(outcome: Outcome, folder: Path) -> str:
    kill = outcome.kill
    moment = f"{kill.where} {kill.n} {outcome.method}" if outcome.killed else "no kill"
    state = f"FAULT {outcome.faults} in {folder}" if outcome.faults else "ok"
    return f"{moment:32} repeated {outcome.repeated}  {state}"


if __name__ == "__main__":
    main()
