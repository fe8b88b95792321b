"""The alarm that a channel took nothing for a day: once for each trouble, not once for ever."""

from __future__ import annotations

from analysis.notify.alarms import undelivered_events
from analysis.notify.outbox import Delivered, Failed, Item, Message, Outbox, Planned
from analysis.notify.rules import load_notify_rules
from pipeline.city import load_city
from tests.analysis.notify.town import DESK, at

RULES = load_notify_rules(load_city())


def planned(box: Outbox, name: str, moment: str) -> None:
    message = Message(
        id=name, to="市水利局", role="联系人", channel="slj", how="now", slot=None, breaks_quiet=False,
        title="标题", parts=["正文"], items=[Item(key=name, label="新转办", why="…")],
    )  # fmt: skip
    box.take(Planned(at=moment, messages=[message]))


def failed(box: Outbox, name: str, moment: str, next_at: str | None) -> None:
    box.take(Failed(at=moment, part=f"{name}-1", why="连接不上", is_unsure=False, next_at=next_at))


def told(box: Outbox, moment: str) -> list[tuple[str, str]]:
    return [(event.key, event.text or "") for event in undelivered_events(box, RULES, at(moment))]


def test_a_channel_that_fails_again_after_it_was_mended_is_told_again() -> None:
    """What was put aside in October stays aside; in December the desk has to telephone anew."""
    box = Outbox()
    planned(box, "a", "2017-10-09T10:00:00")
    failed(box, "a", "2017-10-09T10:00:05", "2017-10-09T10:02:05")
    assert told(box, "2017-10-10T09:59:00") == []
    october = told(box, "2017-10-10T10:00:00")
    assert october == [
        (
            f"undelivered|slj|2017-10-09|{DESK}",
            "渠道 slj（市水利局）自 10-09 10:00 起 1 条未送达，请电话告知",
        )
    ]
    failed(box, "a", "2017-10-14T10:00:00", None)
    planned(box, "b", "2017-10-13T10:00:00")
    failed(box, "b", "2017-10-14T10:00:10", "2017-10-14T16:00:10")
    (lasting,) = told(box, "2017-10-16T10:00:00")  # down all the time: one trouble, told once
    assert lasting[0] == october[0][0] and "2 条未送达" in lasting[1]
    box.take(Delivered(at="2017-10-20T10:00:00", part="b-1"))
    planned(box, "c", "2017-12-05T10:00:00")
    failed(box, "c", "2017-12-05T10:00:05", "2017-12-05T10:02:05")
    assert told(box, "2017-12-06T10:00:00") == [
        (
            f"undelivered|slj|2017-12-05|{DESK}",
            "渠道 slj（市水利局）自 12-05 10:00 起 1 条未送达，请电话告知",
        )
    ]
