"""What WeChat Pay's gateway says of a field, word for word as people published it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from school import ORDERS

if TYPE_CHECKING:
    from school import School
    from shop import Shop

SCHEMA: list[tuple[dict[str, Any], str, Any]] = [
    (
        {"service_introduction": ...},
        "输入源“/body/service_introduction”映射到字段“服务信息”必填性规则校验失败，此字段为必填项",
        "",
    ),
    (
        {"out_order_no": "x" * 37},
        (
            "输入源“/body/out_order_no”映射到值字段“商户服务订单号”字符串规则校验失败，"
            "字节数 37，大于最大值 32"
        ),
        37,
    ),
    (
        {"service_introduction": "课" * 21},
        (
            "输入源“/body/service_introduction”映射到值字段“服务信息”字符串规则校验失败，"
            "字符数 21，大于最大值 20"
        ),
        21,
    ),
    (
        {"out_order_no": "含汉字"},
        (
            "输入源“/body/out_order_no”映射到值字段“商户服务订单号”字符串规则校验失败，"
            r"字符串必须匹配正则表达式“^[0-9A-Za-z_\-|*]+$”"
        ),
        "含汉字",
    ),
    (
        {"risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 0.01}},
        (
            "无法将 JSON 输入源“/body/risk_fund/amount”映射到目标字段“amount”中，"
            "此字段需要一个合法的 64 位有符号整数"
        ),
        0.01,
    ),
    (
        {"risk_fund": {"name": "ESTIMATE_ORDER_COST", "amount": 0}},
        "输入源“/body/risk_fund/amount”映射到数值字段“amount”规则校验失败，值低于最小值 1",
        0,
    ),
    (
        {"post_payments": [{"name": str(n), "amount": 1} for n in range(101)]},
        (
            "输入源“/body/post_payments”映射到列表字段“后付费项目”规则校验失败，"
            "元素个数 101，大于最大值 100"
        ),
        101,
    ),
]


@pytest.mark.parametrize(("change", "message", "value"), SCHEMA)
async def test_a_field_is_refused_in_wechats_own_words(
    school: School, learner: Any, change: dict[str, Any], message: str, value: Any
) -> None:
    body = await school.order(openid=school.openid(learner), **change)
    wire = await school.refused(ORDERS, body, 400, "PARAM_ERROR", 268435464)
    assert wire.json["message"] == message
    assert wire.json["detail"] == {"location": "body", "value": value}


async def test_the_detail_may_be_the_documented_one(school: School, learner: Any) -> None:
    await school.control.post("/_sim/switches", {"param_error_detail": "documented"})
    body = await school.order(openid=school.openid(learner), service_introduction=...)
    detail = (await school.refused(ORDERS, body, 400, "PARAM_ERROR")).json["detail"]
    assert (detail["field"], detail["value"]) == ("/service_introduction", "")
    assert (detail["issue"], detail["location"]) == ("此字段为必填项", "body")


async def test_a_query_is_named_as_the_source(school: School) -> None:
    wire = await school.pay.call("GET", f"{ORDERS}?appid={school.appid}&out_order_no=A1")
    assert wire.json["message"].startswith("输入源“/query/service_id”映射到字段“服务ID”必填性")
    assert wire.json["detail"]["location"] == "query"


async def test_a_path_parameter_must_not_stand_in_the_body_too(
    school: School, learner: Any
) -> None:
    number = (await school.open_order(learner))["out_order_no"]
    body = school.names(reason="学员停课", out_order_no=number)
    wire = await school.refused(f"{ORDERS}/{number}/cancel", body, 400, "PARAM_ERROR")
    assert wire.json["message"] == (
        "无法将输入源“/body/out_order_no”映射到目标字段“商户服务订单号”中，"
        "此字段并非多重字段但被输入源“/uri_template/out_order_no”映射过了。"
    )
    assert "detail" not in wire.json
    assert (await school.query(number))["state"] == "DOING"


async def test_a_path_parameter_must_not_stand_in_the_query_too(shop: Shop) -> None:
    url = f"/v3/pay/transactions/out-trade-no/PRE-000001?mchid={shop.mchid}"
    wire = await shop.pay.call("GET", f"{url}&out_trade_no=PRE-000001")
    assert (wire.status, wire.json["code"]) == (400, "PARAM_ERROR")
    assert "“/query/out_trade_no”" in wire.json["message"]
    assert (await shop.pay.call("GET", url)).status == 404


async def test_a_path_parameter_has_a_limit(school: School) -> None:
    path = f"{ORDERS}/{'x' * 37}/cancel"
    wire = await school.refused(path, school.names(reason="停课"), 400, "PARAM_ERROR")
    assert wire.json["message"] == (
        "输入源“/uri_template/out_order_no”映射到值字段“商户服务订单号”字符串规则校验失败，"
        "字节数 37，大于最大值 32"
    )


async def test_serial_numbers_are_the_same_in_either_case(school: School) -> None:
    lower = school.pay.merchant["serial_no"].lower()
    assert lower != school.pay.merchant["serial_no"]
    wire = await school.pay.call("GET", "/v3/certificates", serial_no=lower)
    assert wire.status == 200
    for serial in list(school.pay.platform):
        school.pay.serial = serial.lower()
        wire = await school.pay.call("GET", "/v3/certificates")
        assert wire.headers["Wechatpay-Serial"] == serial
