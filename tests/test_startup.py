"""What the bot's own process does not load: it starts quickly and stays small."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import modera_bot.app
from modera_bot.ml.backends import BACKENDS, load
for name in BACKENDS:
    load(name)
print(json.dumps([*sys.modules]))
"""


def test_networks_picture_code_and_migrations_are_left_to_those_who_need_them():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True
    )
    loaded = set(json.loads(done.stdout))
    assert "modera_bot.bot.delivery" in loaded
    unwanted = {"cv2", "ai_edge_litert", "torch", "alembic", "openai", "google.genai", "c2pa"}
    unwanted |= {"fastapi", "uvicorn"}
    assert loaded & unwanted == set()
