"""The inspector of photos: hands each to a picture process, where `ml.look` looks at it."""

from pathlib import Path

from modera_bot.contracts import PhotoReport
from modera_bot.pool import PicturePool


class PhotoInspector:
    """Looks at photos as they arrive: contracts.Inspector on a PicturePool."""

    def __init__(self, pool: PicturePool, models: Path, *, draft_only: bool) -> None:
        """`draft_only`: there is no backend but the draft, so what it refuses is a fault."""
        self._pool, self._models, self._draft_only = pool, models, draft_only

    def inspect(self, picture: bytes) -> PhotoReport:
        """Report on a normalised picture. Raises PictureError, PoolError or ModeraError."""
        return self._pool.run(_look, picture, self._models, self._draft_only)


def _look(picture: bytes, models: Path, draft_only: bool) -> PhotoReport:
    # OpenCV and the networks load where they work, not in the bot's own process
    from modera_bot.ml.look import look

    return look(picture, models, draft_only)
