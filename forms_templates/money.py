"""Amounts of money as papers write them: figures with two decimals, and 大写 as the Ministry of Finance demands.

会计基础工作规范第五十二条: 人民币 stands right before the words; 整 follows an amount that ends with 元 or 角, never
one with 分.
"""

from decimal import Decimal, InvalidOperation

import cn2an

# Beyond this no county pays, and the words would be wrong.
_MOST = Decimal("9999999999.99")


class AmountError(ValueError):
    """Not an amount of money; the sentence says what is wrong with it."""


def read_amount(value: object) -> Decimal:
    """Yuan from text, int or Decimal; never from a float, which has no cents. Raises AmountError."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise AmountError("金额应写成数字，如400或400.50")
    try:
        amount = Decimal(str(value).strip().replace(",", "").replace("，", ""))
    except InvalidOperation as error:
        raise AmountError("金额应写成数字，如400或400.50") from error
    if not amount.is_finite() or amount < 0 or amount > _MOST:
        raise AmountError("金额应在0到一百亿元之间")
    if amount != amount.quantize(Decimal("0.01")):
        raise AmountError("金额最多写到分")
    return amount


def plain(amount: Decimal) -> str:
    """As it is kept: 400 or 400.50."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"


def in_figures(amount: Decimal) -> str:
    """As it is printed: 12,400.00."""
    return f"{amount:,.2f}"


def in_words(amount: Decimal) -> str:
    """大写: 人民币壹万贰仟肆佰元整."""
    words = str(cn2an.an2cn(plain(amount), "rmb"))
    return f"人民币{words}整" if words.endswith("角") else f"人民币{words}"
