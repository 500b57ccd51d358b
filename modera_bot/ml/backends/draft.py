"""The draft: a quick, free sketch of a try-on, made on any CPU."""

from modera_bot.contracts import WORN_TOGETHER, Category, Quality, Stage
from modera_bot.ml.base import (
    BackendContext,
    Capabilities,
    Progress,
    TryOnOutput,
    TryOnTask,
    silent,
)
from modera_bot.ml.draft import draft_tryon
from modera_bot.ml.outfit import dress


class DraftTryOn:
    """Warps the garment's picture onto the person; see docs/draft.md for how, and how well."""

    name = "draft"
    capabilities = Capabilities(
        categories=frozenset(Category), max_garments=len(WORN_TOGETHER), draft=True
    )

    def __init__(self, context: BackendContext) -> None:
        self._pool, self._models = context.pool, context.settings.models

    def tryon(self, task: TryOnTask, progress: Progress = silent) -> TryOnOutput:
        """Raises Refusal when an honest draft is impossible, PoolError when a process died."""
        return dress(task, self._one, progress)

    def _one(self, task: TryOnTask, progress: Progress) -> TryOnOutput:
        progress(Stage.READING, 0.1)
        progress(Stage.FITTING, 0.3)
        output = self._pool.run(draft_tryon, task, self._models)
        progress(Stage.FINISHING, 0.9)
        return output

    def signature(self, quality: Quality) -> str:
        return ""  # it has no settings

    def warm(self) -> None:
        """Its networks load in a moment, when they are needed."""

    def close(self) -> None:
        """The picture processes are not its own."""
