"""A certificate of erasure: what was looked at and what became of it, signed, and without a word on whom it is about.

It is signed (Ed25519) with a key that is made from the store's own, so that who holds the store's key can check it, and
nobody else could have made it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from followup_analytics.errors import DataError, UnreadableError
from followup_analytics.log.pseudonyms import load_pseudonyms
from followup_analytics.store.book import write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from followup_analytics.store.erase import Erased

FORMAT = "followup_analytics certificate of erasure"
#: What no program can reach from here.
OUT_OF_REACH = (
    "reports, exports and copies that were sent or kept elsewhere, and answers that were published",
    "backups made before (a store put back from one erases the person again, by its list of forgotten people)",
)
SERVER = (
    "the database server's write-ahead log and its own backups, until they are recycled: CHECKPOINT; SELECT "
    "pg_switch_wal(); and the retention of the backups clear them"
)


def certificate(url: str, erased: Erased, at: datetime, *, server: bool) -> dict[str, Any]:
    """The certificate of what was just erased, as a mapping for JSON. at: when. server: the store is on a server."""
    import platform

    body = {
        "format": FORMAT,
        "certificate": secrets.token_hex(8),
        "erased_at": at.isoformat(timespec="seconds"),
        "made_with": f"Python {platform.python_version()}",
        "erased": {"interviews": erased.interviews, "contacts": erased.contacts, "outcomes": erased.outcomes},
        "looked_at": [asdict(one) for one in erased.looked_at],
        "releases_that_cannot_be_recalled": list(erased.releases),
        "out_of_reach": [*OUT_OF_REACH, *((SERVER,) if server else ())],
    }
    signer = _signer(url)
    return body | {"public_key": _public(signer), "signature": signer.sign(_bytes(body)).hex()}


def write_certificate(file: Path, made: Mapping[str, Any]) -> None:
    """Write a certificate into a file for its owner's eyes. Raises UnreadableError where it can't be written."""
    write_private(file, json.dumps(made, ensure_ascii=False, indent=1) + "\n")


def check_certificate(url: str, file: Path) -> Mapping[str, Any]:
    """The certificate in a file, made by the holder of this store's key and not changed since.

    Raises UnreadableError for what is no certificate, DataError for one that was changed or is of another store.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        held = json.loads(file.read_text("utf-8"))
        signature, kind = bytes.fromhex(held["signature"]), held["format"]
    except (OSError, ValueError, KeyError, TypeError):
        kind = None
    if kind != FORMAT:
        raise UnreadableError(f"{file.name} is no certificate of erasure; name the file that `forget` made.")
    body = {name: value for name, value in held.items() if name not in ("public_key", "signature")}
    try:
        _signer(url).public_key().verify(signature, _bytes(body))
    except InvalidSignature:
        raise DataError(
            f"{file.name} was changed, or was not made with the key of this store: it certifies nothing."
        ) from None
    return body


def _signer(url: str) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    # The first key stays when the store gets a new one.
    key = load_pseudonyms(url, create=False).key
    return Ed25519PrivateKey.from_private_bytes(
        HKDF(SHA256(), 32, None, b"followup_analytics certificate of erasure").derive(key)
    )


def _public(signer: Ed25519PrivateKey) -> str:
    return signer.public_key().public_bytes_raw().hex()


def _bytes(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
