"""Owns the Chinese labels of all columns that a user sees, and the way from rows to labelled tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

# What people read for the roles of domain and for who decided.
ROLES = {"byline": "供稿", "subject": "主体", "joint": "联合", "mention": "提及", "exposed": "被曝光"}
CREDIT_ROLES = {role: ROLES[role] for role in ("byline", "subject", "joint")}  # those that count
SENTIMENTS = {"positive": "正面", "neutral": "中性", "negative": "负面"}
DECIDERS = {"rule": "规则", "person": "人工"}

LABELS = {
    # coverage
    "unit": "责任单位",
    "task": "事项",
    "paragraph": "通知条款",
    "title": "标题",
    "kind": "类型",
    "verdict": "结论",
    "done_count": "已完成",
    "needed_count": "应完成",
    "missing_count": "缺",
    "missing": "缺项",
    "days_left": "剩余天数",
    "window_start": "起",
    "window_end": "止",
    "silent": "静默来源",
    "note": "说明",
    # queue
    "ticket_id": "帖号",
    "url": "链接",
    "forum": "论坛",
    "board": "板块",
    "urgency": "紧急程度",
    "candidates": "建议单位",
    "state": "状态",
    "opened_at": "发帖时间",
    "first_response_due": "初步回应时限",
    "first_response_at": "初步回应时间",
    "answer_due": "正式答复时限",
    "answer_at": "正式答复时间",
    "is_first_response_overdue": "初步回应超时",
    "is_answer_overdue": "正式答复超时",
    "workdays_left": "剩余工作日",
    "send_back_due": "退回改派时限",
    "next_due": "下一时限",
    "next_clock": "哪个时限",
    "late_clocks": "超时",
    # credits
    "role": "角色",
    "outlet": "媒体",
    "published_day": "刊发日期",
    "article_id": "稿件号",
    "sha256": "存证SHA-256",
    "why": "依据",
    "quote": "原文",
    "decided_by": "认定",
    "copy_count": "同文数",
    "points": "分值",
    "points_why": "计分说明",
    # days of a clock
    "day": "日期",
    "is_counted": "计入",
    "number": "第几个工作日",
    "clock": "时钟",
    # statistics of the queue
    "group": "分组",
    "ticket_count": "件数",
    "answered_count": "已答复",
    "open_ticket_count": "在办",
    "overdue_open_count": "在办超时",
    "late_count": "曾超时",
    "response_share": "初步回应按时率",
    "answer_share": "正式答复按时率",
    "response_median_hours": "初步回应中位（工作小时）",
    "response_p90_hours": "初步回应九成（工作小时）",
    "answer_median_days": "正式答复中位（工作日）",
    "answer_p90_days": "正式答复九成（工作日）",
    # history of a ticket, floors to confirm
    "at": "时间",
    "who": "谁",
    "what": "做了什么",
    "floor": "楼层",
    "state_before": "原状态",
    "state_after": "现状态",
    "said_at": "发表时间",
    "question": "待确认",
    "floor_words": "所据字句",
    # sources
    "site": "站点",
    "article_count": "稿件数",
    "habit_count": "四周同日均值",
    # aids for answering
    "aspect": "看什么",
    "is_good": "好",
    "likeness": "相似度",
    "answer": "答复",
    "answered_at": "答复时间",
    # hot issues
    "id": "编号",
    "words": "共同的话",
    "heat": "热度",
    "heat_why": "热度怎么来",
    "first_at": "最早",
    "last_at": "最近",
    "rise_why": "突然增多",
    "members": "帖子",
    # exposure ledger
    "is_alarm": "警示",
    "exposed": "被曝光单位",
    "planned_day": "拟刊日期",
    "registered_at": "登记时间",
    "registered_by": "登记人",
    "approvals": "审批",
    "file_number": "文号",
    "lacking": "所缺审批",
    "published_at": "刊发时间",
    # appeals
    "appeal_id": "申诉号",
    "file": "附件",
    "appealed_at": "申诉时间",
    "appealed_by": "申诉人",
    "decider": "裁定人",
    "capture": "取证",
    "captured_title": "取证标题",
    "captured_at": "取证时间",
    "decided_at": "裁定时间",
    "decision": "裁定理由",
    "waiting_days": "历时（天）",
    "appeal_count": "申诉",
    "open_count": "未裁定",
    "granted_count": "已计分",
    "refused_count": "不予计分",
    # score and deductions
    "story_count": "篇数",
    "earned_points": "得分",
    "deducted_points": "扣分",
    "total_points": "合计",
    "tasks": "计入事项",
    "copies": "各处链接",
    "story_id": "原稿号",
    "reason": "扣分依据",
    "suggested_points": "建议扣分",
    "decided_points": "决定扣分",
    # announcement and contacts
    "run_days": "连续在线（天）",
    "gaps": "间断",
    "proof": "截图、照片",
    "proof_day": "报送日期",
    "proof_by": "登记人",
    "proof_verdict": "报送结论",
    "detail": "核查所见",
    "first_day": "首次报送",
    "due_day": "期限",
    "leader": "分管领导",
    "contact": "联系人",
    "phone": "电话",
    "recorded_by": "登记人",
    # changes
    "verdict_then": "原结论",
    "verdict_now": "现结论",
    "done_then": "原完成",
    "done_now": "现完成",
    "missing_gone": "不再缺",
    "missing_new": "新缺",
    "causes": "原因",
    # what was handed in
    "form": "形式",
    "concerned": "涉及单位",
    # imports
    "row_number": "行",
    "heading": "列",
    "fault": "要改什么",
}


def labels(columns: Iterable[str]) -> dict[str, str]:
    """Columns with their Chinese headings, in this order. Raises KeyError for one that has none."""
    return {name: LABELS[name] for name in columns}


def as_dicts(rows: Iterable[Any], columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Rows (dataclasses) as dictionaries with the names of their fields: for JSON."""
    return [
        {name: value for name, value in dataclasses.asdict(row).items() if columns is None or name in columns}
        for row in rows
    ]


def as_frame(rows: Sequence[Any], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Rows (dataclasses of one type) as a pandas frame with the names of their fields."""
    return pd.DataFrame(as_dicts(rows, columns), columns=list(columns) if columns else None)
