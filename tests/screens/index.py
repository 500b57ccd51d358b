"""The page docs/screens.md: every screen in order, with a line on what it shows."""

from tests.screens.scenes import PARTS

INTRODUCTION = """\
Every screen of the bot, played in the sandbox chat by `scripts/screenshots`: English and Russian,
on a phone (390 × 844) and on a desktop (1280 × 860, here at half its size). The draft backend
draws the pictures. The few texts of the bot that none of them shows stand in
`tests/screens/coverage.py`, with the reason."""


def page() -> str:
    """The whole page."""
    lines = ["# Screens", "", INTRODUCTION, ""]
    for _, scenes in PARTS:
        lines += [f"## {scenes.title}", ""]
        for scene in scenes:
            lines += [scene.line, "", f"![{scene.line}](screens/{scene.name}.webp)", ""]
    return "\n".join(lines)
