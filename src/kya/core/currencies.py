"""The currencies and assets that exist, with their decimals."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# ISO 4217 active codes by minor unit (list one, 2026), then crypto-assets by the
# decimals of their native unit. A code that is not here does not exist for us.
_BY_DECIMALS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN"
        " BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP"
        " ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR"
        " IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT"
        " MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP"
        " PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC"
        " SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD"
        " XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
    6: "ADA EURC USDC USDT XRP",
    8: "BCH BTC DOGE LTC",
    9: "SOL",
    10: "DOT",
    18: "AVAX DAI ETH LINK POL",
}

DECIMALS: Final[Mapping[str, int]] = MappingProxyType(
    {
        code: decimals
        for decimals, codes in _BY_DECIMALS.items()
        for code in codes.split()
    }
)
