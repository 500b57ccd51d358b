"""`modera-bot doctor`."""

import asyncio

import click

from modera_bot.cli.options import with_settings
from modera_bot.config import Settings


@click.command()
@with_settings
def doctor(settings: Settings) -> None:
    """Check everything the bot needs and list every fault with its remedy."""
    from modera_bot.doctor import examine

    findings = asyncio.run(examine(settings))
    for finding in findings:
        click.echo(f"{'fault' if finding.fault else 'ok':6}{finding.what}: {finding.text}")
    faults = sum(finding.fault for finding in findings)
    if faults:
        raise click.ClickException(f"{faults} of {len(findings)} checks found a fault; see above")
