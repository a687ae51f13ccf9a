"""
The base of rewards that count units, and the choice among those that want the same units.

Such a reward takes units from the pool of the cart in sets: each unit is valued at what earlier promotions left of it,
belongs to one set at most, and bears its share of the set's saving. From the units that fit, a part of a set takes the
dearest, and sets that save nothing are not made. So more goods in a cart never lower what a reward saves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.parsing import LARGEST
from carts.rules.kinds.reward import Reward, Savings
from core.money import split

# How many ways of forming sets are tried for promotions that want the same units.
MOST_TRIED = 60
# Long carts leave so many units in so many ways that remembering all of them would take more memory than it saves time.
MOST_KNOWN = 1000
_NONE = frozenset[int]()


class Part(NamedTuple):
    """
    Units of some goods in a set. at_least: how many are enough if there are no more; None for all of them.

    leaves: the goods that it leaves to the parts after it, if it finds others.
    """

    quantity: int
    goods: Goods = EVERYTHING
    at_least: int | None = None
    leaves: Goods | None = None


# How many units there are, by the stack's place.
Units = tuple[int, ...]


class Pool(NamedTuple):
    """
    The units of a cart in stacks of one item and one value each, the dearest first, as lists by the stack's place.

    rooms: how far promotions may lower each unit of a stack; has_floors: whether that is not always to nothing.
    """

    values: list[int]
    rooms: list[int]
    items: list[int]
    units: Units
    has_floors: bool


class _Fitted(NamedTuple):
    """A part of a set in a pool: how many units it takes, how many are enough, and of which stacks, in their order."""

    quantity: int
    at_least: int
    places: list[int]


class _Sets(NamedTuple):
    """Alike sets of a reward: what each saves, how many they are, and the units of one, by the stack's place."""

    saving: int
    number: int
    needed: dict[int, int]


class _Use(NamedTuple):
    """What a reward saves, the units that it leaves in each stack, how many sets it makes, and which."""

    saving: int
    units: Units
    sets: int
    formed: list[_Sets]

    def one_fewer(self) -> "_Use":
        """Return the same without the last set: sets are formed one after the other, so the others stay as they are."""
        last = self.formed[-1]
        units, formed = list(self.units), self.formed[:-1]
        for place, count in last.needed.items():
            units[place] += count
        if last.number > 1:
            formed.append(_Sets(last.saving, last.number - 1, last.needed))
        return _Use(self.saving - last.saving, tuple(units), self.sets - 1, formed)

    def after(self, first: _Sets) -> "_Use":
        """Return the same with some sets before it."""
        saving, sets = first.saving * first.number, first.number
        return _Use(self.saving + saving, self.units, self.sets + sets, [first, *self.formed])


# What rewards save together, and how each of them does so.
_Way = tuple[int, list[_Use]]


class CountingReward(Reward):
    """A reward for sets of units."""

    __slots__ = ()

    def parts_of_set(self) -> Sequence[Part]:
        """Return the parts of a set, in the order in which they take their units."""
        raise NotImplementedError

    def saving_of(self, values: Sequence[int]) -> int:
        """Return what a set saves. values: what the units of each part are worth."""
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
    values, rooms = [-stack[0] for stack in stacks], [stack[2] for stack in stacks]
    items_of = [stack[3] for stack in stacks]
    return Pool(values, rooms, items_of, tuple([stack[4] for stack in stacks]), rooms != values)


def best_uses(rewards: Sequence[CountingReward], items: Sequence[Item], left: Mapping[int, int]) -> list[Savings]:
    """
    Return what each reward saves. rewards: in their order; each unit belongs to one set at most.

    Of rewards that want the same units, the ways of forming sets are compared, and the one that saves most is taken;
    if several save as much, the one that gives most to the earlier reward. So a further promotion, or more goods, never
    makes the cart dearer. Beyond MOST_TRIED ways the best of those is taken.
    """
    found: list[Savings] = [{} for _reward in rewards]
    parts = [[(part, *_chosen(part, items)) for part in reward.parts_of_set()] for reward in rewards]
    touched = [_NONE.union(*[ids for _part, ids, _last in of_reward]) for of_reward in parts]
    for group in _groups(touched) if len(rewards) > 1 else [[0]]:
        ids = touched[group[0]].union(*[touched[place] for place in group[1:]])
        pool = pool_of([item for item in items if item.id in ids], left)
        fitted = [[_fit(pool, *part) for part in parts[place]] for place in group]
        if len(group) == 1:
            # Most offers want units that no other one wants: there is nothing to compare.
            found[group[0]] = _savings(_all_sets(rewards[group[0]], fitted[0], pool), pool)
            continue
        _saved, uses = _Search([rewards[place] for place in group], fitted, pool).best_way(0, pool.units)
        for place, use in zip(group, uses, strict=True):
            found[place] = _savings(use.formed, pool)
    return found


def _all_sets(reward: CountingReward, parts: Sequence[_Fitted], pool: Pool) -> list[_Sets]:
    """Form sets of a reward as often as it can."""
    most, units, formed = reward.most_sets(), pool.units, list[_Sets]()
    while found := _next_sets(reward, parts, pool, most, units):
        sets, units = found
        formed.append(sets)
        most = most and most - sets.number
    return formed


