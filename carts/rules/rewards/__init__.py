"""What promotions give: each module is one kind, found by its file alone. They import `kinds`, never each other."""

from collections.abc import Mapping
from typing import Any

from carts.rules.kinds.finding import kinds_in, parse_kind
from carts.rules.kinds.reward import Reward


def reward_kinds() -> Mapping[str, type[Reward]]:
    """Return the kinds of rewards by their names, in the order of the back office."""
    return kinds_in(__name__, Reward)


def parse_reward(value: Any) -> Reward:
    """Parse a reward, an object with its `kind`. Raises PromotionNotValid."""
    return parse_kind(value, reward_kinds(), of="reward")
