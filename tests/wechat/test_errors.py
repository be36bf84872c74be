"""Every refusal of WeChat has a name of ours, and every name of ours a rule and its sentences."""

import pytest

from models.errors import Conflict, Declined, InvalidInput, NotAuthenticated, OutsideFailure
from models.refusals import REFUSALS, Actor, named
from models.texts import CATALOGUE, say
from models.texts.refusals import TEXTS
from wechat.errors import API_CODES, PAY_CODES, PAY_NUMBERS, PAY_PHRASES, VendorError, refuse_call, refuse_payment

PAY_SCORE = [  # HTTP status and code of the official table
    (400, "PARAM_ERROR", "wechat_request_rejected"),
    (400, "INVALID_REQUEST", "wechat_request_rejected"),
    (400, "INVALID_ORDER_STATE", "wechat_state"),
    (400, "ORDER_CANCELED", "wechat_state"),
    (400, "ORDER_DONE", "wechat_state"),
    (403, "TRADE_ERROR", "wechat_deduction_failed"),
    (401, "SIGN_ERROR", "wechat_credentials_rejected"),
    (403, "NO_AUTH", "wechat_no_permission"),
    (404, "ORDER_NOT_EXIST", "wechat_not_found"),
    (429, "FREQUENCY_LIMITED", "wechat_too_frequent"),
    (500, "SYSTEM_ERROR", "wechat_unavailable"),
]
REFUND = [
    (500, "SYSTEM_ERROR", "wechat_unavailable"),
    (403, "USER_ACCOUNT_ABNORMAL", "wechat_account_abnormal"),
    (403, "NOT_ENOUGH", "wechat_merchant_balance_short"),
    (400, "PARAM_ERROR", "wechat_request_rejected"),
    (404, "MCH_NOT_EXISTS", "wechat_no_permission"),
    (404, "RESOURCE_NOT_EXISTS", "wechat_not_found"),
    (401, "SIGN_ERROR", "wechat_credentials_rejected"),
    (429, "FREQUENCY_LIMITED", "wechat_too_frequent"),
    (400, "INVALID_REQUEST", "wechat_request_rejected"),
    (403, "NO_AUTH", "wechat_no_permission"),
    (403, "REQUEST_BLOCKED", "wechat_request_blocked"),
]
JSAPI = [
    (400, "APPID_MCHID_NOT_MATCH", "wechat_no_permission"),
    (403, "OUT_TRADE_NO_USED", "wechat_request_changed"),
    (403, "RULE_LIMIT", "wechat_request_blocked"),
    (403, "TRADE_ERROR", "wechat_deduction_failed"),
    (404, "ORDERNOTEXIST", "wechat_not_found"),
    (500, "SYSTEMERROR", "wechat_unavailable"),
    (400, "ORDER_CLOSED", "wechat_state"),
    (202, "USERPAYING", "wechat_in_progress"),
    (403, "ACCOUNT_ERROR", "wechat_account_abnormal"),
]
PROFIT_SHARING = [(429, "RATELIMIT_EXCEED", "wechat_too_frequent"), (429, "RATELIMIT_EXCEEDED", "wechat_too_frequent")]

NUMBERS = [
    (271317510, "wechat_not_found"),
    (271316574, "wechat_deduction_failed"),
    (271302262, "wechat_state"),
    (271302333, "wechat_state"),
    (271302332, "wechat_state"),
    (268435464, "wechat_request_rejected"),
    (271316657, "wechat_state"),
    (271316598, "wechat_request_changed"),
    (271302144, "wechat_no_permission"),
    (271302149, "wechat_no_permission"),
    (268435472, "wechat_too_frequent"),
    (271300099, "wechat_assessment_declined"),
    (271299627, "wechat_overdue_orders"),
    (268503786, "wechat_no_permission"),
    (271316592, "wechat_state"),
    (270924332, "wechat_credentials_rejected"),
    (271316754, "wechat_in_progress"),
    (271316656, "wechat_amount_above_cap"),
    (271316637, "wechat_request_rejected"),
    (268560785, "wechat_payment_limited"),
    (268498688, "wechat_request_changed"),
    (268443699, "wechat_credentials_rejected"),
]


@pytest.mark.parametrize(("status", "code", "ours"), PAY_SCORE + REFUND + JSAPI + PROFIT_SHARING)
def test_every_documented_code_has_a_name(status: int, code: str, ours: str) -> None:
    assert refuse_payment(VendorError(status, code, "", "08D0-0")).code == ours


@pytest.mark.parametrize(("number", "ours"), NUMBERS)
def test_the_number_behind_the_request_id_says_more_than_the_code(number: int, ours: str) -> None:
    error = VendorError(400, "INVALID_REQUEST", "其他原因", f"0123456789ABCDEF-{number}")
    refusal = refuse_payment(error)
    assert refusal.code == ours
    assert refusal.detail["request_id"] == f"0123456789ABCDEF-{number}"


def test_every_number_we_know_is_tested() -> None:
    assert dict(NUMBERS) == PAY_NUMBERS


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        ("综合评估未通过", "wechat_assessment_declined"),
        ("同一实名身份下进行中订单过多", "wechat_too_many_orders"),
        ("存在逾期未支付的订单", "wechat_overdue_orders"),
        ("青少年模式下不可用", "wechat_payment_limited"),
        ("存在未完成订单", "wechat_orders_unfinished"),
        ("单据正在扣款中,请稍后再试", "wechat_in_progress"),
        ("收款结果不明,请稍后重试", "wechat_in_progress"),
        ("订单重入参数校验失败", "wechat_request_changed"),
        ("订单风险金额超过此服务的服务风险金额", "wechat_amount_above_cap"),
        ("当前订单状态不合法", "wechat_state"),
        ("当前订单状态不满足撤销条件", "wechat_state"),
        ("最终总金额计算非法", "wechat_request_rejected"),
    ],
)
@pytest.mark.parametrize("code", ["INVALID_REQUEST", "PARAM_ERROR"])
def test_without_a_number_the_message_of_a_vague_code_tells(code: str, message: str, ours: str) -> None:
    assert refuse_payment(VendorError(400, code, message, "no-number-here")).code == ours


