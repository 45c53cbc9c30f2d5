from dataclasses import FrozenInstanceError, replace

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from kya.adapters.kms_memory import MemorySigner
from kya.core.credential import Role
from kya.core.errors import DistrustError, InputError
from kya.pki.certificate import scope_of
from kya.pki.issuance import issue, prepare
from kya.pki.keys import KeyAlgorithm
from kya.pki.lint import LintedCertificate, ToBeSigned, lint
from kya.pki.profile import ISSUING, LEAVES, ROOT
from tests.pki.forgery import FAULTS, agent_draft
from tests.pki.world import (
    AGENT_KEY,
    CA_KEY,
    LEAF_END,
    LEAF_START,
    ROOT_KEY,
    SCOPE,
    SERIAL,
    issuing_request,
    leaf_request,
    root_request,
    signed,
    with_basics,
    world,
)


def tbs_of(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).tbs_certificate_bytes


def as_agent(certificate: bytes) -> ToBeSigned:
    return ToBeSigned(
        tbs=tbs_of(certificate), profile=LEAVES[Role.AGENT], issuer=world().issuing
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_the_linter_refuses(fault: str) -> None:
    rule, change = FAULTS[fault]
    with pytest.raises(InputError, match=f"agent certificate: .*({rule})"):
        lint(as_agent(change(agent_draft()).signed()))


def test_the_linter_accepts_the_draft_without_a_fault() -> None:
    prepared = as_agent(agent_draft().signed())
    assert lint(prepared).prepared == prepared


def test_every_violation_is_named_at_once() -> None:
    draft = agent_draft()
    for fault in ("63-bit serial", "no scope", "CRL over https", "P-384 key"):
        draft = FAULTS[fault][1](draft)
    with pytest.raises(InputError) as refused:
        lint(as_agent(draft.signed()))
    for rule in ("serial has", "is missing", "crl is at one", "key is of the profile"):
        assert rule in str(refused.value)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.AGENT])
def test_a_role_other_than_the_profiles_is_refused(role: Role) -> None:
    with pytest.raises(InputError, match=f"want role {role.value}"):
        lint(replace(as_agent(world().agent), profile=LEAVES[role]))


def test_what_was_not_linted_cannot_be_signed() -> None:
    bad = as_agent(FAULTS["no scope"][1](agent_draft()).signed())
    with pytest.raises(InputError):
        LintedCertificate(bad)
    with pytest.raises(AttributeError):
        issue(bad, CA_KEY)  # type: ignore[arg-type]


def test_what_was_linted_cannot_be_changed_afterwards() -> None:
    linted = lint(as_agent(world().agent))
    bad = as_agent(FAULTS["no scope"][1](agent_draft()).signed())
    with pytest.raises(FrozenInstanceError):
        linted.prepared = bad  # type: ignore[misc]
    with pytest.raises(InputError):
        replace(linted, prepared=bad)


def test_exactly_the_linted_bytes_are_signed() -> None:
    linted = lint(prepare(leaf_request(), world().issuing))
    assert tbs_of(issue(linted, CA_KEY)) == linted.prepared.tbs


@pytest.mark.parametrize("signer", [ROOT_KEY, AGENT_KEY], ids=["root", "agent"])
def test_only_the_issuers_key_signs(signer: MemorySigner) -> None:
    linted = lint(prepare(leaf_request(), world().issuing))
    with pytest.raises(DistrustError, match="another key"):
        issue(linted, signer)


def test_a_root_is_signed_by_its_own_key() -> None:
    linted = lint(prepare(root_request()))
    with pytest.raises(DistrustError, match="another key"):
        issue(linted, CA_KEY)
    root = x509.load_der_x509_certificate(issue(linted, ROOT_KEY))
    root.verify_directly_issued_by(root)


@pytest.mark.parametrize("role", Role)
def test_a_leaf_of_each_role_is_signed_by_the_issuing_ca(role: Role) -> None:
    leaf = x509.load_der_x509_certificate(signed(leaf_request(role), world().issuing))
    leaf.verify_directly_issued_by(x509.load_der_x509_certificate(world().issuing))


def test_the_same_request_gives_the_same_bytes_to_sign() -> None:
    first, second = (prepare(leaf_request(), world().issuing) for _ in range(2))
    assert first == second


def test_the_serial_of_the_story_is_nine_octets_and_positive() -> None:
    leaf = x509.load_der_x509_certificate(world().agent)
    assert leaf.serial_number == SERIAL
    assert bytes.fromhex("020900f1d4e8c7b2a9f3e6") in world().agent


@pytest.mark.parametrize("serial", [0, -1, 1, (1 << 63) - 1, 1 << 159, 1 << 170])
def test_serials_out_of_range_are_refused(serial: int) -> None:
    request = leaf_request()
    basics = replace(request.basics, serial=serial)
    with pytest.raises(InputError, match="serial"):
        lint(prepare(with_basics(request, basics), world().issuing))


@pytest.mark.parametrize("serial", [1 << 63, (1 << 128) - 1, (1 << 159) - 1])
def test_serials_at_the_ends_of_the_range_are_issued(serial: int) -> None:
    request = leaf_request()
    leaf = signed(
        with_basics(request, replace(request.basics, serial=serial)), world().issuing
    )
    assert x509.load_der_x509_certificate(leaf).serial_number == serial


