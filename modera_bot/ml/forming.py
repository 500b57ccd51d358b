"""A picture as it forms: backends that stream show what there is so far to whoever watches.

Who watches stands in a context variable, so that no signature carries it, and a try-on that
nobody watches asks for no such pictures.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from modera_bot.ml.base import Picture

Watcher = Callable[[Picture], None]

watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def shown_to(watching: Watcher) -> Iterator[None]:
    """Show what forms in here to `watching`, in the thread that waits; it may raise JobError."""
    token = watcher.set(watching)
    try:
        yield
    finally:
        watcher.reset(token)
