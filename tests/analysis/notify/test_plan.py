"""What is planned for whom and when: on a small town whose dates are looked up by hand."""

from pathlib import Path

import pytest

from analysis.notify.outbox import Outbox
from analysis.notify.rules import NotifyError, parse_notify_rules
from pipeline.city import load_city
from tests.analysis.case import REPOSITORY
from tests.analysis.notify.receivers import Robot
from tests.analysis.notify.town import DESK, Town, webhook

ALL = [webhook("市水利局"), webhook("市住建委"), webhook("市政府办"), webhook(DESK)]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def told(plan) -> list[tuple[str, str]]:
    return sorted((m.to, item.label) for m in plan.messages for item in m.items)


def labels(town: Town, moment: str, to: str) -> list[str]:
    return sorted(event.label for event in town.events(moment) if event.to == to)


def test_the_life_of_a_ticket_is_told_to_its_unit_stage_by_stage(town: Town) -> None:
    """Posted Tuesday 2017-12-05, handed over at once: response due 6 December, answer 14 December, 18:00."""
    town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.build()
    box = Outbox()
    steps = {
        "2017-12-05T09:30": [("市水利局", "新转办")],
        "2017-12-05T10:00": [],
        "2017-12-06T08:30": [],
        "2017-12-06T11:31": [("市水利局", "时间过半")],
        "2017-12-06T18:01": [(DESK, "已超时"), ("市水利局", "已超时")],
        "2017-12-07T08:30": [],
        "2017-12-11T11:40": [
            (DESK, "超时满 3 个工作日"),
            ("市政府办", "超时满 3 个工作日"),
            ("市水利局", "超时满 3 个工作日"),
        ],
        "2017-12-12T08:31": [("市水利局", "时间过半")],
        "2017-12-13T08:01": [("市水利局", "剩 1 个工作日")],
        "2017-12-14T18:00": [(DESK, "已超时"), ("市水利局", "已超时")],
        "2017-12-14T19:00": [],
    }
    for moment, expected in steps.items():
        assert told(town.plan(moment, ALL, box)) == expected, moment


def test_each_unit_gets_only_its_own(town: Town) -> None:
    town.post("1", "[投诉:市水利局]水浑", "2017-12-04 09:00", handed="2017-12-04T09:20:00")
    town.post("2", "[投诉:市住建委]墙裂", "2017-12-04 09:05", handed="2017-12-04T09:20:00")
    town.build()
    for moment in ("2017-12-04T10:00", "2017-12-05T18:30", "2017-12-08T09:00"):
        for message in town.plan(moment, ALL).messages:
            text = "\n".join(message.parts)
            if message.to == "市水利局":
                assert "水浑" in text and "墙裂" not in text
            if message.to == "市住建委":
                assert "墙裂" in text and "水浑" not in text


def test_before_a_person_said_whose_it_is_the_desk_is_told_and_the_unit_only_of_urgent_ones(
    town: Town,
) -> None:
    town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00")
    town.build()
    assert told(town.plan("2017-12-05T09:30", ALL)) == [(DESK, "待研判")]
    assert {event.to for event in town.events("2017-12-20T09:30")} == {DESK}


def test_each_return_is_told_to_the_desk_and_each_hand_over_to_the_unit_also_on_one_day(town: Town) -> None:
    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 08:30", handed="2017-12-05T09:00:00")
    for when, state in (
        ("10:00", "退回改派"),
        ("11:00", "待签收"),
        ("15:10", "退回改派"),
        ("16:00", "待签收"),
    ):
        town.decide("state_change", ticket, f"2017-12-05T{when}:00", after={"state": state}, why="不属")
    town.build()
    box = Outbox()
    steps = {
        "09:05": [("市水利局", "新转办")],
        "10:05": [(DESK, "待研判")],
        "11:05": [("市水利局", "新转办")],
        "15:15": [(DESK, "待研判")],
        "15:55": [],
        "16:05": [("市水利局", "新转办")],
        "16:10": [],
    }
    for moment, expected in steps.items():
        assert told(town.plan(f"2017-12-05T{moment}", ALL, box)) == expected, moment


def test_what_is_new_says_by_when_it_must_be_responded_to_and_answered(town: Town) -> None:
    town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.post("2", "[咨询:市水利局]水价", "2017-12-05 09:00")
    town.build()
    new, triage = (
        event.why for to in ("市水利局", DESK) for event in town.events("2017-12-05T09:30") if event.to == to
    )
    first = "；初步回应时限 1 个工作日，2017-12-06 18:00 到期"
    assert new == f"转交 市水利局 办理{first}；正式答复时限 7 个工作日，2017-12-14 18:00 到期"
    assert triage.endswith(f"后转办{first}；正式答复时限 5 个工作日，2017-12-12 18:00 到期")


def test_a_post_that_is_paused_before_anybody_handed_it_over_is_not_told_to_its_unit(town: Town) -> None:
    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 08:30")
    town.decide("pause", ticket, "2017-12-05T09:00:00", why="等发帖人说明地点")
    town.build()
    assert town.events("2017-12-08T09:30") == []


