"""Owns how decisions are told to people: what each kind is called, and what it changed, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from analysis.columns import ROLES, SENTIMENTS
from pipeline.decisions import Decision

KIND_WORDS = {
    "tag_correction": "更正标签",
    "credit_add": "补记计分",
    "credit_refuse": "取消计分",
    "transfer": "转办、改派",
    "state_change": "改变状态",
    "extension": "延期",
    "pause": "暂停计时",
    "resume": "恢复计时",
    "exposure_plan": "登记拟曝光",
    "exposure_approval": "曝光审批",
    "exposure_refusal": "不同意曝光",
    "exposure_withdrawal": "撤回拟曝光",
    "exposure_link": "对应曝光稿",
    "contact_register": "登记联系人",
    "proof_received": "收到证明",
    "board_proof": "板报证明",
    "meeting_held": "会议记录",
    "measure_taken": "通报约谈",
    "proof_withdrawal": "撤回报送的证明",
    "source_note": "来源说明",
    "calendar_note": "节假日安排",
    "appeal_open": "提出申诉",
    "appeal_capture": "申诉取证",
    "appeal_grant": "申诉计分",
    "appeal_refusal": "申诉不予计分",
    "appeal_withdrawal": "撤回申诉",
    "bulletin_issue": "印发报表",
    "proof_pack": "打核验包",
    "import_batch": "导入报送表",
    "deduction": "裁定预扣分",
    "capture_removal": "清除期满的论坛原始网页",
    "unit_edit": "修改单位",
    "alias_edit": "修改别称",
    "account_edit": "修改官方账号",
    "rule_edit": "修改规则",
}
FIELD_WORDS = {
    "unit": "单位", "units": "责任单位", "state": "状态", "days": "工作日", "kind": "类别", "urgency": "缓急",
    "needs_reply": "需回复", "sentiment": "情感", "topic": "专题", "indicator": "指标", "form": "体裁",
    "credits": "计分", "exposed": "被曝光单位", "has_editor_note": "编者按", "plan_column": "专栏",
    "reprint_of": "转载自", "leader_note": "批示", "step": "步骤", "number": "文号", "by": "由",
    "task": "事项", "date": "日期", "until": "至", "removed": "撤下", "file": "文件",
    "role": "角色", "floor": "楼层", "floor_at": "楼层时间", "round_at": "本轮起算", "title": "标题",
    "url": "链接", "outlet": "媒体",
    "outcome": "结果", "article": "稿件", "late": "补批", "leader": "分管领导", "contact": "联系人",
    "alias": "别称", "account": "账号", "forum": "论坛或平台", "value": "取值", "official": "全称",
    "parent": "上级", "duties": "职责", "valid_from": "有效期自", "valid_to": "有效期至",
    "successor": "继任单位", "is_new": "新增", "suggested": "建议扣分",
    "name": "名称", "short": "简称", "points": "分值", "label": "任务", "count": "件数", "runs": "批次",
    "size": "字节", "job": "任务号", "result": "结果",
    "roles": "角色", "is_active": "启用", "person": "姓名", "concerned": "涉及单位", "proof": "撤回的记录",
}  # fmt: skip
# Values that decisions hold as the program writes them.
VALUE_WORDS = SENTIMENTS | ROLES | {
    "full": "各计全分", "split": "均分", "highest": "取最高", "first": "取首发", "same_day": "算当天",
    "next_working_day": "算下一工作日", "article": "稿件", "thread": "帖子",
}  # fmt: skip
_HIDDEN = frozenset({"move", "key", "setting_file", "sha256", "warc", "warc_offset", "body", "phone"})


# Points that a person decides are told also where they are those that were suggested.
_TOLD_UNCHANGED = frozenset({"points"})


class Told(TypedDict):
    """A decision as people read it: when, who, what was done, to what, a line for each change, the reason."""

    at: str
    who: str
    act: str
    target: str
    changes: list[str]
    why: str


def told(decision: Decision) -> Told:
    """A decision in words."""
    return Told(
        at=decision.at.replace("T", " "),
        who=decision.who,
        act=kind_words(decision.kind),
        target=decision.target,
        changes=change_words(decision.before, decision.after),
        why=decision.why,
    )


def kind_words(kind: str) -> str:
    """更正标签; the kind itself where it has no words yet."""
    return KIND_WORDS.get(kind, kind)


def change_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """状态：待签收 → 办理中; a line for each thing that a decision names."""
    found = []
    for key in dict.fromkeys([*after, *before]):
        if key in _HIDDEN:
            continue
        name = FIELD_WORDS.get(key, key)
        if key in before and key in after:
            if before[key] != after[key]:
                found.append(f"{name}：{value_words(before[key])} → {value_words(after[key])}")
            elif key in _TOLD_UNCHANGED:
                found.append(f"{name}：{value_words(after[key])}")
        elif key in after:
            found.append(f"{name}：{value_words(after[key])}")
        else:
            found.append(f"{name}：{value_words(before[key])}（原）")
    return found


def value_words(value: Any) -> str:
    if value is None or value == "":
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return " ".join(value_words(part) for part in value.values())
    if isinstance(value, list | tuple):
        return "、".join(value_words(part) for part in value) or "无"
    return VALUE_WORDS.get(str(value), str(value))
