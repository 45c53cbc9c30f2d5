"""Every manifest is what Kubernetes publishes, and no more than we mean."""

import re
from pathlib import Path
from typing import Final

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import typer.main
from typer.core import TyperGroup
from typer.exceptions import TyperException

from kya.cli.app import command_line
from kya.config import read_config
from kya.wiring.key_reference import read_reference
from tests.architecture.source import ROOT
from tests.deploy.manifests import (
    BASE,
    OVERLAYS,
    Manifest,
    Template,
    manifests,
    named,
    of_kind,
    templates,
)

VERSIONS: Final = ("1.30", "1.37")
"""The oldest that we speak of, and the newest whose schemas are published."""

EVERY: Final = manifests(*BASE, *OVERLAYS)
PODS: Final = templates()
IMAGE: Final = re.compile(r"registry\.example/[a-z]+@sha256:[0-9a-f]{64}")
SECRETIVE: Final = re.compile(r"(?i)secret|token|password|passphrase|private key|pin$")


def shown(manifest: Manifest) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", EVERY, ids=shown)
def test_the_published_schema_accepts_it(manifest: Manifest, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_published_schema_refuses_what_is_not_in_it() -> None:
    wrong = {**named("Service", "gateway"), "sepc": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[1], strict=True)


def test_these_are_the_pods() -> None:
    assert PODS.keys() == {"bot", "gateway"}


def test_every_namespace_admits_restricted_pods_only() -> None:
    found = {each["metadata"]["name"]: each for each in of_kind("Namespace")}
    assert found.keys() == {pod.namespace for pod in PODS.values()}
    for namespace in found.values():
        labels = namespace["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("pod", PODS.values(), ids=PODS)
def test_every_pod_is_restricted(pod: Template) -> None:
    """Pod Security Standards, Restricted."""
    whole = pod.spec["securityContext"]
    assert whole["runAsNonRoot"] is True
    assert whole["runAsUser"] > 0
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod.spec.keys() & {"hostNetwork", "hostPID", "hostIPC"}
    for container in pod.containers:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert not [port for port in container.get("ports", []) if "hostPort" in port]
    kinds = {kind for each in pod.spec["volumes"] for kind in each if kind != "name"}
    assert kinds <= {"configMap", "secret", "emptyDir", "persistentVolumeClaim"}


@pytest.mark.parametrize("pod", PODS.values(), ids=PODS)
def test_no_pod_holds_a_token_of_the_cluster(pod: Template) -> None:
    assert pod.spec["automountServiceAccountToken"] is False
    assert pod.spec["serviceAccountName"] != "default"
    assert pod.spec["enableServiceLinks"] is False


def test_no_service_account_holds_a_token_of_the_cluster() -> None:
    accounts = [each for each in EVERY if each["kind"] == "ServiceAccount"]
    assert accounts
    assert all(not each["automountServiceAccountToken"] for each in accounts)


@pytest.mark.parametrize("pod", PODS.values(), ids=PODS)
def test_every_image_is_named_by_its_digest(pod: Template) -> None:
    images = [container["image"] for container in pod.containers]
    assert [image for image in images if not IMAGE.fullmatch(image)] == []


@pytest.mark.parametrize("pod", PODS.values(), ids=PODS)
def test_every_container_says_what_it_may_take(pod: Template) -> None:
    for container in pod.containers:
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert container["resources"]["limits"].keys() == {"memory"}
    assert all("livenessProbe" in each for each in pod.spec["containers"])


@pytest.mark.parametrize("pod", PODS.values(), ids=PODS)
def test_every_volume_is_mounted_and_every_mount_is_a_volume(pod: Template) -> None:
    mounted = {
        mount["name"] for each in pod.containers for mount in each["volumeMounts"]
    }
    claimed = {"state"} if pod is PODS["gateway"] else set()
    assert mounted == {each["name"] for each in pod.spec["volumes"]} | claimed


def test_no_secret_stands_in_a_manifest() -> None:
    assert [shown(each) for each in EVERY if each["kind"] == "Secret"] == []
    values = [
        variable
        for pod in PODS.values()
        for container in pod.containers
        for variable in container.get("env", [])
        if SECRETIVE.search(variable["name"])
    ]
    # A path, never the thing itself.
    assert all(value["value"].startswith("/run/") for value in values)
    texts = [text for each in of_kind("ConfigMap") for text in each["data"].values()]
    assert [text for text in texts if SECRETIVE.search(text)] == []


def test_one_process_writes_the_log_and_one_signs_for_the_bot() -> None:
    assert named("StatefulSet", "gateway")["spec"]["replicas"] == 1
    assert named("Deployment", "bot")["spec"]["replicas"] == 1
    assert named("Deployment", "bot")["spec"]["strategy"] == {"type": "Recreate"}
    (claim,) = named("StatefulSet", "gateway")["spec"]["volumeClaimTemplates"]
    for spec in (claim["spec"], named("PersistentVolumeClaim", "bot")["spec"]):
        assert spec["accessModes"] == ["ReadWriteOncePod"]


# ----------------------------------------------------------------------- the program


def commands() -> list[list[str]]:
    """Every command line of kya in a container, and in what a manifest advises."""
    run = [
        container["command"]
        for pod in PODS.values()
        for container in pod.containers
        if container["command"][0] == "kya"
    ]
    advised = [
        line.split(" -- ")[1].split()
        for path in BASE
        for line in path.read_text("utf-8").splitlines()
        if " -- kya " in line
    ]
    return [*run, *advised]


def test_the_program_is_started_and_its_verbs_are_advised() -> None:
    assert [command[:2] for command in commands()] == [["kya", "up"], ["kya", "agent"]]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_the_program_understands_every_command_line(command: list[str]) -> None:
    assert words_left_over(command[1:]) == []


def words_left_over(words: list[str]) -> list[str]:
    """What no parameter took, once the verb has parsed the words; it is not run."""
    name, command = "kya", typer.main.get_command(command_line())
    while isinstance(command, TyperGroup):
        name, *words = words
        command = command.commands[name]
    return list(command.make_context(name, words).args)


@pytest.mark.parametrize("words", ["up --dta x", "agent revoke", "agent dismiss x"])
def test_a_command_line_that_it_does_not_understand_is_found(words: str) -> None:
    with pytest.raises((TyperException, KeyError)):
        words_left_over(words.split())


def test_every_configuration_is_one_of_ours(tmp_path: Path) -> None:
    files = {
        name: text
        for each in of_kind("ConfigMap")
        for name, text in each["data"].items()
    }
    assert files.keys() == {"kya.toml"}
    (tmp_path / "kya.toml").write_text(files["kya.toml"])
    config = read_config(tmp_path).gateway
    (container,) = PODS["gateway"].spec["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports == {"orders": config.port, "channels": config.channel_port}
    assert (config.host, config.tls) == ("0.0.0.0", "mutual")  # noqa: S104
    service = named("Service", "gateway")
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc"
    assert config.names == (host, f"{host}.cluster.local")
    assert {each["port"] for each in service["spec"]["ports"]} == set(ports.values())


def test_the_configuration_lies_where_the_program_looks() -> None:
    (container,) = PODS["gateway"].spec["containers"]
    data = container["command"][container["command"].index("--data") + 1]
    mounts = {each["name"]: each for each in container["volumeMounts"]}
    assert mounts["state"]["mountPath"] == data
    assert mounts["settings"]["mountPath"] == f"{data}/kya.toml"
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert environment["KYA_DATA"] == data
    passphrase = Path(environment["KYA_PASSPHRASE_FILE"])
    assert mounts["passphrase"]["mountPath"] == str(passphrase.parent)


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
def test_every_reference_to_a_key_that_is_shown_can_be_read(overlay: Path) -> None:
    lines = re.findall(r"^#   (.*)$", overlay.read_text("utf-8"), re.MULTILINE)
    reference = read_reference("\n".join(lines).encode(), overlay.stem)
    assert overlay.stem in type(reference).__name__.lower()


# --------------------------------------------------------------------- who may enter


def test_whoever_is_the_authority_may_enter_one_pod_and_no_more() -> None:
    (role,) = of_kind("Role")
    assert [(rule["resources"], rule["verbs"]) for rule in role["rules"]] == [
        (["pods"], ["get"]),
        (["pods/exec"], ["create"]),
    ]
    gateway = named("StatefulSet", "gateway")["metadata"]["name"]
    assert all(rule["resourceNames"] == [f"{gateway}-0"] for rule in role["rules"])


def test_nobody_else_is_given_a_right() -> None:
    (binding,) = of_kind("RoleBinding")
    (subject,) = binding["subjects"]
    assert (subject["kind"], subject["name"]) == ("Group", "kya-authority")
    assert not [each for each in EVERY if each["kind"].startswith("Cluster")]


# ------------------------------------------------------------------------- the image

DOCKERFILE: Final = (ROOT / "deploy" / "container" / "Dockerfile").read_text("utf-8")


def instructions() -> list[list[str]]:
    joined = DOCKERFILE.replace("\\\n", " ")
    lines = [line.split() for line in joined.splitlines()]
    return [words for words in lines if words and not words[0].startswith("#")]


def test_the_image_is_built_upon_what_its_builder_names() -> None:
    bases = [words[1] for words in instructions() if words[0] == "FROM"]
    assert bases == ["${BASE}", "${BASE}"]
    assert ["ARG", "BASE"] in instructions()


def test_everything_that_is_installed_is_hashed_or_ours() -> None:
    installs = [words for words in instructions() if "install" in words]
    assert len(installs) == 3
    for words in installs:
        assert "--require-hashes" in words or words[-4:] == [
            "--no-cache-dir",
            "--no-deps",
            "--no-build-isolation",
            ".",
        ]


def test_what_the_image_copies_is_there_and_reaches_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = [
        name
        for words in instructions()
        if words[0] == "COPY" and not words[1].startswith("--from")
        for name in words[1:-1]
    ]
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert name.partition("/")[0] in sent


def test_the_image_runs_as_the_user_that_the_pod_asks_for() -> None:
    user = PODS["gateway"].spec["securityContext"]["runAsUser"]
    assert ["USER", f"{user}:{user}"] in instructions()
    assert [words for words in instructions() if words[0] == "USER"] == [
        ["USER", f"{user}:{user}"]
    ]
