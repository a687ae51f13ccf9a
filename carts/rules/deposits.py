"""Deposits on containers, by the country in which goods are supplied. Amounts in minor units."""

from collections.abc import Mapping
from typing import NamedTuple


class Deposit(NamedTuple):
    """A deposit on one unit. bears_tax: it is taxed as its goods are; otherwise not at all."""

    amount: int
    bears_tax: bool = True


# By the deposit's id, the country, and the currency.
Deposits = Mapping[tuple[int, str, str], Deposit]

NO_DEPOSIT = Deposit(0, bears_tax=False)
