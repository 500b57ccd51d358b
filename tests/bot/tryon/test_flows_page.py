"""docs/flows.md knows every state, and every button of a result."""

import re
from pathlib import Path

from modera_bot.bot.flows import tryon
from modera_bot.bot.flows.states import State

PAGE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")


def test_every_state_stands_in_the_diagram():
    diagram = PAGE.partition("## Try-on")[2].partition("```mermaid")[2].partition("```")[0]
    states = set(re.findall(r"^    (\w+) -->|--> (\w+):", diagram, re.MULTILINE))
    assert {name for pair in states for name in pair if name} == {*State}


def test_every_action_on_a_result_stands_in_the_table():
    patterns = [
        handler.pattern.pattern for handler in tryon.handlers() if hasattr(handler, "pattern")
    ]
    actions = {
        match[1] for match in map(re.compile(r"\^tryon:(\w+):\[0-9a-f\]").match, patterns) if match
    }
    table = PAGE.partition("## Buttons of a result")[2]
    for action in actions - {"role", "with", "who", "kind", "only"}:
        assert f"`{action}`" in table
