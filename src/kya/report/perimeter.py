"""The perimeter: under which regime each market falls, as far as the review goes."""

from kya.report.model import Basis, Row, Section, Sentence, Source, Table
from kya.verify.report import Subject


def perimeter_section(subject: Subject) -> Section:
    """Return what the reviewed table says of each market in scope, as spot."""
    found = list(subject.perimeter())
    reviewed = found[0].reviewed if found else "no market"
    source = Source(Basis.TABLE, f"perimeter, {reviewed}")
    said = Sentence(
        "Which rules an instrument falls under, each market taken as spot. It says not"
        " who is bound by them, and not that anybody kept them.",
        source,
    )
    if not found:
        return Section("Perimeter", (said,))
    rows = [Row((each.market, "\n".join(each.sentences())), source) for each in found]
    table = Table(header=("market", "regimes"), widths=(2, 14, 4), rows=tuple(rows))
    return Section("Perimeter", (said, table))
