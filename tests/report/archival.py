"""What ISO 19005-3 (PDF/A-3, level B) demands of a file, as far as its objects tell."""

import re
from collections.abc import Iterator
from io import BytesIO

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader

_FORBIDDEN = {"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData"}
_RELATIONSHIPS = {"/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"}
_PRINT = 4
_HIDDEN = 1 | 2 | 32


def faults_in(pdf: bytes) -> list[str]:
    """Everything that speaks against it; nothing is an archival file's answer."""
    reader = PdfFileReader(BytesIO(pdf))
    found = list(_dictionaries(reader))
    return [*_of_the_file(reader, pdf, found), *_of_the_objects(found)]


def _of_the_file(
    reader: PdfFileReader, pdf: bytes, found: list[DictionaryObject]
) -> Iterator[str]:
    root = reader.root
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", pdf):
        yield "6.1.2: header"
    if "/Encrypt" in reader.trailer or "/ID" not in reader.trailer:
        yield "6.1.3: encrypted, or without an identifier"
    intents = [each for each in found if each.get("/Type") == "/OutputIntent"]
    if "/OutputIntents" not in root or not any(
        "/DestOutputProfile" in each for each in intents
    ):
        yield "6.2.3: no output intent with a profile"
    metadata = root["/Metadata"].data
    told = b"<pdfaid:part>3<" in metadata and b"<pdfaid:conformance>B<" in metadata
    if "/Filter" in root["/Metadata"] or not told:
        yield "6.6.2: no metadata, or none that says PDF/A-3"
    attached = root.get("/AF", [])
    if len(attached) != sum(each.get("/Type") == "/EmbeddedFile" for each in found):
        yield "6.8: an embedded file that is associated with nothing"


def _of_the_objects(found: list[DictionaryObject]) -> Iterator[str]:
    for each in found:
        kind = each.raw_get("/Type") if "/Type" in each else None
        if kind == "/FontDescriptor" and not any(
            f"/FontFile{number}" in each for number in ("", "2", "3")
        ):
            yield f"6.2.11.4: the font {each['/FontName']} is not embedded"
        if kind == "/Filespec":
            if each.get("/AFRelationship") not in _RELATIONSHIPS:
                yield "6.8: no relationship"
            if not {"/F", "/UF", "/EF"} <= set(each):
                yield "6.8: no name of its file"
        if kind == "/EmbeddedFile" and "/Subtype" not in each:
            yield "6.8: an embedded file without its type"
        if ("/S" in each and str(each["/S"]) in _FORBIDDEN) or "/AA" in each:
            yield f"6.5: the action {each.get('/S')}"
        if kind == "/Annot" and each.get("/Subtype") == "/Widget":
            flags = int(each.get("/F", 0))
            if not flags & _PRINT or flags & _HIDDEN:
                yield f"6.3.2: an annotation with the flags {flags}"
        if isinstance(each, StreamObject) and "/LZWDecode" in str(each.get("/Filter")):
            yield "6.1.7.2: LZW"


def _dictionaries(reader: PdfFileReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file's newest state, each once."""
    waiting: list[object] = [reader.root]
    seen: set[tuple[int, int]] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, IndirectObject):
            place = (each.idnum, each.generation)
            if place not in seen:
                seen.add(place)
                found = reader.get_object(each.reference)  # type: ignore[no-untyped-call]
                waiting.append(found)
        elif isinstance(each, DictionaryObject):
            yield each
            waiting += [each.raw_get(key) for key in each]
        elif isinstance(each, ArrayObject):
            waiting += [each.raw_get(place) for place in range(len(each))]
