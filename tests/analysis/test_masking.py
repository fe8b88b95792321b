"""Numbers of persons in nested texts are masked; digests, ids and figures are not."""

from analysis.masking import masked


def test_what_is_no_number_of_a_person_stays() -> None:
    kept = {"sha256": "a13877012345b" + "0" * 51, "ids": ["t13877012345a-1"], "count": 3, "is_active": True}
    assert masked(kept) == kept
    assert masked({"rows": [{"why": "电话13877012345"}]}) == {"rows": [{"why": "电话〔电话〕"}]}


def test_what_only_begins_like_an_id_is_masked() -> None:
    assert "13877012345" not in masked("t13877012345a-1 电话13877012345")


def test_what_stands_under_phone_is_masked_whatever_it_looks_like() -> None:
    assert masked({"phone": "内线 8806", "contact": "乙"}) == {"phone": "〔电话〕", "contact": "乙"}
    assert masked({"phone": ""}) == {"phone": ""} and masked({"phone": None}) == {"phone": None}


def test_addresses_are_masked_where_that_is_asked_for_unless_they_are_to_be_kept() -> None:
    url = "https://example.org/13877012345.html"
    assert masked({"url": url}) == {"url": url} == masked({"url": url}, kept=[url], with_urls=True)
    assert masked({"url": url}, with_urls=True) == {"url": "https://example.org/〔电话〕.html"}
