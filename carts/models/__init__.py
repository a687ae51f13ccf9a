from carts.models.carts import Cart, CartCode, CartLine
from carts.models.delivery import DeliveryArea, DeliveryMethod, DeliveryRate, DeliveryZone
from carts.models.fees import Fee
from carts.models.parity import ParityCheck, ParityDifference
from carts.models.promotions import Promotion
from carts.models.shipping import ShippingRate
from carts.models.taxes import TaxRate, TaxZone
from carts.models.vouchers import CartVoucher, Voucher, VoucherBudget, VoucherCount, VoucherUse
from carts.models.wishlists import WishlistItem

__all__ = [
    "Cart",
    "CartCode",
    "CartLine",
    "CartVoucher",
    "DeliveryArea",
    "DeliveryMethod",
    "DeliveryRate",
    "DeliveryZone",
    "Fee",
    "ParityCheck",
    "ParityDifference",
    "Promotion",
    "ShippingRate",
    "TaxRate",
    "TaxZone",
    "Voucher",
    "VoucherBudget",
    "VoucherCount",
    "VoucherUse",
    "WishlistItem",
]
