"""Counts different things within a time, in Valkey: the same thing counts once, however often it comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import caches

from core.web.cache import FailOpenCache

# One step on the server, so requests at the same moment cannot take more places than there are.
# KEYS: the things counted, and the mark that somebody was told. ARGV: now, the time they count for, the most, things.
_TAKE = """
local now, seconds, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - seconds)
local new = {}
for place = 4, #ARGV do
    if not redis.call('ZSCORE', KEYS[1], ARGV[place]) then new[#new + 1] = ARGV[place] end
end
local over = redis.call('ZCARD', KEYS[1]) + #new - most
if #new == 0 or over <= 0 then
    for _, thing in ipairs(new) do redis.call('ZADD', KEYS[1], now, thing) end
    redis.call('EXPIRE', KEYS[1], seconds)
    return false
end
local is_first = redis.call('SET', KEYS[2], 1, 'NX', 'EX', seconds)
local free = redis.call('ZRANGE', KEYS[1], over - 1, over - 1, 'WITHSCORES')
if #free == 0 then free = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES') end
return {is_first and 1 or 0, tostring(#free > 0 and free[2] + seconds - now or seconds)}
"""


@dataclass(frozen=True, slots=True)
class Full:
    """There is no place left. wait_seconds: until there is; is_first: nobody was told within the time."""

    wait_seconds: int
    is_first: bool


def take_places(key: str, things: Sequence[object], *, most: int, within: timedelta, now: datetime) -> Full | None:
    """
    Count things that come now, all of them or none. Return None if they fit, or if Valkey is down.

    key: what is counted, and for whom. Things that were counted within the time already always fit.
    """
    cache = caches["default"]
    assert isinstance(cache, FailOpenCache)
    seconds = int(within.total_seconds())
    answer = cache.run_script(
        _TAKE,
        [f"distinct:{key}", f"distinct:{key}:told"],
        [now.timestamp(), seconds, most, *dict.fromkeys(str(thing) for thing in things)],
    )
    return None if answer is None else Full(max(1, round(float(answer[1]))), is_first=bool(answer[0]))
