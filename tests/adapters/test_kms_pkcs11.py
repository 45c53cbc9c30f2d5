import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from pkcs11 import (
    Attribute,
    KeyType,
    Mechanism,
    ObjectClass,
    Session,
    exceptions,
)
from pkcs11 import PrivateKey as TokenPrivateKey
from pkcs11.types import WrapMixin
from pkcs11.util.ec import encode_named_curve_parameters

from kya.adapters import kms_pkcs11_token
from kya.adapters.kms_pkcs11 import Pkcs11Signer, TokenKey
from kya.adapters.kms_pkcs11_token import Login, on_the_thread
from kya.core.errors import DistrustError, InputError, TransientError
from kya.pki.keys import KeyAlgorithm, PublicKey
from kya.pki.signer import Assurance, Exportable, pinned
from tests.adapters.doubles import softhsm
from tests.adapters.doubles.softhsm import PIN, SoftHsm
from tests.contracts.signer import SignerContract
from tests.surface.blocks import ROOT, blocks


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> SoftHsm:
    return softhsm.start(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture(scope="module")
def shared_token(hsm: SoftHsm) -> str:
    return hsm.new_token()


@pytest.fixture
def token(hsm: SoftHsm) -> str:
    return hsm.new_token()


class TestPkcs11Signer(SignerContract):
    algorithms: tuple[KeyAlgorithm, ...] = (KeyAlgorithm.P256, KeyAlgorithm.P384)
    exportable = Exportable.NO
    assurance = Assurance.ASSERTED

    @pytest.fixture(autouse=True)
    def _token(self, hsm: SoftHsm, shared_token: str) -> None:
        self.hsm, self.token = hsm, shared_token

    labels = (f"contract-{number}" for number in count())

    def a_signer(self, algorithm: KeyAlgorithm) -> Pkcs11Signer:
        key = self.hsm.key(self.token, next(self.labels))
        key = replace(key, algorithm=algorithm)
        return Pkcs11Signer.generate(key, PIN)


def inside(key: TokenKey, work: Callable[[Session, TokenPrivateKey], object]) -> object:
    """Do as somebody with the PIN and no respect would, on the token's thread."""

    def worked() -> object:
        with Login.to(key.module, key.token, PIN).writing() as session:
            private = session.get_key(ObjectClass.PRIVATE_KEY, label=key.label)
            assert isinstance(private, TokenPrivateKey)
            return work(session, private)

    return on_the_thread(worked)


def test_the_key_is_born_inside_and_never_leaves(hsm: SoftHsm, token: str) -> None:
    key = hsm.key(token)
    Pkcs11Signer.generate(key, PIN)
    wanted = {
        Attribute.LOCAL: True,
        Attribute.SENSITIVE: True,
        Attribute.ALWAYS_SENSITIVE: True,
        Attribute.EXTRACTABLE: False,
        Attribute.NEVER_EXTRACTABLE: True,
        Attribute.DERIVE: False,
        Attribute.DECRYPT: False,
        Attribute.UNWRAP: False,
        Attribute.SIGN: True,
    }
    found = inside(key, lambda _, private: private.get_attributes(list(wanted)))
    assert found == wanted


def test_a_key_of_the_other_curve_is_refused(hsm: SoftHsm, token: str) -> None:
    key = hsm.key(token)
    Pkcs11Signer.generate(key, PIN)
    with pytest.raises(InputError, match="want a P-384 key, got ECDSA P-256"):
        Pkcs11Signer.open(replace(key, algorithm=KeyAlgorithm.P384), PIN)


def test_a_token_is_asked_for_no_other_kind_of_key(hsm: SoftHsm, token: str) -> None:
    with pytest.raises(InputError, match="want P-256 or P-384"):
        replace(hsm.key(token), algorithm=KeyAlgorithm.ED25519)


def test_its_value_cannot_be_read(hsm: SoftHsm, token: str) -> None:
    key = hsm.key(token)
    Pkcs11Signer.generate(key, PIN)
    with pytest.raises(exceptions.AttributeSensitive):
        inside(key, lambda _, private: private[Attribute.VALUE])


@pytest.mark.parametrize(
    "mechanism", [Mechanism.AES_KEY_WRAP, Mechanism.AES_KEY_WRAP_PAD]
)
def test_it_cannot_be_wrapped(hsm: SoftHsm, token: str, mechanism: Mechanism) -> None:
    key = hsm.key(token)
    Pkcs11Signer.generate(key, PIN)

    def wrap(session: Session, private: TokenPrivateKey) -> bytes:
        wrapping = session.generate_key(KeyType.AES, 256, store=False)
        assert isinstance(wrapping, WrapMixin)
        return wrapping.wrap_key(private, mechanism=mechanism)

    with pytest.raises(exceptions.KeyUnextractable):
        inside(key, wrap)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [(Attribute.EXTRACTABLE, True), (Attribute.SENSITIVE, False)],
)
def test_it_cannot_be_made_extractable(
    hsm: SoftHsm, token: str, attribute: Attribute, value: object
) -> None:
    key = hsm.key(token)
    Pkcs11Signer.generate(key, PIN)
    with pytest.raises(exceptions.AttributeReadOnly):
        inside(key, lambda _, private: private.__setitem__(attribute, value))
    with pytest.raises(exceptions.AttributeReadOnly):
        inside(key, lambda _, private: private.copy({attribute: value}))


