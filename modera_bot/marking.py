"""What says that a picture was made with AI: to programs in its metadata, to people on itself.

XMP (see images.mark_ai_generated) is read everywhere and lost easily. The C2PA manifest is
signed, and breaks when the picture is changed. Its key is made at the first start; nobody has
vouched for it, so readers say "valid", not "trusted", which says who has signed, not what.
https://spec.c2pa.org/specifications/specifications/2.2/
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from modera_bot import __version__
from modera_bot.images import SOURCE_TYPE, encode, mark_ai_generated
from modera_bot.pool import PicturePool

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

P = ParamSpec("P")

#: The visible label, and its height as a share of the shorter edge.
TEXT, LABEL = "AI-generated", 0.03

_SETTINGS = {
    "builder": {
        "thumbnail": {"enabled": False},  # it would take a tenth of a second
        "created_assertion_labels": ["c2pa.actions"],
    }
}

#: How long the certificate holds.
VALID = timedelta(days=20 * 365)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A certificate chain, leaf first, and the leaf's private key, both PEM."""

    chain: str
    key: str


@dataclass(frozen=True, slots=True)
class Marker:
    """How this operator's results are marked; `label`: on the picture itself, too."""

    credentials: Credentials | None = None
    label: bool = False

    def finished(self, picture: NDArray[np.uint8], pool: PicturePool) -> bytes:
        """A result as a marked JPEG. Raises PoolError when a picture process died."""
        return mark(pool.run(_encoded, picture, self.label), self.credentials)

    def drawn(
        self, pool: PicturePool, function: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs
    ) -> bytes:
        """The JPEG that `function` makes of results in a picture process, marked as they are; a
        visible label is on them already. Raises PictureError, or PoolError."""
        return mark(pool.run(function, *args, **kwargs), self.credentials)


def _encoded(picture: NDArray[np.uint8], label: bool) -> bytes:
    return encode(labelled(picture) if label else picture)


def labelled(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy with the words "AI-generated" in its lower right corner."""
    result = Image.fromarray(picture)
    size = max(12.0, LABEL * min(result.size))
    font = ImageFont.load_default(size)
    drawing = ImageDraw.Draw(result, "RGBA")
    corner = result.width - size / 2, result.height - size / 2
    box = drawing.textbbox(corner, TEXT, font, anchor="rs")
    around = (box[0] - size / 3, box[1] - size / 3, box[2] + size / 3, box[3] + size / 3)
    drawing.rounded_rectangle(around, size / 3, fill=(0, 0, 0, 140))
    drawing.text(corner, TEXT, fill="white", font=font, anchor="rs")
    return np.asarray(result, np.uint8)


def mark(jpeg: bytes, credentials: Credentials | None) -> bytes:
    """The same picture, marked in XMP and, with credentials, by a signed C2PA manifest.

    Raises PictureError if the bytes are no JPEG.
    """
    marked = mark_ai_generated(jpeg)
    return marked if credentials is None else _signed(marked, credentials)


def _signed(jpeg: bytes, credentials: Credentials) -> bytes:
    import c2pa

    manifest = {
        "claim_generator_info": [{"name": "modera-bot", "version": __version__}],
        "title": "try-on.jpg",
        "format": "image/jpeg",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": SOURCE_TYPE,
                            "softwareAgent": {"name": "modera-bot", "version": __version__},
                        }
                    ]
                },
            }
        ],
    }
    info = c2pa.C2paSignerInfo(
        c2pa.C2paSigningAlg.ES256, credentials.chain.encode(), credentials.key.encode(), None
    )
    result = io.BytesIO()
    context = c2pa.Context.from_dict(_SETTINGS)
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(manifest, context) as builder:
        builder.sign(signer, "image/jpeg", io.BytesIO(jpeg), result)
    return result.getvalue()


def credentials_in(folder: Path) -> Credentials:
    """The credentials kept in a folder; made there the first time."""
    file = folder / "c2pa.pem"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = _make()
        fresh = folder / f"c2pa.pem.{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(made.key + made.chain)
        with suppress(FileExistsError):  # two first starts at once: one key for both
            os.link(fresh, file)
        fresh.unlink()
    key, begin, chain = file.read_text().partition("-----BEGIN CERTIFICATE-----")
    return Credentials(begin + chain, key)


def _make() -> Credentials:
    """A root of our own and a certificate below it: C2PA takes no self-signed ones."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("modera-bot root", root_key, "modera-bot root", root_key, ca=True)
    leaf = _certificate("modera-bot", key, "modera-bot root", root_key, ca=False)
    chain = b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, root))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Credentials(chain.decode(), private.decode())


def _certificate(
    subject: str,
    key: EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> Certificate:
    """As C2PA 2.2, 14.5.1 wants them: key usage, extended key usage, both key identifiers."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(text: str) -> x509.Name:
        pairs = ((NameOID.ORGANIZATION_NAME, "modera-bot"), (NameOID.COMMON_NAME, text))
        return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])

    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clocks differ
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if not ca:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
