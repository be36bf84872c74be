"""One table a type: what passes and what WeChat refuses with 47003."""

import pytest

from wechat_simulator.weixin.template_values import field_type, is_value

GOOD = {
    "thing1": ["课" * 20, "Piano 第3节!", "💡" * 20, "a"],
    "number1": ["0", "9" * 32, "12.50"],
    "letter2": ["a" * 32, "Z"],
    "symbol1": ["!!!!!", "￥", "…"],
    "character_string1": ["AS-100/2", "x" * 32],
    "time3": [
        "15:01",
        "15:01:02",
        "2019年10月1日 15:01",
        "2019-12-25 09:42",
        "2019/12/25 9:42",
        "09:00~10:00",
        "2019年10月1日 15:01 ~ 2019年10月1日 16:01",
    ],
    "date2": [
        "2019年10月1日",
        "2019-12-25 09:42",
        "2018.01.01",
        "2018-01",
        "01-01",
        "10月1日",
        "2019年10月",
        "2024-02-29",
        "2019-12-25~2019-12-26",
    ],
    "amount2": ["￥100.00", "¥1", "99.9元", "1234567890", "$5"],
    "phone_number1": ["+86-0766-66888866", "13800138000"],
    "car_number1": ["粤A8Z888挂", "粤A8Z888", "A12345"],
    "name1": ["字" * 10, "a" * 20, "王O", "John Smith"],
    "phrase3": ["配送中", "审核通过"],
}
BAD = {
    "thing1": ["课" * 21, "a\nb", "a\tb", ""],
    "number1": ["1" * 33, "1,000", "-1", "12元", "１２"],
    "letter2": ["a" * 33, "a1", "字"],
    "symbol1": ["!!!!!!", "a", "字", "1"],
    "character_string1": ["x" * 33, "课", "a b"],
    "time3": ["2019年10月1日", "25:00", "12:60", "noon", "09:00~10:00~11:00", "09:00-10:00"],
    "date2": [
        "2019年13月1日",
        "2019-02-30",
        "2023-02-29",
        "yesterday",
        "15:01",
        "2019年10月1日15时",
        "2018-01/01",
    ],
    "amount2": ["￥￥1", "12345678901", "1,000.00", "100 元", "免费", "-1", "100.00元整", "元"],
    "phone_number1": ["1" * 18, "138x"],
    "car_number1": ["粤A8Z8888挂", "粤A粤888", "粤A-8888"],
    "name1": ["字" * 11, "a" * 21, "字" + "a" * 10, "王2"],
    "phrase3": ["一二三四五六", "ok", "完成!"],
    "enum1": ["anything"],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field in GOOD for value in GOOD[field]]
)
def test_accepted(field: str, value: str) -> None:
    assert is_value(field, value)


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field in BAD for value in BAD[field]]
)
def test_refused(field: str, value: str) -> None:
    assert not is_value(field, value)


def test_an_enum_takes_its_own_words_only() -> None:
    enums = {"enum1": ["已完成", "未完成"]}
    assert is_value("enum1", "已完成", enums)
    assert not is_value("enum1", "完成", enums)


@pytest.mark.parametrize("field", ["thing", "3", "things1", "Thing1", "", "thing1x", "remark1"])
def test_names_that_are_no_fields(field: str) -> None:
    assert field_type(field) is None


def test_type_of_a_field_with_an_underscore() -> None:
    assert field_type("character_string12") == "character_string"
    assert field_type("name01") == "name"
