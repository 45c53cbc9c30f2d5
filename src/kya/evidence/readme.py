"""README.txt: what to run, in which order, and what must come out.

The commands need OpenSSL 3.0, coreutils and a POSIX shell. They are a convenience: the
package is written by the party that is being checked, and its README with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kya.codec.note import key_id
from kya.codec.package_layout import decision_path, mandate_path, order_path, place
from kya.codec.tally import Tally
from kya.core.credential import Role
from kya.core.instant import MICROS_PER_SECOND, Instant
from kya.evidence.holdings import Held, Holdings
from kya.pki.oids import CERTIFICATE_POLICY

_INTRODUCTION: Final = """\
Evidence of {origin}
{rule}

This folder is a whole log of signed statements, with the orders of
{period}
laid out one by one. Do not trust it: check it. Nothing in it counts because it is in
it. Bring two things of your own, received before and on another way:

  root.pem     the root certificate
  policy.txt   the key of the log and its witnesses, best received before the first
               live order

and, if you have one, a checkpoint of this log that you kept from earlier. Then run

  kya verify . --root /path/to/your/root.pem --policy /path/to/your/policy.txt
  kya verify . --root /path/to/your/root.pem --policy /path/to/your/policy.txt \\
      --checkpoint /path/to/your/checkpoint.note

It prints ten questions, each with HOLDS, FAILS or UNKNOWN and why, and exits with 0 if
all hold, 1 if one fails and 3 if one cannot be told. Questions 6 and 7 (baseline,
incidents) are UNKNOWN in packages of this version, so the exit code of a sound package
is 3. If a venue gave you its own list of executions, add --executions with its file;
if you trust time-stamping authorities, add --tsa with their roots.

The same without our program, with OpenSSL 3.0, coreutils, sed, awk and a POSIX shell:

  sh verify/verify.sh --root /path/to/your/root.pem --policy /path/to/your/policy.txt

It prints the same ten questions and has the same exit codes.

And in a browser, without installing anything: open your own copy of verify/verify.html
(`kya verify --page` prints it) and choose the package as one .tar.gz, root.pem and
policy.txt. The page needs no network and has none.

Whatever is found in a package is a convenience, not a judge: compare verify/ with what
is published, or type the commands below yourself. Each block says what it must
print. Run them in this folder; $W is a folder for intermediate files.

  W=$(mktemp -d)

1. Is every file here as it was when the package was made?

  sha256sum --check --strict --quiet SHA256SUMS && echo complete

complete

