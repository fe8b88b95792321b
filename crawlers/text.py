"""Owns the wording around a piece of copy: navigation and tails that are no body, byline, source, title."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_BLANK = re.compile(r"[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

MAX_NAME = 60  # characters of a byline; longer ones are text that only looks like one


def clean_line(text: str) -> str:
    """One line: invisible characters dropped, runs of blanks of any width made one space."""
    return _BLANK.sub(" ", _INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text))).strip()


def clean_lines(text: str) -> str:
    """Several lines: each cleaned, empty ones dropped."""
    return "\n".join(line for line in map(clean_line, text.splitlines()) if line)


# ---------------------------------------------------------------- heads and tails

# Roles printed behind a piece; none of them wrote it.
_STAFF = (
    r"责任编辑|值班编辑|值班主任|值班总编|值班编委|责编|网络编辑|编辑|编审|校对|校审|审核|审校|一审|二审"
    r"|三审|初审|复审|终审|监制|总监制"
    r"|总值班|统筹|策划|出品|美编|版式|制图|主编|副主编|总编辑|排版|责任校对|实习编辑|签发|审签|编发"
    r"|责任主任|主任|執行編輯"
)
_WRITERS = r"作者|采写|撰文|撰稿|文字|文/图|文图|图文|文|记者|通讯员|供稿|供图|摄影|图片|摄像"
_SOURCES = r"来源|文章来源|稿源|素材来源|信息来源|转自|来 源"
_COLON = r"\s*[:：|丨｜/]\s*"

# Without a colon only where nothing but names follows: a paragraph may begin with 统筹 or 策划.
_SIGNED = rf"(?:{_COLON}|\s+(?:[\u4e00-\u9fff·]{{2,4}}\s*){{1,6}}[)）\]】]?$|\s*$)"
_TAIL = re.compile(
    rf"^[\s【\[（(〔]*(?:(?:{_STAFF}){_SIGNED}|(?:{_SOURCES}){_COLON}"
    rf"|(?:采写|供稿|撰稿|图片|图文|作者|供图|摄影|文字|记者|通讯员){_COLON}[^。！？]{{0,40}}$"
    r"|投稿邮箱|投稿热线|新闻热线|报料热线|爆料热线|法律顾问|返回首页|返回顶部|返回列表|回到顶部"
    r"|版权所有|版权声明|免责声明|特别声明|郑重声明|声明[:：]|本文来源|注[:：]转载|未经授权|凡本网|本网站(?:转载|声明|注明)"
    r"|Copyright|©|[^。]{0,6}ICP备|上一篇|下一篇|上一条|下一条|相关阅读|相关链接|相关新闻|相关稿件|相关文章"
    r"|延伸阅读|推荐阅读|热门推荐|猜你喜欢|分享到|分享至|分享让更多人|扫一扫|扫描二维码|长按"
    r"|打印本页|打印[】\]]?\s*(?:[【\[]|$)|关闭[】\]]?\s*(?:[【\[]|$)|关闭窗口|纠错】|我要纠错|我要评论|网友评论|发表评论|加入收藏"
    r"|点击关注|关注我们|欢迎关注|阅读原文|(?:点赞|在看|举报|END)\s*$|(?:—|-)\s*END|原标题[:：]|标签[:：]|关键词[:：]|附件下载)"
)
_NAVIGATION = re.compile(
    r"^(?:您?(?:现在|当前|所在)?的?(?:位置|位 置)|当前位置|首页\s*[>»›/]|字号|字体|【?字体|大\s*中\s*小$"
    r"|A\+|A-|分享到|分享至|打印|关闭|收藏|浏览(?:次数|量)?[:：]"
    r"|点击(?:数|量|次数)?[:：]|阅读(?:数|量|次数)?[:：]|我要(?:评论|纠错)|保护视力色|语音播报|扫一扫|T\|"
    r"|【?大|朗读|手机看|复制链接|人民日报客户端)"
)
# A line that only says when and whence: it stands between title and body on most news pages.
_DATELINE = re.compile(
    r"^(?:(?:发布|发表|更新|发稿)?(?:时间|日期|于)?\s*[:：]?\s*)?(?:19"
    r"|20)\d\d\s*[-/年.]\s*\d{1,2}\s*[-/月.]\s*\d{1,2}\s*日?"
    r"[\sT]*(?:\d{1,2}[:：]\d{1,2}(?:[:：]\d{1,2})?)?[\s|]*(?:(?:来源|稿源|作者|编辑|责任编辑|浏览|点击"
    r"|字号|阅读)[^。]{0,60})?$"
)
_CRUMB = re.compile(r"^(?:图集|组图|评论|微信|微博|Qzone|客户端|[+＋]1|[|｜>》»·•-]+|\d{1,3}|A-?|A\+?)$")
_NAMES_ALONE = re.compile(r"^[（(][\u4e00-\u9fff·]{2,4}(?:[ 、　][\u4e00-\u9fff·]{2,4}){0,5}[)）]$")


def cut_edges(body: str, title: str | None = None) -> tuple[str, str]:
    """The body without navigation at its head and tails at its end, and the lines that were cut, for
    `byline_of` and `source_of`. Only the last third is searched for tails: a piece about 编辑 stays."""
    lines = body.split("\n")
    start, cut = 0, []
    while start < min(len(lines), 8):
        line = lines[start]
        same = bool(title) and _squeeze(line) == _squeeze(title or "")
        if not (
            same
            or _NAVIGATION.match(line)
            or _DATELINE.match(line)
            or _is_credit_line(line)
            or _CRUMB.match(line)
            or _BYLINE_LINE.match(line)
        ):
            break
        cut.append(line)
        start += 1
    lines = lines[start:]
    end = len(lines)
    for index in range(max(1, len(lines) * 2 // 3 if len(lines) > 6 else 1), len(lines)):
        if _TAIL.match(lines[index]) and len(lines[index]) <= 120:
            # What follows a tail is tail, unless much text follows (a tail inside a page of several parts).
            rest = sum(len(line) for line in lines[index + 1 :] if not _TAIL.match(line))
            if rest <= 200:
                end = index
                break
    if end > 1 and _NAMES_ALONE.match(lines[end - 1]):
        end -= 1
    cut += lines[end:]
    while end > 1 and (_CRUMB.match(lines[end - 1]) or _is_tail(lines[end - 1])):
        end -= 1
    kept = lines[:end]
    if kept:
        shorter = _INLINE_TAIL.sub("", kept[-1])
        if shorter and shorter != kept[-1]:
            cut.insert(0, kept[-1][len(shorter) :])
            kept[-1] = shorter.rstrip()
    return "\n".join(kept), "\n".join(cut)


def _is_tail(line: str) -> bool:
    return len(line) <= 120 and bool(_TAIL.match(line))


_INLINE_TAIL = re.compile(
    rf"\s*[（(\[【]?(?:责任编辑|值班编辑|责编|网络编辑|法律顾问|投稿邮箱"
    rf"|返回首页)(?:{_COLON})?[^。！？]{{0,60}}[)）\]】]?$"
)


def _is_credit_line(line: str) -> bool:
    return len(line) <= 80 and bool(
        re.match(rf"^(?:{_SOURCES}|{_WRITERS}|{_STAFF}|发布(?:时间|日期)|日期|时间){_COLON}", line)
    )


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text)


# ---------------------------------------------------------------- who wrote it, whence it came

_REPORTER = r"(?:[\u4e00-\u9fff]{0,14}?(?:记者|通讯员|特约作者)|作者|文/)"
_BRACKETED = re.compile(rf"[（(]\s*((?:{_REPORTER})[^（）()。，；]{{1,{MAX_NAME}}})[)）]")
_HEADED = re.compile(
    r"^(?:[^（(\n]{0,16}(?:讯|电|消息))?\s*[（(]((?:[^（）()。]{0,14})(?:记者|通讯员)[^（）()。]{1,80})[)）]"
)
_LABELLED = re.compile(
    r"(?:^|[\s　|｜（(【\[])((?:本报|本网)?(?:记者|通讯员|作\s*者|采写|撰文|撰稿|供稿|执笔人?|文/图|图/文"
    r"|图文|特约作者)(?!简介|其他|文章|简历|授权|声明)|文(?=\s*[:：]))\s*[:：|丨｜/]?\s*"
    r"([^\s|｜:：;；，。,（()）\[\]【】<>]{2,20}(?:[ 、　/][\u4e00-\u9fff·]{2,4}(?![:：\u4e00-\u9fff]))*)"
)
_ROLE_WORDS = re.compile(
    r"^(?:[\u4e00-\u9fff·]{0,14}?(?:记者|通讯员|评论员|特约作者|作者|执笔人?|责任编辑|值班编辑|编辑|责编)"
    r"|采写|撰文|撰稿|供稿|文图|图文|摄影|文/图|图/文|文|图)\s*[:：|丨｜]?\s*"
)
_NO_NAME = re.compile(
    r"文|图|等|摄|未知|佚名|匿名|整合|综合|报道|采写|摄影|整理|编译|[\u4e00-\u9fff]{0,8}报道|admin\w*"
    r"|administrator|unknown",
    re.I,
)
# A first line that is nothing but the byline: "湖北日报全媒记者 左某 通讯员 刘某", "□ 某报评论员".
_BYLINE_LINE = re.compile(
    r"^[□■●○◎▲\s]*(?:整合\s|采写\s)?\s*("
    r"[\u4e00-\u9fff·]{0,14}(?:记者|通讯员"
    r"|特约作者)[\s:：]+[\u4e00-\u9fff·]{2,4}(?:[\s、，]+[\u4e00-\u9fff·]{2,12}){0,9}"
    r"|[\u4e00-\u9fff]{0,14}(?:特约)?评论员(?:\s+[\u4e00-\u9fff·]{2,4})?)$"
)
_OWN_LABEL = re.compile(r"^[（(\s]*(?:作\s*者|执笔人?|撰文|撰稿|采写|文)\s*[:：]")
_REPORTED = re.compile(
    r"[（(]([\u4e00-\u9fff·]{2,4}(?:[\s、][\u4e00-\u9fff·]{2,4}){0,3}\s+[\u4e00-\u9fff]{2,8}报道)[)）]$"
)
_SOURCE = re.compile(
    r"(?:^|[\s|｜（(\[【\d])(?:信息来源|文章来源|稿件来源|消息来源|来\s*源于?|稿源|转自)\s*[:：|丨｜]\s*"
    r"([^\s|｜<>（）()\[\]【】,，;；]{2,40}(?:\s(?!作者|编辑|时间|发布|字号|点击|浏览|责任|记者"
    r"|\d)[\u4e00-\u9fff]{2,10})?)"
)


def byline_of(body: str, around: str = "") -> str | None:
    """The byline as printed, "记者 韦某 通讯员 凌某某": from the opening bracket of the first paragraphs, the
    bracket at the end, or a labelled line in `around` (what stands beside the body: info line, tails).
    Editors, proof-readers and lawyers are no byline."""
    lines = [line for line in body.split("\n") if line]
    alone = next((match for line in around.split("\n") if (match := _BYLINE_LINE.match(line))), None)
    if alone:
        return alone.group(1)
    for line in lines[:3]:
        match = _HEADED.search(line)
        if match:
            return clean_line(match.group(1))
    for line in reversed(lines[-2:]):
        match = _BYLINE_LINE.match(line) or _BYLINE_LINE.match(
            re.sub(r"\s+[\u4e00-\u9fff]{2,8}报道$", "", line)
        )
        match = match or _REPORTED.search(line)
        if match:
            return clean_line(match.group(1))
        bracketed = _BRACKETED.findall(line)
        if bracketed:
            return clean_line(bracketed[-1])
    edges = [line for line in (*lines[:6], *lines[-5:]) if _OWN_LABEL.match(line) and len(line) <= 80]
    for line in (*edges, *around.split("\n")):
        match_label = _LABELLED.search(line)
        if match_label and not re.search(_STAFF, match_label.group(2)):
            return clean_line(f"{match_label.group(1)} {match_label.group(2)}").replace("作 者", "作者")
    for line in around.split("\n"):
        if _NAMES_ALONE.match(line):
            return clean_line(line.strip("（）() "))
    return None


def source_of(around: str) -> str | None:
    """What the info line or the tail names as source: "来源：市教育局" gives 市教育局."""
    for line in around.split("\n"):
        match = _SOURCE.search(line)
        if match:
            found = re.split(
                r"(?:作者|编辑|责任编辑|时间|发布时间|发布日期|字号|点击|浏览|记者)\s*[:：]?|(?:19"
                r"|20)\d\d[-年]",
                match.group(1),
            )[0].strip(" -—_|·")
            if len(found) >= 2 and not re.search(_STAFF, found):
                return found
    return None


def names_of(byline: str | None) -> str | None:
    """Names without offices and roles, separated by single spaces: "作者：韦某、凌某某" gives 韦某 凌某某."""
    if not byline:
        return None
    text = clean_line(re.sub(r"[、，,;；/|｜]+", " ", byline)).strip("（）【】[] ")
    names: list[str] = []
    for part in text.split(" "):
        # A role may stand alone before its names, or stick to the first of them.
        name = _ROLE_WORDS.sub("", part).strip("【】[]:： ·").removesuffix("等")
        if name and name not in names and not _NO_NAME.fullmatch(name):
            names.append(name)
    return " ".join(names) or None


# ---------------------------------------------------------------- title


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
        plain = re.sub(r"^(?:主题|标题)\s*[:：]\s*", "", line)
        credit = (
            _NAVIGATION.match(line) or _DATELINE.match(line) or _is_credit_line(line) or _CRUMB.match(line)
        )
        if 6 <= len(plain) <= 60 and not credit and not re.search(r"[:：|>»]|(?:19|20)\d\d[-年]", plain):
            return plain
    return None


_SEPARATORS = re.compile(r"\s*[_|｜»]\s*|\s+[-–—·]+\s+|--+|—(?!—)")
_SITE_WORD = re.compile(
    r"网|新闻|频道|日报|晚报|早报|晨报|时报|政府|门户|论坛|社区|中心|首页|客户端|博客|新浪|搜狐|腾讯|网易"
    r"|凤凰|澎湃|在线|资讯|要闻|数字报|电子报|知乎|贴吧|Powered|Discuz",
    re.I,
)


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
        match = re.match(r"^(.{4,}?)\s*[-–]\s*([^-–]{2,20})$", title)
        return match.group(1) if match and _SITE_WORD.search(match.group(2)) else title
    first = pieces[0].strip()
    if len(first) <= 10 and _SITE_WORD.search(first) and len(pieces[-1]) > len(first):
        # "千龙网--北京--标题": the names stand before.
        return max(pieces, key=len).strip()
    cut = _SEPARATORS.search(title)
    while cut is not None:
        head, rest = title[: cut.start()].strip(), title[cut.end() :]
        if len(head) >= 4 and (_SITE_WORD.search(rest) or "_" in cut.group() or "|" in cut.group()):
            return strip_site(head)
        following = _SEPARATORS.search(title, cut.end())
        cut = following
    return title
