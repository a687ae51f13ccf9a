from accounts.models.addresses import Address
from accounts.models.consents import Consent
from accounts.models.customers import Customer, CustomerMerge

__all__ = ["Address", "Consent", "Customer", "CustomerMerge"]