2. Do the certificates chain to your root, at the time when each began to count?
   (OpenSSL looks at today's date unless -attime says another.)

  cmp trust/root.pem /path/to/your/root.pem && echo same root

same root

"""

_CHAIN: Final = """\
  openssl verify -CAfile trust/root.pem -untrusted trust/issuer.pem \\
      -policy {policy} -explicit_policy -attime {attime} \\
      {path}

{path}: OK

"""

_LISTS: Final = """\
3. Which certificates were revoked when the list {path} was published?

"""

_LIST: Final = """\
  openssl verify -CAfile trust/root.pem -untrusted trust/issuer.pem \\
      -crl_check -CRLfile {crl} -attime {attime} \\
      {path}

{expected}

"""

_CHECKPOINT: Final = """\
4. Did the log sign its own size and root hash?

  head -n 3 log/checkpoint > $W/checkpoint
  grep -F -- '\u2014 {origin} ' log/checkpoint | cut -d ' ' -f 3 | base64 -d \\
      | tail -c +5 > $W/checkpoint.sig
  openssl x509 -in {log} -noout -pubkey > $W/log.pub
  openssl pkeyutl -verify -pubin -inkey $W/log.pub -rawin \\
      -in $W/checkpoint -sigfile $W/checkpoint.sig

Signature Verified Successfully

"""

_ORDER: Final = """\
5. Did the agent sign an order, and the gateway its decision? Here the first one shown;
   verify/verify.sh does all of them.

  head -n 1 {order} > $W/order
  tail -n 1 {order} | cut -d ' ' -f 3 | base64 -d \\
      | tail -c +5 > $W/order.sig
  openssl x509 -in {agent} -noout -pubkey > $W/agent.pub
  openssl dgst -sha256 -verify $W/agent.pub -signature $W/order.sig $W/order

Verified OK

  head -n 1 {decision} > $W/decision
  tail -n 1 {decision} | cut -d ' ' -f 3 | base64 -d \\
      | tail -c +5 > $W/decision.sig
  openssl x509 -in {gateway} -noout -pubkey > $W/gateway.pub
  openssl dgst -sha256 -verify $W/gateway.pub -signature $W/decision.sig $W/decision

Verified OK

"""

_SCOPE: Final = """\
6. Does the scope in the certificate equal the one in the mandate that the board signed?

  openssl x509 -in {agent} -outform DER \\
      | LC_ALL=C grep -a -o '{{"_type":"kya/scope/v1".*}}}}' > $W/certified
  sed -n '1s/.*"scope":\\(.*\\),"valid_from".*/\\1/p' \\
      {mandate} > $W/resolved
  cmp $W/certified $W/resolved && echo same scope

same scope

"""

_FILES: Final = """\
What lies where: policy.txt the log's key · trust/ certificates, revocation lists and
mandates, each copied from the log · log/ the log itself, a C2SP tile directory ·
checkpoints/ earlier signed tree heads · witnessed/ and stamps/, where there are any,
what witnesses and time-stamping authorities say of them · orders/ the agents' signed
orders, each with the proof that it is in the log · decisions/ the gateway's signed
answers · report.json and report.csv figures with the log entries behind them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The order that the commands show; `gateway` is the key id under its decision."""

    agent: str
    seq: int
    credential: str
    gateway: bytes


def readme(holdings: Holdings, tally: Tally, sample: Sample | None) -> bytes:
    """Return README.txt for this package."""
    return "".join(_parts(holdings, tally, sample)).encode("utf-8")


def _parts(holdings: Holdings, tally: Tally, sample: Sample | None) -> Iterator[str]:
    """Yield the text from top to bottom."""
    selection = tally.selection
    who = f"agent {selection.agent}" if selection.agent else "all agents"
    period = f"{who} from {selection.first} to {selection.last}"
    rule = "=" * (len(holdings.origin) + len("Evidence of "))
    yield _INTRODUCTION.format(origin=holdings.origin, rule=rule, period=period)
    held = sorted(holdings.certificates, key=lambda found: place(found.path))
    for found in held:
        yield _CHAIN.format(
            path=found.path,
            attime=_seconds(found.since),
            policy=CERTIFICATE_POLICY.dotted_string,
        )
    yield from _list_parts(holdings, held)
    log = [found.path for found in held if found.credential.role is Role.LOG]
    yield _CHECKPOINT.format(origin=holdings.origin, log=log[-1])
    if sample is not None:
        yield from _sample_parts(holdings, sample)
    yield _FILES


def _list_parts(holdings: Holdings, held: list[Held]) -> Iterator[str]:
    """Yield the commands that ask the newest revocation list about every agent."""
    if not holdings.lists:
        return
    crl, newest = holdings.lists[-1]
    at = newest.contents.this_update
    yield _LISTS.format(path=crl)
    for found in held:
        credential = found.credential
        if credential.role is Role.AGENT and credential.not_before <= at:
            revoked = newest.is_revoked(credential.serial)
            failure = (
                "error 23 at 0 depth lookup: certificate revoked\n"
                f"error {found.path}: verification failed"
            )
            yield _LIST.format(
                crl=crl,
                attime=_seconds(at),
                path=found.path,
                expected=failure if revoked else f"{found.path}: OK",
            )


def _sample_parts(holdings: Holdings, sample: Sample) -> Iterator[str]:
    """Yield the commands for one order, its decision, and the scope it came under."""
    certificates = holdings.certificates
    agent = next(c for c in certificates if c.credential.digest == sample.credential)
    gateway = next(
        found
        for found in certificates
        if found.credential.role is Role.GATEWAY
        and key_id(found.credential.name, found.credential.spki) == sample.gateway
    )
    yield _ORDER.format(
        order=order_path(sample.agent, sample.seq),
        decision=decision_path(sample.agent, sample.seq),
        agent=agent.path,
        gateway=gateway.path,
    )
    if agent.credential.grant is not None:
        mandate = mandate_path(agent.credential.grant.mandate)
        yield _SCOPE.format(agent=agent.path, mandate=mandate)


def _seconds(instant: Instant) -> int:
    """Return POSIX seconds, as -attime takes them."""
    return instant.micros // MICROS_PER_SECOND