class _Search:
    """Tries how often each reward of a group forms its sets; the last one always does as often as it can."""

    def __init__(self, rewards: Sequence[CountingReward], parts: Sequence[list[_Fitted]], pool: Pool) -> None:
        self.rewards, self.parts, self.pool = rewards, parts, pool
        # Equal rewards after one would only form the sets that it leaves out.
        self.is_free = [any(later != reward for later in rewards[place:]) for place, reward in enumerate(rewards)]
        self.known: dict[tuple[int, int | None, Units], _Use] = {}
        self.tried = 0

    def best_way(self, place: int, units: Units) -> _Way:
        """Return the best way for the rewards from a place on, with the units that those before them left."""
        self.tried += 1
        use = self._use(place, units)
        if place + 1 == len(self.rewards):
            return use.saving, [use]
        saved, uses = self.best_way(place + 1, use.units)
        best = use.saving + saved, [use, *uses]
        if not self.is_free[place]:
            return best
        for fewer in _fewer(use, units):
            if self.tried >= MOST_TRIED:
                break
            saved, uses = self.best_way(place + 1, fewer.units)
            if fewer.saving + saved > best[0]:
                best = fewer.saving + saved, [fewer, *uses]
        return best

    def _use(self, place: int, units: Units) -> _Use:
        """Form sets of a reward as often as it can."""
        most = self.rewards[place].most_sets()
        steps: list[tuple[tuple[int, int | None, Units], _Sets]] = []
        # Different ways soon leave the same units, from which on the sets are the same, too.
        while (use := self.known.get((place, most, units))) is None:
            found = _next_sets(self.rewards[place], self.parts[place], self.pool, most, units)
            if found is None:
                use = self.known[place, most, units] = _Use(0, units, 0, [])
                break
            steps.append(((place, most, units), found[0]))
            sets, units = found
            most = most and most - sets.number
        for state, sets in reversed(steps):
            use = use.after(sets)
            if len(self.known) < MOST_KNOWN:
                self.known[state] = use
        return use


def _next_sets(
    reward: CountingReward, parts: Sequence[_Fitted], pool: Pool, most: int | None, units: Units
) -> tuple[_Sets, Units] | None:
    """Return the next sets of a reward, which all take the same units, and the units that they leave."""
    left = list(units)
    taken = None if most == 0 else _take(left, parts, pool.values)
    if taken is None:
        return None
    worth, needed = taken
    saving = reward.saving_of(worth)
    if saving <= 0:
        return None
    if pool.has_floors:
        saving = min(saving, sum([pool.rooms[place] * count for place, count in needed.items()]))
    # A thousand units take no longer than three, if the sets are one step.
    number = 1 + _take_again(left, needed, LARGEST if most is None else most - 1)
    return _Sets(saving, number, needed), tuple(left)


def _fewer(use: _Use, units: Units) -> Iterator[_Use]:
    """Yield how a reward would form fewer sets. units: those it finds."""
    if use.sets:
        # Leaving it out comes first: that is what most often saves more.
        yield _Use(0, units, 0, [])
    while use.sets > 1:
        use = use.one_fewer()
        yield use


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
    ids = part.goods.among(items).ids
    return ids, _NONE if part.leaves is None else ids & part.leaves.among(items).ids


def _fit(pool: Pool, part: Part, ids: frozenset[int], last: frozenset[int]) -> _Fitted:
    places = [place for place, item_id in enumerate(pool.items) if item_id in ids]
    if last:
        places.sort(key=lambda place: pool.items[place] in last)
    return _Fitted(part.quantity, part.quantity if part.at_least is None else part.at_least, places)


def _take(units: list[int], parts: Sequence[_Fitted], values: Sequence[int]) -> tuple[list[int], dict[int, int]] | None:
    """Take the next set; return what the units of each part are worth, and all by stack. None if there are too few."""
    worth: list[int] = []
    needed: dict[int, int] = {}
    for quantity, at_least, places in parts:
        wanted, value = quantity, 0
        for place in places:
            count = units[place]
            if count:
                count = count if count < wanted else wanted
                units[place] -= count
                needed[place] = needed[place] + count if place in needed else count
                value += values[place] * count
                wanted -= count
                if not wanted:
                    break
        if quantity - wanted < at_least:
            return None
        worth.append(value)
    return worth, needed


def _take_again(units: list[int], needed: Mapping[int, int], most: int) -> int:
    """Take the same units as often as they are there, most times at most, and return how often."""
    times = most
    for place, count in needed.items():
        if units[place] < count:
            return 0
        times = min(times, units[place] // count)
    for place, count in needed.items():
        units[place] -= count * times
    return times


def _savings(formed: Sequence[_Sets], pool: Pool) -> Savings:
    """Share the savings of sets out among their units, by their value, as far as they may be lowered."""
    savings: Savings = {}
    for saving, number, needed in formed:
        if saving:
            places = sorted(needed)
            rooms = [pool.rooms[place] * needed[place] * number for place in places]
            for place, share in zip(places, split(saving * number, rooms), strict=True):
                item_id = pool.items[place]
                savings[item_id] = savings.get(item_id, 0) + share
    return savings
