"""Where a console builds evidence packages: beside the log, in a folder of its own."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from kya.codec.tally import Selection
from kya.console.packages import Built, Extent
from kya.evidence.archive import archive
from kya.evidence.build import Progress, build_package
from kya.evidence.partial import build_partial
from kya.wiring.witnessed import log_directory

_BUILDERS = {Extent.WHOLE: build_package, Extent.PART: build_partial}


@dataclass(frozen=True, slots=True)
class PackageDesk:
    """The data directory whose log is packed, and the folder for what is made."""

    data: Path
    folder: Path

    def build(
        self, name: str, selection: Selection, extent: Extent, progress: Progress
    ) -> Built:
        """Return the package as one file; nothing but the file is left of it."""
        out = self.folder / f"{name}.tar.gz"
        with TemporaryDirectory(dir=self.folder) as draft:
            built = _BUILDERS[extent](
                source=log_directory(self.data),
                root_pem=(self.data / "trust/root.pem").read_bytes(),
                selection=selection,
                out=Path(draft) / "package",
                progress=progress,
            )
            progress("archive", 0, 1)
            archive(built.path, out)
        with out.open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        return Built(out, digest, out.stat().st_size, built.orders, built.entries)

    def discard(self, built: Built) -> None:
        """Forget a package's file."""
        built.path.unlink(missing_ok=True)