def test_an_opened_key_is_the_key_generated(hsm: SoftHsm, token: str) -> None:
    made = Pkcs11Signer.generate(hsm.key(token), PIN)
    opened = Pkcs11Signer.open(hsm.key(token), PIN)
    assert opened.public_key() == made.public_key()
    PublicKey(made.public_key()).require(b"order", opened.sign(b"order"))


def test_an_existing_label_is_never_overwritten(hsm: SoftHsm, token: str) -> None:
    made = Pkcs11Signer.generate(hsm.key(token), PIN)
    with pytest.raises(InputError, match="never overwritten"):
        Pkcs11Signer.generate(hsm.key(token), PIN)
    opened = Pkcs11Signer.open(hsm.key(token), PIN)
    assert opened.public_key() == made.public_key()


def generate_otherwise(
    key: TokenKey, private: dict[Attribute, object], curve: str = "secp256r1"
) -> None:
    """A pair as another program might make it: ours but for some attributes."""

    def generated() -> None:
        with Login.to(key.module, key.token, PIN).writing() as session:
            session.create_domain_parameters(
                KeyType.EC,
                {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)},
                local=True,
            ).generate_keypair(
                store=True,
                label=key.label,
                private_template={
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.DERIVE: False,
                    Attribute.DECRYPT: False,
                    Attribute.UNWRAP: False,
                    Attribute.SIGN: True,
                }
                | private,
            )

    on_the_thread(generated)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (Attribute.EXTRACTABLE, True),
        (Attribute.SENSITIVE, False),
        (Attribute.DERIVE, True),
        (Attribute.DECRYPT, True),
        (Attribute.UNWRAP, True),
        (Attribute.SIGN, False),
        (Attribute.PRIVATE, False),
    ],
)
def test_a_key_with_another_attribute_is_refused(
    hsm: SoftHsm, token: str, attribute: Attribute, value: object
) -> None:
    generate_otherwise(hsm.key(token), {attribute: value})
    with pytest.raises(InputError, match=attribute.name):
        Pkcs11Signer.open(hsm.key(token), PIN)


def test_a_key_on_another_curve_is_refused(hsm: SoftHsm, token: str) -> None:
    generate_otherwise(hsm.key(token), {}, curve="secp384r1")
    with pytest.raises(InputError, match="want a P-256 key, got ECDSA P-384"):
        Pkcs11Signer.open(hsm.key(token), PIN)


def test_a_key_brought_in_from_outside_is_refused(hsm: SoftHsm, token: str) -> None:
    key = hsm.key(token)

    def bring_in() -> None:
        with Login.to(key.module, key.token, PIN).writing() as session:
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.PRIVATE_KEY,
                    Attribute.KEY_TYPE: KeyType.EC,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: key.label,
                    Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1"),
                    Attribute.VALUE: b"\x01" * 32,
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.SIGN: True,
                }
            )

    on_the_thread(bring_in)
    with pytest.raises(InputError, match="want LOCAL True, got False"):
        Pkcs11Signer.open(key, PIN)


def test_two_keys_of_one_label_are_refused(hsm: SoftHsm, token: str) -> None:
    for _ in range(2):
        generate_otherwise(hsm.key(token), {})
    with pytest.raises(InputError, match="want one PRIVATE_KEY of this label, got 2"):
        Pkcs11Signer.open(hsm.key(token), PIN)


