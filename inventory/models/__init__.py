from inventory.models.catalogue import Barcode, Category, Media, Product, Variant
from inventory.models.deposits import Deposit, DepositAmount
from inventory.models.locations import Location, OpeningException, OpeningHours, StaffAssignment
from inventory.models.oversales import Oversale
from inventory.models.price_files import PriceFile
from inventory.models.price_lists import ListPrice, PriceList
from inventory.models.prices import OfferedPrice, Price, PriceHistory, PriceRange
from inventory.models.reservations import Reservation
from inventory.models.stock import StockLevel, StockMovement
from inventory.models.taxes import TaxCategory

__all__ = [
    "Barcode",
    "Category",
    "Deposit",
    "DepositAmount",
    "ListPrice",
    "Location",
    "Media",
    "OfferedPrice",
    "OpeningException",
    "OpeningHours",
    "Oversale",
    "Price",
    "PriceFile",
    "PriceHistory",
    "PriceList",
    "PriceRange",
    "Product",
    "Reservation",
    "StaffAssignment",
    "StockLevel",
    "StockMovement",
    "TaxCategory",
    "Variant",
]
