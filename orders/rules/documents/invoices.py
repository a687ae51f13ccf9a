"""
What an invoice or a credit note says of an order. All amounts in minor units of the order's currency.

An invoice states what the buyer has and pays for: each line with its share of discounts, deposits and tax. A credit
note states how much less that has become since. So documents never depend on the order in which things happened, and
all of them together state what is true now.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from core.money import split

INTRA_COMMUNITY, EXPORT, EXEMPT, VOUCHER = "intra_community", "export", "exempt", "voucher"


class TaxKey(NamedTuple):
    """A kind of tax. rate: basis points as text; levy: its name where several are due."""

    rate: str
    levy: str = ""
    is_exempt: bool = False


class TaxPart(NamedTuple):
    """What one tax comes to. base: without tax; also: other taxes that are part of its base."""

    key: TaxKey
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class SuppliedLine:
    """
    An order line: how it was sold, and what of it the buyer keeps.

    full, kept: what was paid for all units with tax and deposits, and what of that is not given back. untaxed: the
    deposit of a unit that bears no tax. dues: each tax with its amount on all units, and the others in its base.
    is_voucher: a gift card, which bears no tax.
    """

    id: int
    name: str
    sku: str
    quantity: int
    unit_price: int
    kept_units: int
    full: int
    kept: int
    untaxed: int = 0
    dues: tuple[tuple[TaxKey, int, int], ...] = ()
    is_voucher: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """
    What an order costs besides its lines, with tax: shipping, or a fee by its name in each language.

    full, kept: what was asked for it, and what of that is not given back.
    """

    key: str
    full: int
    kept: int
    name: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Position:
    """A line of a document. key: names the same thing in all documents of an order. unit_price: as it was shown."""

    key: str
    name: Any
    sku: str
    quantity: int
    unit_price: int
    gross: int
    taxes: tuple[TaxPart, ...]

    @property
    def tax(self) -> int:
        return sum(part.tax for part in self.taxes)


@dataclass(frozen=True, slots=True)
class Statement:
    """The positions of a document and what they come to."""

    positions: tuple[Position, ...]

    @property
    def gross(self) -> int:
        return sum(position.gross for position in self.positions)

    @property
    def tax(self) -> int:
        return sum(position.tax for position in self.positions)

    @property
    def taxes(self) -> list[TaxPart]:
        """Return what each tax comes to in all, the highest rate first."""
        sums: dict[TaxKey, list[int]] = {}
        for position in self.positions:
            for part in position.taxes:
                total = sums.setdefault(part.key, [0, 0])
                total[0] += part.base
                total[1] += part.tax
        by_rate = sorted(sums.items(), key=lambda item: (-float(item[0].rate), item[0].levy, item[0].is_exempt))
        return [TaxPart(key, base, tax) for key, (base, tax) in by_rate if base or tax]

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored; statement_from reads it back."""
        return {
            "positions": [
                asdict(position) | {"taxes": [[*part.key, part.base, part.tax] for part in position.taxes]}
                for position in self.positions
            ],
            "taxes": [[*part.key, part.base, part.tax] for part in self.taxes],
        }


def statement_from(content: Mapping[str, Any]) -> Statement:
    """Return a statement as it was stored."""
    return Statement(
        tuple(
            Position(
                **position
                | {"taxes": tuple(TaxPart(TaxKey(*part[:3]), part[3], part[4]) for part in position["taxes"])}
            )
            for position in content["positions"]
        )
    )


def stated(lines: Sequence[SuppliedLine], charges: Sequence[Charge], taxes: Sequence[TaxPart]) -> Statement:
    """
    Return what a buyer has and pays for now.

    taxes: of the whole order as it was sold; what the lines do not bear of them is that of the charges.
    """
    positions = [_line(line) for line in lines if line.kept_units or line.kept]
    return Statement((*positions, *_charges(lines, charges, taxes)))


def borne(withheld: Iterable[tuple[int, Mapping[int, int]]]) -> dict[int, int]:
    """
    Return what each returned line still costs its buyer, by the line's id.

    withheld: what each return kept back, with the value of its own lines, which bear it; the earliest return first.
    It is negative for gifts that came back, and then less is borne by the lines that bear something.
    """
    bears: dict[int, int] = {}
    for amount, values in withheld:
        weights = {line_id: value for line_id, value in (values if amount > 0 else bears).items() if value > 0}
        if not weights:
            continue
        due = max(amount, -sum(weights.values()))
        for line_id, share in zip(weights, split(due, list(weights.values())), strict=True):
            bears[line_id] = bears.get(line_id, 0) + share
    return bears


