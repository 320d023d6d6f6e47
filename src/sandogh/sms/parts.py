"""How many messages a text costs. Persian travels as UCS-2: 70 units in one message, 67 in each part of a longer one."""

ONE_PART = 70
MULTI_PART = 67

_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_DOUBLE = frozenset("^{}\\[~]|€\f")


def sms_units(text: str) -> int:
    """Length in UTF-16 units: ZWNJ, guillemets and Persian digits count one, emoji two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def sms_parts(text: str) -> int:
    """Messages that the text takes; an empty text takes one. Plain Latin text has 160 and 153 septets instead of 70 and 67."""
    if all(char in _GSM_7 or char in _GSM_7_DOUBLE for char in text):
        length, one, many = sum(2 if char in _GSM_7_DOUBLE else 1 for char in text), 160, 153
    else:
        length, one, many = sms_units(text), ONE_PART, MULTI_PART
    return 1 if length <= one else -(-length // many)
