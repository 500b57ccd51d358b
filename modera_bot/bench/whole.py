"""`python -m modera_bot.bench.whole ADDRESSES FOLDER MODELS`: our bot as it is, with a clock.

It draws real drafts. SIGUSR1 starts the clock anew; SIGTERM ends it, and it prints how late its
event loop was, as JSON.
"""

import asyncio
import gc
import json
import signal
import sys
from pathlib import Path

from modera_bot.app import serving
from modera_bot.bench.lag import Lag
from modera_bot.bench.minimal.ours import settings_for


async def main() -> None:
    """Serve until told to stop."""
    stop, lag = asyncio.Event(), Lag()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, lag.forget)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    settings = settings_for(json.loads(sys.argv[1]), Path(sys.argv[2]))
    settings = settings.model_copy(update={"models": Path(sys.argv[3])})
    async with serving(settings):
        gc.freeze()  # as `modera-bot run` does
        watching = asyncio.create_task(lag.watch())
        await stop.wait()
        watching.cancel()
    print(json.dumps({"lag_p99": lag.share(0.99), "lag_max": lag.share(1.0)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