def credited(before: Iterable[Statement], now: Statement) -> Statement:
    """
    Return what is to be taken back, so that all documents together state what is true now.

    before: the invoice, then each credit note. What was entered anew since changes no tax: goods are taken back as the
    invoice taxed them. Nothing is to be taken back if its gross is not above zero.
    """
    first, *notes = before
    gone = {position.key: position for position in now.positions}
    positions = []
    for position in first.positions:
        taken = [one for note in notes for one in note.positions if one.key == position.key]
        rest = gone.get(position.key)
        if rest is not None and {part.key for part in rest.taxes} != {part.key for part in position.taxes}:
            rest = replace(rest, taxes=_as_taxed(position, rest.gross))
        others = [*taken, *([rest] if rest else [])]
        less = Position(
            position.key,
            position.name,
            position.sku,
            max(0, position.quantity - sum(other.quantity for other in others)),
            position.unit_price,
            position.gross - sum(other.gross for other in others),
            _difference(position.taxes, [other.taxes for other in others]),
        )
        if less.gross:
            positions.append(less)
    return Statement(tuple(positions))


def mentions_of(
    taxes: Sequence[TaxPart],
    *,
    seller_country: str,
    countries: Collection[str],
    union: Collection[str],
    has_voucher: bool,
) -> list[str]:
    """
    Return why goods bear no tax, as codes in the order in which a document says it.

    countries: of supply. union: the countries between which a business's purchase is free of tax (article 138 of
    2006/112/EC); whatever leaves them is exported (article 146).
    """
    untaxed = [part.key for part in taxes if float(part.key.rate) == 0]
    mentions = [INTRA_COMMUNITY] if any(key.is_exempt for key in untaxed) else []
    if any(not key.is_exempt for key in untaxed):
        leaves = any(country != seller_country and country not in union for country in countries)
        mentions.append(EXPORT if leaves else EXEMPT)
    return [*mentions, *([VOUCHER] if has_voucher else [])]


def number_of(kind_code: str, *, legal_entity_id: int, year: int, sequence: int) -> str:
    """Return a document's number: its kind, the legal entity, the year, and its place in that year."""
    return f"{kind_code}{legal_entity_id}-{year}-{sequence:06d}"


def _line(line: SuppliedLine) -> Position:
    untaxed = min(line.kept, line.untaxed * line.kept_units)
    kept, full = line.kept - untaxed, line.full - line.untaxed * line.quantity
    shares = [(key, _part(tax, kept, full), _part(also, kept, full)) for key, tax, also in line.dues]
    net = kept - sum(tax for _key, tax, _also in shares)
    parts = () if line.is_voucher else tuple(TaxPart(key, net + also, tax) for key, tax, also in shares)
    return Position(f"line:{line.id}", line.name, line.sku, line.kept_units, line.unit_price, line.kept, parts)


def _charges(lines: Sequence[SuppliedLine], charges: Sequence[Charge], taxes: Sequence[TaxPart]) -> Iterable[Position]:
    charges = [charge for charge in charges if charge.full]
    if not charges:
        return []
    base: Counter[TaxKey] = Counter()
    tax: Counter[TaxKey] = Counter()
    for line in lines:
        for part in _line(_whole(line)).taxes:
            base[part.key] += part.base
            tax[part.key] += part.tax
    weights = [charge.full for charge in charges]
    shares: list[list[TaxPart]] = [[] for _charge in charges]
    for part in taxes:
        bases = split(max(0, part.base - base[part.key]), weights)
        parts = split(max(0, part.tax - tax[part.key]), weights)
        for place, (one_base, one_tax) in enumerate(zip(bases, parts, strict=True)):
            if one_base or one_tax:
                shares[place].append(TaxPart(part.key, one_base, one_tax))
    return [
        Position(charge.key, dict(charge.name), "", 1, charge.full, charge.kept, _kept(charge, share))
        for charge, share in zip(charges, shares, strict=True)
        if charge.kept
    ]


def _kept(charge: Charge, shares: Sequence[TaxPart]) -> tuple[TaxPart, ...]:
    return tuple(
        TaxPart(part.key, _part(part.base, charge.kept, charge.full), _part(part.tax, charge.kept, charge.full))
        for part in shares
    )


def _as_taxed(position: Position, gross: int) -> tuple[TaxPart, ...]:
    """Return the taxes of a part of a position, as the position bears them."""
    return tuple(
        TaxPart(part.key, _part(part.base, gross, position.gross), _part(part.tax, gross, position.gross))
        for part in position.taxes
    )


def _whole(line: SuppliedLine) -> SuppliedLine:
    return replace(line, kept_units=line.quantity, kept=line.full)


def _part(amount: int, kept: int, full: int) -> int:
    return amount * kept // full if full > 0 else 0


def _difference(first: Sequence[TaxPart], others: Sequence[Sequence[TaxPart]]) -> tuple[TaxPart, ...]:
    left = {part.key: [part.base, part.tax] for part in first}
    for parts in others:
        for part in parts:
            left[part.key][0] -= part.base
            left[part.key][1] -= part.tax
    return tuple(TaxPart(key, base, tax) for key, (base, tax) in left.items() if base or tax)
