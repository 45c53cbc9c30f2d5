"""Checkpoints that an authority has stamped, and stamps that say nothing of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from conformance.case import Case, Given
from kya.codec import package_layout as layout
from tests.pki.stamping import P256, P384, RSA, StampAuthority
from tests.verify.packages import MemoryLog, build_of, busy_world, published

Stamped: TypeAlias = tuple[StampAuthority, dict[str, bytes]]
"""The authority whose root the verifier brings, and the stamps by their paths."""

FORMER = 16


def stamp_cases() -> Iterator[Case]:
    """Yield a log that was stamped in several ways, and others that were not."""
    for name, at_stake, stamp in (
        ("one", set[int](), lambda out, log: _by(_found(out), log)),
        ("by-rsa", set[int](), lambda out, log: _by(_found(out, kind=RSA), log)),
        ("by-p384", set[int](), lambda out, log: _by(_found(out, kind=P384), log)),
        ("an-authority-between", set[int](), lambda out, log: _below(out, log, "TRUE")),
        ("nobody-between", {8}, lambda out, log: _below(out, log, "FALSE")),
        ("none", {8}, lambda out, _log: (_found(out), {})),
        ("a-stranger", {8}, _by_a_stranger),
        ("ended-before", {8}, lambda out, log: _by(_found(out, days=-1), log)),
        ("by-a-key-for-mail", {8}, _by_a_key_for_mail),
        ("of-another-checkpoint", {8}, _of_another_checkpoint),
        ("by-sha-512", {8}, lambda out, log: _by(_found(out), log, "-sha512")),
        ("cut-off", {8}, _cut_off),
        ("signature-bent", {8}, _bent),
        ("on-nothing", {8}, _on_nothing),
    ):
        yield _case(name, frozenset(at_stake), stamp)


def _case(
    name: str, at_stake: frozenset[int], stamp: Callable[[Path, MemoryLog], Stamped]
) -> Case:
    def make(out: Path) -> Given:
        world = busy_world(1)
        source = published(world.entries, world.log, FORMER)
        authority, stamps = stamp(out, source)
        handed = build_of(world, source, out / "evidence")
        for path, content in stamps.items():
            handed.write(path, content)
        handed.list_again()
        return replace(Given.of(handed), authorities=authority.root)

    return Case(
        id=f"stamp/{name}",
        says=name.replace("-", " "),
        at_stake=at_stake,
        make=make,
    )


def _found(out: Path, days: int = 3650, kind: tuple[str, ...] = P256) -> StampAuthority:
    return StampAuthority.found(out / "tsa", days=days, kind=kind)


def _by(authority: StampAuthority, log: MemoryLog, *options: str) -> Stamped:
    note = log.files[layout.checkpoint_path(FORMER)]
    stamp = authority.stamp(note, *options)
    return authority, {layout.stamp_path(FORMER, "tsa"): stamp}


def _below(out: Path, log: MemoryLog, is_ca: str) -> Stamped:
    above = StampAuthority.found(out / "above")
    below = _found(out)
    below.stand_under(above, is_ca)
    return above, _by(below, log)[1]


def _by_a_stranger(out: Path, log: MemoryLog) -> Stamped:
    return StampAuthority.found(out / "other"), _by(_found(out), log)[1]


def _by_a_key_for_mail(out: Path, log: MemoryLog) -> Stamped:
    purpose = "critical,timeStamping,emailProtection"
    mail = StampAuthority.found(out / "mail", purpose=purpose)
    ((path, stamp),) = _by(_found(out), log)[1].items()
    return mail, {path: mail.signs(stamp)}


def _of_another_checkpoint(out: Path, _log: MemoryLog) -> Stamped:
    authority = _found(out)
    stamp = authority.stamp(b"another checkpoint\n")
    return authority, {layout.stamp_path(FORMER, "tsa"): stamp}


def _cut_off(out: Path, log: MemoryLog) -> Stamped:
    authority, stamps = _by(_found(out), log)
    return authority, {path: stamp[:-1] for path, stamp in stamps.items()}


def _bent(out: Path, log: MemoryLog) -> Stamped:
    """Turn one bit of the signature, which is the last value of a response."""
    authority, stamps = _by(_found(out), log)
    bent = {
        path: stamp[:-9] + bytes([stamp[-9] ^ 1]) + stamp[-8:]
        for path, stamp in stamps.items()
    }
    return authority, bent


def _on_nothing(out: Path, log: MemoryLog) -> Stamped:
    authority, stamps = _by(_found(out), log)
    (stamp,) = stamps.values()
    return authority, {layout.stamp_path(FORMER - 1, "tsa"): stamp} | stamps
