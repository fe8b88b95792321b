"""Owns the typefaces of official documents (GB/T 9704) and what stands in for them where they are missing."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

TITLE, BODY, HEADING, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"

# Each with its fallbacks, best first: Windows, macOS, then free ones. Word and LibreOffice read them as
# other names of the typeface (w:altName).
FALLBACKS = {
    TITLE: ("FZXiaoBiaoSong-B05S", "方正小标宋_GBK", "华文中宋", "STZhongsong", "宋体", "Noto Serif CJK SC"),
    BODY: ("仿宋", "FangSong", "华文仿宋", "STFangsong", "FandolFang R", "Noto Serif CJK SC"),
    HEADING: ("SimHei", "Heiti SC", "Noto Sans CJK SC", "WenQuanYi Zen Hei"),
    KAI: ("楷体", "KaiTi", "华文楷体", "STKaiti", "AR PL UKai CN", "Noto Serif CJK SC"),
    SONG: ("SimSun", "Songti SC", "Noto Serif CJK SC"),
}
_FAMILY = {HEADING: "swiss"}
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def font_table() -> bytes:
    """word/fontTable.xml: the typefaces of the document with their fallbacks by name."""
    fonts = [
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(','.join(names))}/>"
        f'<w:charset w:val="86"/><w:family w:val="{_FAMILY.get(name, "roman")}"/><w:pitch w:val="variable"/>'
        "</w:font>"
        for name, names in FALLBACKS.items()
    ]
    latin = (
        '<w:font w:name="Times New Roman"><w:charset w:val="00"/><w:family w:val="roman"/>'
        '<w:pitch w:val="variable"/></w:font>'
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts xmlns:w="{_WORD}">'
        f"{''.join(fonts)}{latin}</w:fonts>"
    ).encode()