def test_a_missing_key_is_named(hsm: SoftHsm, token: str) -> None:
    with pytest.raises(InputError, match=r"'agent' in token .* got 0"):
        Pkcs11Signer.open(hsm.key(token), PIN)


def test_a_missing_token_is_named(hsm: SoftHsm) -> None:
    with pytest.raises(InputError, match="'nobody': no token with this label"):
        Pkcs11Signer.open(hsm.key("nobody"), PIN)


def test_two_tokens_of_one_label_are_refused(hsm: SoftHsm, token: str) -> None:
    hsm.add_token(token)
    with pytest.raises(InputError, match="two tokens have this label"):
        Pkcs11Signer.open(hsm.key(token), PIN)


@pytest.mark.parametrize("pin", ["9999", ""])
def test_a_wrong_pin_is_named_as_such(hsm: SoftHsm, token: str, pin: str) -> None:
    with pytest.raises(InputError, match="wrong PIN"):
        Pkcs11Signer.open(hsm.key(token), pin)
    with pytest.raises(InputError, match="wrong PIN"):
        Pkcs11Signer.generate(hsm.key(token), pin)
    Pkcs11Signer.generate(hsm.key(token), PIN)


def test_a_wrong_pin_is_refused_to_a_token_in_use(hsm: SoftHsm, token: str) -> None:
    signer = Pkcs11Signer.generate(hsm.key(token), PIN)
    with pytest.raises(InputError, match="another PIN"):
        Pkcs11Signer.open(hsm.key(token), "9999")
    assert signer.sign(b"order")


def test_a_library_under_two_names_is_one_library(
    hsm: SoftHsm, token: str, tmp_path: Path
) -> None:
    made = Pkcs11Signer.generate(hsm.key(token), PIN)
    alias = tmp_path / "alias.so"
    alias.symlink_to(hsm.module)
    opened = Pkcs11Signer.open(TokenKey(module=alias, token=token, label="agent"), PIN)
    assert opened.public_key() == made.public_key()
    assert opened.sign(b"order")
    assert made.sign(b"order")


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    key = TokenKey(module=tmp_path / "none.so", token="desk", label="agent")
    with pytest.raises(InputError, match=r"none\.so: no such file"):
        Pkcs11Signer.open(key, PIN)


def test_a_file_that_is_no_module_is_named(tmp_path: Path) -> None:
    module = tmp_path / "text.so"
    module.write_text("not a library")
    key = TokenKey(module=module, token="desk", label="agent")
    with pytest.raises(InputError, match=r"text\.so: cannot be loaded"):
        Pkcs11Signer.open(key, PIN)


def test_a_token_pulled_out_is_told_and_signs_once_it_is_back(
    hsm: SoftHsm, token: str
) -> None:
    signer = Pkcs11Signer.generate(hsm.key(token), PIN)
    assert signer.sign(b"before")
    with hsm.unplugged():
        for _ in range(3):
            with pytest.raises(TransientError, match=r"agent|module"):
                signer.sign(b"order")
    signature = signer.sign(b"after")
    PublicKey(signer.public_key()).require(b"after", signature)


def test_a_token_that_comes_back_serves_every_key_that_was_open(
    hsm: SoftHsm, token: str
) -> None:
    other = hsm.new_token()
    keys = [hsm.key(token, "one"), hsm.key(token, "two"), hsm.key(other, "three")]
    signers = [pinned(Pkcs11Signer.generate(key, PIN)) for key in keys]
    with hsm.unplugged(), pytest.raises(TransientError):
        signers[0].sign(b"order")
    # Pinned: were a stale number taken for a key, it would be another's signature.
    for signer in (*signers, *reversed(signers)):
        assert signer.sign(b"order")


def test_a_session_closed_by_the_token_is_begun_again(hsm: SoftHsm, token: str) -> None:
    signer = Pkcs11Signer.generate(hsm.key(token), PIN)
    on_the_thread(Login.to(hsm.module, token, PIN).session().close)
    with pytest.raises(TransientError, match="session was closed"):
        signer.sign(b"order")
    assert signer.sign(b"order")