@pytest.mark.parametrize(
    ("message", "number", "ours"),
    [
        ("存在未完成订单", 271302262, "wechat_orders_unfinished"),
        ("综合评估未通过，同一实名身份下进行中订单过多", 271300099, "wechat_too_many_orders"),
        ("综合评估未通过", 271299627, "wechat_overdue_orders"),
        ("申请退款金额超过订单可退金额", 271302262, "wechat_request_rejected"),
    ],
)
def test_only_a_number_of_many_meanings_gives_way_to_the_message(message: str, number: int, ours: str) -> None:
    assert refuse_payment(VendorError(400, "INVALID_REQUEST", message, f"0123-{number}")).code == ours


@pytest.mark.parametrize(
    ("status", "code", "ours"),
    [
        (400, "BRAND_NEW", "wechat_request_rejected"),
        (401, "BRAND_NEW", "wechat_credentials_rejected"),
        (429, "", "wechat_too_frequent"),
        (502, "", "wechat_unavailable"),
        (404, "", "wechat_unreadable"),
        (200, "", "wechat_unreadable"),
    ],
)
def test_a_code_nobody_knows_is_read_by_its_status(status: int, code: str, ours: str) -> None:
    assert refuse_payment(VendorError(status, code)).code == ours


@pytest.mark.parametrize(
    ("errcode", "ours"),
    [
        (-1, "wechat_unavailable"),
        (40001, "wechat_credentials_rejected"),
        (40003, "push_receiver_unknown"),
        (40013, "wechat_credentials_rejected"),
        (40029, "login_code_invalid"),
        (40037, "push_template_rejected"),
        (40125, "wechat_credentials_rejected"),
        (40163, "login_code_used"),
        (40164, "wechat_address_refused"),
        (40226, "wechat_user_blocked"),
        (40243, "wechat_credentials_rejected"),
        (43004, "push_not_following"),
        (43101, "push_not_subscribed"),
        (43107, "push_template_rejected"),
        (43108, "wechat_too_frequent"),
        (45009, "wechat_too_frequent"),
        (45011, "wechat_too_frequent"),
        (45015, "push_window_closed"),
        (45047, "push_window_closed"),
        (45168, "push_content_rejected"),
        (47003, "push_content_rejected"),
        (48001, "push_not_permitted"),
        (48002, "push_not_following"),
        (70000, "push_minor_protected"),
        (89503, "wechat_address_refused"),
        (99999, "push_not_permitted"),
    ],
)
def test_every_errcode_has_a_name(errcode: int, ours: str) -> None:
    refusal = refuse_call(VendorError(200, str(errcode), "…", "66454a60-46a8a44b-5f4417e6"))
    assert refusal.code == ours
    assert refusal.detail["errcode"] == errcode


def test_all_tables_lead_to_known_refusals() -> None:
    ours = {*PAY_NUMBERS.values(), *PAY_CODES.values(), *API_CODES.values(), *(code for _, code in PAY_PHRASES)}
    assert ours <= set(REFUSALS)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_speaks_to_learner_and_staff_in_both_languages(code: str) -> None:
    for audience in ("learner", "staff"):
        chinese, english = TEXTS[f"{code}.{audience}"]
        assert chinese.endswith("。")
        assert english.endswith(".")
        assert say(f"refusal.{code}.{audience}", "en") == english
    assert CATALOGUE[f"error.{code}"] == TEXTS[f"{code}.learner"]


def test_there_are_no_sentences_without_a_refusal() -> None:
    assert {key.rpartition(".")[0] for key in TEXTS} == set(REFUSALS)


def test_learners_are_not_told_the_raw_reason_of_wechats_risk_control() -> None:
    for code in ("wechat_assessment_declined", "wechat_overdue_orders", "wechat_too_many_orders"):
        sentence = say(f"error.{code}")
        assert not [word for word in ("评估", "逾期", "信用", "分数", "风险") if word in sentence]
        assert "换一种付款方式" in sentence


def test_a_refusal_says_who_acts_and_whether_trying_again_helps() -> None:
    refusal = named("wechat_overdue_orders", request_id="R-1")
    assert isinstance(refusal, Declined)
    assert refusal.detail == {"who": "learner", "retry_helps": True, "request_id": "R-1"}
    assert {rule.who for rule in REFUSALS.values()} == set(Actor)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("wechat_state", Conflict),
        ("wechat_silent", OutsideFailure),
        ("login_code_used", NotAuthenticated),
        ("phone_code_invalid", InvalidInput),
    ],
)
def test_each_refusal_is_the_error_its_rule_says(code: str, error: type[Exception]) -> None:
    assert type(named(code)) is error


def test_what_wechat_said_is_kept_for_the_log() -> None:
    error = VendorError(400, "INVALID_REQUEST", "综合评估未通过", "0123-271300099")
    assert str(error) == "400 INVALID_REQUEST 综合评估未通过 [0123-271300099]"
    assert error.numeric == 271300099
