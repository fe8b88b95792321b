"""The pages on a small city: what they show, to whom, and that a day in the past is read only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import inspect
import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from analysis.desk.office import Office, open_office
from analysis.desk.page import Page
from analysis.desk.pages import PAGES
from analysis.desk.pages import tickets as pages_tickets
from analysis.desk.pages import today as pages_today
from analysis.desk.rendering import HERE
from analysis.desk.rights import Role
from analysis.queue_lists import FloorToConfirm
from tests.analysis.case import Case
from tests.analysis.desk.people import NOW, UNIT, browser, open_accounts

CONTEXTS = [
    value
    for module in PAGES
    for value in vars(module).values()
    if inspect.isclass(value) and issubclass(value, Page) and value is not Page
]


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: context.__name__)
def test_each_field_of_a_page_is_documented_and_shown(context: type[Page]) -> None:
    files = [context.template, *context.parts]
    template = "".join((HERE / "templates" / name).read_text("utf-8") for name in files)
    told = inspect.getdoc(context) or ""
    for field in dataclasses.fields(context):
        assert f"page.{field.name}" in template, f"{context.template} does not show {field.name}"
        assert f"{field.name}:" in told or f"{field.name}," in told, f"{field.name} is not documented"


def test_the_ledger_shows_each_verdict_and_opens_its_cell(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/ledger").text
        assert f'aria-label="{UNIT} m02 达标，1/1"' in page
        cell = client.get("/ledger/cell", params={"unit": UNIT, "task": "m02"}).text
        assert "市水利局部署冬修水利" in cell
        assert "标记" in cell  # why it was credited
        assert client.get("/ledger/cell", params={"unit": "没有的局", "task": "m02"}).status_code == 404


def test_a_units_story_tells_its_task_by_whichever_copy_it_counts(tmp_path: Path) -> None:
    """First told on the city's site, which does not count for m02; by the paper's copy it does."""
    case = Case(tmp_path)
    case.article("2017-10-09", "[上思县:subject][same=s]", site="gov", name="first", title="上思县先登网站")
    case.article("2017-10-10", "[上思县:subject][column][same=s]", name="a", title="上思县登上日报")
    case.build()
    office = open_office(case.city, case.home, lambda: NOW, case.warehouse)
    open_accounts(office)
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/units/上思县").text
    assert "上思县先登网站" in page and "计入 m02" in page


def test_a_liaison_sees_her_unit_only(office: Office) -> None:
    with browser(office, Role.LIAISON) as client:
        for path in ("/", "/ledger", "/units", "/tickets", "/tickets?state=全部"):
            page = client.get(path).text
            assert "市教育局" not in page, path
            assert "市住建委" not in page, path
            assert "电梯困人" not in page, path
        assert "水费怎么交" in client.get("/tickets").text
        assert client.get("/units/市教育局").status_code == 403
        assert client.get("/ledger/cell", params={"unit": "市教育局", "task": "m02"}).status_code == 403


def test_today_stays_small_where_thousands_wait_for_a_person(office: Office, monkeypatch) -> None:
    about = {
        "thread_id": "t",
        "url": "http://bbs.test/t",
        "unit": UNIT,
        "state": "已答复",
        "kind": "disputed",
    }
    floors = [
        FloorToConfirm(
            ticket_id="t-1",
            title=f"第{n}处",
            floor=n,
            words="没修",
            text=None,
            said_at=dt.datetime(2017, 12, 1),
            **about,
        )
        for n in range(3000)
    ]
    monkeypatch.setattr(pages_today, "floors_of", lambda visit: floors)
    with browser(office, Role.PUBLICITY) as client:
        page = client.get("/").text
    assert page.count("没修") == pages_today.MOST_FOLDED
    assert "待确认的跟帖（3000）" in page and "还有 2940 处，前面的确认了就接着列出" in page


def test_a_long_column_of_the_board_leads_to_its_table(office: Office, monkeypatch) -> None:
    with browser(office, Role.PUBLICITY) as client:
        assert "另有" not in client.get("/tickets?view=board").text
        found = pages_tickets.chosen_tickets
        monkeypatch.setattr(
            pages_tickets, "chosen_tickets", lambda *asked: [found(*asked)[0]] * 50 if found(*asked) else []
        )
        page = html.unescape(client.get("/tickets?view=board&kind=求助").text)
    assert re.search(r'另有 10 件，见<a href="/tickets\?kind=[^"]+&state=[^"]+">表格', page)


def test_today_tells_what_was_published_and_whom_it_credits(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client, browser(office, Role.LIAISON) as liaison:
        page = client.get("/", params={"as_of": "2017-11-20"}).text
        assert "当天刊发（1）" in page and "篇当天刊发" in page
        assert "2017-11-20 周一</h1>" in page and "帖当天到期" in page
        assert "今天" not in page[page.index('<ul class="figures">') :]
        card = page[page.index('id="pieces"') :].split("</section>")[0]
        assert "市教育局抓教学质量" in card
        assert re.search(r"记入 .*市教育局.*（供稿", card)
        assert "/articles?as_of=2017-11-20&amp;start=2017-11-20&amp;end=2017-11-20" in card
        now = client.get("/").text  # 4 December: the last piece is of the first
        assert "2017-12-01 刊发（1）" in now
        assert "曝光 市住建委" in now
        own = liaison.get("/").text  # hers is of October
        assert "2017-10-09 刊发（1）" in own
        assert "围挡占道" not in own


def test_a_site_without_the_announcement_is_called_its_front_page(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/announcement").text
        row = page[page.index(f">{UNIT}<") :].split("</tr>")[0].split('data-label="公告页或网站"')[1]
        assert "http://slj.test/" in row
        assert "网站首页" in row
        assert "没有逐日检查" in row
        assert "未检查" not in row  # day after day


def test_today_counts_no_days_down_to_what_nobody_can_mend(tmp_path) -> None:
    case = Case(tmp_path)
    late = ("防城港水利", "2018-01-20 09:00:00", "答复：已清理")
    case.thread(
        "1",
        f"[投诉:{UNIT}] 河道垃圾",
        [("u1", "2018-01-02 10:00:00", "全是垃圾"), late],
        at="2018-02-19T08:00:00",
    )
    case.build()
    office = open_office(case.city, case.home, lambda: dt.datetime(2018, 2, 20, 9, 30), case.warehouse)
    open_accounts(office)
    with browser(office, Role.PUBLICITY) as client:
        gaps = client.get("/").text.split('id="gaps"')[1].split("</section>")[0]
    (line,) = [each for each in gaps.split("</li>") if f"{UNIT}：" in each and "帖" in each]
    assert "缺 1，都已过去，现在办也补不上" in line and "剩" not in line


def test_today_tells_who_runs_jobs_how_a_silent_source_is_fetched_again(office: Office) -> None:
    roles = (Role.ADMINISTRATOR, Role.PUBLICITY, Role.INSPECTOR)
    with ExitStack() as stack:
        admin, clerk, inspector = (stack.enter_context(browser(office, role)) for role in roles)
        pages = [each.get("/").text for each in (admin, clerk, inspector)]
        pages.append(clerk.get("/?as_of=2017-12-01").text)
    cards = [page[page.index('id="silent"') :].split("</section>")[0] for page in pages]
    assert re.search(r"gangqing crawl gov --from 2017-\d\d-\d\d --to 2017-", cards[0]), cards[0]
    assert not [card for card in cards[1:] if "gangqing" in card]
    assert re.search(r"请管理员补采这些日子.*市人民政府网站：2017-\d\d-\d\d 至 2017-", cards[1], re.DOTALL), (
        cards[1]
    )
    assert not [card for card in cards[2:] if "补采这些日子" in card]


def test_who_sent_no_proof_of_the_announcement_leaves_as_a_file(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/announcement", params={"group": "县（市、区）", "verdict": "未达标"}).text
        rows = client.get(
            html.unescape(re.findall(r'href="(/export/announcement/json[^"]*)"', page)[0])
        ).json()
        assert [row["unit"] for row in rows["rows"]] == re.findall(
            r'<tr><th scope="row"><a[^>]*>([^<]+)', page
        )
        assert {row["proof"] for row in rows["rows"]} == {"未报"}
        assert "报送截图" in rows["columns"].values()
    with browser(office, Role.LIAISON) as client:
        rows = client.get("/export/announcement/json").json()["rows"]
        assert [row["unit"] for row in rows] == [UNIT]


def test_notices_name_no_file_and_single_exports_say_what_for(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        ledger = client.get("/ledger").text
        assert "名单确定后请交管理员录入" in ledger
        assert "plan.yaml" not in ledger
        tickets = client.get("/tickets").text
        assert "办理清单（Excel）" in tickets
        assert "供统计" in tickets
        for key in ("title", "workdays_left"):
            assert f"sort={key}" in tickets
            assert 'aria-sort="ascending"' in client.get(f"/tickets?sort={key}").text
        preview = client.get("/reports/preview?kind=weekly").text
        suggested = preview[preview.index('id="deductions"') :].split("</section>")[0]
        assert "<details>" in suggested
        assert '<th scope="row" class="nowrap">' in suggested


def test_a_liaison_is_offered_no_groups_of_units(office: Office) -> None:
    with browser(office, Role.LIAISON) as client, browser(office, Role.INSPECTOR) as inspector:
        for path in ("/ledger", "/units", "/announcement"):
            assert 'name="group"' in inspector.get(path).text
            page = client.get(path)
            assert page.status_code == 200 and 'name="group"' not in page.text


def test_a_liaison_does_not_open_another_units_ticket(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        path = _first_ticket(client.get("/tickets?q=电梯困人").text)
        assert client.get(path).status_code == 200
    with browser(office, Role.LIAISON) as client:
        assert client.get(path).status_code == 404


def test_a_ticket_explains_its_clocks_day_by_day(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        page = client.get(_first_ticket(client.get("/tickets?q=水费怎么交").text)).text
        assert "发帖当日不计" in page
        assert "水费在哪交" in page
        assert "2017-12-01" in page  # the first response of a question of 30 November was due then


def test_a_day_in_the_past_is_shown_as_it_was(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        page = client.get("/tickets?as_of=2017-11-20").text
        assert "河道垃圾无人清" in page
        assert "水费怎么交" not in page
        assert "只能查看，不能办理" in page
        assert "as_of=2017-11-20" in page  # links stay on that day
        assert client.get("/?as_of=2017-11-20").status_code == 200


def test_lists_are_sorted_and_cut_by_links(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/units?sort=-story_count").text
        assert 'aria-sort="descending"' in page
        assert "第 1–50 条" in page
        assert "第 51–" in client.get("/units?sort=-story_count&screen=2").text
        assert client.get("/units?screen=99999&sort=nonsense").status_code == 200


def _first_ticket(html: str) -> str:
    found = re.search(r'href="(/tickets/t[0-9a-f]+-\d+)', html)
    assert found, html[:2000]
    return found[1]


def test_a_day_says_as_of_which_moment_it_is_told(office: Office) -> None:
    with browser(office, Role.PUBLICITY) as client:
        assert "时限按现在（09:30）算" in client.get("/").text
        assert "时限按 2017-11-20 这一天结束时算" in client.get("/tickets?as_of=2017-11-20").text


def test_a_played_day_tells_what_the_command_line_tells(tmp_path) -> None:
    from analysis.queue import queue
    from analysis.queue_choice import is_late
    from tests.analysis.desk.people import NOW, small_office

    played = small_office(tmp_path)
    played.is_played = True
    with browser(played, Role.PUBLICITY) as client:
        con, _ = played.warehouse.open()
        told = {t.ticket_id: t for t in queue(con, played.rules, NOW.date())}
        con.close()
        for ticket_id, ticket in told.items():
            page = client.get(f"/tickets/{ticket_id}").text
            assert "还剩 1 小时" not in page
            assert ("已超时" in page) == (ticket.is_first_response_overdue or ticket.is_answer_overdue)
        assert "这一天结束时算" in client.get("/").text
        late = [t for t in told.values() if is_late(t, dt.datetime.combine(NOW.date(), dt.time(23)))]
        assert f"已超时 {len(late)}<" in client.get("/tickets").text


def test_a_cell_that_lacks_a_piece_leads_to_the_form_for_one_that_was_missed(office: Office) -> None:
    with browser(office, Role.LIAISON) as liaison, browser(office, Role.INSPECTOR) as inspector:
        cell = {"unit": UNIT, "task": "a5"}
        page = liaison.get("/ledger/cell", params=cell).text
        (link,) = re.findall(r'已经刊发而这里没有的：<a href="([^"]+)"', page)
        form = liaison.get(html.unescape(link)).text
        assert re.search(r'<option value="a5" selected>', form) and "<details open>" in form
        assert "已经刊发而这里没有的" not in inspector.get("/ledger/cell", params=cell).text
        met = liaison.get("/ledger/cell", params={"unit": UNIT, "task": "m02"}).text
        assert "已经刊发而这里没有的" not in met
    with browser(office, Role.PUBLICITY) as clerk:
        form = clerk.get("/appeals", params=cell).text
        assert f"<option selected>{UNIT}</option>" in form


def test_a_cell_of_what_only_derives_tells_no_count_of_pieces(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/ledger/cell", params={"unit": UNIT, "task": "r4"}).text
        assert "应完成 0" not in page and "计入的稿件" not in page and "建议预扣分" in page
        assert "计入的稿件" in client.get("/ledger/cell", params={"unit": UNIT, "task": "m02"}).text


def test_the_ledger_names_its_tasks_and_has_a_form_for_a_phone(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        page = client.get("/ledger").text
        assert '<span class="task-name">专栏报道</span>' in page
        cards = page[page.index("unit-cards") :]
        assert re.search(
            r'<a class="cell-chip cell-bad" href="/ledger/cell\?unit=[^"]+">\S+ 缺\d+</a>', cards
        )


def test_a_verdict_chosen_cuts_the_citys_lines_and_leaves_the_totals(office: Office) -> None:
    with browser(office, Role.EVALUATION) as client:
        whole, unmet = client.get("/ledger").text, client.get("/ledger?verdict=未达标").text
        legend = whole[whole.index('<ul class="legend"') :].split("</ul>")[0]
        assert "r4、r5 由其他事项的结论得出，不计入合计" in legend
        assert legend == unmet[unmet.index('<ul class="legend"') :].split("</ul>")[0]
        verdicts = {
            told: set(re.findall(r'data-label="结论"><span class="badge[^>]*>([^<]+)', page))
            for told, page in (("全部", whole), ("未达标", unmet))
        }
        assert verdicts["未达标"] == {"未达标"} < verdicts["全部"]
        preview = client.get("/reports/preview?kind=bulletin").text
        assert "件（两个时限都没有超；到期" in preview and "<dt>超时未办结</dt>" in preview
        tasks = preview[preview.index('id="tasks"') :].split("</section>")[0]
        assert "r4、r5 由其他事项的结论得出，不计入达标、未达标的合计" in tasks
