"""Where one stands: places gone to, found and followed, and the way back; the panes in front."""

from __future__ import annotations

from msgspec import structs

from inspector.core.budgets.budget import parse
from inspector.core.measures.counting import convention
from inspector.core.network.flow import source
from inspector.core.network.node import Where
from inspector.core.network.search import search
from inspector.core.network.tree import FIRST_STAGE, HEAD
from inspector.session.bench import Bench, Search, Share, network_of
from inspector.session.outcome import Outcome, asking, saying
from inspector.session.panes import ORDERS, RANKED, Panes, Room, in_turn
from inspector.speech import say


def jump(bench: Bench, where: Where) -> Bench:
    """Go to a place from which there is a way back."""
    if where == bench.where:
        return bench
    here, network = bench.here, bench.network
    trail = here.trail.visit(network.at(here.where).name, network.at(where).name)
    return bench.over(structs.replace(here, where=where, trail=trail))


def jump_to(bench: Bench, name: str) -> Bench:
    """Go to the place of that name; DesignError where there is none."""
    return jump(bench, bench.network.find(name).where)


def go(bench: Bench, where: Where) -> Bench:
    """Stand at a place of the tree; a filter stays."""
    return bench if bench.network.get(where) is None else bench.standing(where)


def leap(bench: Bench, where: Where) -> Bench:
    """Jump to a place of the tree; a filter goes, and leads nowhere."""
    bench = end_finding(bench, is_kept=False)
    return bench if bench.network.get(where) is None else jump(bench, where)


def next_stage(bench: Bench) -> Bench:
    """Go to the next stage."""
    return _to_stage(bench, 1)


def previous_stage(bench: Bench) -> Bench:
    """Go to the stage before, or to the one that one stands in."""
    return _to_stage(bench, -1)


def _to_stage(bench: Bench, steps: int) -> Bench:
    stages = [(top,) for top in range(FIRST_STAGE, HEAD)]
    there = [stage for stage in stages if (stage > bench.where if steps > 0 else stage < bench.where)]
    if not there:
        return bench
    return leap(bench, there[0] if steps > 0 else there[-1])


def trail_back(bench: Bench) -> Bench | Outcome:
    """Go back to where one was before the last jump; what is no longer there is passed over."""
    here, name = bench.here, bench.place.name
    trail = here.trail
    if trail.names and trail.names[trail.at] != name:  # one has walked on from there
        here = structs.replace(here, trail=trail.mark(name))
    return _along(bench, bench.over(here), -1, say("there is nothing further back"))


def trail_forward(bench: Bench) -> Bench | Outcome:
    """Go forward again."""
    return _along(bench, bench, 1, say("there is nothing further on"))


def _along(before: Bench, bench: Bench, steps: int, otherwise: str) -> Bench | Outcome:
    trail = bench.here.trail
    while (moved := trail.step(steps)) != trail:
        trail = moved
        place = bench.network.get(trail.names[trail.at])
        if place is not None:
            return bench.over(structs.replace(bench.here, where=place.where, trail=trail))
    return saying(before, otherwise, 2)


def follow(bench: Bench) -> Bench | Outcome:
    """Go to what feeds the place that one stands at."""
    where = source(bench.network, bench.where)
    return bench if where is None else jump(bench, where)


def nothing_feeds(bench: Bench) -> str:
    """Why there is nothing to follow from here, if so."""
    if source(bench.network, bench.where) is not None:
        return ""
    return say("nothing feeds the input") if bench.where else say("the network is fed by its input")


def find(bench: Bench) -> Bench:
    """Filter the tree by what is typed from now on, beginning with what was last sought."""
    if bench.search is not None:
        return bench
    return sought_for(structs.replace(to_tree(bench), search=Search(bench.where)), bench.sought)


def sought_for(bench: Bench, text: str) -> Bench:
    """Go to the first match at or behind the place where finding began; back there where nothing matches."""
    if bench.search is None:
        return bench
    origin, matches = bench.search.origin, _matches(bench, text)
    bench = structs.replace(bench, search=Search(origin, text, matches, _topic(text)), sought=text)
    return bench.standing(next((where for where in matches if where >= origin), matches[0] if matches else origin))


def end_finding(bench: Bench, *, is_kept: bool) -> Bench:
    """Take the filter away; stay where one is, with a way back, or go back to where finding began."""
    if bench.search is None:
        return bench
    there = bench.where
    bench = structs.replace(bench, search=None).standing(bench.search.origin)
    return jump(bench, there) if is_kept else bench


def _matches(bench: Bench, text: str) -> tuple[Where, ...]:
    return tuple(search(bench.network, text, network_of(bench.baseline.design)))


def _topic(text: str) -> str:
    """The note that is about a text, if there is one."""
    from inspector.notes import find

    return find(text) or "" if text.strip() else ""


def keep_match(bench: Bench) -> Bench | Outcome:
    """Go where the match is; where there is none, open the note that is about what is sought."""
    if bench.search is not None and not bench.search.matches and bench.search.topic:
        return find_note(bench)
    return bench if bench.search is None else to_tree(end_finding(bench, is_kept=True))


def find_note(bench: Bench) -> Bench | Outcome:
    """Open the note that is about what is sought; one stands where one stood."""
    if bench.search is None:
        return bench
    topic = bench.search.topic
    return asking(drop_match(bench), "note", topic) if topic else saying(bench, say("no note is about that"), 2)


