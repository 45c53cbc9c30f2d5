"""verify.html: the verifier that runs in a browser, one file without a network.

The page is made of the small files in `page/`, one after the other, without a build
step. Its policy names the SHA-256 of the one script and the one style in it, and allows
nothing else: no request, no other script, no form that leaves.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Final

_SCRIPTS: Final = (
    "bytes",
    "archive",
    "note",
    "der",
    "values",
    "calendars",
    "certificate",
    "signatures",
    "tree",
    "findings",
    "scope",
    "score",
    "behaviour",
    "record",
    "power",
    "people",
    "incidents",
    "judge",
    "orders",
    "copies",
    "statements",
    "package",
    "heads",
    "witnesses",
    "authorities",
    "stamps",
    "verify",
    "view",
    "order_list",
)
"""In the order in which one needs the other."""


@cache
def verify_page() -> bytes:
    """Return the whole page; the same bytes for the same version."""
    scripts = "\n".join(_part(f"{name}.js") for name in _SCRIPTS)
    script = f'(() => {{\n"use strict";\n{scripts}}})();\n'
    style = _part("page.css")
    policy = (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)};"
        " base-uri 'none'; form-action 'none'"
    )
    page = _part("page.html")
    for mark, content in (
        ("@POLICY@", policy),
        ("@STYLE@", style),
        ("@SCRIPT@", script),
    ):
        page = page.replace(mark, content, 1)
    return page.encode("utf-8")


def _part(name: str) -> str:
    """Return one of the files that the page is made of."""
    folder = resources.files("kya.evidence").joinpath("page")
    return folder.joinpath(name).read_text("utf-8")


def _source(content: str) -> str:
    """Return how a content security policy names an inline script or style."""
    digest = sha256(content.encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"
