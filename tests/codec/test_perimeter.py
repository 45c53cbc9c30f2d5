import json
from itertools import product

import pytest

from kya.codec.perimeter import (
    AssetClass,
    Form,
    Regime,
    Standard,
    class_of,
    perimeter_of,
    table,
)
from kya.core.currencies import DECIMALS
from kya.core.errors import MalformedError
from kya.core.instant import Day
from tests.surface.blocks import ROOT

SCHEMA = json.loads((ROOT / "spec/perimeter.schema.json").read_text("utf-8"))
TABLE = json.loads((ROOT / "src/kya/codec/perimeter.json").read_text("utf-8"))


def applies(market: str, form: Form = Form.SPOT) -> dict[str, str]:
    """The answer by the first word of the regime."""
    rule = perimeter_of(market, form).rule
    assert rule is not None
    return {found.regime.split()[0].strip(","): found.applies for found in rule.regimes}


@pytest.mark.parametrize("market", ["EUR/USD", "GBP/EUR"])
def test_spot_of_two_official_currencies_is_outside_both(market: str) -> None:
    assert applies(market) == {"MiCA": "no", "MiFID": "no"}


@pytest.mark.parametrize("market", ["EURC/USDC", "BTC/EUR"])
def test_a_crypto_asset_is_inside_mica(market: str) -> None:
    assert applies(market) == {"MiCA": "yes", "MiFID": "no"}


def test_a_perpetual_on_official_currencies_is_inside_mifid() -> None:
    assert applies("EUR/USD", Form.DERIVATIVE) == {"MiCA": "no", "MiFID": "yes"}


@pytest.mark.parametrize(
    ("market", "form"),
    [
        ("BTC/EUR", Form.DERIVATIVE),  # Not in the review.
        ("EUR/BTC", Form.SPOT),  # Nor is this order of the two.
        ("EUR/XYZ", Form.SPOT),
        ("NOK/EUR", Form.SPOT),  # An official currency that the review has not classed.
        ("DOGE/EUR", Form.SPOT),
    ],
)
def test_what_the_table_does_not_hold_is_unknown(market: str, form: Form) -> None:
    found = perimeter_of(market, form)
    assert found.rule is None
    assert next(iter(found.sentences())).startswith("unknown:")
    assert found.document()["regimes"] == found.document()["standard"] == "unknown"


@pytest.mark.parametrize("text", ["", "EURUSD", "EUR/USD/GBP", "eur/usd", "EUR/"])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="market: want"):
        perimeter_of(text)


def test_every_answer_names_article_and_certainty() -> None:
    for rule in table().rules:
        answers: list[Regime | Standard] = [*rule.regimes, rule.standard]
        for answer in answers:
            assert answer.article
            assert answer.because
            assert answer.certainty in SCHEMA["$defs"]["certainty"]["enum"]


def test_every_sentence_says_how_sure_the_review_was() -> None:
    for sentence in perimeter_of("EUR/USD").sentences():
        assert sentence.rstrip(")").endswith(
            ("text read", "secondary source", "general knowledge")
        )


def test_no_answer_says_that_a_law_was_kept() -> None:
    classes = [code for each in table().currencies for code in each.codes]
    for base, quote, form in product(classes, classes, Form):
        text = " ".join(perimeter_of(f"{base}/{quote}", form).sentences()).lower()
        assert "compliant" not in text
        assert "approved" not in text


def test_every_classed_code_exists() -> None:
    assert {code for each in table().currencies for code in each.codes} <= set(DECIMALS)
    assert class_of("XYZ") is AssetClass.UNKNOWN


def test_the_review_is_dated() -> None:
    assert str(Day.parse(table().reviewed)) == table().reviewed


def test_the_table_has_the_shape_of_its_schema() -> None:
    assert_shape(TABLE, SCHEMA)


@pytest.mark.parametrize(
    "changed",
    [
        {"reviewed": 1},
        {"rules": []},
        {"more": "than the schema knows"},
        {"rules": [{**TABLE["rules"][0], "form": "future"}]},
    ],
)
def test_another_shape_is_found(changed: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        assert_shape({**TABLE, **changed}, SCHEMA)


def assert_shape(value: object, schema: dict[str, object]) -> None:
    """Enough of JSON Schema for ours: objects, arrays, strings, enums, references."""
    match schema:
        case {"$ref": str(reference)}:
            assert_shape(value, SCHEMA["$defs"][reference.rpartition("/")[2]])
        case {"const": wanted}:
            assert value == wanted
        case {"enum": list(wanted)}:
            assert value in wanted
        case {"type": "string"}:
            assert isinstance(value, str)
            assert value
        case {"type": "array", "items": dict(inner)}:
            assert isinstance(value, list)
            assert value
            for item in value:
                assert_shape(item, inner)
        case {"type": "object", "properties": dict(inner)}:
            assert isinstance(value, dict)
            assert value.keys() == inner.keys()
            for name, part in inner.items():
                assert_shape(value[name], part)
        case _:
            raise AssertionError(schema)
