from accounts.models.addresses import Address
from accounts.models.balances import Balance, BalanceEntry, BalanceHold
from accounts.models.consents import Consent
from accounts.models.customers import Customer, CustomerMerge
from accounts.models.loyalty import (
    LoyaltyProgramme,
    LoyaltyTier,
    PointAccrual,
    PointBatch,
    PointRedemption,
    TierMembership,
)
from accounts.models.segments import Segment, SegmentMembership
from accounts.models.tax_numbers import TaxNumber, TaxNumberCheck
from accounts.models.visit_events import VisitMessage, VisitorLink
from accounts.models.wrong_sign_ins import WrongSignIn

__all__ = [
    "Address",
    "Balance",
    "BalanceEntry",
    "BalanceHold",
    "Consent",
    "Customer",
    "CustomerMerge",
    "LoyaltyProgramme",
    "LoyaltyTier",
    "PointAccrual",
    "PointBatch",
    "PointRedemption",
    "Segment",
    "SegmentMembership",
    "TaxNumber",
    "TaxNumberCheck",
    "TierMembership",
    "VisitMessage",
    "VisitorLink",
    "WrongSignIn",
]
