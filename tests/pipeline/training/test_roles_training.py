"""The model of credits: trained the same way twice, described truly, and good on sources it has not seen."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.tagging.linear import ModelError
from pipeline.tagging.roles_model import PATH, load_role_model
from pipeline.training.roles import cross_validate, load_articles, train_roles
from pipeline.training.roles_report import rates

ARTICLES = load_articles(None)


def test_training_is_deterministic() -> None:
    assert train_roles(ARTICLES) == train_roles(load_articles(None))


def test_unseen_sources() -> None:
    precision, recall, f1 = rates(score.hits(0.65) for score in cross_validate(ARTICLES))
    assert precision >= 0.97, precision
    assert f1 >= 0.96, (recall, f1)


def test_card_describes_the_model() -> None:
    card = json.loads(PATH.with_name("card.json").read_text(encoding="utf-8"))
    assert card["sha256"] == hashlib.sha256(PATH.read_bytes()).hexdigest()
    assert card["features"] == len(load_role_model().weights)


def test_damaged_model_says_so(tmp_path: Path) -> None:
    path = tmp_path / "credit.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="损坏"):
        load_role_model(path)
