"""Owns what an import can hold: its columns and kinds of line, and how a kind maps to the plan."""

from __future__ import annotations

import dataclasses

from analysis.columns import CREDIT_ROLES
from analysis.handed_in import MEASURE
from analysis.plan import Plan, Task

KIND, UNIT, DAY, OUTLET, TITLE = "类别", "责任单位", "日期", "媒体或地点", "标题"
LINK, FILE, PAGE, LEAD, COLUMN, FORM, ROLE = "链接", "附件", "版面", "头条", "栏目", "体裁", "角色"
CONCERNED = "涉及单位"
BODY, TASK, UNTIL, NOTE = "正文", "事项", "截止或撤下日期", "说明"

HEADINGS: dict[str, str] = {
    KIND: "必填。可填的类别见下",
    UNIT: "必填。用简称，如 市水利局；几个单位联合的用顿号隔开。通报约谈填采取措施的单位",
    DAY: "必填。刊播、张贴、召开、通报约谈的日期，如 2017-10-12",
    OUTLET: "微信、微博、客户端填账号名；板报填张贴地点；报纸、电视可不填",
    TITLE: "稿件必填。板报、会议填名称，通报约谈填文件名称",
    LINK: "公开网页的地址。链接和附件至少有一样。通报约谈已见报、见网的，填所刊稿件的链接：同一件事只计一次",
    FILE: "照片、截图或扫描件的文件名，与本表放在同一个文件夹",
    PAGE: "报纸的版面，如 03版",
    LEAD: "头条填“是”",
    COLUMN: "栏目名，如 抓绩效提升，促经济社会发展",
    FORM: "报道、综述、公告、曝光；不填则由系统判断。通报约谈必填是哪一种，如 通报、约谈、扣分",
    ROLE: "供稿、主体、联合；不填则自有账号算供稿，其余算主体",
    CONCERNED: "通报约谈必填，其余不填：被通报、约谈、扣分的政务服务中心或单位，几个的用顿号隔开",
    BODY: "稿件全文，便于判断主题和查重；可不填",
    TASK: "方案的事项编号（如 m08）；只有一个可选时可不填",
    UNTIL: "板报撤下的日期；公告在线的最后一天",
    NOTE: "其他说明",
}
NEEDED = (KIND, UNIT, DAY)
ROLES = {word: role for role, word in CREDIT_ROLES.items()}
FORMS = ["报道", "综述", "公告", "曝光"]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of line. Pieces have the plan's class of outlets; the others a decision and what it is for."""

    name: str
    outlet_class: str | None = None
    decision: str | None = None
    task_kinds: tuple[str, ...] = ()

    def tasks(self, plan: Plan) -> list[Task]:
        """Lines of the plan that such a line can prove."""
        return [
            task
            for task in plan.tasks
            if task.kind in self.task_kinds
            and task.proof is not None
            and task.proof.decision == self.decision
        ]


def measure_forms(plan: Plan) -> list[str]:
    """The measures that the plan counts: 通报, 约谈 …"""
    proofs = [task.proof for task in plan.tasks if task.kind == "measures"]
    return list(dict.fromkeys(form for proof in proofs if proof is not None for form in proof.forms))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("报纸", "paper"),
        Kind("电视", "tv"),
        Kind("政府网站", "gov"),
        Kind("新闻网", "portal"),
        Kind("单位网站", "unit_site"),
        Kind("微信", "wechat"),
        Kind("微博", "weibo"),
        Kind("客户端", "app"),
        Kind("板报橱窗", decision="board_proof", task_kinds=("board_presence",)),
        Kind("会议走访", decision="meeting_held", task_kinds=("meetings",)),
        Kind("通报约谈", decision=MEASURE, task_kinds=("measures",)),
        Kind("公告证明", decision="proof_received", task_kinds=("announcement_presence",)),
    )
}
# A unit's own place: a piece there is its own.
OWN_CLASSES = frozenset({"unit_site", "wechat", "weibo", "app"})
