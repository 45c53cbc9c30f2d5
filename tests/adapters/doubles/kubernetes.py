"""A cluster's API server, as far as TokenReview goes, over TLS on this machine."""

import json
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

AUDIENCE = "kya"
OWN_TOKEN = "the authority's own token"


@dataclass
class Answered:
    """What the server says of a token, and how."""

    status: dict[str, Any] = field(default_factory=dict[str, Any])
    code: int = 201
    pause_seconds: float = 0
    body: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    authorizations: list[str] = field(default_factory=list[str])


def a_status(**changes: object) -> dict[str, Any]:
    """The status of the agent's own token."""
    return {
        "authenticated": True,
        "audiences": [AUDIENCE],
        "user": {
            "username": "system:serviceaccount:trading:algo-trader",
            "uid": "1f",
            "groups": ["system:serviceaccounts"],
            "extra": {"authentication.kubernetes.io/node-name": ["worker-1"]},
        },
        **changes,
    }


def a_server_certificate() -> tuple[bytes, bytes]:
    """The server's key and its own certificate, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cluster")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, certificate.public_bytes(Encoding.PEM)


@contextmanager
def cluster(certificate: Path, answered: Answered) -> Generator[str]:
    """Serve on a free port with this certificate and key in PEM; yield the URL."""

    class Reviews(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            answered.asked.append(json.loads(self.rfile.read(length)))
            answered.authorizations.append(self.headers["authorization"])
            time.sleep(answered.pause_seconds)
            review = {
                "apiVersion": "authentication.k8s.io/v1",
                "kind": "TokenReview",
                "status": answered.status,
            }
            body = answered.body or json.dumps(review).encode()
            self.send_response(answered.code)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Reviews)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
