"""Settings: from the file, the environment and secret files; every fault told at once."""

import re
import tomllib
from pathlib import Path

import pytest

from modera_bot.config import Settings, load
from modera_bot.errors import ConfigError

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz012345"
EXAMPLE = Path(__file__).parents[1] / "config.toml"


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def faults(path: Path, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, environment or {})
    return "\n".join(caught.value.faults)


def test_the_commented_file_says_exactly_the_defaults():
    assert load(EXAMPLE, {}) == Settings()


def test_the_commented_file_shows_every_key_and_explains_it():
    shown = tomllib.loads(EXAMPLE.read_text())
    for name, field in Settings.model_fields.items():
        assert name in shown
        for key in getattr(field.annotation, "model_fields", ()):
            assert key in shown[name], f"[{name}] {key} is not in config.toml"
    keys = re.findall(r"^\w+ = .*$", EXAMPLE.read_text(), flags=re.M)
    assert [line for line in keys if "#" not in line] == []


def test_the_environment_overrides_the_file(tmp_path):
    file = write(tmp_path, "[jobs]\nworkers = 3\nattempts = 2")
    settings = load(file, {"MODERA_JOBS__WORKERS": "5", "MODERA_INFERENCE__TRYON": '["a", "b"]'})
    assert (settings.jobs.workers, settings.jobs.attempts) == (5, 2)
    assert settings.inference.tryon == ("a", "b")


def test_a_secret_may_stand_in_a_file(tmp_path):
    secret = tmp_path / "token"
    secret.write_text(TOKEN + "\n")
    settings = load(write(tmp_path, ""), {"MODERA_TELEGRAM__TOKEN_FILE": str(secret)})
    assert settings.telegram.token.get_secret_value() == TOKEN
    assert TOKEN not in repr(settings)


def test_every_fault_is_told_at_once_with_its_key_and_what_to_write(tmp_path):
    file = write(
        tmp_path,
        '[telegram]\ntoken = "nonsense"\n[jobs]\nworkers = 0\nworker = 1\n[storage]\nkind = "ftp"',
    )
    told = faults(
        file,
        {
            "MODERA_LIMITS__UPLOAD_MB": "many",
            "MODERA_STORAGE__SECRET_KEY_FILE": str(tmp_path / "nowhere"),
            "MODERA_NONSENSE": "1",
        },
    )
    for part in (
        "telegram.token: this is not a bot token; write the token from @BotFather",
        "jobs.workers: ",
        "jobs.worker: unknown key; known here: queue, workers",
        "storage.kind: ",
        'write "local" or "s3"',
        "limits.upload_mb (MODERA_LIMITS__UPLOAD_MB): ",
        "MODERA_STORAGE__SECRET_KEY_FILE: ",
        "nonsense (MODERA_NONSENSE): unknown key",
    ):
        assert part in told, told


def test_a_secret_never_stands_in_a_fault(tmp_path):
    assert "hunter2" not in faults(write(tmp_path, '[telegram]\ntoken = "hunter2"'))


def test_a_file_that_is_not_toml_is_told_with_its_line(tmp_path):
    assert "not valid TOML" in faults(write(tmp_path, "telegram\ntoken"))


def test_a_named_file_that_is_missing_is_a_fault_but_the_default_one_is_not(tmp_path, monkeypatch):
    assert "No such file" in faults(tmp_path / "other.toml")
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Settings()


def test_a_section_given_as_a_value_is_a_fault_not_a_crash(tmp_path):
    told = faults(write(tmp_path, "jobs = 3"), {"MODERA_STORAGE": "x"})
    assert "jobs" in told
    assert "storage" in told


def test_packages_are_sections_and_their_prices_are_exact(tmp_path):
    settings = load(
        write(tmp_path, "[pay]\nenabled = true\n[pay.packages.tiny]\ncredits = 3\nusd = 0.1"), {}
    )
    assert list(settings.pay.packages) == ["tiny"]
    assert str(settings.pay.packages["tiny"].price("USD")) == "0.1"
    assert settings.pay.packages["tiny"].price("XTR") is None


def test_a_package_that_can_not_be_sold_is_a_fault(tmp_path):
    told = faults(
        write(
            tmp_path,
            "[pay]\nrates = {USD = 1}\n[pay.packages.free]\ncredits = 3\n"
            "[pay.packages.dear]\ncredits = 3\nxtr = 30000\n"
            "[pay.packages.monthly]\ncredits = 3\nxtr = 20000\nmonthly = true\n"
            "[pay.promo.lower]\ncredits = 3",
        )
    )
    for part in (
        "pay.packages.free: a package needs a price",
        "pay.packages.dear.xtr: ",
        "pay.packages.monthly: Telegram takes at most 10000 Stars a month",
        "pay.promo.lower",
    ):
        assert part in told, told


def test_a_currency_without_a_rate_is_a_fault(tmp_path):
    told = faults(write(tmp_path, "[pay.rates]\nUSD = 1"))
    assert "no rate for RUB, XTR" in told
