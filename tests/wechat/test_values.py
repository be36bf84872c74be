"""The typed fields of a subscribe message."""

import pytest

from models.errors import Declined
from wechat.oa.client import message_data


@pytest.mark.parametrize(
    ("field", "value", "sent"),
    [
        ("thing1", "豌豆思维 数学课", "豌豆思维 数学课"),
        ("thing1", "长" * 25, "长" * 20),
        ("thing1", " a\n\tb\u200b ", "a b"),
        ("number2", "12.5", "12.5"),
        ("letter3", "abc", "abc"),
        ("symbol4", "￥￥", "￥￥"),
        ("character_string5", "X20260101-C01", "X20260101-C01"),
        ("time6", "2026年3月2日 12:05", "2026年3月2日 12:05"),
        ("time6", "08:00~09:30", "08:00~09:30"),
        ("date7", "2026-03-02", "2026-03-02"),
        ("amount8", "¥198.00", "¥198.00"),
        ("amount8", "1980.00元", "1980.00元"),
        ("amount8", "99", "99"),
        ("phone_number9", "+86-10-12345678", "+86-10-12345678"),
        ("car_number1", "粤A12345", "粤A12345"),
        ("name1", "赵汝飞练字体验中心一号", "赵汝飞练字体验中心一"),
        ("name1", "Alexander Hamilton the First", "Alexander Hamilton t"),
        ("phrase1", "已扣款成功啦", "已扣款成功"),
        ("enum1", "已上课", "已上课"),
    ],
)
def test_what_fits_or_can_be_made_to_fit_is_sent(field: str, value: str, sent: str) -> None:
    assert message_data({field: value}) == {field: {"value": sent}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thing1", ""),
        ("thing1", " \n "),
        ("number2", "十二"),
        ("number2", "1" * 33),
        ("letter3", "ab1"),
        ("character_string5", "第一节"),
        ("time6", "昨天"),
        ("date7", "昨天"),
        ("amount8", "￥￥1"),
        ("amount8", "12345678901"),
        ("amount8", "-1"),
        ("amount8", "免费"),
        ("phone_number9", "1" * 18),
        ("car_number1", "粤A12345678"),
        ("enum1", ""),
    ],
)
def test_what_would_say_something_else_when_cut_is_refused_by_name(field: str, value: str) -> None:
    with pytest.raises(Declined, match="push_content_rejected") as caught:
        message_data({"thing9": "好", field: value})
    assert caught.value.detail["field"] == field
