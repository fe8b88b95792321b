"""Owns which names of posters are words of the language as well: a unit's or a place's name, a service
number, a thing that posts are about. In a text such a word is hardly ever the poster."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.city import City

# What posts to a government are about, as far as no unit's duties name it.
_MATTERS = """
安全 百姓 保护 保险 报名 表扬 宾馆 补贴 部门 超市 车辆 车位 城市 城乡 出行 创城 大厅 大桥 单位 道路 地方
电力 电话 电视 斗争 发展 法律 反映 房产 房价 房子 房租 服务 改革 干部 高考 高速 告示 工程 工地 工人 工作
工资 公告 公共 公交 公开 公路 公平 公示 公司 公园 公正 供电 供水 管理 广场 规划 国家 海边 海滩 海鲜 和谐
合理 合同 红绿灯 红树林 环保 环境 基层 集团 计划 家园 家长 价格 监督 监管 检查 建设 建议 健康 交通 教师
教育 街道 解决 今天 酒店 举报 卡口 开发 考试 空气 快递 垃圾 劳动 老师 老人 联系 邻居 领导 留言 楼盘 路灯
路口 马路 码头 美丽 民生 民政 民主 明天 摩托 农村 农民 农业 排水 平安 平台 票价 企业 汽车 清洁 情况 请问
求助 区域 全市 群众 人才 人民 日报 商场 设施 设备 社保 社会 社区 生活 生态 实事求是 市场 市民 事故 事情
收费 手续 水费 水库 水利 水质 税务 司机 私家车 天气 停车 停车场 投诉 图书馆 土地 网络 危房 违法 违规 违建
为民 卫生 文化 文明 污染 污水 物业 现场 乡村 消防 消费者 小区 小学 小孩 小学生 校车 校园 协调 新城 新村
新闻 信访 行政 行人 休闲 学区 学生 学位 学校 宣传 言论 业主 夜市 医保 医疗 医院 银行 影响 游客 幼儿园 渔业
渔港 渔船 运动 噪声 噪音 占道 招聘 政策 政府 政务 治安 治理 制度 质量 中心 中学 中学生 中考 住房 主席 专家
资源 咨询 综合 作风 组织 督查 问题 权益 热线 市长 书记 县长 区长 镇长 局长 主任 值班 信箱 高速公路 自由
正义
"""
_ORGAN = re.compile(
    r"[\u4e00-\u9fff]{1,20}(?:派出所|(?:公安|教育|卫生|民政|水利|财政|税务|交通|环保|规划|国土|供电|供水|气象|海事|邮政|城管|司法|人社|"
    r"住建|农业|林业|审计|统计|粮食|旅游|体育|工商|质监|安监|食药监|社保|房管|监督|管理|检察|保障|监管)局|委员会|办公室|办事处|"
    r"管理处|管理所|法院|检察院|政府|居委会|村委会|街道办|大队|支队|中队|医院|卫生院|小学|中学|大学|学院|幼儿园|集团|银行|"
    r"信用社)"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,3}(?:小区|社区|花园|公园|广场|大道|市场|车站|码头|大桥|高速|水库)")
_COUNTED = re.compile(r"[\u4e00-\u9fff]{0,12}[市县区镇乡][\u4e00-\u9fff]{1,10}[局委办院所站队厅部]")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_NUMBER = re.compile(r"\d{1,6}|[48]00\d{7}")  # 110, 12345, 95598, 4008…; house numbers and years too
_SERVICE = r"12\d{3}|9[56]\d{3,4}|1[12]\d"


class PlainWords:
    """Those of one city. `name in words` asks."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        known = {word for word in (*words, *_MATTERS.split()) if _HAN.fullmatch(word)}
        longest = sorted(known, key=lambda word: (-len(word), word))
        self._composed = re.compile(f"(?:{'|'.join(longest)}|{_SERVICE}|[市县区镇乡局])++")

    @classmethod
    def of(cls, city: City) -> PlainWords:
        """With its units, their duties, its outlets, and the places that its files name."""
        words = {city.name, city.stem}
        for unit in city.all_units:
            words |= {*unit.names, unit.parent, *unit.duties}
            words |= {name.removeprefix(city.name).removeprefix("市") for name in unit.names}
        words |= {site.outlet for site in city.sites}
        for name in ("aliases.yaml", "duties.yaml"):
            words |= set(_texts(city.data(name, {})))
        return cls(words)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(
            pattern.fullmatch(name) for pattern in (_NUMBER, _ORGAN, _PLACE, _COUNTED, self._composed)
        )


def _texts(data: object) -> Iterable[str]:
    """All words of a YAML file, keys as well."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(key)
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
