"""The manifests as they are on disk, read once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from tests.architecture.source import ROOT

FOLDER: Final = ROOT / "deploy" / "kubernetes"
OVERLAYS: Final = tuple(sorted((FOLDER / "workload-identity").glob("*.yaml")))
BASE: Final = tuple(sorted(FOLDER.glob("*.yaml")))

Manifest: TypeAlias = dict[str, Any]


@cache
def manifests(*paths: Path) -> tuple[Manifest, ...]:
    """Return what is in these files, in their order."""
    return tuple(
        document
        for path in paths
        for document in yaml.safe_load_all(path.read_text("utf-8"))
    )


def of_kind(kind: str, *paths: Path) -> tuple[Manifest, ...]:
    """Return the manifests of one kind; of the base unless files are given."""
    return tuple(each for each in manifests(*(paths or BASE)) if each["kind"] == kind)


def named(kind: str, name: str) -> Manifest:
    """Return the one manifest of this kind and name."""
    (found,) = (each for each in of_kind(kind) if each["metadata"]["name"] == name)
    return found


@dataclass(frozen=True, slots=True)
class Template:
    """The pod that a workload makes, and in which namespace."""

    namespace: str
    labels: dict[str, str]
    spec: dict[str, Any]

    @property
    def containers(self) -> list[dict[str, Any]]:
        """All of them, those that run first included."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


def templates() -> dict[str, Template]:
    """Return every pod, by the name of its workload."""
    workloads = (*of_kind("Deployment"), *of_kind("StatefulSet"))
    return {
        each["metadata"]["name"]: Template(
            namespace=each["metadata"]["namespace"],
            labels=each["spec"]["template"]["metadata"]["labels"],
            spec=each["spec"]["template"]["spec"],
        )
        for each in workloads
    }
