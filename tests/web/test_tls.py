"""TLS at the desk, with certificates made for the test, over real sockets."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gardefou.errors import UsageError
from gardefou.web.app import create_app
from gardefou.web.security import LOCAL_HOSTS
from gardefou.web.server import WebServer
from gardefou.web.tls import Tls, is_loopback, tls_of
from support.house import House


@dataclass(frozen=True)
class Made:
    """A certificate and its key, on the disk."""

    cert: Path
    key: Path
    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey


def make(folder: Path, name: str, issuer: Made | None = None) -> Made:
    """A certificate for ``name`` and 127.0.0.1, by an issuer or by itself."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(private if issuer is None else issuer.private, hashes.SHA256())
    )
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Made(cert, key, certificate, private)


def trusting(server: Made, shown: Made | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(server.cert))
    if shown is not None:
        context.load_cert_chain(shown.cert, shown.key)
    return context


def test_the_desk_speaks_https_under_the_names_of_its_certificate(
    house: House, tmp_path: Path
) -> None:
    made = make(tmp_path, "desk.town.example")
    tls = Tls(made.cert, made.key)
    app = create_app(house.services, hosts=LOCAL_HOSTS | tls.names())
    with WebServer(app, tls=tls) as server:
        assert server.url.startswith("https://127.0.0.1:")
        with httpx2.Client(verify=trusting(made), base_url=server.url, timeout=120) as client:
            assert client.get("/healthz").status_code == 200
            named = client.get("/healthz", headers={"Host": "desk.town.example"})
            assert named.status_code == 200
            assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 421
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(server.url.replace("https", "http") + "healthz", timeout=120)


def test_with_an_authority_named_a_browser_without_its_certificate_gets_nothing(
    house: House, tmp_path: Path
) -> None:
    made = make(tmp_path, "desk.town.example")
    authority = make(tmp_path, "authority.town.example")
    desk = make(tmp_path, "operator.town.example", authority)
    stranger = make(tmp_path, "stranger.example")
    tls = Tls(made.cert, made.key, authority.cert)
    with WebServer(create_app(house.services), tls=tls) as server:
        with httpx2.Client(verify=trusting(made, desk), base_url=server.url, timeout=120) as client:
            assert client.get("/healthz").status_code == 200
        for shown in (None, stranger):
            context = trusting(made, shown)
            with (
                httpx2.Client(verify=context, base_url=server.url, timeout=120) as client,
                pytest.raises(httpx2.HTTPError),
            ):
                client.get("/healthz")


def test_files_that_cannot_be_used_are_refused_by_name(tmp_path: Path) -> None:
    made, other = make(tmp_path, "a.example"), make(tmp_path, "b.example")
    (tmp_path / "empty.pem").write_text("")
    for cert, key, authority, named in [
        (made.cert, other.key, None, made.cert),
        (tmp_path / "missing.pem", made.key, None, tmp_path / "missing.pem"),
        (made.cert, made.key, tmp_path / "empty.pem", tmp_path / "empty.pem"),
    ]:
        with pytest.raises(UsageError) as refused:
            tls_of(cert, key, authority)
        assert refused.value.key == "accounts.tls.unusable"
        assert refused.value.fields["path"] == named


def test_the_options_go_together(tmp_path: Path) -> None:
    made = make(tmp_path, "a.example")
    assert tls_of(None, None, None) is None
    assert tls_of(made.cert, made.key, None) == Tls(made.cert, made.key)
    for options in (
        (made.cert, None, None),
        (None, made.key, None),
        (None, None, made.cert),
    ):
        with pytest.raises(UsageError) as refused:
            tls_of(*options)
        assert refused.value.key == "accounts.tls.pair"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("desk.town.example", False),
        ("", False),
    ],
)
def test_what_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
