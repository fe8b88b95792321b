"""Owns the wording around a piece of copy: cleaned lines, navigation and tails that are no body."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_BLANK = re.compile(r"[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# One class and no alternation: a search for it goes over a text five times as fast.
_ODD = re.compile(f"[{_INVISIBLE.pattern[1:-1]}{_SURROGATE.pattern[1:-1]}]")
_RARE_BLANK = re.compile(r"[\u2000-\u200a\u202f\u205f]")
_ODD_OR_BLANK = re.compile(f"[{_ODD.pattern[1:-1]}{_RARE_BLANK.pattern[1:-1]}]")
_SPACES = re.compile(r" {2,}")


def clean_line(text: str) -> str:
    """One line: invisible characters dropped, runs of blanks of any width made one space."""
    if _ODD.search(text):
        text = _INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text))
    return _BLANK.sub(" ", text).strip()


def clean_lines(text: str) -> str:
    """Several lines: each cleaned, empty ones dropped."""
    text = text.replace("\t", " ").replace("\u00a0", " ").replace("\u3000", " ")
    if _ODD_OR_BLANK.search(text):
        if _ODD.search(text):
            return "\n".join(line for line in map(clean_line, text.splitlines()) if line)
        text = _RARE_BLANK.sub(" ", text)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return "\n".join(filter(None, map(str.strip, text.splitlines())))


# ---------------------------------------------------------------- heads and tails

# Roles printed behind a piece; none of them wrote it.
STAFF = (
    r"责任编辑|值班编辑|值班主任|值班总编|值班编委|责编|网络编辑|编辑|编审|校对|校审|审核|审校|一审|二审"
    r"|三审|初审|复审|终审|监制|总监制"
    r"|总值班|统筹|策划|出品|美编|版式|制图|主编|副主编|总编辑|排版|责任校对|实习编辑|签发|审签|编发"
    r"|责任主任|主任|執行編輯"
)
WRITERS = r"作者|采写|撰文|撰稿|文字|文/图|文图|图文|文|记者|通讯员|供稿|供图|摄影|图片|摄像"
SOURCES = r"来源|文章来源|稿源|素材来源|信息来源|转自|来 源"
COLON = r"\s*[:：|丨｜/]\s*"

# Without a colon only where nothing but names follows: a paragraph may begin with 统筹 or 策划.
_SIGNED = rf"(?:{COLON}|\s+(?:[\u4e00-\u9fff·]{{2,4}}\s*){{1,6}}[)）\]】]?$|\s*$)"
_TAIL = re.compile(
    rf"^[\s【\[（(〔]*(?:(?:{STAFF}){_SIGNED}|(?:{SOURCES}){COLON}"
    rf"|(?:采写|供稿|撰稿|图片|图文|作者|供图|摄影|文字|记者|通讯员){COLON}[^。！？]{{0,40}}$"
    r"|投稿邮箱|投稿热线|新闻热线|报料热线|爆料热线|法律顾问|返回首页|返回顶部|返回列表|回到顶部"
    r"|版权所有|版权声明|免责声明|特别声明|郑重声明|声明[:：]|本文来源|注[:：]转载|未经授权|凡本网|本网站(?:转载|声明|注明)"
    r"|Copyright|©|[^。]{0,6}ICP备|上一篇|下一篇|上一条|下一条|相关阅读|相关报道[:：]|相关链接|相关新闻|相关稿件|相关文章"
    r"|延伸阅读|推荐阅读|热门推荐|猜你喜欢|分享到|分享至|分享让更多人|扫一扫|扫描二维码|长按"
    r"|打印本页|打印[】\]]?\s*(?:[【\[]|$)|关闭[】\]]?\s*(?:[【\[]|$)|关闭窗口|纠错】|我要纠错|我要评论|网友评论|发表评论|加入收藏"
    r"|点击关注|关注我们|欢迎关注|阅读原文|(?:点赞|在看|举报|END)\s*$|(?:—|-)\s*END|原标题[:：]|标签[:：]|关键词[:：]|附件下载"
    r"|发[表布](?:于|时间|日期)\s*[:：]?\s*(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d[^。]{0,60}$"
    r"|第\s*\d{1,3}\s*页\s*/\s*共)"
)
_NAVIGATION = re.compile(
    r"^(?:您?(?:现在|当前|所在)?的?(?:位置|位 置)|当前位置|首页\s*[>»›/]|字号|字体|【?字体|大\s*中\s*小$"
    r"|A\+|A-|分享到|分享至|打印|关闭|收藏|浏览(?:次数|量)?[:：]"
    r"|点击(?:数|量|次数)?[:：]|阅读(?:数|量|次数)?[:：]|我要(?:评论|纠错)|保护视力色|语音播报|扫一扫|T\|"
    r"|【?大|朗读|手机看|复制链接|人民日报客户端)"
)
# A line that only says when and whence: it stands between title and body on most news pages.
_DATELINE = re.compile(
    r"^(?:(?:发布|发表|更新|发稿)?(?:时间|日期|于)?\s*(?:[:：]\s*)?)?(?:19"
    r"|20)\d\d\s*[-/年.]\s*\d{1,2}\s*[-/月.]\s*\d{1,2}\s*日?"
    r"[\sT]*(?:\d{1,2}[:：]\d{1,2}(?:[:：]\d{1,2})?)?[\s|]*(?:(?:来源|稿源|作者|编辑|责任编辑|浏览|点击"
    r"|字号|阅读)[^。]{0,60})?$"
)
# The switch of a folded page, in the middle of its copy.
_FOLD = frozenset({"展开全文", "展开全部", "点击展开全文", "收起全文", "展开阅读全文", "点击展开"})
_CRUMB = re.compile(r"^(?:图集|组图|评论|微信|微博|Qzone|客户端|[+＋]1|[|｜>》»·•-]+|\d{1,3}|A-?|A\+?)$")
NAMES_ALONE = re.compile(r"^[（(][\u4e00-\u9fff·]{2,4}(?:[ 、　][\u4e00-\u9fff·]{2,4}){0,5}[)）]$")

# A first line that is nothing but the byline: "湖北日报全媒记者 左某 通讯员 刘某", "□ 某报评论员".
BYLINE_LINE = re.compile(
    r"^[□■●○◎▲\s]*(?:(?:整合|采写)\s+)?("
    r"[\u4e00-\u9fff·]{0,14}(?:记者|通讯员"
    r"|特约作者)[\s:：]+[\u4e00-\u9fff·]{2,4}(?:[\s、，]+[\u4e00-\u9fff·]{2,12}){0,9}"
    r"|[\u4e00-\u9fff]{0,14}(?:特约)?评论员(?:\s+[\u4e00-\u9fff·]{2,4})?)$"
)


def cut_edges(body: str, title: str | None = None) -> tuple[str, str]:
    """The body without navigation at its head and tails at its end, and the lines that were cut, for
    `byline_of` and `source_of`. Only the last third is searched for tails: a piece about 编辑 stays."""
    lines = [line for line in body.split("\n") if line not in _FOLD]
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
            or BYLINE_LINE.match(line)
        ):
            break
        cut.append(line)
        start += 1
    lines = lines[start:]
    end = len(lines)
    for index in range(max(1, len(lines) * 2 // 3 if len(lines) > 6 else 1), len(lines)):
        if _is_tail(lines[index]):
            # What follows a tail is tail, unless much text follows (a tail inside a page of several parts).
            rest = sum(len(line) for line in lines[index + 1 :] if not _TAIL.match(line))
            if rest <= 200:
                end = index
                break
    if end > 1 and NAMES_ALONE.match(lines[end - 1]):
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
    rf"(?<!\s)\s*[（(\[【]?(?:责任编辑|值班编辑|责编|网络编辑|法律顾问|投稿邮箱"
    rf"|返回首页)(?:{COLON})?[^。！？]{{0,60}}[)）\]】]?$"
)


def _is_credit_line(line: str) -> bool:
    return len(line) <= 80 and bool(
        re.match(rf"^(?:{SOURCES}|{WRITERS}|{STAFF}|发布(?:时间|日期)|日期|时间){COLON}", line)
    )


def is_beside(line: str) -> bool:
    """Is a line navigation, a date, a credit or a crumb, which stand around a title and are none?"""
    return bool(
        _NAVIGATION.match(line) or _DATELINE.match(line) or _is_credit_line(line) or _CRUMB.match(line)
    )


def _squeeze(text: str) -> str:
    return re.sub(r"\W+", "", text)
