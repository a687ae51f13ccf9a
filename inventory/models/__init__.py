from inventory.models.catalogue import Barcode, Category, Media, Product, Variant
from inventory.models.deposits import Deposit, DepositAmount
from inventory.models.locations import Location, OpeningException, OpeningHours, StaffAssignment
from inventory.models.oversales import Oversale
from inventory.models.price_files import PriceFile
from inventory.models.price_lists import ListPrice, PriceList
from inventory.models.prices import OfferedPrice, Price, PriceHistory, PriceRange
from inventory.models.purchasing.reorder import ReorderRule
from inventory.models.purchasing.suppliers import Supplier, SupplierProduct
from inventory.models.reservations import Reservation
from inventory.models.stock import HeldStock, StockLevel, StockMovement
from inventory.models.stock_documents import StockDocument, StockDocumentLine
from inventory.models.taxes import TaxCategory
from inventory.models.terms.return_policies import ReturnFee, ReturnPolicy

__all__ = [
    "Barcode",
    "Category",
    "Deposit",
    "DepositAmount",
    "HeldStock",
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
    "ReorderRule",
    "Reservation",
    "ReturnFee",
    "ReturnPolicy",
    "StaffAssignment",
    "StockDocument",
    "StockDocumentLine",
    "StockLevel",
    "StockMovement",
    "Supplier",
    "SupplierProduct",
    "TaxCategory",
    "Variant",
]
