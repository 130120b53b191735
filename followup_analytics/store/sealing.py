"""Texts encrypted under a passphrase or a key from the environment (Fernet of `cryptography`; scrypt, HKDF)."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from followup_analytics.errors import UnreadableError
from followup_analytics.log.pseudonyms import KEY_VARIABLE

PASSPHRASE_VARIABLE = "FOLLOWUP_PASSPHRASE"  # noqa: S105
_PASSPHRASE, _KEY = "passphrase", "key"
#: RFC 7914's figures for files rather than log-ins, within 64 MB.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**16, 8, 1


@dataclass(frozen=True)
class Secret:
    """What a text is encrypted under, and how people call it."""

    kind: str
    text: str = field(repr=False)

    @property
    def told(self) -> str:
        """Its name in a sentence."""
        return f"the passphrase of {PASSPHRASE_VARIABLE}" if self.kind == _PASSPHRASE else f"the key of {KEY_VARIABLE}"


def passphrase(text: str) -> Secret:
    """A passphrase as a secret."""
    return Secret(_PASSPHRASE, text)


def sealing_secret() -> Secret | None:
    """The secret that the environment holds: FOLLOWUP_PASSPHRASE before FOLLOWUP_KEY; None where neither is set."""
    if os.environ.get(PASSPHRASE_VARIABLE):
        return Secret(_PASSPHRASE, os.environ[PASSPHRASE_VARIABLE])
    if os.environ.get(KEY_VARIABLE):
        return Secret(_KEY, os.environ[KEY_VARIABLE])
    return None


def seal(text: str, secret: Secret) -> dict[str, str]:
    """A text encrypted under a secret, as a mapping for JSON: what it is under, the salt, the token."""
    from cryptography.fernet import Fernet

    salt = secrets.token_bytes(16)
    token = Fernet(_fernet_key(secret, salt)).encrypt(text.encode("utf-8"))
    return {"under": secret.kind, "salt": salt.hex(), "token": token.decode("ascii")}


def unseal(sealed: Mapping[str, str], what: str, secret: Secret | None = None) -> str:
    """The text that `seal` was given. secret: else what the environment holds. what: its name for the sentence.

    Raises UnreadableError when the secret is not at hand, or another one.
    """
    from cryptography.fernet import Fernet, InvalidToken

    variable = PASSPHRASE_VARIABLE if sealed["under"] == _PASSPHRASE else KEY_VARIABLE
    if secret is None:
        held = os.environ.get(variable)
        if not held:
            raise UnreadableError(f"{what} is encrypted: set {variable} to the {sealed['under']} that it is under.")
        secret = Secret(sealed["under"], held)
    try:
        return Fernet(_fernet_key(secret, bytes.fromhex(sealed["salt"]))).decrypt(sealed["token"]).decode("utf-8")
    except InvalidToken:
        raise UnreadableError(
            f"{what} is encrypted under another {sealed['under']} than this one (or was changed): set {variable} to "
            "the right one."
        ) from None


def _fernet_key(secret: Secret, salt: bytes) -> bytes:
    material = secret.text.strip().encode("utf-8")
    if secret.kind == _PASSPHRASE:
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

        derived = Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(material)
    else:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derived = HKDF(SHA256(), 32, salt, b"followup_analytics sealing").derive(material)
    return base64.urlsafe_b64encode(derived)
