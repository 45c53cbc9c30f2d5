"""A baseline at the console: reviewed by a named person, and locked by two people."""

from kya.codec.baseline_locks import parse_lock
from kya.codec.baseline_reviews import Finding, parse_review
from kya.codec.note import SignedNote
from kya.console.baseline_acts import of_lock
from kya.console.kinds import Kind, Wanted
from tests.behaving import a_history, learned
from tests.console.lounge import Browser, Lounge, text_of, visited_by_two
from tests.locking import EVENING, imported_world, learned_from, observed_world
from tests.world import AGENT, World

BASELINE = f"/agents/{AGENT}/baseline"


async def begun(browser: Browser, world: World) -> str:
    """The page after a review of all orders has begun."""
    last = str(world.state.agents[AGENT].past.seq)
    fields = {"first": "1", "last": last}
    answer = await browser.post(f"{BASELINE}/review", fields)
    assert answer.status_code == 303, answer.text
    return (await browser.get(BASELINE)).text


def test_the_oddest_orders_are_struck_or_accepted_by_name_and_then_locked() -> None:
    observed = observed_world()

    async def visit(lounge: Lounge, rita: Browser, carla: Browser) -> None:
        assert "No review has begun here." in (await rita.get(BASELINE)).text
        assert (await rita.get(f"{BASELINE}/sheet")).status_code == 404
        assert (await rita.ask_for("lock", AGENT)).status_code == 400
        await begun(rita, observed)
        seen = lounge.console.reviews.of(AGENT)
        assert seen is not None
        made = seen.learned.learning.baseline
        assert made == learned_from(observed).baseline, "as at the command line"
        odd = [seq for seq, _ in seen.open]
        page = text_of((await carla.get(BASELINE)).text)
        assert f"0 accepted, 0 struck, {len(odd)} open" in page
        assert f" {odd[0]} " in page

        find = f"{BASELINE}/findings"
        struck = {"finding": "strike", "seq": str(odd[0])}
        assert (await rita.post(find, struck)).status_code == 303
        assert (await rita.post(find, struck)).status_code == 400, "not listed any more"
        assert (await rita.ask_for("lock", AGENT)).status_code == 400, "not done"
        await carla.post(find, {"finding": "accept", "seq": str(odd[1])})
        while "Reviewed." not in (await rita.get(BASELINE)).text:
            await rita.post(find, {"finding": "accept-others"})

        sheet = parse_review((await rita.get(f"{BASELINE}/sheet")).content)
        assert sheet.found[odd[0]].finding is Finding.STRUCK
        assert sheet.found[odd[0]].by == "risk:rita"
        assert sheet.found[odd[1]].by == "compliance:carla"
        at = (await rita.ask_for("lock", AGENT)).headers["location"]
        words = text_of((await carla.get(at)).text)
        assert f"struck: {odd[0]}" in words
        await rita.sign(at, "rita")
        assert (await rita.sign(at, "rita")).json()["entry"] is None
        assert (await carla.sign(at, "carla")).json()["entry"]
        lock = parse_lock(SignedNote.parse(lounge.gateway.appended[-1]).text)
        assert lock.source == sheet.source
        await lounge.look()
        assert "locked for it" in (await rita.get(BASELINE)).text

    world = visited_by_two(visit, "rita", "carla", observed)
    held = world.state.agents[AGENT].baseline
    assert held is not None
    assert held.probation == 0


def test_two_people_accept_a_release_by_locking_the_same_baseline_again() -> None:
    world = imported_world()
    world.now = world.now.plus(seconds=60)

    async def visit(_: Lounge, rita: Browser, carla: Browser) -> None:
        asked = await rita.ask_for("lock", AGENT, again="yes")
        at = asked.headers["location"]
        assert "we accept that what runs now" in text_of((await carla.get(at)).text)
        await rita.sign(at, "rita")
        assert (await carla.sign(at, "carla")).json()["entry"]
        none = await rita.ask_for("lock", "nobody", again="yes")
        assert none.status_code == 400

    before = world.state.agents[AGENT].baseline
    visited_by_two(visit, "rita", "carla", world)
    after = world.state.agents[AGENT].baseline
    assert before is not None
    assert after is not None
    assert (after.digest, after.probation) == (before.digest, 100)


def test_who_signs_a_renewal_sees_what_has_moved_since_the_one_in_force() -> None:
    state, now = imported_world().state, EVENING.plus(seconds=1)
    wider = [each._replace(venue="SIMC") for each in a_history()]
    for baseline, seen in ((learned(wider), True), (learned(), False)):
        wanted = Wanted(
            kind=Kind.LOCK, subject=AGENT, reason="", learned=(baseline, None)
        )
        drafted, _ = of_lock(wanted, state, now)
        said = " ".join(drafted.words)
        assert ("It replaces the baseline of 2026-05-14T18:00" in said) is seen
        assert ("venue: SIMA" in said) is seen


def test_who_may_not_lock_does_not_review_and_nonsense_is_refused() -> None:
    async def visit(lounge: Lounge, olga: Browser, rita: Browser) -> None:
        span = {"first": "1", "last": "1"}
        assert (await olga.post(f"{BASELINE}/review", span)).status_code == 403
        found = {"finding": "accept", "seq": "1"}
        assert (await olga.post(f"{BASELINE}/findings", found)).status_code == 403
        assert "form-review" not in (await olga.get(BASELINE)).text
        assert (await rita.post(f"{BASELINE}/findings", found)).status_code == 400
        for bad in ({"first": "x", "last": "1"}, {"first": "1", "last": "9"}, {}):
            assert (await rita.post(f"{BASELINE}/review", bad)).status_code == 400
        assert (await rita.get("/agents/nobody/baseline")).status_code == 404
        assert lounge.console.reviews.of(AGENT) is None
        await begun(rita, lounge.world)
        for bad in ({"finding": "like", "seq": "1"}, {"finding": "accept", "seq": "-"}):
            assert (await rita.post(f"{BASELINE}/findings", bad)).status_code == 400
        assert "No baseline yet." in (await rita.get(BASELINE)).text

    visited_by_two(visit)