def test_nothing_is_told_of_closed_tickets_nor_while_a_clock_stands_still(town: Town) -> None:
    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    answered = ("防城港水利", "2017-12-06 10:00", "答复：已修好")
    town.post("2", "[投诉:市水利局]水小", "2017-12-05 09:00", handed="2017-12-05T09:20:00", more=(answered,))
    town.decide("pause", ticket, "2017-12-06T09:00:00")
    town.decide("resume", ticket, "2017-12-12T09:00:00")
    town.build()
    assert labels(town, "2017-12-11T18:00", "市水利局") == ["新转办"]  # it still has not been seen to
    assert all("水小" not in (e.ticket.title if e.ticket else "") for e in town.events("2017-12-20T18:00"))
    # The clock stood still on 6, 7, 8 and 11 December: the response is due on the 12th, the answer the 20th.
    assert "已超时" not in labels(town, "2017-12-12T17:59", "市水利局")
    assert "已超时" in labels(town, "2017-12-12T18:00", "市水利局")
    dues = {f"{e.due:%m-%d}" for e in town.events("2017-12-20T09:00") if e.due}
    assert dues == {"12-12", "12-20"}


def test_an_extension_moves_the_answer_and_a_new_deadline_is_told_anew(town: Town) -> None:
    ticket = town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.build()
    box = Outbox()
    town.plan("2017-12-13T08:01", ALL, box)
    town.decide("extension", ticket, "2017-12-13T10:00:00", after={"days": 12}, why="要挖开")
    town.build()
    after = town.plan("2017-12-14T18:30", ALL, box)
    assert (("市水利局", "已超时")) not in told(after)
    # 12 working days from 5 December: the 21st; the day before, one is left.
    assert told(town.plan("2017-12-20T08:05", ALL, box)) == [("市水利局", "剩 1 个工作日")]


def test_quiet_hours_and_rest_days_hold_back_what_is_not_urgent(town: Town) -> None:
    town.post("1", "[投诉:市水利局]水浑", "2017-12-08 19:50", handed="2017-12-08T20:10:00")
    town.build()
    box = Outbox()
    for moment in ("2017-12-08T20:30", "2017-12-09T09:00", "2017-12-10T12:00", "2017-12-11T07:00"):
        plan = town.plan(moment, ALL, box)
        assert plan.messages == [] and [e.label for e in plan.held] == ["新转办"], moment
    assert told(town.plan("2017-12-11T07:31", ALL, box)) == [("市水利局", "新转办")]


def test_a_unit_without_a_channel_is_told_through_the_desk(town: Town) -> None:
    town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.build()
    plan = town.plan("2017-12-05T09:30", [webhook(DESK)])
    assert [m.to for m in plan.messages] == [DESK]
    assert "市水利局 没有通知渠道，请转告" in plan.messages[0].parts[0]
    nobody = town.plan("2017-12-05T09:30", [])
    assert nobody.messages == [] and [e.to for e in nobody.unreachable] == ["市水利局"]


def test_a_leader_without_a_channel_is_reached_once_through_the_contact(town: Town) -> None:
    town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.build()
    late = "2017-12-06T18:05"
    without = [m for m in town.plan(late, ALL).messages if m.to == "市水利局"]
    assert [len(m.items) for m in without] == [2]  # 新转办 and 已超时, each once
    both = town.plan(late, [*ALL, webhook("市水利局", "分管领导")]).messages
    assert sorted(m.role for m in both if m.to == "市水利局") == ["分管领导", "联系人"]


def test_the_plan_is_the_same_each_time(town: Town) -> None:
    for number in range(6):
        town.post(
            str(number), f"[投诉:市水利局]水浑{number}", "2017-12-05 09:00", handed="2017-12-05T09:20:00"
        )
    town.build()
    assert town.plan("2017-12-12T08:40", ALL) == town.plan("2017-12-12T08:40", ALL)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"desk": "市委宣传部", "stages": [{"stage": "share", "to": ["unit"], "how": "now"}]}, "要写 value"),
        (
            {"desk": "市委宣传部", "stages": [{"stage": "new", "value": 1, "to": ["unit"], "how": "now"}]},
            "不要写",
        ),
        ({"desk": "市委宣传部", "stages": [{"stage": "new", "to": [], "how": "now"}]}, "内容有误"),
        ({"desk": "市委宣传部", "stagse": []}, "内容有误"),
        ({"desk": "没有的局"}, "不在 units.csv"),
        ({"desk": "市委宣传部", "quiet": "8-20"}, "20:00-07:30"),
        ({"desk": "市委宣传部", "digest_at": ["8点"]}, "08:30"),
        ({"desk": "市委宣传部", "retry_minutes": []}, "内容有误"),
    ],
)
def test_wrong_rules_are_told(town: Town, raw: dict, said: str) -> None:
    with pytest.raises(NotifyError, match=said):
        parse_notify_rules(raw, town.city)


