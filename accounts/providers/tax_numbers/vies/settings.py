"""VIES's settings: its address switches it on."""

from core.setup.environment import env, is_production

_COMMISSION = "https://ec.europa.eu/taxation_customs/vies/rest-api"

VIES_URL = env.str("VIES_URL", default=_COMMISSION if is_production() else "").rstrip("/")
# The shop's own VAT number, like DE123456789; only with it does an answer have a reference.
SHOP_TAX_NUMBER = env.str("SHOP_TAX_NUMBER", default="").replace(" ", "").upper()
