"""Owns pages that a site's guard sends instead of the page: captchas, safety checks, refusals of a firewall.

What such a page says speaks to the visitor of this very visit ("请完成安全验证后继续访问"). An article or a
notice that only talks of such checks has its publication about it, or running text of other things.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawlers.platforms.document import Document, Unreadable

MAX_TEXT = 1200  # characters; a page with more text than this is no wall, whatever words it holds
MAX_LOOSE_TEXT = 400  # up to here a word of the matter is enough, without a demand, on a form or in few words
MAX_BRIEF = 60  # characters of sentences
MAX_BESIDE_SCRIPT = 80  # of a page that is all script: "请稍候", "Please enable JavaScript"
TO_PROOF = "转到验证页 "  # begins the detail of a page that led to a guard's address
MIN_SENTENCE = 12
MIN_PROSE = 40  # characters of sentences, beside a publication's label
MIN_PLAIN_PROSE = 120  # of sentences on other things, without one

_DEMAND = re.compile(
    r"请[^。！？\n]{0,12}(?:完成|通过|进行|点击)[^。！？\n]{0,10}(?:验证|校验)"
    r"|(?:完成|通过)[^。！？\n]{0,8}(?:验证|校验)(?:后|之后|以|即可|方可|才能)[^。！？\n]{0,8}(?:继续|访问|浏览|进入|操作)"
    r"|(?:拖动|滑动|按住|拉动)[^。！？\n]{0,8}(?:滑块|拼图|箭头)|点击(?:按钮|图中|此处|下方)[^。！？\n]{0,10}(?:验证|校验)|去验证"
    r"|输入(?:下图|图片|图中|上图|下方|图形|图像|右侧)[^。！？\n]{0,10}(?:验证码|字符|文字|结果|答案)|请(?:您)?输入验证码"
    r"|(?:正在|需要)[^。！？\n]{0,14}(?:浏览器检[查测]|人机(?:识别|验证|校验)|安全(?:验证|检[查测][，,\s]*请稍))"
    r"|(?:检测|监测|识别|发现)到?(?:您|你|当前|来自您)[^。！？\n]{0,16}(?:异常|可疑|恶意|攻击|机器|自动|频繁)"
    r"|(?:您|你|当前)的?(?:IP|网络|访问|请求|操作|浏览|环境|浏览器)"
    r"(?:(?:(?!页面|内容|不存在)[^。！？\n]){0,8}(?:异常|频繁|过快|受限)|[^。！？\n]{0,30}被[^。！？\n]{0,8}(?:拦截|阻断|拒绝|限制|禁止|封禁|封锁))"
    r"|(?:访问|请求|操作|刷新)(?:过于|太)频繁|(?:访问|请求)频率|(?:访问|请求)(?:已|已经)?被[^。！？\n]{0,12}(?:拦截|阻断|拒绝)"
    r"|请求存在恶意|(?:访问|请求)疑似[^。！？\n]{0,4}(?:攻击|爬虫)|(?:带有|含有|包含)[^。！？\n]{0,4}(?:不合法|非法|恶意)的?(?:参数|请求|内容|字符)"
    r"|不是(?:机器人|自动程序)|证明(?:您|你)是(?:真人|人类)|环境异常|防(?:灌水|采集|CC)"
    r"|Just a moment|Checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human|unusual traffic"
    r"|Attention Required|verification required|complete (?:the|this)[^.\n]{0,20}(?:challenge|verification)"
    r"|have been blocked|has banned|restrict(?:ed)? access",
    re.I,
)
_MATTER = re.compile(
    r"验证码|人机(?:验证|识别)|安全(?:验证|驗證)|滑[动块](?:滑块|验证)|访问验证|captcha|WAF|网站防火墙|云防护"
    r"|看不清[^。\n]{0,6}换一?[张个]",
    re.I,
)
# What the sentences of such pages are about, besides the demand itself.
_APPARATUS = re.compile(
    r"验证|校验|防护|防火墙|拦截|阻断|本站|本网站|网站管理|站长|管理员|访问|请求|浏览器|刷新|客服|真实用户|机器|自动程序"
    r"|解封|误报|攻击|拖动|滑块|Cookie|JavaScript|\bIP\b",
    re.I,
)
_LABEL = re.compile(
    r"(?:发布|发表|发稿|更新|成文)(?:时间|日期)|日期\s*[:：]|发表于|来源\s*[:：]|作者\s*[:：]|(?:责任)?编辑\s*[:：]|责编|通讯员"
    r"|(?:本报|本网|本台)?记者|(?:浏览|阅读|点击)(?:次数|量|数)|讯\s*[（(]|[（(][^）)\n]{1,20}\s供稿[）)]"
)
_DATE_ALONE = re.compile(
    r"^[\[（(]? ?(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2} ?日?"
    r"(?: {1,2}\d{1,2}:\d\d(?::\d\d)?)?[\]）)]?$",
    re.M,
)
_QUOTED = re.compile(r"“[^”\n]{0,80}”|「[^」\n]{0,80}」")
_SENTENCE_END = re.compile(r"(?<=[。！？；])|\n")
_SCRIPT = re.compile(
    r"location(?:\.href|\.reload|\.replace)?\s*[=(]|document\.cookie|eval\(|__jsl_clearance|acw_sc__v2|\$_ts\b|_0x[0-9a-f]{4}"
    r"|captcha|challenge|\bwaf\b|btwaf|safedog|yunsuo|_guard",
    re.I,
)
_WAITING = re.compile(r"JavaScript|Cookie|请稍[候后等]|loading|跳转|正在(?:加载|检)|刷新|安全", re.I)
# The last segment of a guard's address, without its ending. A folder of such a name may hold ordinary pages.
_CHECK = re.compile(
    r"[\w-]*captcha(?:[_-]?(?:check|page|verify))?|anti[_-]?spider|(?:sec|human|robot|waf)[_-]?(?:check|verify)"
    r"|safe[_-]?verify|verify(?:[_-]?(?:code|page))?|challenge|waf",
    re.I,
)


def raise_proof(document: Document, *, is_dated: bool = False) -> None:
    """A page that wants proof of a human, or refuses this visitor as a machine; or a script in its place.

    Args:
        is_dated: an article with a date was read from it. With a publication's label beside, a word of the
            matter is then no sign ("关于启用图片验证码的公告"); only a demand is.

    Raises:
        Unreadable: `captcha`, with what the page says.
    """
    text = first_text(document, MAX_TEXT)
    if text is None:
        return
    if len(text) <= MAX_BESIDE_SCRIPT and _is_script_alone(document, text):
        said = f"：{text.strip()}" if text.strip() else ""
        raise Unreadable("captcha", f"页面只有脚本，没有文字（可能是防护脚本）{said}".replace("\n", " "))
    message = f"{document.title_tag}\n{text}"
    is_article = is_dated and _is_labelled(document, text)
    if not _is_asked(document, message, is_article=is_article) or _is_published(document, text):
        return
    if document.first("input[type=password]") is not None:  # a login asks for a code as well
        return
    raise Unreadable("captcha", message.replace("\n", " ").strip()[:200])


def is_proof_address(url: str) -> bool:
    """Does an address to which a page led say that it is a guard's (/captcha, /mp/wappoc_appmsgcaptcha)?

    Where it does not, the page is followed, and what it says decides (`raise_proof`).
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    stem = parts.path.rpartition("/")[2].partition(".")[0]
    return _CHECK.fullmatch(stem) is not None or re.match(r"captcha[.-]", parts.netloc, re.I) is not None


