"""The commands. Each ends with exit code 0, or with one clear line on stderr for each fault."""

import re
import sys

import click

from modera_bot.cli.bench import bench
from modera_bot.cli.credits import credits
from modera_bot.cli.doctor import doctor
from modera_bot.cli.models import models
from modera_bot.cli.people import erase, export
from modera_bot.cli.serve import run
from modera_bot.cli.stats import stats
from modera_bot.cli.style import style
from modera_bot.cli.tryon import tryon
from modera_bot.errors import Code, ConfigError, ModeraError


def main() -> None:
    """Run the command line; turn our errors into lines that say what to do."""
    try:
        commands(prog_name="modera-bot", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(f"modera-bot: {fault}", err=True)
        sys.exit(2)
    except ModeraError as error:
        click.echo(f"modera-bot: {_told(error)}", err=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is None:  # not about a file that someone named or owns
            raise
        click.echo(
            f"modera-bot: {error.filename}: {error.strerror}; check the path and its owner",
            err=True,
        )
        sys.exit(1)


def _told(error: ModeraError) -> str:
    """What the bot would tell a person, on one line, with the detail."""
    from modera_bot.bot.texts import Texts

    if error.code in (Code.MODELS_MISSING, Code.UNEXPECTED):
        return error.detail  # who reads this is the one to mend it
    told = re.sub(r"<[^>]+>", "", Texts().get("en", error.text_key))
    line = " ".join(told.split())
    return f"{line} ({error.detail})" if error.detail else line


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="modera-bot")
def commands() -> None:
    """A self-hostable Telegram fashion bot: see yourself wearing a garment."""


for command in (run, tryon, style, models, doctor, credits, erase, export, stats, bench):
    commands.add_command(command)
