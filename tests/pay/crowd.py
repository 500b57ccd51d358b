"""Many threads that want the same at once; `python -m tests.pay.crowd` is one more process."""

import argparse
import os
import threading
from collections.abc import Callable

from modera_bot.contracts import Feature
from modera_bot.db import Database
from modera_bot.db.accounts import Entry
from modera_bot.errors import CreditsError
from modera_bot.pay import ledger
from modera_bot.pay.ledger import Payment

THREADS = 16
#: What the one grant gives: about half of what the holds want.
CREDITS = 1010 if "FULL" in os.environ else 101


def grant(database: Database, user_id: int, number: int) -> bool:
    """One of many equal grants."""
    with database.begin() as connection:
        return ledger.grant(
            connection, user_id, CREDITS, Entry.PURCHASE, Payment("stars", "the one")
        )


def hold(database: Database, user_id: int, number: int) -> bool:
    """One of many holds of a credit; False if there is none left."""
    try:
        with database.begin() as connection:
            ledger.hold(
                connection, user_id=user_id, amount=1, feature=Feature.TRYON, job_id=f"{number:032}"
            )
    except CreditsError:
        return False
    return True


STEPS: dict[str, Callable[[Database, int, int], bool]] = {"grant": grant, "hold": hold}


def crowd(url: str, step: str, user_id: int, first: int, count: int) -> int:
    """Do a step `count` times, in 16 threads at once; returns how often it succeeded."""
    database = Database(url)
    gate, lock, done = threading.Barrier(THREADS), threading.Lock(), 0
    failed: list[BaseException] = []

    def work(share: range) -> None:
        nonlocal done
        gate.wait()
        try:
            successes = sum(STEPS[step](database, user_id, number) for number in share)
        except BaseException as error:
            failed.append(error)
            raise
        with lock:
            done += successes

    shares = [range(first + i, first + count, THREADS) for i in range(THREADS)]
    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    if failed:
        raise failed[0]
    return done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("user_id", type=int)
    parser.add_argument("counts", help="like grant:500,hold:1000", metavar="STEP:COUNT,…")
    given = parser.parse_args()
    print("ready", flush=True)
    for part in given.counts.split(","):
        step, count = part.split(":")
        input()  # both begin at the same time
        print(crowd(given.url, step, given.user_id, int(count), int(count)), flush=True)


if __name__ == "__main__":
    main()
