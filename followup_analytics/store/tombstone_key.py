"""The key of the tombstones: one of their own, made at random when somebody is first forgotten.

It lies sealed under the store's key in the store's settings, so that every machine that may write has it, and in the
file of tombstones, so that a backup from before its making gets it back. A change of the store's key seals it
anew; what was sealed under an earlier one is still opened, since a key file keeps the keys that came before.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable

from followup_analytics.errors import UnreadableError
from followup_analytics.log.pseudonyms import Pseudonyms
from followup_analytics.store.sealing import Secret, seal, unseal

#: The store's setting that holds it.
SETTING = "tombstone_key"
_WHAT = "The key of the list of forgotten people"


def new_tombstone_key() -> bytes:
    """A key that nobody can guess, as text of hexadecimal digits."""
    return secrets.token_hex(32).encode("ascii")


def sealed_key(own: bytes, pseudonyms: Pseudonyms) -> str:
    """The key sealed under the store's."""
    return json.dumps(seal(own.decode("ascii"), _secret(pseudonyms)))


def opened_key(sealed: str, pseudonyms: Pseudonyms) -> bytes | None:
    """What `sealed_key` was given, under this key of the store or an earlier one; None where it is another store's."""
    for one in (pseudonyms, *pseudonyms.earlier()):
        try:
            return unseal(json.loads(sealed), _WHAT, _secret(one)).encode("ascii")
        except UnreadableError:
            continue
    return None


def opened_keys(sealed: Iterable[str | None], pseudonyms: Pseudonyms) -> tuple[bytes, ...]:
    """Those of some sealed keys that can be opened, each once, in their order."""
    opened = [opened_key(one, pseudonyms) for one in sealed if one is not None]
    return tuple(dict.fromkeys(one for one in opened if one is not None))


def _secret(pseudonyms: Pseudonyms) -> Secret:
    return Secret("key", pseudonyms.as_text)
