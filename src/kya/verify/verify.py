"""The verifier: a package in, a report out, and nothing believed on the way.

Read this file first. What the verifier brings is the root, a policy and a checkpoint of
its own; everything else is in the package and is a claim until a step has checked it.
"""

from pathlib import Path

from kya.codec.package_layout import SUMS
from kya.codec.package_report import markets_of
from kya.core.errors import DistrustError, MalformedError
from kya.verify.brought import Brought
from kya.verify.collecting import rarely_collected
from kya.verify.examination import Examination
from kya.verify.finding import PACKAGE, Findings
from kya.verify.package import LIMITS, Limits, Package, opened
from kya.verify.progress import Progress, silent
from kya.verify.report import Report, Subject
from kya.verify.since import conclude_range
from kya.verify.steps.partial_files import examine_partial_files
from kya.verify.steps.partial_log import examine_partial, is_partial
from kya.verify.steps.s1_log import Pass, examine_log
from kya.verify.steps.s2_head import examine_head
from kya.verify.steps.s2_stamps import examine_stamps
from kya.verify.steps.s3_history import conclude_history, conclude_open_questions
from kya.verify.steps.s4_report import derive_report
from kya.verify.steps.s5_files import examine_files
from kya.verify.watch import NOBODY, Watch


def verify_package(
    path: Path,
    *,
    root_pem: bytes,
    policy: bytes | None = None,
    held_checkpoint: bytes | None = None,
    executions: bytes | None = None,
) -> Report:
    """Return what can be said of the package at `path`, a folder or a .tar.gz.

    Whatever is wrong with the package is a finding; what overlays said is taken as it
    is recorded. InputError is about what the verifier brought: no package there, or a
    root, policy, checkpoint or list of executions that is none.
    """
    brought = Brought.read(root_pem, policy, held_checkpoint, executions)
    return verify(path, brought)


def verify(
    path: Path, brought: Brought, limits: Limits = LIMITS, progress: Progress = silent
) -> Report:
    """Return the report on the package, opened under these limits."""
    return examine(path, brought, limits, progress).report


def examine(
    path: Path,
    brought: Brought,
    limits: Limits = LIMITS,
    progress: Progress = silent,
    watch: Watch = NOBODY,
) -> Examination:
    """Return the same report, and beside it the log that it was found on."""
    findings = Findings()
    sums = b""
    found: Pass | None = None
    partial = False
    try:
        with rarely_collected(), opened(path, limits) as package:
            for folder in package.require_shape():
                findings.fails(PACKAGE, folder, "an empty folder")
            if partial := is_partial(package):
                found = examine_partial(package, brought, findings, progress)
                examine_partial_files(package, found, findings)
            else:
                found = _examine_whole(package, brought, findings, progress, watch)
            sums = _sums(package)
    except (MalformedError, DistrustError) as error:
        findings.fails(PACKAGE, path.name, str(error))
    if not partial:
        conclude_open_questions(found, findings)
    if found is not None:
        conclude_range(found.reexecution.known, found.head.size, findings)
    report = Report.of(_subject(path, brought, found), findings)
    return Examination(report=report, found=found, sums=sums, is_partial=partial)


def _sums(package: Package) -> bytes:
    """Return the list that names every file; nothing if there is none."""
    try:
        return package.read(SUMS)
    except (FileNotFoundError, DistrustError):
        return b""


def _examine_whole(
    package: Package,
    brought: Brought,
    findings: Findings,
    progress: Progress,
    watch: Watch,
) -> Pass | None:
    """Examine a package that has the whole log."""
    found = examine_log(package, brought, findings, progress, watch)
    if found is not None:
        examine_head(package, found, brought, findings)
        examine_stamps(package, found, brought, findings)
        conclude_history(found, findings)
        derive_report(found, findings)
    examine_files(package, found, findings, progress)
    return found


def _subject(path: Path, brought: Brought, found: Pass | None) -> Subject:
    """Return what was examined."""
    agents = found.reexecution.tally.selected() if found else {}
    return Subject(
        package=path.name,
        origin=found.head.origin if found else "",
        entries=found.head.size if found else 0,
        known=found.reexecution.known if found else 0,
        withheld=found.withheld if found else 0,
        orders=found.orders if found else 0,
        agents=tuple(agents),
        markets=tuple(markets_of(agents.values())),
        root_sha256=brought.root_digest,
    )
