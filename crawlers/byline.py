"""Owns who wrote a piece and whence it came, as printed, from the copy and what stands beside it."""

from __future__ import annotations

import re

from crawlers.text import BYLINE_LINE, NAMES_ALONE, STAFF, clean_line

MAX_NAME = 60  # characters of a byline; longer ones are text that only looks like one

_REPORTER = r"(?:[\u4e00-\u9fff]{0,14}?(?:记者|通讯员|特约作者)|作者|文/)"
_BRACKETED = re.compile(rf"[（(]\s*((?:{_REPORTER})[^（）()。，；]{{1,{MAX_NAME}}})[)）]")
_HEADED = re.compile(
    r"^(?:[^（(\n]{0,16}(?:讯|电|消息))?\s*[（(]((?:[^（）()。]{0,14})(?:记者|通讯员)[^（）()。]{1,80})[)）]"
)
# Labels of an info line that follow an empty "作者：".
_OTHER_LABEL = (
    r"(?:浏览|点击|阅读|访问|字号|字体|来源|稿源|编辑|责任|责编|时间|日期|发布|打印|关闭|分享|审核|评论|收藏"
    r"|次数|人气|更新|大\s*中\s*小)"
)
# The unit of an author in brackets behind the name: "通讯员 甘某（上思县委宣传部）".
_UNIT_OF = rf"(?:\s?[（(](?!\s*(?:{STAFF}))[^（）()\n:：]{{2,40}}[)）])?"
_LABELLED = re.compile(
    r"(?:^|[\s　|｜（(【\[])((?:本报|本网)?(?:记者|通讯员|作\s*者|采写|撰文|撰稿|供稿|执笔人?|文/图|图/文"
    r"|图文|特约作者)(?!简介|其他|文章|简历|授权|声明)|文(?=\s*[:：]))\s*[:：|丨｜/]?\s*"
    rf"(?!{_OTHER_LABEL})"
    rf"([^\s|｜:：;；，。,（()）\[\]【】<>]{{2,20}}+(?!\s*[:：]){_UNIT_OF}"
    rf"(?:[ 、　/](?!{_OTHER_LABEL})[\u4e00-\u9fff·]{{2,4}}(?![:：\u4e00-\u9fff]){_UNIT_OF})*)"
)
# What a line must hold before the slower patterns are tried on it.
_BYLINE_WORD = re.compile("记者|通讯员|特约作者|评论员")
_LABEL_CHARACTER = re.compile("[记通作采撰供执文图特]")
_ROLE_WORDS = re.compile(
    r"^(?:[\u4e00-\u9fff·]{0,14}?(?:记者|通讯员|评论员|特约作者|作者|执笔人?|责任编辑|值班编辑|编辑|责编)"
    r"|采写|撰文|撰稿|供稿|文图|图文|摄影|文/图|图/文|文|图)\s*[:：|丨｜]?\s*"
)
_NO_NAME = re.compile(
    r"文|图|等|摄|未知|佚名|匿名|整合|综合|报道|采写|摄影|整理|编译|[\u4e00-\u9fff]{0,8}报道|admin\w*"
    r"|administrator|unknown",
    re.I,
)
_OWN_LABEL = re.compile(r"^[（(\s]*(?:作\s*者|执笔人?|撰文|撰稿|采写|文)\s*[:：]")
_REPORTED = re.compile(
    r"[（(]([\u4e00-\u9fff·]{2,4}(?:[\s、][\u4e00-\u9fff·]{2,4}){0,3}\s+[\u4e00-\u9fff]{2,8}报道)[)）]$"
)
_SOURCE = re.compile(
    r"(?:^|[\s|｜（(\[【\d\]】])(?:信息来源|文章来源|稿件来源|消息来源|来\s*源于?|稿源|转自)\s*[:：|丨｜]\s*"
    rf"[\[【]?\s*(?!{_OTHER_LABEL})"
    r"([^\s|｜<>（）()\[\]【】,，;；]{2,40}(?:\s(?!作者|编辑|时间|发布|字号|点击|浏览|责任|记者"
    r"|\d)[\u4e00-\u9fff]{2,10})?)"
)

