"""The certificate of a shared page: made on the spot, kept beside the store, known again by its fingerprint."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

from followup_analytics.store.book import write_private

if TYPE_CHECKING:
    from cryptography import x509

_LASTS = dt.timedelta(days=365)
#: With less than this left a new one is made.
_LEAST = dt.timedelta(days=14)


def certificate_for(address: str, path: Path) -> str:
    """A certificate for an address with its key in one file, made anew unless the file has one that holds on.

    path: the file, for its owner's eyes only. Gives the certificate's SHA-256 fingerprint, as browsers show it.
    Raises UnreadableError where the file can't be written.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    held = _held(path)
    if held is None or not _is_for(held, address) or held.not_valid_after_utc - dt.datetime.now(dt.UTC) < _LEAST:
        write_private(path, _made(address))
        held = x509.load_pem_x509_certificate(path.read_bytes())
    return held.fingerprint(hashes.SHA256()).hex(":").upper()


def _held(path: Path) -> x509.Certificate | None:
    from cryptography import x509

    try:
        return None if path.stat().st_mode & 0o077 else x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return None


def _is_for(held: x509.Certificate, address: str) -> bool:
    from cryptography import x509

    return held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value == x509.SubjectAlternativeName(
        [_name(address)]
    )


def _name(address: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _made(address: str) -> str:
    """A key and a certificate that signs itself, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "followup page")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName([_name(address)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + made.public_bytes(serialization.Encoding.PEM)).decode("ascii")
