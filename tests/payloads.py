"""Texts that do something to whoever prints them: control and format characters, and sequences of them."""

import unicodedata

PAYLOADS = (
    *("\x00", "\x07", "\x08", "\t", "\n", "\v", "\f", "\r", "\x0e", "\x1a", "\x7f"),
    *(
        "\x1b[2J\x1b[H",
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07",
        "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    ),
    *("\x1bc", "\x1b[?1049h", "\x1bP+q544e\x1b\\", "\x1b]52;c;ZXZpbA==\x07", "\x1b[1A\x1b[2K", "\r\x1b[Kok"),
    *("\x85", "\x9b2J", "\x9d0;title\x9c", "\x90q\x9c"),
    *("\u202efdp.exe", "\u202d", "\u202a", "\u202b", "\u202c", "\u2066a\u2069", "\u2067", "\u2068", "\u200e", "\u200f"),
    *("\u061c", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u2028", "\u2029"),
    *("\U000e0001\U000e0041\U000e007f", "\ufff9a\ufffab\ufffb", "\U0001d173", "\u206a", "\u2063", "\U000110bd"),
)


def unprintable(text: str) -> list[str]:
    """Return the characters of a text that are control, format or surrogate characters, or separate lines."""
    return [hex(ord(one)) for one in text if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
