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
extendedKeyUsage = {purpose}
"""
BETWEEN = """\
basicConstraints = critical,CA:{is_ca}
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 2.5.29.32.0
"""
P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
P384 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")
P521 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-521")
RSA = ("rsa:2048",)
STAMPING = "critical,timeStamping"


@dataclass(frozen=True)
class StampAuthority:
    """A root, and a signer under it, in a folder."""

    folder: Path

    @classmethod
    def found(
        cls,
        folder: Path,
        days: int = 3650,
        kind: tuple[str, ...] = P256,
        purpose: str = STAMPING,
    ) -> "StampAuthority":
        """Make root and signer; negative days make one that has ended."""
        folder.mkdir()
        made = cls(folder)
        (folder / "openssl.cnf").write_text(
            CONFIG.format(folder=folder, purpose=purpose)
        )
        (folder / "serial").write_text("01\n")
        key = ("-newkey", *kind, "-nodes")
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

    def stand_under(self, above: "StampAuthority", is_ca: str) -> None:
        """Have another root vouch for this one's key, and show that in stamps.

        It is the longer certificate, so that the set of both is in DER as it is.
        """
        (self.folder / "between.cnf").write_text(BETWEEN.format(is_ca=is_ca))
        ca = ("-CA", f"{above.folder}/root.pem", "-CAkey", f"{above.folder}/root.key")
        form = ("-in", "root.pem", "-clrext", "-days", "3650", "-CAcreateserial")
        self._run("x509", *form, *ca, "-extfile", "between.cnf", "-out", "between.pem")
        config = self.folder / "openssl.cnf"
        shown = f"certs = {self.folder}/between.pem\nsigner_digest"
        config.write_text(config.read_text().replace("signer_digest", shown))

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

    def signs(self, other: bytes) -> bytes:
        """Sign the content of another's time stamp, whatever the key is for.

        The command that stamps would refuse such a certificate.
        """
        (self.folder / "other.tsr").write_bytes(other)
        self._run(
            *("ts", "-reply", "-in", "other.tsr"), "-token_out", "-out", "other.token"
        )
        form = ("-inform", "DER", "-in", "other.token", "-out", "content")
        self._run("cms", "-verify", "-noverify", *form)
        kind = ("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-cades")
        key = ("-signer", "tsa.pem", "-inkey", "tsa.key", "-md", "sha256")
        form = ("-outform", "DER", "-in", "content", "-out", "token")
        self._run("cms", "-sign", "-binary", "-nodetach", *kind, *key, *form)
        granted = bytes.fromhex("3003020100") + (self.folder / "token").read_bytes()
        return b"\x30\x82" + len(granted).to_bytes(2) + granted

    def _run(self, *arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments], cwd=self.folder, capture_output=True, check=True
        )