_MEDIUM = r"[\u4e00-\u9fff]{1,10}(?:日报|晚报|早报|时报|报|社|网|电视台|广播电台|客户端)"
_DISPATCH = (
    r"(?:据)?(新华社|中新社|中新网|新华网|人民网|央广网|光明网|中国新闻网)"
    r"[\u4e00-\u9fff]{0,8}(?:\d{1,2}月\d{1,2}日)?[电讯]"
)
_AGENCY = re.compile(f"^{_DISPATCH}")
# "（新华社北京10月8日电 载10月9日《人民日报》）" closes a piece as often as it opens one.
_AGENCY_LAST = re.compile(rf"[（(]{_DISPATCH}[^（）()。]{{0,40}}[)）]$")
_ACCORDING = re.compile(rf"^据《?({_MEDIUM})》?(?:消息|报道|讯|电)")
# "据…" only in brackets: a last line "据市水利局通报" names no paper.
_ACCORDING_LAST = re.compile(
    rf"(?:[（(]据|(?:[（(]|^)(?:[转摘]自|(?:来源|稿源)\s*[:：]))\s*《?({_MEDIUM})》?(?:消息|报道|讯|电)?[)）]?$"
)


def byline_of(body: str, around: str = "") -> str | None:
    """The byline as printed, "记者 韦某 通讯员 凌某某": from the opening bracket of the first paragraphs, the
    bracket at the end, or a labelled line in `around` (what stands beside the body: info line, tails).
    Editors, proof-readers and lawyers are no byline."""
    lines = [line for line in body.split("\n") if line]
    beside = around.split("\n")
    if _BYLINE_WORD.search(around):
        alone = next((match for line in beside if (match := BYLINE_LINE.match(line))), None)
        if alone:
            return alone.group(1)
    for line in lines[:3]:
        match = _HEADED.match(line)
        if match:
            return clean_line(match.group(1))
    for line in reversed(lines[-2:]):
        match = BYLINE_LINE.match(line)
        if match is None and line.endswith("报道"):
            match = BYLINE_LINE.match(re.sub(r"(?<!\s)\s+[\u4e00-\u9fff]{2,8}报道$", "", line))
        match = match or _REPORTED.search(line)
        if match:
            return clean_line(match.group(1))
        bracketed = _BRACKETED.findall(line)
        if bracketed:
            return clean_line(bracketed[-1])
    edges = [line for line in (*lines[:6], *lines[-5:]) if _OWN_LABEL.match(line) and len(line) <= 80]
    for line in (*edges, *beside):
        match_label = _LABELLED.search(line) if _LABEL_CHARACTER.search(line) else None
        if match_label and not re.search(STAFF, match_label.group(2)):
            label, names = match_label.groups()
            # 作者 is the name of the field, as 来源 is; 记者, 通讯员, 采写 say what somebody did.
            return clean_line(names if re.fullmatch(r"作\s*者", label) else f"{label} {names}")
    for line in beside:
        if NAMES_ALONE.match(line):
            return clean_line(line.strip("（）() "))
    return None


def source_of(around: str) -> str | None:
    """What the info line or the tail names as source: "来源：市教育局" gives 市教育局."""
    for line in around.split("\n"):
        match = _SOURCE.search(line) if "源" in line or "转自" in line else None
        if match:
            found = re.split(
                r"(?:作者|编辑|责任编辑|时间|发布时间|发布日期|字号|点击|浏览|记者)\s*[:：]?|(?:19"
                r"|20)\d\d[-年]",
                match.group(1),
            )[0].strip(" -—_|·")
            found = re.sub(rf"^《({_MEDIUM})》$", r"\1", found)  # a programme's title keeps its marks
            if len(found) >= 2 and found not in ("未知", "不详") and not re.search(STAFF, found):
                return found
    return None


def source_in(body: str) -> str | None:
    """The source that the copy itself names: "据广西日报讯", "新华社北京11月19日电" at its head,
    "（据《广西日报》）" at its end. "本报讯" and "某某日报讯" without 据 are the outlet itself."""
    lines = [line for line in body.split("\n") if line]
    if not lines:
        return None
    match = (
        _AGENCY.match(lines[0])
        or _ACCORDING.match(lines[0])
        or _ACCORDING_LAST.search(lines[-1])
        or _AGENCY_LAST.search(lines[-1])
    )
    return match.group(1) if match else None


def names_of(byline: str | None) -> str | None:
    """Names without offices and roles, separated by single spaces: "作者：韦某、凌某某" gives 韦某 凌某某."""
    if not byline:
        return None
    text = clean_line(re.sub(r"[、，,;；/|｜]+", " ", byline)).strip("【】[] ")
    text = re.sub(r"^[（(]([^（）()]*)[)）]?$", r"\1", text)
    text = re.sub(r"[（(][^（）()]*[)）]", " ", text).strip("（）() ")  # the unit behind a name
    names: list[str] = []
    for part in text.split(" "):
        # A role may stand alone before its names, or stick to the first of them.
        name = _ROLE_WORDS.sub("", part).strip("【】[]:： ·").removesuffix("等")
        if name and name not in names and not _NO_NAME.fullmatch(name):
            names.append(name)
    return " ".join(names) or None
