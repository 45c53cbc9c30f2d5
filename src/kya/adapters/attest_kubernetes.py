"""A service account's projected token, which the cluster's API server looks at.

The server is asked by TokenReview (authentication.k8s.io/v1), with our audience: a
token that was made for somebody else shows nothing here. Nothing of the token itself is
read on this side.
"""

import re
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from kya.authority.attestation import Asked, NotAttestedError
from kya.core.errors import InputError, TransientError

_PATH: Final = "/apis/authentication.k8s.io/v1/tokenreviews"
_ANSWER_BYTES_MAX: Final = 65_536
_ACCOUNT: Final = re.compile(
    r"system:serviceaccount:([a-z0-9][a-z0-9-]{0,62}):([a-z0-9][a-z0-9.-]{0,252})"
)
_NODE: Final = "authentication.kubernetes.io/node-name"
_NODE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,252}")


class _User(msgspec.Struct, frozen=True):
    """Who the server says it is."""

    username: str = ""
    extra: dict[str, list[str]] = {}


class _Status(msgspec.Struct, frozen=True):
    """What the server says of a token."""

    authenticated: bool = False
    audiences: list[str] = []
    error: str = ""
    user: _User = _User()


class _Review(msgspec.Struct, frozen=True):
    """The server's answer; members that we do not ask for are ignored."""

    status: _Status


_DECODER: Final = msgspec.json.Decoder(_Review)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The API server, what its certificate is under, and our own account there.

    `token_file` holds the credential of an account that may create token reviews; it
    is read for each question, because the cluster replaces it.
    """

    url: str
    ca_file: Path
    token_file: Path
    audience: str
    seconds: float = 5.0

    def __post_init__(self) -> None:
        """Refuse to send a token where everybody can read it."""
        if urlsplit(self.url).scheme != "https":
            raise InputError(f"kubernetes {self.url}: want https")


class KubernetesAttestation:
    """Shows namespace and service account, and the node where the server names one."""

    def __init__(self, cluster: Cluster) -> None:
        """Trust this CA and no other; InputError if it cannot be read."""
        self._cluster = cluster
        try:
            context = ssl.create_default_context(cafile=str(cluster.ca_file))
        except OSError as error:
            text = f"kubernetes: {cluster.ca_file}: want CA certificates ({error})"
            raise InputError(text) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context = context

    def shown(self, asked: Asked) -> tuple[str, ...]:
        """Return what the API server says of the token."""
        if not asked.evidence:
            raise NotAttestedError("kubernetes: want a service account's token")
        status = self._review(asked.evidence).status
        if not status.authenticated:
            raise NotAttestedError("kubernetes: the API server does not know the token")
        # A server that knows no audiences names none, and so vouches for anything.
        if self._cluster.audience not in status.audiences:
            named = ", ".join(status.audiences) or "nobody"
            raise NotAttestedError(f"kubernetes: the token is for {named}")
        account = _ACCOUNT.fullmatch(status.user.username)
        if account is None:
            raise NotAttestedError("kubernetes: the token is no service account's")
        selectors = [f"namespace={account[1]}", f"service_account={account[2]}"]
        nodes = status.user.extra.get(_NODE, [])
        if len(nodes) == 1 and _NODE_NAME.fullmatch(nodes[0]):
            selectors.append(f"node={nodes[0]}")
        return tuple(sorted(selectors))

    def _review(self, token: str) -> _Review:
        """Return the server's answer; TransientError if it gives none that we know."""
        question = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"audiences": [self._cluster.audience], "token": token},
        }
        status, body = self._post(msgspec.json.encode(question))
        if status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise TransientError(f"kubernetes: the API server answered {status}")
        try:
            return _DECODER.decode(body)
        except msgspec.DecodeError as error:
            text = "kubernetes: the API server's answer makes no sense"
            raise TransientError(text) from error

    def _post(self, body: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        at = urlsplit(self._cluster.url)
        connection = HTTPSConnection(
            at.hostname or "",
            at.port,
            timeout=self._cluster.seconds,
            context=self._context,
        )
        try:
            own = self._cluster.token_file.read_text().strip()
            headers = {
                "accept": "application/json",
                "authorization": f"Bearer {own}",
                "content-type": "application/json",
            }
            connection.request("POST", _PATH, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_ANSWER_BYTES_MAX)
        except (OSError, HTTPException, ValueError) as error:
            # The error's own text may hold a header, and so a token.
            text = f"kubernetes: no answer from the API server: {type(error).__name__}"
            raise TransientError(text) from error
        finally:
            connection.close()
