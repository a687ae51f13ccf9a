"""
The base of rewards that count units, and the choice among those that want the same units.

Such a reward takes units from the pool of the cart in sets: each unit is valued at what earlier promotions left of it,
belongs to one set at most, and bears its share of the set's saving. From the units that fit, a part of a set takes the
dearest, and sets that save nothing are not made. So more goods in a cart never lower what a reward saves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.parsing import LARGEST
from carts.rules.kinds.reward import Reward, Savings
from core.money import split

# How many ways of forming sets are tried for promotions that want the same units.
MOST_TRIED = 60


@dataclass(frozen=True, slots=True)
class Part:
    """
    Units of some goods in a set. at_least: how many are enough if there are no more; None for all of them.

    leaves: the goods that it leaves to the parts after it, if it finds others.
    """

    quantity: int
    goods: Goods = EVERYTHING
    at_least: int | None = None
    leaves: Goods | None = None


class Pool(NamedTuple):
    """
    The units of a cart in stacks of one item and one value each, the dearest first, as lists by the stack's place.

    rooms: how far promotions may lower each unit of a stack.
    """

    values: list[int]
    rooms: list[int]
    items: list[int]
    units: list[int]


# Of one part of a set: the places of stacks, with the units taken of each.
Taken = list[tuple[int, int]]


class _Fitted(NamedTuple):
    """A part of a set in a pool: how many units it takes, how many are enough, and of which stacks, in their order."""

    quantity: int
    at_least: int
    places: list[int]


class _Sets(NamedTuple):
    """Alike sets of a reward: what they save, how many they are, and the units of one, by the stack's place."""

    saving: int
    number: int
    needed: dict[int, int]


class _Use(NamedTuple):
    """What a reward saves, the units that it leaves in each stack, how many sets it makes, and which."""

    saving: int
    units: list[int]
    sets: int
    formed: list[_Sets]


class CountingReward(Reward):
    """A reward for sets of units."""

    __slots__ = ()

    def parts_of_set(self) -> Sequence[Part]:
        """Return the parts of a set, in the order in which they take their units."""
        raise NotImplementedError

    def saving_of(self, values: Sequence[Sequence[tuple[int, int]]]) -> int:
        """Return what a set saves. values: of each part, the values of its units, with how many have each."""
        raise NotImplementedError

    def most_sets(self) -> int | None:
        """Return how many sets of a cart are reduced at most; None for any number."""
        return None


def pool_of(items: Iterable[Item], left: Mapping[int, int]) -> Pool:
    """Return the units of items, valued at what is left of them."""
    stacks: list[tuple[int, int, int, int, int]] = []
    for item in items:
        value, more = divmod(left[item.id], item.quantity)
        # What is left of an item may be no multiple of its units: some are then worth one minor unit more.
        for units, worth in ((more, value + 1), (item.quantity - more, value)):
            if units:
                stacks.append((-worth, len(stacks), max(0, worth - item.floor), item.id, units))
    stacks.sort()
    return Pool(
        [-stack[0] for stack in stacks],
        [stack[2] for stack in stacks],
        [stack[3] for stack in stacks],
        [stack[4] for stack in stacks],
    )


def best_uses(rewards: Sequence[CountingReward], items: Sequence[Item], left: Mapping[int, int]) -> list[Savings]:
    """
    Return what each reward saves. rewards: in their order; each unit belongs to one set at most.

    Of rewards that want the same units, the ways of forming sets are compared, and the one that saves most is taken;
    if several save as much, the one that gives most to the earlier reward. So a further promotion, or more goods, never
    makes the cart dearer. Beyond MOST_TRIED ways the best of those is taken.
    """
    found: list[Savings] = [{} for _reward in rewards]
    parts = [[(part, *_chosen(part, items)) for part in reward.parts_of_set()] for reward in rewards]
    touched = [frozenset[int]().union(*(ids for _part, ids, _last in of_reward)) for of_reward in parts]
    for group in _groups(touched):
        ids = touched[group[0]].union(*(touched[place] for place in group))
        pool = pool_of([item for item in items if item.id in ids], left)
        fitted = [[_fit(pool, *part) for part in parts[place]] for place in group]
        search = _Search([rewards[place] for place in group], fitted, pool)
        search.go_on(0, pool.units, [], 0)
        for place, use in zip(group, search.best, strict=True):
            found[place] = _savings(use, pool)
    return found


