"""Values of a subscribe message fit their types, whatever people wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.subscribe_values import fit


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("thing1", "思维训练课", "思维训练课"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十一", "一二三四五六七八九十一二三四五六七八九…"),
        ("thing4", "两行\n字\t和\x00空格", "两行 字 和 空格"),
        ("thing4", " \n ", "-"),
        ("amount2", "1980.00元", "1980.00元"),
        ("time3", "2026年3月2日 18:00", "2026年3月2日 18:00"),
        ("character_string5", "订单X2026-1", "X2026-1"),
        ("phrase6", "已扣款成功了吗OK", "已扣款成功"),
        ("phrase6", "OK", "无"),
        ("name7", "欧阳娜娜一二三四五六七八", "欧阳娜娜一二三四五六"),
        ("name7", "Christopher Robin Milne Sr", "Christopher Robin Mi"),
        ("number8", "12,5 a", "125"),
        ("letter9", "第1课 abc", "abc"),
        ("phone_number10", "电话 138-0000-0000", "138-0000-0000"),
    ],
)
def test_each_type_keeps_what_it_may_hold(field: str, value: str, expected: str) -> None:
    assert fit(field, value) == expected


@given(value=st.text(max_size=200), kind=st.sampled_from(["thing", "character_string", "phrase", "name", "letter"]))
def test_no_text_makes_a_value_empty_too_long_or_full_of_control_characters(value: str, kind: str) -> None:
    fitted = fit(f"{kind}1", value)
    assert 0 < len(fitted) <= {"thing": 20, "character_string": 32, "phrase": 5, "name": 20, "letter": 32}[kind]
    assert not any(char in fitted for char in "\n\r\t\x00\x7f\x85")
