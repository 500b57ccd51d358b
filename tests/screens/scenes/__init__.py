"""What is played: the parts of docs/screens.md in order."""

from tests.screens.scene import Scenes
from tests.screens.scenes import (
    advising,
    arriving,
    closed,
    hosted,
    keeping,
    leaving,
    paying,
    refusing,
    running,
    styling,
    trying,
)

#: The house (see `houses.py`) that each part is played in.
PARTS: tuple[tuple[str, Scenes], ...] = (
    ("free", arriving.SCENES),
    ("free", trying.SCENES),
    ("free", refusing.SCENES),
    ("free", running.SCENES),
    ("free", keeping.SCENES),
    ("free", styling.SCENES),
    ("free", leaving.SCENES),
    ("shop", paying.SCENES),
    ("shop", advising.SCENES),
    ("hosted", hosted.SCENES),
    ("closed", closed.SCENES),
    ("invited", closed.INVITED),
)
