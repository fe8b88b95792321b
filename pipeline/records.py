"""Owns the contract between the parts: what a crawler lands, what a tagger returns.

All records are immutable `msgspec.Struct`s; `to_json` and `from_json` are the only way in and out, so an
untrusted line is either a valid record or a `RecordError` that says what is wrong.

Times are local wall-clock times of China (UTC+8, no daylight saving in the data's period) as ISO strings,
`YYYY-MM-DD` where only the day is known, `YYYY-MM-DDTHH:MM[:SS]` where the page gave the time.
Missing stays `None`; nothing is filled in.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec

PageKind = Literal["list", "article", "thread", "feed", "other"]

Outcome = Literal[
    "stored",  # a new or changed record was landed
    "listed",  # a list, edition, board or feed page was read, its links followed
    # Kept as evidence, no record of its own: a page that a person pointed to, a further page of an article.
    "captured",
    "unchanged",  # 304, or the record is the same as the one landed before
    "duplicate",  # the same record was already landed in this run under another address
    "redirected",  # the address moved; the target is counted as a page of its own
    "too_short",  # an article without a body worth storing
    "no_date",  # an article whose publication time no rule could read (the record is kept)
    "empty_list",  # a list page that shows no entries where there should be some
    "login_wall",  # the site wants a login or a permission
    "captcha",  # the site wants proof of a human
    "not_found",  # 404, 410, or a page that says that the item is gone
    "error_page",  # 200, but the page is an error message
    "blocked_by_robots",  # robots.txt forbids it, nothing was fetched
    "blocked_address",  # a private or forbidden address, nothing was fetched
    "too_large",  # over the size limit, cut off and not parsed
    "timeout",  # no answer, or not whole, within the time limit
    "server_error",  # 5xx or the connection broke, after all retries
    "redirect_loop",  # too many redirects
    "not_html",  # a picture, an archive, a PDF where a page was expected
    "parse_failed",  # fetched, but the parser failed; the capture is kept for later
]

Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]  # as the warehouse's INTEGER holds it

Sentiment = Literal["negative", "neutral", "positive"]
Role = Literal["byline", "subject", "joint"]
Form = Literal["报道", "曝光", "公告", "综述"]
ThreadKind = Literal["投诉", "求助", "咨询", "建议", "表扬", "讨论", "广告", "公告"]
TicketState = Literal[
    "待研判", "待签收", "办理中", "已初步回应", "已答复", "已办结", "退回改派", "延期", "暂停", "无需回复"
]


class RecordError(ValueError):
    """A line is no valid record; the message says which field and why."""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Base of all records."""


# ---------------------------------------------------------------- what a crawler lands


class Article(Record, frozen=True, kw_only=True):
    """One published piece. `body` has one paragraph a line, without tails (责任编辑 …) and scripts."""

    outlet: str  # name of the outlet as in the city's outlets.yaml, e.g. 防城港日报
    url: str  # canonical address
    title: str
    body: str
    published: str | None = None
    kicker: str | None = None  # 引题
    subtitle: str | None = None  # 副题
    byline: str | None = None  # as printed: "记者 韦某 通讯员 凌某某"
    source: str | None = None  # as printed: "来源：市教育局", "新华社"
    page: str | None = None  # 版次 as printed: "02版"
    page_name: str | None = None  # "综合"
    lead: bool = False  # 头条
    column: str | None = None  # 栏目
    images: list[str] = []


class Quote(Record, frozen=True, kw_only=True):
    """An earlier post that a post quotes: not the poster's own words."""

    author: str | None = None
    text: str = ""


class Post(Record, frozen=True, kw_only=True):
    """One floor of a thread. `author` is None for an anonymous poster; `text` is None for a blocked post."""

    # 1 = opening post; runs on over the pages of a thread; of a page each once (pipeline.floors).
    floor: Number
    author: str | None = None
    time: str | None = None
    text: str | None = None
    pid: str | None = None  # the forum's own id of the post
    is_registered_official: bool = False
    quote: Quote | None = None
    edited: str | None = None  # time of the last edit that the page names
    images: list[str] = []


class ThreadPage(Record, frozen=True, kw_only=True):
    """One page of a thread: the posts it shows. A thread is the union of the newest captures of its pages."""

    forum: str  # outlet name
    board: str | None
    tid: str  # the forum's id of the thread; with `forum` the thread's identity
    url: str  # canonical address of this page
    title: str
    page: Number
    pages: Number  # how many the page says there are
    posts: list[Post]
    type: str | None = None  # Discuz thread type, e.g. 投诉
    views: Number | None = None
    replies: Number | None = None
    closed: bool = False


