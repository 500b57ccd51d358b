"""The commands as a user types them: exit codes, what is printed, what is written."""

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import pytest

from modera_bot.db import Database, users
from modera_bot.db.migrate import upgrade
from modera_bot.sandbox.server import Sandbox
from tests.conftest import ROOT

SAMPLES = ROOT / "tests" / "samples"
PERSON = SAMPLES / "people" / "ana_tee_logo.jpg"
GARMENT = SAMPLES / "garments" / "tee_stripe.jpg"
TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture
def environment(tmp_path, models):
    """A folder of its own, no settings but where the models are."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MODERA_")}
    return kept | {"MODERA_MODELS": str(models), "MODERA_SANDBOX__PORT": "0"}


@pytest.fixture
def refusing():
    """Settings for a Bot API server that knows no token."""

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self):
            body = b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
            self.send_response(401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever).start()
        yield {
            "MODERA_TELEGRAM__TOKEN": TOKEN,
            "MODERA_TELEGRAM__BASE_URL": f"http://127.0.0.1:{server.server_port}/bot",
        }
        server.shutdown()


@pytest.fixture
def modera_bot(tmp_path, environment):
    """Runs a command in an empty folder."""

    def run(*arguments, **more):
        return subprocess.run(
            [sys.executable, "-m", "modera_bot", *map(str, arguments)],
            cwd=tmp_path,
            env=environment | more,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )

    return run


def one_line(result) -> str:
    """The single line of a failure."""
    assert result.returncode != 0
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_a_tryon_writes_the_picture_and_tells_about_it_as_json(modera_bot, tmp_path):
    out = tmp_path / "folder" / "out.jpg"
    result = modera_bot("tryon", PERSON, GARMENT, "-o", out, "--json")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    told = json.loads(result.stdout)
    assert (told["backend"], told["draft"], told["categories"]) == ("draft", True, ["tops"])
    assert cv2.imread(str(out)).shape[:2] == (told["height"], told["width"])
    assert b"AlgorithmicMedia" in out.read_bytes()


def test_the_category_is_named_as_everywhere_else(modera_bot, tmp_path):
    out = tmp_path / "out.jpg"
    asked = "tryon", PERSON, GARMENT, "-o", out, "--quality", "high", "--json", "--category"
    result = modera_bot(*asked, "one-pieces")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["categories"] == ["one-pieces"]


def test_a_picture_that_is_none_is_told_on_one_line_with_its_name(modera_bot, tmp_path):
    fake = tmp_path / "fake.jpg"
    fake.write_text("not a picture")
    line = one_line(modera_bot("tryon", fake, GARMENT, "-o", tmp_path / "out.jpg"))
    assert "isn’t a picture" in line
    assert "fake.jpg" in line
    assert not (tmp_path / "out.jpg").exists()


def test_a_garment_that_can_not_be_drafted_is_refused_with_the_reason(modera_bot, tmp_path):
    worn = SAMPLES / "people" / "mia_dress_pin.jpg"
    result = modera_bot("tryon", PERSON, worn, "-o", tmp_path / "out.jpg", "--json")
    assert "worn by somebody" in one_line(result)


def test_missing_models_are_told_with_the_command_that_gets_them(modera_bot, tmp_path):
    nowhere = {"MODERA_MODELS": str(tmp_path / "none")}
    result = modera_bot("tryon", PERSON, GARMENT, "-o", tmp_path / "out.jpg", "--json", **nowhere)
    assert result.returncode == 1
    assert "modera-bot models pull" in result.stderr.splitlines()[-1]
    listed = modera_bot("models", "list", **nowhere).stdout
    assert len(re.findall(r"missing .* MB  .*/body/", listed)) == 5
    assert modera_bot("models", "verify", **nowhere).returncode == 1


def test_models_that_are_here_are_listed_and_verified(modera_bot):
    assert modera_bot("models", "list").stdout.count("here  ") == 5
    assert "sound" in modera_bot("models", "verify").stdout


def test_faults_of_the_settings_are_all_told_each_on_a_line(modera_bot):
    result = modera_bot("run", MODERA_JOBS__WORKERS="0", MODERA_JOBS__WORKER="1")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 2
    assert "jobs.workers (MODERA_JOBS__WORKERS)" in result.stderr


def test_doctor_finds_all_faults_and_gives_their_remedies(modera_bot, tmp_path):
    well = modera_bot("doctor")
    assert well.returncode == 0, well.stdout
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ill = modera_bot(
            "doctor",
            MODERA_MODELS=str(tmp_path / "none"),
            MODERA_DATABASE__URL="postgresql://nobody@127.0.0.1:1/none",
            MODERA_INFERENCE__TRYON='["nonsense"]',
            MODERA_INFERENCE__FIT='["openai"]',
            MODERA_SANDBOX__PORT=str(taken.getsockname()[1]),
        )
    assert ill.returncode == 1
    faults = [line for line in ill.stdout.splitlines() if line.startswith("fault")]
    assert [line.split()[1] for line in faults] == [
        "models:",
        "backends:",
        "hosted",
        "database:",
        "telegram:",
    ]
    assert "modera-bot models pull" in ill.stdout
    assert "MODERA_INFERENCE__OPENAI__API_KEY_FILE" in ill.stdout


def test_doctor_says_what_to_do_about_folders_that_can_not_be_used(modera_bot, tmp_path):
    (tmp_path / "taken").write_text("")
    ill = modera_bot(
        "doctor",
        MODERA_DATABASE__URL=f"sqlite:///{tmp_path}/taken/modera.db",
        MODERA_STORAGE__FOLDER=str(tmp_path / "taken" / "pictures"),
    )
    database, storage = [line for line in ill.stdout.splitlines() if line.startswith("fault")]
    assert "check the path and its owner" in database
    assert "check [storage]" in storage


def test_a_token_that_is_refused_is_told_on_one_line_and_never_printed(modera_bot, refusing):
    assert "telegram.token: " in one_line(modera_bot("run", **refusing))
    seen = modera_bot("doctor", **refusing)
    assert "telegram.token: " in seen.stdout
    assert TOKEN not in seen.stdout + seen.stderr


def test_export_and_erase_work_by_telegram_id(modera_bot, tmp_path):
    database = Database(f"sqlite:///{tmp_path}/data/modera.db")
    upgrade(database)
    with database.begin() as connection:
        users.remember(
            connection, 4242, first_name="Anna", last_name=None, username="anna_the_tester"
        )
    database.close()
    assert modera_bot("export", 4242).returncode == 0
    with sqlite3.connect(tmp_path / "4242.db") as exported:
        assert exported.execute("SELECT first_name FROM users").fetchall() == [("Anna",)]
    exported.close()
    assert "4242.db exists" in one_line(modera_bot("export", 4242))
    assert modera_bot("erase", 4242).returncode == 0
    assert b"anna_the_tester" not in (tmp_path / "data" / "modera.db").read_bytes()
    assert "nobody with the Telegram id 4242" in one_line(modera_bot("erase", 4242))


def test_a_port_that_is_taken_is_told_with_what_to_do(modera_bot):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = one_line(modera_bot("run", MODERA_SANDBOX__PORT=str(port)))
    assert f"sandbox.port: {port} is not free" in line


@pytest.mark.parametrize("command", [("run",), ("erase", 4242), ("export", 4242)])
def test_a_database_that_is_down_is_told_with_what_to_do(modera_bot, command):
    line = one_line(modera_bot(*command, MODERA_DATABASE__URL="postgresql://u:pw@127.0.0.1:1/none"))
    assert "database.url: " in line
    assert "start the database" in line


def test_a_folder_that_can_not_be_made_is_told_by_its_name(modera_bot, tmp_path):
    (tmp_path / "taken").write_text("")
    line = one_line(modera_bot("run", MODERA_DATA=str(tmp_path / "taken" / "data")))
    assert "taken" in line


async def test_a_second_bot_in_the_same_folder_is_told_so(modera_bot, tmp_path):
    async with Sandbox(folder=tmp_path / "data" / "sandbox"):
        line = one_line(await asyncio.to_thread(modera_bot, "run"))
    assert "data: another modera-bot uses data" in line


def test_run_stops_in_order_while_telegram_can_not_be_reached(tmp_path, environment):
    process = subprocess.Popen(
        [sys.executable, "-m", "modera_bot", "run"],
        cwd=tmp_path,
        env=environment
        | {"MODERA_TELEGRAM__TOKEN": TOKEN, "MODERA_TELEGRAM__BASE_URL": "http://127.0.0.1:1/bot"},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process:
        warned = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert "can't reach Telegram" in warned
    assert TOKEN not in warned


def test_the_readme_names_every_command():
    from modera_bot.cli import commands

    readme = (ROOT / "README.md").read_text()
    assert [name for name in commands.commands if f"`modera-bot {name}" not in readme] == []


def test_style_prints_a_profile_and_draws_a_card(modera_bot, tmp_path):
    done = modera_bot("style", PERSON, "--json", "--language", "ru", "--card", "out/card.jpg")
    assert done.returncode == 0, done.stderr
    profile = json.loads(done.stdout)
    assert (profile["season"], profile["language"]) == ("autumn", "ru")
    assert cv2.imread(str(tmp_path / "out" / "card.jpg")).shape[1] == 1080


def test_style_says_why_a_photo_tells_nothing_and_takes_ones_word(modera_bot):
    back = SAMPLES / "gates" / "back.jpg"
    done = modera_bot("style", back)
    assert done.returncode == 1
    assert "can’t see the face well enough" in done.stderr
    told = modera_bot("style", back, "--hair", "dark", "--undertone", "cool")
    assert told.returncode == 0
    assert told.stdout.startswith("winter")
