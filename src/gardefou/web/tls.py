"""TLS at the desk: the server's certificate, and that of its clients where one is asked for."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509

from gardefou.errors import UsageError


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files; with ``client_ca`` only browsers with a certificate of that authority connect."""

    cert: Path
    key: Path
    client_ca: Path | None = None

    def check(self) -> None:
        """Raise `UsageError` for a file that cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.cert, self.key)
        except (OSError, ssl.SSLError) as error:
            raise _unusable(self.cert, error) from error
        if self.client_ca is not None:
            try:
                context.load_verify_locations(self.client_ca)
            except (OSError, ssl.SSLError) as error:
                raise _unusable(self.client_ca, error) from error

    def names(self) -> frozenset[str]:
        """The names and addresses that the certificate is for: those the server answers to."""
        certificate = x509.load_pem_x509_certificate(self.cert.read_bytes())
        try:
            found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except x509.ExtensionNotFound:
            return frozenset()
        names = found.value.get_values_for_type(x509.DNSName)
        addresses = found.value.get_values_for_type(x509.IPAddress)
        return frozenset([*names, *map(str, addresses)])


def tls_of(cert: Path | None, key: Path | None, client_ca: Path | None) -> Tls | None:
    """What three options mean together; raises `UsageError` for one that lacks another."""
    if cert is None and key is None and client_ca is None:
        return None
    if cert is None or key is None:
        raise UsageError("accounts.tls.pair")
    tls = Tls(cert, key, client_ca)
    tls.check()
    return tls


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unusable(path: Path, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
    return UsageError("accounts.tls.unusable", path=path, reason=reason)