class Link(Record, frozen=True, kw_only=True):
    """A link worth following, found on a list, an edition or a thread page."""

    url: str  # absolute
    kind: PageKind
    # What the list says of the item (replies, last post, date): if it is the same as at the last crawl, the
    # item need not be fetched again. None: the list says nothing.
    signature: str | None = None
    published: str | None = None  # date in the list, if any
    title: str | None = None
    # What the list or edition page knows of the article and the article's own page may not say:
    # page, page_name, lead, column, board.
    context: dict[str, str | bool] = {}


class Parsed(Record, frozen=True, kw_only=True):
    """What a parser made of one page: exactly one outcome, at most one record, the links to follow."""

    kind: PageKind
    outcome: Outcome
    article: Article | None = None
    thread: ThreadPage | None = None
    links: list[Link] = []
    further: list[str] = []  # of an article that runs over several pages: the addresses of those that follow
    detail: str | None = None  # what the page said, what failed


class Landed(Record, frozen=True, kw_only=True):
    """One line of a landing file: one page fetched (or refused), with its one outcome and its evidence."""

    run: str  # id of the crawl, sorts by time
    site: str  # slug of the site in outlets.yaml
    url: str  # canonical
    fetched_at: str  # wall-clock time of China, or of the replayed day
    kind: PageKind
    outcome: Outcome
    status: int | None = None
    requested_url: str | None = None  # where it differs from `url`
    sha256: str | None = None  # of the body as fetched
    warc: str | None = None  # file name below the capture folder
    warc_offset: int | None = None  # bytes
    etag: str | None = None
    last_modified: str | None = None
    signature: str | None = None  # of the list entry that led here
    for_date: str | None = None  # the day whose edition or list this page is, where the address says so
    wanted_from: str | None = None  # of a list: the first day whose articles the crawl wanted from it
    detail: str | None = None
    masks: str | None = None  # fingerprint of the rules by which the texts were masked (`pipeline.masks`)
    article: Article | None = None
    thread: ThreadPage | None = None


# ---------------------------------------------------------------- what a tagger returns


class Evidence(Record, frozen=True, kw_only=True):
    """Why a tag was given, for a clerk: a sentence in Chinese and where in the text it stands."""

    why: str
    field: str | None = None  # title, kicker, subtitle, byline, source, body, posts[0] …
    start: int | None = None  # characters
    end: int | None = None


class Credit(Record, frozen=True, kw_only=True):
    """One unit credited by one article (domain.md, roles 1 to 3)."""

    unit: str  # short name in units.csv
    role: Role | Literal["exposed"]  # the last of a doubtful one alone: whether it is exposed is not sure
    evidence: Evidence
    confidence: float = 1.0  # 0..1


class ArticleTags(Record, frozen=True, kw_only=True):
    """All that is known of an article by rule. Keys are those of the gold data."""

    id: str
    credits: list[Credit]
    mentions: list[str]
    exposed: list[str]
    topic: str | None
    indicator: str | None
    sentiment: Sentiment
    sentiment_score: float  # -1 (negative) .. 1 (positive)
    form: Form
    has_editor_note: bool
    plan_column: bool
    reprint_of: str | None = None
    doubtful: list[Credit] = []  # below the city's threshold: not credited, for a person to look at
    # Per tag: topic, indicator, sentiment, form, reprint_of …; per unit of mentions and exposed: `unit_key`.
    why: dict[str, Evidence] = {}
    confidence: dict[str, float] = {}


def unit_key(tag: Literal["mentions", "exposed"], unit: str) -> str:
    """The key of `why` and `confidence` under which a unit of a tag with several units stands."""
    return f"{tag}:{unit}"


class ThreadTags(Record, frozen=True, kw_only=True):
    """All that is known of a thread by rule. Keys are those of the gold data."""

    id: str
    kind: ThreadKind
    needs_reply: bool
    units: list[str]  # best first, at most three
    unit_named: bool
    sentiment: Sentiment
    sentiment_score: float
    state: TicketState
    first_response_floor: int | None
    answer_floor: int | None
    urgency: Literal["普通", "紧急"]
    why: dict[str, Evidence] = {}
    confidence: dict[str, float] = {}


class PostTags(Record, frozen=True, kw_only=True):
    """Tags of a plain message {"id", "title"?, "text"} that stands in no thread."""

    id: str
    kind: ThreadKind
    needs_reply: bool
    sentiment: Sentiment
    sentiment_score: float
    citizen_topic: str | None
    units: list[str]
    why: dict[str, Evidence] = {}
    confidence: dict[str, float] = {}


T = TypeVar("T", bound=Record)
_encoder = msgspec.json.Encoder()
_decoders: dict[type[Record], msgspec.json.Decoder[Any]] = {}


def to_json(record: Record) -> bytes:
    """One line of JSON, UTF-8, without the newline."""
    return _encoder.encode(record)


def from_json(line: bytes | str, kind: type[T]) -> T:
    """Decode and validate one line.

    Raises:
        RecordError: the line is no JSON, or a field is missing or of another type.
    """
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        return decoder.decode(line)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError(f"{kind.__name__}: {error}") from error