def drop_match(bench: Bench) -> Bench:
    """Go back to where finding began."""
    return bench if bench.search is None else to_tree(end_finding(bench, is_kept=False))


def next_match(bench: Bench) -> Bench | Outcome:
    """Go to the next place in which what was last sought is found, round and round."""
    return _match(bench, 1)


def previous_match(bench: Bench) -> Bench | Outcome:
    """Go to the match before."""
    return _match(bench, -1)


def _match(bench: Bench, steps: int) -> Bench | Outcome:
    matches = bench.search.matches if bench.search else _matches(bench, bench.sought)
    if not matches:
        words = say("nothing has {text} in it", text=bench.sought) if bench.sought else say("/ finds first")
        return saying(bench, words, 2)
    here = bench.where
    ahead = [where for where in matches if (where > here if steps > 0 else where < here)]
    where = (ahead or matches)[0 if steps > 0 else -1]
    return bench.standing(where) if bench.search else jump(bench, where)


def to_tree(bench: Bench) -> Bench:
    """Show the tree, not a ranking in its place, and give it the focus."""
    panes = bench.panes._replace(focus="tree", ranking=False)
    return bench if panes == bench.panes else structs.replace(bench, panes=panes)


def back_to_tree(bench: Bench) -> Bench:
    """Go back to the tree; close what was opened beside it."""
    return structs.replace(bench, panes=Panes(picture=bench.panes.picture))


def point(bench: Bench, where: Where, *, is_chosen: bool) -> Bench:
    """Stand at a place of a list; in the tree, where one wants to go there."""
    if bench.network.get(where) is None:
        return bench
    bench = bench.standing(where)
    return to_tree(bench) if is_chosen else bench


def ripple(bench: Bench) -> Bench:
    """Open the ripple and go to it."""
    return _opened(bench, bench.panes._replace(focus="ripple", ripple=True, ranking=False))


def ranking(bench: Bench) -> Bench:
    """Open the rankings and go to them."""
    return _opened(bench, bench.panes._replace(focus="ranking", ranking=True))


def picture(bench: Bench) -> Bench:
    """Go to the picture; from it, put it away."""
    if bench.focus == "picture":
        return _opened(bench, bench.panes._replace(focus="tree", picture=True, ripple=False))
    return _opened(bench, bench.panes._replace(focus="picture", picture=False, ripple=False))


def _opened(bench: Bench, panes: Panes) -> Bench:
    """Other panes; where one stands now is on the way back."""
    here = structs.replace(bench.here, trail=bench.here.trail.mark(bench.place.name))
    return structs.replace(bench.over(here), panes=panes)


def next_pane(bench: Bench) -> Bench:
    """Go to the next pane."""
    return _pane(bench, 1)


def previous_pane(bench: Bench) -> Bench:
    """Go to the pane before."""
    return _pane(bench, -1)


def _pane(bench: Bench, steps: int) -> Bench:
    panes = in_turn(bench.room, bench.panes)
    at = panes.index(bench.focus) if bench.focus in panes else 0
    return bench.focused(panes[(at + steps) % len(panes)])


def resize(bench: Bench, columns: int, lines: int) -> Bench:
    """Have another room to show things in."""
    room = Room(columns, lines)
    return bench if room == bench.room else structs.replace(bench, room=room)


def since(bench: Bench) -> Bench:
    """Tell the ripple since the baseline, or since the last edit again."""
    return structs.replace(bench, look=bench.look._replace(since_baseline=not bench.look.since_baseline))


def order(bench: Bench) -> Bench:
    """List what is ranked in the next order."""
    return structs.replace(bench, look=bench.look._replace(order=(bench.look.order + 1) % len(ORDERS)))


def ranks(bench: Bench) -> Bench:
    """Rank operations, blocks, or stages: the next of them."""
    return structs.replace(bench, look=bench.look._replace(ranks=(bench.look.ranks + 1) % len(RANKED)))


def rank_by(bench: Bench, order: int) -> Bench:
    """Open the ranking in one of its orders."""
    return ranking(structs.replace(bench, look=bench.look._replace(order=order % len(ORDERS))))


def share(bench: Bench) -> Bench:
    """Make the bar the share of the next thing: params, cost, and time where it was measured."""
    clock = bench.clock
    is_timed = clock is not None and clock.timing is not None and clock.design is bench.design
    shares: tuple[Share, ...] = ("params", "cost", "time") if is_timed else ("params", "cost")
    now = shares.index(bench.look.share) if bench.look.share in shares else 0
    return structs.replace(bench, look=bench.look._replace(share=shares[(now + 1) % len(shares)]))


def differences(bench: Bench) -> Outcome:
    """Show the differences to the baseline as columns, or no longer; where there are none that is said."""
    after = structs.replace(bench, look=bench.look._replace(differs=not bench.look.differs))
    is_empty = after.look.differs and bench.design == bench.baseline.design
    words = say("nothing differs from {name} yet", name=bench.baseline.label)
    return saying(after, words, 3) if is_empty else Outcome(after)


def set_budget(bench: Bench, text: str) -> Bench:
    """Hold every design against a budget; DesignError where the text spells none."""
    return structs.replace(bench, look=bench.look._replace(budget=parse(text)))


def count(bench: Bench, name: str) -> Bench:
    """Show costs in another counting; DesignError where there is none of that name."""
    return structs.replace(bench, look=bench.look._replace(counting=convention(name).name))
