"""`followup store ...`: backup, verify, copy, compact, and what is held on people and keys."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from followup_analytics.cli.accounts import register
from followup_analytics.cli.options import Json, StoreUrl
from followup_analytics.cli.saying import say
from followup_analytics.cli.telling import echo_upkeep

if TYPE_CHECKING:
    from followup_analytics.store import Store

app = typer.Typer(
    help="Upkeep of a store: backup, verify, copy, compact; what is held on one person; its key.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_VARIABLE = "FOLLOWUP_PASSPHRASE"


def _opened(url: str, *, write: bool = False) -> Store:
    from followup_analytics.store import open_store

    return open_store(url, write=write)


def _answer(results: Sequence[Mapping[str, Any]], sentence: str, *, as_json: bool, notes: Sequence[str] = ()) -> None:
    if as_json:
        echo_upkeep("store", results, notes)
    say(sentence)
    for note in notes:
        say(f"Warning: {note}")


def _phrase(*, new: bool) -> str:
    """The passphrase: of the environment, else asked on a terminal. Raises UsageError where there is neither."""
    from followup_analytics.errors import UsageError

    phrase = os.environ.get(_VARIABLE, "")
    if phrase:
        return phrase
    if not sys.stdin.isatty():
        raise UsageError(f"the key travels under a passphrase: set {_VARIABLE}, or run this on a terminal to be asked.")
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True))


@app.command("backup")
def backup(
    store: StoreUrl,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make.")],
    with_key: Annotated[bool, typer.Option("--with-key", help="The key too, under a passphrase.")] = False,
    as_json: Json = False,
) -> None:
    """Copy a store into one file while others go on working.

    Example:  followup store backup sqlite:///followup.db monday.db --with-key
    """
    from followup_analytics.store.upkeep import back_up
    from followup_analytics.text import listed

    opened = _opened(store)
    made = back_up(opened, file, phrase=_phrase(new=True) if with_key else None)
    lost = (
        "The key is not in it. Whoever loses the key loses the contact book, and the next ingest takes everybody for "
        "somebody new: keep the key file as safely, or use --with-key."
    )
    results = [{"file": str(file), "with_key": with_key, "rows": made.rows}]
    sentence = f"Backed up {sum(made.rows.values()):,} rows into {listed(made.files, 'and')}."
    _answer(results, sentence, as_json=as_json, notes=() if with_key else (lost,))


@app.command("verify")
def verify(store: StoreUrl, as_json: Json = False) -> None:
    """Look a store over: its file, links, contents, history, settings, key and contact book. Exit code 3 for a fault.

    Example:  followup store verify sqlite:///followup.db
    """
    from followup_analytics.errors import DataError
    from followup_analytics.store.verifying import verify as look_over
    from followup_analytics.text import counted

    found = look_over(_opened(store))
    if as_json:
        echo_upkeep("store", [{"check": one.check, "ok": one.ok, "n": one.n, "text": one.text} for one in found])
    else:
        for one in found:
            typer.echo(f"{'ok ' if one.ok else 'BAD'}  {one.check}: {one.text}")
    bad = [one for one in found if not one.ok]
    if bad:
        raise DataError(f"{counted(len(bad), 'check')} of {len(found)} found faults; put back a backup that verifies.")
    say(f"All {len(found)} checks are fine.")


@app.command("copy")
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The store to copy.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where there is no store yet.")],
    as_json: Json = False,
) -> None:
    """Copy a store with its history to another place, from SQLite to PostgreSQL or back.

    Example:  followup store copy sqlite:///followup.db postgresql://office@server/followup
    """
    from followup_analytics.store.address import parse_address
    from followup_analytics.store.upkeep import copy_store
    from followup_analytics.text import listed

    made = copy_store(_opened(source), target)
    beside = f" Beside it: {listed(made.files, 'and')}." if made.files else ""
    shown = parse_address(target).shown
    _answer(
        [{"to": shown, "rows": made.rows}],
        f"Copied {sum(made.rows.values()):,} rows to {shown}, each compared.{beside}",
        as_json=as_json,
    )


@app.command("compact")
def compact(store: StoreUrl, as_json: Json = False) -> None:
    """Rewrite a store without the room that erased and replaced rows left.

    Example:  followup store compact sqlite:///followup.db
    """
    from followup_analytics.store.upkeep import compact as rewrite

    before, after = rewrite(_opened(store, write=True))
    _answer([{"bytes_before": before, "bytes_after": after}], f"{before:,} bytes became {after:,}.", as_json=as_json)


@app.command("export-person")
def export_person(
    store: StoreUrl,
    who: Annotated[str, typer.Argument(metavar="APPLICANT", help="The applicant's id, or a name of the book.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make (.json).")],
    as_json: Json = False,
) -> None:
    """Write all that is held on one person into a readable file (confidential).

    Example:  followup store export-person sqlite:///followup.db ada ada.json
    """
    from followup_analytics.store.persons import export_person as export

    n = export(_opened(store), who, file)
    _answer(
        [{"file": str(file), "rows": n}],
        f"Wrote {n:,} rows, with their history and the contact book's entry, into {file.name} (confidential).",
        as_json=as_json,
    )


@app.command("merge-people")
def merge_people(
    store: StoreUrl,
    kept: Annotated[str, typer.Argument(metavar="KEPT", help="The id under which the person goes on.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The other id of the same person.")],
    apart: Annotated[bool, typer.Option("--apart", help="Take an earlier merge apart again.")] = False,
    as_json: Json = False,
) -> None:
    """Make two ids one person, now and at every later ingest; --apart takes it back.

    Example:  followup store merge-people sqlite:///followup.db ada ada.berg
    """
    from followup_analytics.store.persons import merge, take_apart
    from followup_analytics.text import counted

    n = (take_apart if apart else merge)(_opened(store, write=True), kept, other)
    done = "went back to the other id" if apart else "now stand under the id that was kept"
    _answer([{"interviews": n, "apart": apart}], f"{counted(n, 'interview')} {done}.", as_json=as_json)


@app.command("share-key")
def share_key(
    store: StoreUrl,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file with the encrypted key.")],
    take: Annotated[bool, typer.Option("--take", help="Put the key of this file in its place here.")] = False,
    as_json: Json = False,
) -> None:
    """Write the store's key into a file under a passphrase, for a colleague's machine; --take puts it in place there.

    Example:  followup store share-key sqlite:///followup.db key.sealed
    """
    from followup_analytics.errors import UsageError
    from followup_analytics.store import store_exists
    from followup_analytics.store.keys import take_sealed_key, write_sealed_key
    from followup_analytics.store.kinds import KEY_MARK

    if take:
        mark = _opened(store).setting(KEY_MARK) if store_exists(store) else None
        path = take_sealed_key(store, file, _phrase(new=False), mark)
        _answer([{"file": str(path), "taken": True}], f"The key lies in {path.name} now.", as_json=as_json)
        return
    if file.exists():
        raise UsageError(f"{file.name} is there already; name another file.")
    opened = _opened(store)
    if opened.setting(KEY_MARK) is None:
        raise UsageError(f"{opened.address.shown}: this store has no key yet; its first entry or ingest makes one.")
    write_sealed_key(opened, file, _phrase(new=True))
    _answer(
        [{"file": str(file), "taken": False}],
        f"{file.name} holds the key under the passphrase; tell the passphrase by another way than the file.",
        as_json=as_json,
    )


@app.command("roles")
def roles(
    store: StoreUrl,
    apply: Annotated[bool, typer.Option("--apply", help="Run the statements, as the owner of the tables.")] = False,
    as_json: Json = False,
) -> None:
    """The roles of an office on PostgreSQL: writer, coaches who see their own clients, analyst. docs/postgresql.md.

    Example:  followup store roles postgresql://office@server/followup --apply
    """
    from followup_analytics.store.roles import make_roles, role_statements

    statements = make_roles(_opened(store, write=True)) if apply else role_statements()
    if not as_json and not apply:
        typer.echo("".join(f"{one};\n" for one in statements), nl=False)
    done = "Made the roles" if apply else "These statements make the roles"
    rest = "add each person's log-in to one of them with GRANT." if apply else "--apply runs them."
    _answer([{"applied": apply, "statements": list(statements)}], f"{done}; {rest}", as_json=as_json)


@app.command("certificate")
def certificate(
    store: StoreUrl,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The certificate that `forget` made.")],
    as_json: Json = False,
) -> None:
    """Check a certificate of erasure: made with this store's key, and not changed since. Exit code 3 where it isn't.

    Example:  followup store certificate sqlite:///followup.db erased.json
    """
    from followup_analytics.store.certificate import check_certificate

    held = check_certificate(store, file)
    _answer(
        [dict(held)],
        f"{file.name} is genuine: the erasure of {held['erased_at']}, with {len(held['looked_at'])} places looked at.",
        as_json=as_json,
    )


@app.command("hide-keys")
def hide_keys(store: StoreUrl, as_json: Json = False) -> None:
    """Replace keys that an earlier version made of people's ids by pseudonyms; the same files are known again.

    Example:  followup store hide-keys sqlite:///followup.db
    """
    from followup_analytics.store.keys import hide_plain_keys

    n = hide_plain_keys(_opened(store, write=True))
    _answer([{"keys": n}], f"{n:,} keys became pseudonyms." if n else "No key had to be replaced.", as_json=as_json)


@app.command("rotate-key")
def rotate_key(store: StoreUrl, as_json: Json = False) -> None:
    """Give a store a new key: every pseudonym changes, every id still finds its person.

    Example:  followup store rotate-key sqlite:///followup.db
    """
    from followup_analytics.store.keys import rotate_key as rotate

    n = rotate(_opened(store, write=True))
    note = "Key files on other machines and in backups are of the old key: hand the new one out with share-key."
    _answer([{"rows": n}], f"{n:,} rows stand under new pseudonyms.", as_json=as_json, notes=(note,))


register(app)