class _Search:
    """Tries how often each reward of a group forms its sets; the last one always does as often as it can."""

    def __init__(self, rewards: Sequence[CountingReward], parts: Sequence[list[_Fitted]], pool: Pool) -> None:
        self.rewards, self.parts, self.pool = rewards, parts, pool
        self.best: list[_Use] = []
        self.most_saved = -1
        self.tried = 0

    def go_on(self, place: int, units: list[int], uses: list[_Use], saved: int) -> None:
        """Try the rewards from a place on, with the units that those before them left."""
        if place == len(self.rewards):
            if saved > self.most_saved:
                self.best, self.most_saved = uses, saved
            return
        self.tried += 1
        use = self._use(place, units, None)
        self.go_on(place + 1, use.units, [*uses, use], saved + use.saving)
        reward = self.rewards[place]
        # Equal rewards after it would only form the sets that it leaves out.
        if not use.sets or all(later == reward for later in self.rewards[place + 1 :]):
            return
        # Leaving it out comes first: that is what most often saves more.
        for most in (0, *range(use.sets - 1, 0, -1)):
            if self.tried >= MOST_TRIED:
                return
            fewer = self._use(place, units, most)
            self.go_on(place + 1, fewer.units, [*uses, fewer], saved + fewer.saving)

    def _use(self, place: int, units: list[int], most: int | None) -> _Use:
        """Form sets of a reward, no more than most."""
        reward, parts, values = self.rewards[place], self.parts[place], self.pool.values
        limit = min((bound for bound in (most, reward.most_sets()) if bound is not None), default=LARGEST)
        rooms, units, sets, saved = self.pool.rooms, units[:], 0, 0
        formed: list[_Sets] = []
        while sets < limit:
            taken = _take(units, parts)
            if taken is None:
                break
            saving = reward.saving_of([[(values[place], count) for place, count in of_part] for of_part in taken])
            if saving <= 0:
                break
            needed = _together(taken)
            # Sets of the same units in a row are one step, so that a thousand units take no longer than three.
            repeated = min([limit - sets, *(units[place] // count for place, count in needed.items())])
            for place, count in needed.items():
                units[place] -= count * repeated
            sets += repeated
            saving = min(saving, sum([rooms[place] * count for place, count in needed.items()])) * repeated
            saved += saving
            formed.append(_Sets(saving, repeated, needed))
        return _Use(saved, units, sets, formed)


def _groups(sets: Sequence[frozenset[int]]) -> list[list[int]]:
    """Return the places of sets, in groups whose sets have ids in common, directly or by others of the group."""
    groups: list[tuple[frozenset[int], list[int]]] = []
    for place, ids in enumerate(sets):
        near = [group for group in groups if not group[0].isdisjoint(ids)]
        groups = [group for group in groups if group[0].isdisjoint(ids)]
        places = sorted([place, *(member for _ids, members in near for member in members)])
        groups.append((ids.union(*(known for known, _members in near)), places))
    return [places for _ids, places in groups]


def _chosen(part: Part, items: Sequence[Item]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the ids of the items that fit a part, and of those among them that it takes only if it must."""
    chosen = part.goods.among(items)
    last = part.leaves.among(chosen) if part.leaves is not None else ()
    return frozenset([item.id for item in chosen]), frozenset([item.id for item in last])


def _fit(pool: Pool, part: Part, ids: frozenset[int], last: frozenset[int]) -> _Fitted:
    places = [place for place, item_id in enumerate(pool.items) if item_id in ids]
    if last:
        places.sort(key=lambda place: pool.items[place] in last)
    return _Fitted(part.quantity, part.quantity if part.at_least is None else part.at_least, places)


def _take(units: Sequence[int], parts: Sequence[_Fitted]) -> list[Taken] | None:
    """Return the units of the next set; None if there are too few."""
    free, taken = list(units), []
    for quantity, at_least, places in parts:
        wanted, of_part = quantity, []
        for place in places:
            count = free[place]
            if count:
                count = count if count < wanted else wanted
                free[place] -= count
                wanted -= count
                of_part += [(place, count)]
                if not wanted:
                    break
        if quantity - wanted < at_least:
            return None
        taken += [of_part]
    return taken


def _together(taken: Sequence[Taken]) -> dict[int, int]:
    needed: dict[int, int] = {}
    for of_part in taken:
        for place, count in of_part:
            needed[place] = needed[place] + count if place in needed else count
    return needed


def _savings(use: _Use, pool: Pool) -> Savings:
    """Share the savings of sets out among their units, by their value, as far as they may be lowered."""
    savings: Savings = {}
    for saving, number, needed in use.formed:
        if saving:
            places = sorted(needed)
            rooms = [pool.rooms[place] * needed[place] * number for place in places]
            for place, share in zip(places, split(saving, rooms), strict=True):
                item_id = pool.items[place]
                savings[item_id] = savings.get(item_id, 0) + share
    return savings