def test_alarms_reach_the_desk_once(tmp_path: Path) -> None:
    town = Town(tmp_path, alarms=True)
    town.article(
        "2017-12-04", "[form=曝光][exposed=市住建委]长期无人管", title="一条烂路", at="2017-12-04T12:00:00"
    )
    for day in ("2017-12-01", "2017-12-04", "2017-12-07", "2017-12-08"):
        town.edition(day)
    for day in ("2017-12-05", "2017-12-06"):
        town.edition(day, "server_error")
    town.build()
    box = Outbox()
    first = town.plan("2017-12-04T12:30", ALL, box)
    exposed = [i for m in first.messages for i in m.items if i.label == "曝光未经审批"]
    assert len(exposed) == 1 and all(m.to == DESK for m in first.messages)
    text = "\n".join(p for m in first.messages for p in m.parts)
    assert "一条烂路" in text and "缺：市绩效办、分管领导" in text
    # Silent on the 5th and 6th: known when the 6th is over, told with the digest of the 7th.
    assert not any(
        "防城港日报" in p for m in town.plan("2017-12-06T09:00", ALL, box).messages for p in m.parts
    )
    digest = town.plan("2017-12-07T08:30", ALL, box)
    assert any(
        "来源静默：防城港日报 自 2017-12-05 起 采集失败" in p for m in digest.messages for p in m.parts
    )
    assert not any(
        "防城港日报" in p for m in town.plan("2017-12-08T08:31", ALL, box).messages for p in m.parts
    )


def test_the_commands_plan_send_and_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run writes nothing; two sends tell each thing once; no secret is printed or written."""
    from typer.testing import CliRunner

    from gangqing import app

    monkeypatch.setenv("TZ", "Asia/Shanghai")
    town = Town(tmp_path)
    town.post("1", "[投诉:市水利局]水浑", "2017-12-05 09:00", handed="2017-12-05T09:20:00")
    town.build()
    with Robot().running() as robot:
        file = town.store.channels
        hidden = "verysecretkey"
        file.write_text(
            "channels:\n"
            f"  - {{name: slj, unit: 市水利局, url: 'wecombot://{hidden}', gateway: '{robot.address}'}}\n"
            f"  - {{name: xcb, unit: 市委宣传部, url: 'json://u:{hidden}@127.0.0.1:9'}}\n",
            "utf-8",
        )
        file.chmod(0o600)
        where = ["--city", str(town.city.folder), "--home", str(town.home)]

        def run(*arguments: str) -> str:
            result = CliRunner().invoke(app, ["notify", *arguments, *where])
            assert hidden not in result.output
            return result.output

        assert "新转办" in run("plan", "--dry-run", "--as-of", "2017-12-05T09:30")
        assert not list(town.store.outbox.glob("*.jsonl"))
        assert "送达 1 条，未送达 0 条" in run("send", "--as-of", "2017-12-05T09:30")
        assert "送达 0 条，未送达 0 条" in run("send", "--as-of", "2017-12-05T09:35")
        said = run("send", "--as-of", "2017-12-06T18:05")
        assert "送达 1 条，未送达 1 条" in said and "连接不上" in said
        assert "连接不上" in run("status") and "可用" in run("channels")
        assert len(robot.texts) == 2 and "已超时" in robot.texts[1]
    outbox = town.store.outbox
    assert all(hidden not in path.read_text("utf-8") for path in outbox.glob("*.jsonl"))
    assert {path.stat().st_mode & 0o777 for path in outbox.glob("*.jsonl")} == {0o600}


def test_a_sudden_rise_is_told_once_a_week_with_its_evidence(tmp_path: Path) -> None:
    town = Town(tmp_path, alarms=True)
    for number, (day, title) in enumerate(
        (
            ("2017-12-04", "西湾大道北段路灯整段不亮，走夜路像摸黑"),
            ("2017-12-05", "西湾大道北段的路灯整段不亮，没人修"),
            ("2017-12-06", "投诉西湾大道北段路灯整段不亮"),
        )
    ):
        town.post(str(number), f"[投诉:市市政局]{title}", f"{day} 09:00", handed=f"{day}T09:30:00")
    town.build()
    box = Outbox()
    desk = [webhook(DESK)]

    def rises(moment: str) -> list[str]:
        plan = town.plan(moment, desk, box)
        return [item.why for m in plan.messages for item in m.items if item.label == "热点突增"]

    assert rises("2017-12-05T12:00") == []
    assert rises("2017-12-06T12:00") == ["近 7 天 3 帖，此前四个 7 天平均 0 帖"]
    assert rises("2017-12-07T12:00") == []
    assert rises("2017-12-12T12:00") == []  # another week, but only two of the posts are recent


def test_a_unit_of_a_later_reform_has_a_parent_that_hears_of_it(tmp_path: Path) -> None:
    town = Town(tmp_path)
    later = (REPOSITORY / "city" / "units-later.csv").read_text("utf-8")
    (town.city.folder / "units-later.csv").write_text(later, "utf-8")
    town.city = load_city(town.city.folder)
    ticket = town.post("1", "[投诉:市税务局] 报税", "2017-10-09T10:00:00", handed="2017-10-09T11:00:00")
    town.build()
    told = town.plan("2017-10-17T10:00", []).unreachable
    assert ("市政府办", ticket) in {(event.to, event.key.split("|")[0]) for event in told}