def test_another_key_under_the_same_label_is_not_taken(
    hsm: SoftHsm, token: str
) -> None:
    key = hsm.key(token)
    signer = Pkcs11Signer.generate(key, PIN)

    def swap() -> None:
        login = Login.to(key.module, key.token, PIN)
        with login.writing() as session:
            for found in list(session.get_objects({Attribute.LABEL: key.label})):
                found.destroy()
        login.lose()

    on_the_thread(swap)
    generate_otherwise(key, {})
    with pytest.raises(DistrustError, match="came back as another key"):
        signer.sign(b"order")


def test_a_key_deleted_in_use_is_out_of_reach(hsm: SoftHsm, token: str) -> None:
    key = hsm.key(token)
    signer = Pkcs11Signer.generate(key, PIN)

    def delete() -> None:
        with Login.to(key.module, key.token, PIN).writing() as session:
            for found in list(session.get_objects({Attribute.LABEL: key.label})):
                found.destroy()

    on_the_thread(delete)
    for _ in range(2):
        with pytest.raises(TransientError, match="agent"):
            signer.sign(b"order")


def test_a_pin_changed_in_use_is_tried_once(hsm: SoftHsm, token: str) -> None:
    key = hsm.key(token)
    signer = Pkcs11Signer.generate(key, PIN)

    def change() -> None:
        login = Login.to(key.module, key.token, PIN)
        with login.writing() as session:
            session.set_pin(PIN, "7777")
        login.lose()

    on_the_thread(change)
    for _ in range(9):
        with pytest.raises(TransientError, match="wrong PIN"):
            signer.sign(b"order")
    again = Pkcs11Signer.open(key, "7777")
    assert again.public_key() == signer.public_key()
    assert again.sign(b"order")


def test_a_token_that_hangs_is_not_waited_for(
    hsm: SoftHsm, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = Pkcs11Signer.generate(hsm.key(token), PIN)
    monkeypatch.setattr(kms_pkcs11_token, "ANSWER_SECONDS_MAX", 0.05)
    hang = Event()
    with pytest.raises(TransientError, match="no answer from the token"):
        on_the_thread(lambda: hang.wait(20))
    with pytest.raises(TransientError, match="no answer from the token"):
        signer.sign(b"order")
    hang.set()
    monkeypatch.undo()
    assert signer.sign(b"order")


def test_a_forked_process_is_told_to_start_anew(
    hsm: SoftHsm, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = Pkcs11Signer.generate(hsm.key(token), PIN)
    monkeypatch.setattr(kms_pkcs11_token, "_PROCESS", -1)
    with pytest.raises(TransientError, match="forked"):
        signer.sign(b"order")


def test_faults_of_the_token_are_told_by_name() -> None:
    fault = kms_pkcs11_token.fault_at("key", exceptions.DeviceMemory())
    assert isinstance(fault, TransientError)
    assert str(fault) == "key: the token answered DeviceMemory"


MANY_THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from kya.adapters.kms_pkcs11 import Pkcs11Signer, TokenKey
from kya.pki.signer import pinned
module, token, pin = sys.argv[1:]
keys = [TokenKey(module=Path(module), token=token, label=f"k{n}") for n in range(4)]
signers = [pinned(Pkcs11Signer.generate(key, pin)) for key in keys]
def work(number):
    if number % 50 == 0:
        Pkcs11Signer.open(keys[number % 4], pin)
    return signers[number % 4].sign(b"order %d" % number)
with ThreadPoolExecutor(8) as threads:
    print(len(list(threads.map(work, range(800)))))
"""


def test_eight_threads_do_not_crash_the_library(hsm: SoftHsm, token: str) -> None:
    # In a process of its own: a crash would end this one.
    for number in range(3):
        label = token if number == 0 else hsm.new_token()
        ran = subprocess.run(
            [sys.executable, "-c", MANY_THREADS, hsm.module, label, PIN],
            capture_output=True,
            check=False,
            text=True,
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "800\n", "")


def test_the_page_on_keys_shows_what_works(
    hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = ROOT / "docs" / "how-to" / "keep-keys.md"
    (block,) = [shown.text for shown in blocks(page) if shown.language == "python"]
    hsm.add_token("desk")
    monkeypatch.setenv("DESK_PIN", PIN)
    exec(block.replace("/usr/lib/softhsm/libsofthsm2.so", str(hsm.module)), {})  # noqa: S102
    assert "backend='pkcs11'" in capsys.readouterr().out
