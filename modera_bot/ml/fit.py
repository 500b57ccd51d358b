"""How the garment of a try-on would fit: asked of a vision model, once, when somebody asks."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from modera_bot.contracts import Category, Fit, FitAnalysis
from modera_bot.db import Database, tryons
from modera_bot.errors import Code, StorageError
from modera_bot.images import thumbnail
from modera_bot.ml import prompts
from modera_bot.ml.gate import Gate
from modera_bot.ml.metering import Payer, paid_by
from modera_bot.ml.transports.base import Vision, asked
from modera_bot.pool import PicturePool
from modera_bot.storage import Storage

#: Longest edge of the pictures that are sent, in pixels.
EDGE = 1024
#: Longest advice that is kept, in characters.
ADVICE = 300


class FitAnswer(BaseModel):
    """What is asked of the model: every field is required there."""

    model_config = ConfigDict(extra="forbid")

    shoulders: Fit
    chest: Fit
    waist: Fit
    length: Fit
    advice: str


class FitService:
    """contracts.FitJudge over vision models."""

    def __init__(
        self,
        database: Database,
        storage: Storage,
        pool: PicturePool,
        visions: Sequence[Vision],
        gate: Gate,
    ) -> None:
        self._database, self._storage, self._pool = database, storage, pool
        self._visions, self._gate = visions, gate

    def assess(self, user_id: int, tryon_id: str, language: str) -> FitAnalysis:
        """See contracts.FitJudge."""
        with self._database.begin() as connection:
            tryon = tryons.get(connection, tryon_id, user_id)
        if tryon is None:
            raise StorageError(Code.PICTURE_GONE, permanent=True)
        if tryon.result.fit is not None:
            return tryon.result.fit
        visions = self._gate.passed(user_id, self._visions)
        pictures = [self._picture(key) for key in (tryon.person_key, tryon.clothing_key)]
        category = tryon.result.categories[0] if tryon.result.categories else Category.TOPS
        with paid_by(Payer(user_id, tryon_id, 0)):
            answer = asked(
                visions, prompts.fit(category, language), pictures, FitAnswer, role="fit"
            )
        analysis = FitAnalysis(**answer.model_dump() | {"advice": answer.advice[:ADVICE]})
        with self._database.begin() as connection:
            tryons.set_fit(connection, tryon_id, user_id, analysis)
        return analysis

    def _picture(self, key: str) -> bytes:
        return self._pool.run(thumbnail, self._storage.get(key), EDGE)
