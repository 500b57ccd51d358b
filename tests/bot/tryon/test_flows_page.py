"""docs/flows.md knows every state, and every button of a result."""

import re
from pathlib import Path

import pytest

from modera_bot.bot.flows import stylist, tryon
from modera_bot.bot.flows.states import State

PAGE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")


def test_every_state_stands_in_the_diagrams():
    states = set()
    for flow in ("Try-on", "Stylist"):
        diagram = PAGE.partition(f"## {flow}")[2].partition("```mermaid")[2].partition("```")[0]
        states |= set(re.findall(r"^    (\w+) -->|--> (\w+):", diagram, re.MULTILINE))
    assert {name for pair in states for name in pair if name} == {*State}


@pytest.mark.parametrize(
    ("flow", "name", "heading"),
    [(tryon, "tryon", "Buttons of a result"), (stylist, "stylist", "Buttons of an advice")],
)
def test_every_action_on_a_result_stands_in_the_table(flow, name, heading):
    patterns = [
        handler.pattern.pattern for handler in flow.handlers() if hasattr(handler, "pattern")
    ]
    named = re.compile(rf"\^{name}:(\w+):\[0-9a-f\]")
    actions = {match[1] for match in map(named.match, patterns) if match}
    table = PAGE.partition(f"## {heading}")[2].partition("\n## ")[0]
    for action in actions - {"role", "with", "who", "kind", "only"}:
        assert f"`{action}`" in table
