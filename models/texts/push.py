"""What is pushed to a learner: each value must fit the type of its subscribe-message field."""

TEXTS: dict[str, tuple[str, str]] = {
    "covers_lesson": ("第{lesson}节课", "lesson {lesson}"),
    "covers_course": ("已上的{lessons}节课", "{lessons} lessons taken"),
    "charge_paid": (
        (
            "微信支付分已扣除学费 {amount} 元：《{course}》{covers}。\n时间：{when}\n订单：{order_no}\n"
            "回复“我的课程”可以查看明细。"
        ),
        (
            "WeChat Pay Score took {amount} yuan for “{course}”, {covers}.\nWhen: {when} (Beijing)\nOrder: {order_no}\n"
            "Reply “my courses” for the details."
        ),
    ),
    "charge_paid_outside": (
        "《{course}》{covers}的学费 {amount} 元已直接付给机构，微信不会再扣。\n时间：{when}\n订单：{order_no}",
        (
            "{amount} yuan for “{course}”, {covers}, were paid to the institution directly. WeChat takes nothing for "
            "it.\nWhen: {when} (Beijing)\nOrder: {order_no}"
        ),
    ),
    "charge_overdue": (
        (
            "《{course}》{covers}的学费 {amount} 元还没有扣款成功，微信会继续尝试。"
            "请确认零钱或银行卡余额充足，也可以在微信支付分里主动支付。\n订单：{order_no}"
        ),
        (
            "{amount} yuan for “{course}”, {covers}, could not be taken yet; WeChat keeps trying. "
            "Please top up your balance or card, or pay it in WeChat Pay Score.\nOrder: {order_no}"
        ),
    ),
    "lesson_taught": (
        (
            "老师已记录《{course}》第{lesson}节上课，本节 {amount} 元。\n"
            "没问题请回复“确认第{lesson}节”；有异议请在 {confirm_by} 前到小程序里提出，到时没有回复视为确认。"
        ),
        (
            "Lesson {lesson} of “{course}” was reported as taught ({amount} yuan).\n"
            "If that is right, reply “confirm lesson {lesson}”. If not, object in the Mini Program by {confirm_by} "
            "(Beijing); silence counts as confirmation."
        ),
    ),
    "dispute_lesson_owed": (
        "您对《{course}》第{lesson}节的异议已有结果：这一节按已上课计，{amount} 元。详情请看小程序。\n订单：{order_no}",
        (
            "Your objection to lesson {lesson} of “{course}” was decided: it counts as taught, {amount} yuan. "
            "See the Mini Program for the reasons.\nOrder: {order_no}"
        ),
    ),
    "dispute_lesson_free": (
        "您对《{course}》第{lesson}节的异议已有结果：这一节不收费。\n订单：{order_no}",
        "Your objection to lesson {lesson} of “{course}” was decided: you are not charged for it.\nOrder: {order_no}",
    ),
    "order_ended": (
        (
            "《{course}》已终止，之后的课不会再扣费。已确认的课共 {amount} 元。\n"
            "终止时间：{fence_at}\n凭证号：{receipt_no}\n订单：{order_no}"
        ),
        (
            "“{course}” has ended; no later lesson will ever be charged. Lessons confirmed so far: {amount} yuan.\n"
            "Ended: {fence_at} (Beijing)\nReceipt: {receipt_no}\nOrder: {order_no}"
        ),
    ),
    "order_restored": (
        (
            "我们的系统从 {backup_at} 的备份恢复，已与微信支付逐笔核对，不会重复扣费。\n"
            "如果您在那之后确认过课、提过异议或结束过《{course}》，请到小程序里再操作一次。\n订单：{order_no}"
        ),
        (
            "Our system was restored as of {backup_at} (Beijing) and compared with WeChat Pay; nothing is charged "
            "twice.\nIf you confirmed or disputed a lesson of “{course}”, or ended it, after that, please do so again "
            "in the Mini Program.\nOrder: {order_no}"
        ),
    ),
    "refund_done": (
        "《{course}》的退款 {amount} 元已原路退回。\n时间：{when}\n订单：{order_no}",
        "{amount} yuan for “{course}” went back the way it came.\nWhen: {when} (Beijing)\nOrder: {order_no}",
    ),
}