@pytest.mark.parametrize(
    "name", ["algo_trader_v2", "x", "a" * 64, "A.b-c_9", "log.cryptoex.example/2026"]
)
def test_names_of_every_permitted_form_are_issued(name: str) -> None:
    leaf = x509.load_der_x509_certificate(
        signed(leaf_request(name=name), world().issuing)
    )
    (found,) = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert found.value == name


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.OPERATOR])
def test_a_person_keeps_a_name_with_an_umlaut(role: Role) -> None:
    request = replace(leaf_request(role, "j.mueller"), person="Jürgen Müller")
    leaf = signed(request, world().issuing)
    assert b"\x0c\x0f" + "Jürgen Müller".encode() in leaf


def test_an_agent_cannot_call_itself_otherwise() -> None:
    request = replace(leaf_request(), person="harmless")
    with pytest.raises(InputError, match="common name is the name"):
        lint(prepare(request, world().issuing))


@pytest.mark.parametrize("operator", ["", "x" * 65, "Zu\u0308rich", " x", "a\u200bb"])
def test_unfit_operators_are_refused(operator: str) -> None:
    request = leaf_request()
    basics = replace(request.basics, operator=operator)
    with pytest.raises(InputError, match="name"):
        prepare(with_basics(request, basics), world().issuing)


def test_an_agent_without_a_scope_and_a_gateway_with_one_are_refused() -> None:
    with pytest.raises(InputError, match="is missing"):
        lint(prepare(replace(leaf_request(), scope=None), world().issuing))
    gateway = replace(leaf_request(Role.GATEWAY), scope=SCOPE)
    with pytest.raises(InputError, match="is not part of it"):
        lint(prepare(gateway, world().issuing))


def test_a_validity_of_365_days_is_issued_and_a_second_more_is_not() -> None:
    request = leaf_request()
    basics = replace(request.basics, not_after=LEAF_END.plus(seconds=1))
    assert signed(request, world().issuing)
    with pytest.raises(InputError, match="at most 365 days"):
        lint(prepare(with_basics(request, basics), world().issuing))


def test_a_validity_that_ends_before_it_starts_is_refused() -> None:
    request = leaf_request()
    basics = replace(request.basics, not_after=LEAF_START.plus(seconds=-1))
    with pytest.raises(InputError):
        lint(prepare(with_basics(request, basics), world().issuing))


def test_fractions_of_a_second_are_refused() -> None:
    request = leaf_request()
    basics = replace(request.basics, not_before=LEAF_START.plus(micros=1))
    with pytest.raises(InputError, match="whole seconds"):
        prepare(with_basics(request, basics), world().issuing)


def test_the_root_signs_no_leaves_and_the_issuing_ca_no_cas() -> None:
    with pytest.raises(InputError, match="want issuing CA"):
        lint(prepare(leaf_request(), world().root))
    with pytest.raises(InputError, match="want root CA"):
        lint(prepare(issuing_request(), world().issuing))


@pytest.mark.parametrize(
    ("certificate", "profile", "issuer"),
    [
        (world().root, ISSUING, world().root),
        (world().issuing, ROOT, None),
        (world().issuing, LEAVES[Role.AGENT], world().issuing),
        (world().agent, ISSUING, world().root),
        (world().agent, ROOT, None),
    ],
)
def test_no_certificate_passes_for_another_kind(
    certificate: bytes, profile: object, issuer: bytes | None
) -> None:
    prepared = ToBeSigned(tbs=tbs_of(certificate), profile=profile, issuer=issuer)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        lint(prepared)


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.P384, KeyAlgorithm.ED25519])
def test_an_agents_key_is_p256(algorithm: KeyAlgorithm) -> None:
    request = leaf_request()
    other = MemorySigner.generate(algorithm).public_key()
    basics = replace(request.basics, public_key=other)
    with pytest.raises(InputError, match="key is of the profile"):
        lint(prepare(with_basics(request, basics), world().issuing))


def test_a_logs_key_is_ed25519() -> None:
    request = leaf_request(Role.LOG)
    basics = replace(request.basics, public_key=AGENT_KEY.public_key())
    with pytest.raises(InputError, match="not Ed25519"):
        lint(prepare(with_basics(request, basics), world().issuing))


def test_a_crl_url_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(InputError, match="want ASCII"):
        prepare(
            replace(leaf_request(), crl_url="http://zürich.example/"), world().issuing
        )


def test_bytes_that_are_no_certificate_are_refused() -> None:
    for tbs in (b"", b"\x30\x00", world().agent, tbs_of(world().agent)[:-1]):
        prepared = replace(as_agent(world().agent), tbs=tbs)
        with pytest.raises(InputError, match=r"want X\.509"):
            lint(prepared)


def test_the_largest_scope_fits_into_a_certificate() -> None:
    scope = replace(SCOPE, policy=b"{" + b" " * 4094 + b"}")
    leaf = signed(replace(leaf_request(), scope=scope), world().issuing)
    assert len(leaf) < 5_000
    assert scope_of(x509.load_der_x509_certificate(leaf)) == scope
