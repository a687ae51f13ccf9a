"""
Decimal places of every currency in ISO 4217: those in use (list one, 2026), and those that were withdrawn.

CLDR, and therefore Babel, rounds several of these differently for display (IRR, IQD, LBP); the shop counts money by the
standard, hence this table. Of withdrawn currencies the standard no longer gives the places; CLDR knows them.
"""

from babel.core import get_global

NO_PLACES = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
TWO_PLACES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
THREE_PLACES = "BHD IQD JOD KWD LYD OMR TND"
FOUR_PLACES = "CLF UYW"

PLACES: dict[str, int] = {
    code: places
    for places, codes in ((0, NO_PLACES), (2, TWO_PLACES), (3, THREE_PLACES), (4, FOUR_PLACES))
    for code in codes.split()
}

_FRACTIONS = get_global("currency_fractions")
# Records of the past are in them; nothing is sold in them. Codes with an X are metals, funds and tests.
WITHDRAWN: dict[str, int] = {
    code: _FRACTIONS.get(code, _FRACTIONS["DEFAULT"])[0]
    for code in get_global("all_currencies")
    if code not in PLACES and not code.startswith("X")
}
