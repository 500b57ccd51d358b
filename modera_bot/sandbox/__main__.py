"""`python -m modera_bot.sandbox --port N --folder DIR`: the sandbox as a process of its own.

Prints one line of JSON with its addresses and token when it is ready; stops on SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from pathlib import Path

from modera_bot.sandbox.server import Sandbox


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Sandbox(
        port=arguments.port, folder=arguments.folder, samples=arguments.samples
    ) as sandbox:
        names = ("base_url", "base_file_url", "page_url", "token")
        print(json.dumps({name: getattr(sandbox, name) for name in names}), flush=True)
        await stop.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m modera_bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--folder", type=Path, help="keep chats here; without it nothing is kept")
    parser.add_argument("--samples", type=Path, help="folder with people/ and garments/")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
