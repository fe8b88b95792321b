"""Owns what fills the sample paper's editions beside its articles: picture, weather, tide, prices.

Every edition of a real paper has such pieces. No two are the same: each names its day or its place, and its
figures are those of the day. They name no unit, so they credit nobody.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

_PLACES = [
    "江山半岛", "针鱼岭", "渔洲坪", "桃花湾", "企沙渔港", "光坡滩涂", "京岛金滩", "怪石滩", "白浪滩",
    "西湾桥头", "十万大山", "那良古镇", "峒中边寨", "火山岛", "皇帝岭", "石角渔村", "沙耙墩", "大平坡",
    "仙人山", "北仑河畔", "伏波文化园", "三波海堤", "红沙码头",
]  # fmt: skip
_SCENES = [
    ("晨曲", "天刚亮，第一批渔船已经驶出。"),
    ("白鹭飞", "退潮以后，成群的白鹭落下来觅食。"),
    ("晒谷忙", "趁着好天气，家家户户翻晒新收的稻谷。"),
    ("夜色", "灯光亮起，散步的人慢了下来。"),
    ("早市", "摊位上摆满了刚上岸的海鲜。"),
    ("操场上的笑声", "大课间，孩子们在跑道上追逐。"),
    ("八角飘香", "果农爬上梯子，采摘成熟的八角。"),
    ("补网人", "老人坐在船头，一针一线补着渔网。"),
    ("一树花开", "路过的人停下来，用手机拍下这一树花。"),
    ("雨后", "一场雨过后，山和水都洗得发亮。"),
    ("归帆", "傍晚，满载的渔船一艘接一艘靠岸。"),
    ("单车少年", "放学路上，几个少年把单车骑成一排。"),
    ("海鸭蛋", "养鸭人提着竹篮，在红树林边捡蛋。"),
    ("赶海", "潮水退去，赶海的人提着小桶弯下腰。"),
    ("糖水铺", "铺子不大，一碗绿豆沙坐了半条街的人。"),
    ("舞狮", "锣鼓一响，两头狮子跳上了梅花桩。"),
    ("老榕树下", "榕树下，几位老人摆开了棋盘。"),
    ("读书角", "窗边的位子，一早就坐满了看书的人。"),
    ("新房上梁", "上梁的鞭炮响过，主人忙着给邻居分糖。"),
]  # fmt: skip
_SKIES = ["多云", "晴到多云", "阴有小雨", "多云间晴", "小雨转多云", "晴"]
_WINDS = ["偏东风3级", "东北风4级", "偏北风3到4级", "东南风2级", "偏南风3级"]


class Filler(NamedTuple):
    title: str
    text: str


def picture(day: dt.date) -> Filler:
    """A place and a scene; both counts are prime, so a pair comes again after more than a year."""
    number = day.toordinal()
    place, (scene, text) = _PLACES[number % len(_PLACES)], _SCENES[number % len(_SCENES)]
    return Filler(f"图片新闻：{place}{scene}", f"{day.month}月{day.day}日，{place}。{text}")


def weather(day: dt.date) -> Filler:
    number = day.toordinal()
    # Warmest late in July, 21 degrees on the average of the year.
    mean = 21 + 7 * math.cos((day.timetuple().tm_yday - 205) / 365 * 2 * math.pi)
    low, high = round(mean - 3 - number % 3), round(mean + 3 + number % 4)
    sky, wind = _SKIES[number % len(_SKIES)], _WINDS[number % len(_WINDS)]
    return Filler(
        f"{day.month}月{day.day}日天气：{sky}，{low}～{high}℃",
        f"今天白天到夜间{sky}，{wind}，最低{low}℃，最高{high}℃，相对湿度{60 + number * 7 % 35}%。",
    )


def tide(day: dt.date) -> Filler:
    # One tide a day; it comes some fifty minutes later each day.
    high = day.toordinal() * 50 % 1440
    low = (high + 745) % 1440
    height, depth = 3.4 + high % 17 / 10, 0.4 + low % 9 / 10
    return Filler(
        f"{day.month}月{day.day}日潮汐",
        f"满潮{_clock(high)}，潮高{height:.1f}米；干潮{_clock(low)}，潮高{depth:.1f}米。",
    )


def prices(day: dt.date) -> Filler:
    number = day.toordinal()
    greens, pork, shrimp = 4 + number % 31 / 10, 21 + number % 53 / 10, 56 + number % 19
    return Filler(
        f"{day.month}月{day.day}日市场菜价",
        f"昨日均价（每公斤）：上海青{greens:.1f}元，五花肉{pork:.1f}元，对虾{shrimp}元。",
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60}时{minutes % 60:02d}分"
