"""Pay Score (微信支付分): authorization, service orders, deductions.

Sources:
- "API列表" of 免确认,
  pay.weixin.qq.com/docs/merchant/products/weixin-pay-score-no-confirm/apilist.html
- "支付分计划", pay.weixin.qq.com/docs/partner/products/partner-payscore-plan/development.html
"""

from __future__ import annotations

from wechat_simulator.payscore import (
    acts,
    closing,
    create,
    deduction,
    detail_page,
    direct,
    messages,
    pages,
    permissions,
    plan_orders,
    plans,
    sign_pages,
    sign_plans,
    waiting,
)
from wechat_simulator.payscore.state import PayScore
from wechat_simulator.surface import Surface
from wechat_simulator.switches import Switch

SWITCHES = (
    Switch("min_score", 600, "score below which WeChat refuses"),
    Switch(
        "score_checked_at",
        "create",
        "where authorization mode looks at the score",
        ("create", "authorize"),
    ),
    Switch(
        "show_risk_level",
        default=False,
        meaning="permission queries carry user_risk_level 1–4: from 750, 650, 600, below [N]",
    ),
    Switch("max_running_orders", 3, "orders in service a user may have at once"),
    Switch(
        "overdue_after_s",
        0,
        "virtual seconds after a failed deduction until the order is overdue [N]",
    ),
    Switch("deduction_delay_s", 5, "virtual seconds from complete to the first deduction [N]"),
    Switch(
        "deduction_retry_s",
        6 * 3600,
        "virtual seconds between deductions while the balance is short [N]",
    ),
    Switch(
        "in_flight_s", 0, "virtual seconds a deduction takes; the order is locked meanwhile [N]"
    ),
    Switch("queryable_after_s", 0, "virtual seconds until a new order can be queried"),
    Switch(
        "cancel_in_user_paying",
        "allow",
        "whether a completed, unpaid order can be cancelled: yes on the pages of 2020 to 2025, no "
        "in answers from the field [X]",
        ("allow", "refuse"),
    ),
    Switch(
        "package_single_use",
        default=False,
        meaning="whether a package opens its page only once: not so since 2024 [X]",
    ),
    Switch(
        "empty_members",
        default=True,
        meaning="what an order does not have is there as an empty list or text [X]",
    ),
    Switch(
        "terminate_again",
        "refuse",
        "terminating an ended authorization [N]",
        ("refuse", "allow"),
    ),
    Switch(
        "close_notice_after_terminate",
        default=False,
        meaning="USER_CLOSE_SERVICE after terminate [N]",
    ),
    Switch(
        "modify_to_zero",
        "refuse",
        "lowering a waiting order to 0 fen [N]",
        ("refuse", "allow"),
    ),
    Switch("pay_interval_s", 1, "virtual seconds between two pay calls on one order"),
    Switch("sync_paid_notice", default=False, meaning="USER_PAID follows sync [N]"),
    Switch(
        "zero_amount_paid_notice",
        default=False,
        meaning="USER_PAID after completing with 0 fen [N]",
    ),
)


def surface() -> Surface:
    """Return everything Pay Score adds."""
    modules = (
        *(permissions, direct, create, closing, waiting, messages),
        *(plans, sign_plans, plan_orders, acts),
    )
    return Surface(
        routes=tuple(route for module in modules for route in module.routes()),
        events={
            "payscore.expire": create.expire,
            "payscore.deduct": deduction.deduct,
            "payscore.settle": deduction.settle,
            "payscore.plan_over": sign_pages.plan_over,
        },
        parts=(PayScore,),
        views={
            "wxpayScoreEnable": pages.enable,
            "wxpayScoreUse": pages.use,
            "wxpayScorePlan": sign_pages.sign,
            "wxpayScoreDetail": detail_page.detail,
        },
        switches=SWITCHES,
    )
