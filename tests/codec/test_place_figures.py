from kya.codec.place_figures import LimitedPlaces
from kya.core.levels import FIRM, Level, Place
from tests.builders import AGENT, FIRST_LIVE_ORDER_AT, a_place_limited, eur


def test_limits_say_by_what_later_ones_of_their_place_they_were_replaced() -> None:
    places = LimitedPlaces()
    places.take(4, a_place_limited())
    places.take(5, a_place_limited(Place(Level.VENUE, "SIMA"), open_orders=3))
    places.take(7, a_place_limited(daily_max=eur("5.00"), order_max=eur("1.00")))
    assert [found.replaced_by for found in places.all] == [7, None, None]
    places.take(9, a_place_limited(FIRM))
    assert [found.replaced_by for found in places.all] == [7, None, 9, None]


def test_they_stand_in_the_report_with_every_figure() -> None:
    places = LimitedPlaces()
    places.take(3, a_place_limited(order_max=eur("25,000")))
    assert [found.fields() for found in places.about(None)] == [
        {
            "at": str(FIRST_LIVE_ORDER_AT.plus(seconds=-60)),
            "currency": "EUR",
            "daily_max": "1000000.00",
            "entry": 3,
            "open_orders": None,
            "order_max": "25000.00",
            "place": "firm",
            "reason": "resolved for May",
            "replaced_by": None,
            "signed_by": ["carla", "rita"],
        }
    ]


def test_an_agents_report_leaves_out_the_limits_of_other_agents() -> None:
    places = LimitedPlaces()
    for index, name in enumerate((AGENT, "x")):
        places.take(index, a_place_limited(Place(Level.AGENT, name)))
    places.take(2, a_place_limited())
    assert [found.entry for found in places.about(AGENT)] == [0, 2]
    assert [found.entry for found in places.about(None)] == [0, 1, 2]
