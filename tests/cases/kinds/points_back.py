"""The points that come back with parts of what they paid."""

from orders.rules.refunds import points_back


def computed(inputs):
    points, before = [], 0
    for part in inputs["parts"]:
        points.append(points_back(inputs["points"], amount=inputs["amount"], refunded_before=before, refunded_now=part))
        before += part
    return {"points": points}
