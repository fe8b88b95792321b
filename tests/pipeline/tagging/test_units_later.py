"""机构改革: an article is credited to the unit of its day, whatever name it uses."""

from __future__ import annotations

import pytest

from pipeline.city import CityError, load_city
from pipeline.tagging.followups import FollowUpReader
from pipeline.tagging.items import ArticleItem, ThreadItem, ThreadPost
from pipeline.tagging.threads import ThreadTagger
from pipeline.tagging.threads_reading import PostReader
from pipeline.tagging.unit_days import UnitDays
from pipeline.tagging.units import UnitTagger

TAGGER = UnitTagger(load_city())


@pytest.mark.parametrize(
    ("day", "body", "units"),
    [
        ("2017-11-02", "市环保局对沿海三家企业开展夜查。", ["市环保局"]),
        ("2019-06-02", "市生态环境局对沿海三家企业开展夜查。", ["市生态环境局"]),
        ("2019-06-02", "市环保局对沿海三家企业开展夜查。", ["市生态环境局"]),
        ("2017-06-02", "市住建局对三家工地开展检查。", ["市住建委"]),
        ("2019-06-02", "市自然资源局完成不动产登记改革。", ["市自然资源局"]),
        ("2018-08-02", "市税务局推出便民办税措施。", ["市税务局"]),
        ("2018-05-02", "防城港检验检疫局查验货物三千批。", ["防城港海关"]),
        ("2017-06-02", "市住建、农业、环保等部门联合开展检查。", ["市住建委", "市农业局", "市环保局"]),
        (
            "2019-06-02",
            "市住建、农业、环保等部门联合开展检查。",
            ["市住建局", "市农业农村局", "市生态环境局"],
        ),
    ],
)
def test_the_unit_of_the_day_is_credited(day, body, units):
    tags = TAGGER.tag(ArticleItem(id="x", outlet="防城港日报", body=body, published=day))
    assert [credit.unit for credit in tags.credits] == units


@pytest.mark.parametrize(
    ("day", "unit"),
    [
        ("2017-10-09T08:00:00", "市国税局"),
        ("2018-07-04T23:00:00", "市国税局"),
        ("2018-07-10T08:00:00", "市税务局"),
        (None, "市国税局"),
        ("昨天", "市国税局"),
    ],
)
def test_a_thread_waits_for_the_unit_of_its_day(day, unit):
    post = ThreadPost(floor=1, author="网友", time=day, text="国税局的窗口排队三个小时，能不能多开两个？")
    tags = ThreadTagger(load_city()).tag(
        ThreadItem(id="x", title="国税局办发票排队太久", board="百姓声音", posts=[post])
    )
    assert tags.units[0] == unit
    assert ("市国税局的职责当日属市税务局" in tags.why["units"].why) == (unit == "市税务局")


@pytest.mark.parametrize(
    ("day", "called"),
    [
        ("2017-10-09T08:00:00", ["市国土局", "市规划局", "市水利局"]),
        ("2019-06-10T08:00:00", ["市自然资源局", "市水利局"]),
        (None, ["市国土局", "市规划局", "市水利局"]),
    ],
)
def test_a_thread_calls_on_the_units_that_it_waits_for(day, called):
    text = "请市国土局查查占地的事，请市规划局查查违建的事，请市水利局查查河道的事。"
    item = ThreadItem(
        id="x", title="占地占河", posts=[ThreadPost(floor=1, author="网友", time=day, text=text)]
    )
    city = load_city()
    (follow,) = FollowUpReader(PostReader(city), UnitDays(city)).read_all([item])
    assert follow.called == called
    assert follow.heirs.get("市国土局", "市国土局") == called[0]


def test_every_unit_that_ended_has_a_successor_that_was_there_the_next_day():
    city = load_city()
    ended = [unit for unit in city.all_units if unit.valid_to]
    assert len(ended) > 20
    for unit in ended:
        successor = city.unit_by_short[unit.successor or ""]
        assert successor.valid_from is None or (successor.valid_from - unit.valid_to).days == 1, unit.short


def test_the_season_lists_no_unit_of_a_later_reform():
    city = load_city()
    assert not {unit.short for unit in city.units} & {unit.short for unit in city.later}
    assert "市生态环境局" in city.unit_by_short


def test_a_successor_that_there_is_not_is_told(tmp_path):
    (tmp_path / "units.csv").write_text(
        "short,official,kind,parent,valid_to,successor\n市环保局,某市环境保护局,市直,某市,2019-01-01,市环境局\n",
        "utf-8",
    )
    (tmp_path / "units-later.csv").write_text(
        "short,official,kind,parent,valid_from\n市环境监管局,某市环境监管局,市直,某市,2019-01-02\n", "utf-8"
    )
    with pytest.raises(CityError, match="继任单位“市环境局”"):
        load_city(tmp_path)
