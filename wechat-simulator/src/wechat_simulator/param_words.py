"""How WeChat Pay words a PARAM_ERROR: the checks its gateway makes of every field by itself.

Taken from answers that people published: a required field
(github.com/hpyer/node-easywechat/issues/69), a pattern
(github.com/wechatpay-apiv3/wechatpay-postman-script/issues/7), a length
(github.com/yansongda/pay/issues/863, and of a path parameter
developers.weixin.qq.com/community/personal/oCJUsw-tu51WVCrtaflIiW3MOUYI/question), an integer
(github.com/TheNorthMemory/wechatpay-axios-plugin/issues/38), a path parameter that stands in the
body too (github.com/JeffreySu/WeiXinMPSDK/issues/2989). The other kinds are worded alike.
"""

from __future__ import annotations

# 参数名 of the vendor's pages; a name that is not here is shown as it is
_NAMES = {
    "appid": "公众账号ID",
    "mchid": "商户号",
    "sub_mchid": "子商户号",
    "sub_appid": "子商户公众账号ID",
    "openid": "用户标识",
    "service_id": "服务ID",
    "out_order_no": "商户服务订单号",
    "query_id": "查单ID",
    "service_introduction": "服务信息",
    "post_payments": "后付费项目",
    "post_discounts": "商户优惠",
    "time_range": "服务时间段",
    "start_time": "服务开始时间",
    "end_time": "服务结束时间",
    "location": "服务位置",
    "risk_fund": "服务风险金",
    "total_amount": "总金额",
    "attach": "商户数据包",
    "notify_url": "商户回调地址",
    "need_user_confirm": "是否需要用户确认",
    "reason": "撤销原因",
    "authorization_code": "授权协议号",
    "out_trade_no": "商户订单号",
    "transaction_id": "微信支付订单号",
    "out_refund_no": "商户退款单号",
    "refund_id": "微信支付退款单号",
    "total": "总金额",
    "refund": "退款金额",
    "currency": "货币类型",
    "description": "商品描述",
    "bill_date": "账单日期",
    "merchant_plan_no": "商户侧计划号",
    "merchant_sign_plan_no": "商户签约计划号",
    "complaint_id": "投诉单号",
    "complainted_mchid": "被诉商户号",
}


def named(pointer: str) -> str:
    """Return the Chinese name of the last field of a pointer, or the field itself."""
    name = pointer.rpartition("/")[2]
    return _NAMES.get(name, name)


def missing(source: str) -> str:
    """Word a required field that is not there."""
    return f"输入源“{source}”映射到字段“{named(source)}”必填性规则校验失败，此字段为必填项"


def unfit(source: str, wanted: str) -> str:
    """Word a value of another type than ``wanted``."""
    head = f"无法将 JSON 输入源“{source}”映射到目标字段“{named(source)}”中"
    return f"{head}，此字段需要一个合法的 {wanted}"


def too_long(source: str, unit: str, length: int, limit: int) -> str:
    """Word a text that is too long; ``unit`` is 字节数 or 字符数."""
    head = f"输入源“{source}”映射到值字段“{named(source)}”字符串规则校验失败"
    return f"{head}，{unit} {length}，大于最大值 {limit}"


def unmatched(source: str, pattern: str) -> str:
    """Word a text that does not match ``pattern``."""
    head = f"输入源“{source}”映射到值字段“{named(source)}”字符串规则校验失败"
    return f"{head}，字符串必须匹配正则表达式“^{pattern}$”"


def out_of_range(source: str, value: int, low: int, high: int) -> str:
    """Word a number that is too small or too large."""
    head = f"输入源“{source}”映射到数值字段“{named(source)}”规则校验失败"
    return f"{head}，值低于最小值 {low}" if value < low else f"{head}，值高于最大值 {high}"


def wrong_count(source: str, count: int, low: int, high: int) -> str:
    """Word a list with too few or too many elements."""
    head = f"输入源“{source}”映射到列表字段“{named(source)}”规则校验失败，元素个数 {count}"
    return f"{head}，小于最小值 {low}" if count < low else f"{head}，大于最大值 {high}"


def not_one_of(source: str, choices: tuple[str, ...]) -> str:
    """Word a value outside of its enumeration."""
    head = f"输入源“{source}”映射到字段“{named(source)}”枚举规则校验失败"
    return f"{head}，此字段的值应为 {', '.join(choices)} 之一"


def repeated(source: str, name: str) -> str:
    """Word a path parameter that stands in ``source`` too."""
    head = f"无法将输入源“{source}”映射到目标字段“{named(source)}”中"
    return f"{head}，此字段并非多重字段但被输入源“/uri_template/{name}”映射过了。"
