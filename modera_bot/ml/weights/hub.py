"""Model files from the Hugging Face hub, or from the mirror that HF_ENDPOINT names.

Of the hub's HTTP interface this needs one address, `{endpoint}/{repo}/resolve/{revision}/{name}`.
Its own library begins anew when a transfer of gigabytes breaks off (huggingface_hub 2.4); the
hash is checked here in any case.
"""

import os
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import urllib3

from modera_bot.errors import ModeraError
from modera_bot.ml.weights.failure import failure
from modera_bot.ml.weights.registry import Model, ModelFile

ENDPOINT = "https://huggingface.co"

#: Bytes read between two looks at the progress.
CHUNK = 1 << 20

#: Seconds until a connection, or a silent server, is given up; and how often that is tried again.
TIMEOUT_S, RETRIES = 30, 3


def fetch(
    model: Model, file: ModelFile, arriving: Path, report: Callable[[str, float], None]
) -> Path:
    """Download a file into `arriving`, going on with what an earlier try has left there.

    Raises ModeraError(MODELS_MISSING) with the next step in its detail.
    """
    target = arriving / f"{file.sha256}.part"
    have = target.stat().st_size if target.exists() else 0
    if have < file.size:
        try:
            _transfer(model, file, target, have, report)
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(model, error) from error
    return target


def _transfer(
    model: Model, file: ModelFile, target: Path, have: int, report: Callable[[str, float], None]
) -> None:
    retries = urllib3.Retry(RETRIES, backoff_factor=0.5)
    with (
        urllib3.PoolManager(retries=retries, timeout=TIMEOUT_S) as pool,
        pool.request("GET", _url(file), headers=_headers(have), preload_content=False) as response,
    ):
        if response.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise _refused(model, file, response.status)
        resumed = response.status == HTTPStatus.PARTIAL_CONTENT
        with target.open("ab" if resumed else "wb") as output:
            while chunk := response.read1(CHUNK):  # keeps what came before a transfer broke off
                output.write(chunk)
                report(f"fetching {file.name}", min(1.0, output.tell() / file.size))


def _url(file: ModelFile) -> str:
    endpoint = os.environ.get("HF_ENDPOINT") or ENDPOINT
    return f"{endpoint.rstrip('/')}/{file.repo}/resolve/{file.revision}/{file.name}"


def _headers(have: int) -> dict[str, str]:
    """What is asked for; the token does not follow a redirect to another host."""
    headers = {"User-Agent": "modera-bot", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    if token := os.environ.get("HF_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _refused(model: Model, file: ModelFile, status: int) -> ModeraError:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return failure(
            f"the hub wants to know who asks for {file.repo}; accept its terms at {model.terms}, "
            f"put your access token into HF_TOKEN, then repeat: {model.command}"
        )
    if status == HTTPStatus.NOT_FOUND:
        return failure(
            f"{file.repo} has no {file.name} in revision {file.revision}; check HF_ENDPOINT, "
            "or correct registry.toml"
        )
    return failure(f"the hub answered {status}; later repeat: {model.command}", permanent=False)


def _unreachable(model: Model, error: Exception) -> ModeraError:
    return failure(
        f"could not fetch from the hub ({type(error).__name__}); connect to the internet, name a "
        "mirror in HF_ENDPOINT, or a folder that has the files with --from FOLDER, then repeat: "
        f"{model.command}",
        permanent=False,
    )
