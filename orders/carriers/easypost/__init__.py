"""EasyPost, an aggregator that buys labels of many carriers."""

from orders.carriers.easypost.carrier import CARRIER

__all__ = ["CARRIER"]