def first_text(document: Document, most: int) -> str | None:
    """The whole text of a page, or None where it is longer than `most` characters."""
    lines: list[str] = []
    length = -1
    for batch in document.lines():
        lines += filter(None, batch)
        length += sum(len(line) + 1 for line in batch if line)
        if length > most:
            return None
    return "\n".join(lines)


def _is_script_alone(document: Document, text: str) -> bool:
    if len(text) >= 5 and not _WAITING.search(f"{document.title_tag}\n{text}"):
        return False
    return _SCRIPT.search(document.markup) is not None and not _is_labelled(document, text)


def _is_asked(document: Document, message: str, *, is_article: bool) -> bool:
    """Does the page ask its visitor, outside of quotation marks; or name the matter in few words?"""
    is_told = sum(map(len, _sentences(message))) > MAX_BRIEF
    if _DEMAND.search(_QUOTED.sub("", message) if is_told else message):
        return True
    if is_article:
        return False
    is_form = document.first("form img, form canvas, form iframe") is not None
    return len(message) <= MAX_LOOSE_TEXT and (is_form or not is_told) and bool(_MATTER.search(message))


def _is_published(document: Document, text: str) -> bool:
    """Is this an article or a notice on the matter? It has a publication's labels and some sentences, or many
    sentences that are not about visits at all."""
    sentences = [each for each in _sentences(text) if len(each) >= MIN_SENTENCE]
    if _is_labelled(document, text) and sum(map(len, sentences)) >= MIN_PROSE:
        return True
    plain = (each for each in sentences if not _APPARATUS.search(each) and not _DEMAND.search(each))
    return sum(map(len, plain)) >= MIN_PLAIN_PROSE


def _sentences(text: str) -> list[str]:
    return [each for each in _SENTENCE_END.split(text) if each.endswith(("。", "！", "？", "；"))]


def _is_labelled(document: Document, text: str) -> bool:
    return (
        _LABEL.search(text) is not None
        or _DATE_ALONE.search(text) is not None
        or document.meta("ArticleTitle", "PubDate", "article:published_time") is not None
        or document.first("#js_content", "#activity-name") is not None
    )
