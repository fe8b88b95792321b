"""Owns titles: a page's <title> without the names of site and column, the line that must be the title."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawlers.text import clean_line, is_beside


def is_site_name(title: str) -> bool:
    """Does a title only name the site, as on pages that all have the same one?"""
    return (
        len(title) < 4
        or not re.search(r"[\u4e00-\u9fff]{4}", title)
        or (len(title) <= 8 and bool(_SITE_WORD.search(title)))
    )


def title_line(before: str, body: str) -> str | None:
    """The line that must be the title of a page that names none: the body's own short first line, else the
    nearest line above it that is neither date nor navigation."""
    first = body.split("\n", 1)[0]
    if 4 <= len(first) <= 40 and "\n" in body and not re.search(r"[。！？；，,]|\d{4}[-年]", first):
        return first
    for line in reversed(before.split("\n")):
        plain = unlabelled(line)
        if (
            6 <= len(plain) <= 60
            and not is_beside(line)
            and not _NO_TITLE.search(plain)
            and not re.search(r"[|>»]|(?:19|20)\d\d[-年]|[。；]$", plain)
        ):
            return plain
    return None


def unlabelled(title: str) -> str:
    """A title without the word that some forums print before it: "主题：某某路灯不亮"."""
    return re.sub(r"^(?:主题|标题)\s*[:：]\s*", "", title)


# A label with its colon; "上思：念好山字经" has none.
_NO_TITLE = re.compile(
    r"(?:时间|日期|来源|作者|编辑|记者|浏览|点击|阅读|字号|字体|位置|次数|电话|邮箱|地址|网址|热线|搜索|关键[字词]|主题"
    r"|分类|栏目|标签|版主|[索文][引号]\s*号?|机关|机构|密码|用户名?|楼层|分数|积分|等级|https?)\s*[:：]"
)
_SEPARATORS = re.compile(r"(?:(?<!\s)\s+)?[_|｜»]\s*|(?<!\s)\s+[-–—·]+\s+|--+|—(?!—)")
_SITE_WORD = re.compile(
    r"网|新闻|频道|日报|晚报|早报|晨报|时报|政府|门户|论坛|社区|中心|首页|客户端|博客|新浪|搜狐|腾讯|网易"
    r"|凤凰|澎湃|在线|资讯|要闻|数字报|电子报|知乎|贴吧|Powered|Discuz",
    re.I,
)
# How the name of a site ends; a list's <title> is "本地要闻_某某新闻网", where the column comes first.
_SITE_NAME = re.compile(
    r"^.{0,18}(?:网|网站|门户|日报|晚报|早报|晨报|时报|电视台|广播台|论坛|社区|频道|在线|首页|客户端|中心"
    r"|人民政府|政务|平台|资讯|数字报|电子报)$"
)


LONGEST_TITLE = 300  # characters; no headline is longer, and each separator costs a look at all before it


def printed_title(title: str, lines: Iterable[str]) -> str | None:
    """The longest beginning of a <title> that ends at a separator (or is all of it) and stands on the page as
    a line of its own: of "关注 | 某地开展检查_某某网" it is "关注 | 某地开展检查".
    Only for what `strip_site` would cut at a bar, which divides a column from its headline as often as a
    headline from its site."""
    title = clean_line(title)
    if len(title) > LONGEST_TITLE:
        return None
    ends = [*(match.start() for match in _SEPARATORS.finditer(title)), len(title)]
    heads = {_letters(title[:end]): title[:end].strip() for end in ends if re.search(r"[|｜]", title[:end])}
    heads.pop("", None)
    if not heads:
        return None
    printed = {_letters(line) for line in lines if len(line) <= len(title) + 8}
    return next((head for key, head in reversed(heads.items()) if key in printed), None)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def strip_site(title: str, heading: str | None = None) -> str:
    """A page's <title> without the site's and the column's name behind it.

    Where the page has a heading that the title begins with, the heading decides; else trailing parts that
    look like names of sites are dropped, never the first part.
    """
    title = clean_line(title)
    if heading and len(heading) >= 4 and title.startswith(heading):
        return heading
    pieces = _SEPARATORS.split(title)
    if len(pieces) == 1:
        # "标题-某某网" with a plain hyphen: only where the end is a site's name.
        match = re.match(r"^(.{4,}?)(?<!\s)\s*[-–]\s*([^-–]{2,20})$", title)
        return match.group(1) if match and _SITE_WORD.search(match.group(2)) else title
    first, last = pieces[0].strip(), pieces[-1].strip()
    if (
        len(first) <= 10
        and _SITE_WORD.search(first)
        and len(last) > len(first)
        and not _SITE_NAME.match(last)
    ):
        # "千龙网--北京--标题": the names stand before.
        return max(pieces, key=len).strip()
    cut = _SEPARATORS.search(title)
    while cut is not None:
        head, rest = title[: cut.start()].strip(), title[cut.end() :]
        if len(head) >= 2 and _SITE_NAME.match(rest):
            return strip_site(head)
        if len(head) >= 4 and (_SITE_WORD.search(rest) or "_" in cut.group() or "|" in cut.group()):
            return strip_site(head)
        following = _SEPARATORS.search(title, cut.end())
        cut = following
    return title
