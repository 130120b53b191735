"""Where a store is: its URL taken apart, without ever showing a password."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from followup_analytics.errors import UsageError

#: How the name of a store's file ends, as most people have it.
_FILES = (".db", ".sqlite", ".sqlite3")
_EXAMPLE = "for example  sqlite:///followup.db"
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


def is_store_url(text: str) -> bool:
    """Whether the text is the URL of a store rather than a file or folder."""
    scheme = text.partition(":")[0].lower()
    return "://" in text and (scheme == "sqlite" or scheme in _POSTGRES)


@dataclass(frozen=True)
class Address:
    """A store's place. `path` is the SQLite file, None for PostgreSQL; `url` is what the driver is given."""

    url: str
    path: Path | None

    @property
    def shown(self) -> str:
        """The place as messages name it: no user, no password."""
        if self.path is not None:
            return str(self.path)
        parts = urlsplit(self.url)
        return f"postgresql://{parts.hostname or 'localhost'}{parts.path}"

    @property
    def for_commands(self) -> str:
        """The place as a command takes it: without the password, which PGPASSWORD or a password file gives."""
        if self.path is not None:
            return self.url
        parts = urlsplit(self.url)
        _, at, host = parts.netloc.rpartition("@")
        user = parts.username or ""
        return f"postgresql://{user}{at}{host}{parts.path}"

    @property
    def folder(self) -> Path:
        """Where files beside the store lie: the SQLite file's folder, the current one for PostgreSQL."""
        return Path() if self.path is None else self.path.parent


def parse_address(url: str) -> Address:
    """Take a store URL apart.

    url: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://...`.
    Raises UsageError for any other scheme, for a URL without a file, and for an in-memory database.
    """
    scheme = url.partition(":")[0].lower()
    if scheme == "sqlite" and url.lower().startswith(_SQLITE):
        name = unquote(url[len(_SQLITE) :].partition("?")[0])
        if name in ("", ":memory:"):
            raise UsageError("A store needs a file: write  sqlite:///followup.db  with the name of one.")
        return Address(url, Path(name))
    if scheme in _POSTGRES and "://" in url:
        return Address("postgresql+psycopg://" + url.partition("://")[2], None)
    meant = f"did you mean  sqlite:///{url}?" if url.endswith(_FILES) and ":" not in url else _EXAMPLE
    raise UsageError(f"A store's URL begins with sqlite:/// or postgresql:// ; {meant}")
