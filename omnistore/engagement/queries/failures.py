"""What a shop's operator must hear of."""

from core.data import sql

_FAILED = """
SELECT count(*) AS failed FROM engagement_message WHERE state = 'failed' AND created_at > now() - interval '1 day'
"""


def count_failed_messages() -> float:
    """Return how many messages of the last day were given up; staff may send them again."""
    row = sql.fetch_one(_FAILED, {})
    return float(row["failed"]) if row else 0.0
