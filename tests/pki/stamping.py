"""A time-stamping authority of our own: the openssl command, with keys made once."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha512
ess_cert_id_alg = sha256
[leaf]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


@dataclass(frozen=True)
class StampAuthority:
    """A root, and a signer under it, in a folder."""

    folder: Path

    @classmethod
    def found(cls, folder: Path, days: int = 3650) -> "StampAuthority":
        """Make root and signer; negative days make one that has ended."""
        folder.mkdir()
        made = cls(folder)
        (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        subject = ("-subj", f"/CN={folder.name} root")
        made._run(
            "req",
            "-x509",
            *key,
            *subject,
            "-keyout",
            "root.key",
            "-out",
            "root.pem",
            "-days",
            "3650",
        )
        made._run(
            "req",
            *key,
            "-subj",
            f"/CN={folder.name}",
            "-keyout",
            "tsa.key",
            "-out",
            "tsa.csr",
        )
        made._run(
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-out",
            "tsa.pem",
            "-days",
            str(days),
            "-extfile",
            "openssl.cnf",
            "-extensions",
            "leaf",
        )
        return made

    @property
    def root(self) -> bytes:
        """The root in PEM."""
        return (self.folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        """Answer a query as the authority does."""
        (self.folder / "query.tsq").write_bytes(query)
        self._run(
            "ts",
            "-reply",
            "-config",
            "openssl.cnf",
            "-queryfile",
            "query.tsq",
            "-out",
            "reply.tsr",
        )
        return (self.folder / "reply.tsr").read_bytes()

    def stamp(self, content: bytes, *options: str) -> bytes:
        """Return a time stamp over these bytes, asked for by the same command."""
        (self.folder / "content").write_bytes(content)
        self._run(
            "ts",
            "-query",
            "-data",
            "content",
            "-cert",
            "-out",
            "own.tsq",
            *(options or ("-sha256",)),
        )
        return self.answer((self.folder / "own.tsq").read_bytes())

    def _run(self, *arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments], cwd=self.folder, capture_output=True, check=True
        )
