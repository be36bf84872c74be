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
    "lesson_taught_pay_per_lesson": (
        (
            "老师已记录《{course}》第{lesson}节上课，本节 {amount} 元。\n"
            "没问题请回复“确认第{lesson}节”；有异议请在 {confirm_by} 前到小程序里提出，到时没有回复视为确认。\n"
            "确认后，微信支付分会扣除本节 {amount} 元；不想再上可以随时在小程序里终止。"
        ),
        (
            "Lesson {lesson} of “{course}” was reported as taught ({amount} yuan).\n"
            "If that is right, reply “confirm lesson {lesson}”. If not, object in the Mini Program by {confirm_by} "
            "(Beijing); silence counts as confirmation.\n"
            "Once confirmed, WeChat Pay Score takes {amount} yuan. You can end the course there at any time."
        ),
    ),
    "lesson_silence_ending": (
        (
            "《{course}》第{lesson}节还在等您的回复：本节 {amount} 元，{confirm_by} 起视为确认。\n"
            "没问题请回复“确认第{lesson}节”；有异议请在此之前到小程序里提出。"
        ),
        (
            "Lesson {lesson} of “{course}” ({amount} yuan) still waits for your word; from {confirm_by} (Beijing) on "
            "silence counts as confirmation.\nReply “confirm lesson {lesson}”, or object in the Mini Program before."
        ),
    ),
    "lesson_silence_ending_pay_per_lesson": (
        (
            "《{course}》第{lesson}节还在等您的回复：{confirm_by} 起视为确认，微信支付分会扣除本节 {amount} 元。\n"
            "没问题请回复“确认第{lesson}节”；有异议请在此之前到小程序里提出。"
        ),
        (
            "Lesson {lesson} of “{course}” still waits for your word; from {confirm_by} (Beijing) on silence counts as "
            "confirmation and WeChat Pay Score takes {amount} yuan.\n"
            "Reply “confirm lesson {lesson}”, or object in the Mini Program before."
        ),
    ),
    "course_completed": (
        (
            "《{course}》已结束，{covers}共 {amount} 元。\n{not_before} 以后由微信支付分自动扣款，不会多扣。\n"
            "有疑问请在扣款前到小程序查看明细，或联系机构。\n订单：{order_no}"
        ),
        (
            "“{course}” is over: {amount} yuan for {covers}.\nWeChat Pay Score takes it after {not_before} (Beijing), "
            "and not more.\nIf something is wrong, look at the details in the Mini Program or ask the school before.\n"
            "Order: {order_no}"
        ),
    ),
    "order_refused": (
        "《{course}》没有开通成功，没有扣费。\n{reason}\n订单：{order_no}",
        "“{course}” could not be opened; nothing was charged.\n{reason}\nOrder: {order_no}",
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
    "order_ended_free": (
        "《{course}》已终止，没有需要付的课，以后也不会扣费。\n终止时间：{fence_at}\n凭证号：{receipt_no}\n订单：{order_no}",
        (
            "“{course}” has ended; nothing is due and nothing will ever be charged.\n"
            "Ended: {fence_at} (Beijing)\nReceipt: {receipt_no}\nOrder: {order_no}"
        ),
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
    "refund_settled_outside": (
        "《{course}》的 {amount} 元机构已通过其他方式退还，凭据 {reference}。如未收到请联系机构。\n订单：{order_no}",
        (
            "The school gave {amount} yuan for “{course}” back another way (reference {reference}). If you have not "
            "got it, please ask the school.\nOrder: {order_no}"
        ),
    ),
    "refund_done": (
        "《{course}》的退款 {amount} 元已原路退回。\n时间：{when}\n订单：{order_no}",
        "{amount} yuan for “{course}” went back the way it came.\nWhen: {when} (Beijing)\nOrder: {order_no}",
    ),
    "charge_paid_short": ("{covers}", "{covers}"),
    "charge_paid_phrase": ("已扣款", "covers"),
    "charge_overdue_short": ("{covers}待支付", "{covers} unpaid"),
    "charge_overdue_phrase": ("待支付", "covers"),
    "lesson_taught_short": ("第{lesson}节已上课待确认", "Confirm lesson {lesson}"),
    "lesson_taught_phrase": ("待确认", "Confirm"),
    "lesson_taught_pay_per_lesson_short": ("第{lesson}节待确认，确认后扣款", "Confirm lesson {lesson}"),
    "lesson_taught_pay_per_lesson_phrase": ("待确认", "Confirm"),
    "lesson_silence_ending_short": ("第{lesson}节即将视为确认", "Lesson {lesson}: last day"),
    "lesson_silence_ending_phrase": ("待确认", "Lesson"),
    "lesson_silence_ending_pay_per_lesson_short": ("第{lesson}节即将确认并扣款", "Lesson {lesson}: last day"),
    "lesson_silence_ending_pay_per_lesson_phrase": ("待确认", "Lesson"),
    "course_completed_short": ("{covers}，即将扣款", "{covers}"),
    "course_completed_phrase": ("待扣款", "covers"),
    "order_refused_short": ("没有开通成功，没有扣费", "not opened"),
    "order_refused_phrase": ("未开通", "not"),
    "dispute_lesson_owed_short": ("第{lesson}节按已上课计", "Lesson {lesson} counts"),
    "dispute_lesson_owed_phrase": ("已裁定", "Lesson"),
    "dispute_lesson_free_short": ("第{lesson}节不收费", "Lesson {lesson} is free"),
    "dispute_lesson_free_phrase": ("不收费", "Lesson"),
    "order_ended_short": ("已终止，之后不再扣费", "ended"),
    "order_ended_phrase": ("已终止", "ended"),
    "order_ended_free_short": ("已终止，没有扣费", "ended, nothing due"),
    "order_ended_free_phrase": ("已终止", "ended,"),
    "refund_done_short": ("退款已原路退回", "refunded"),
    "refund_done_phrase": ("已退款", "refunded"),
    "charge_paid_outside_short": ("{covers}已付清", "{covers}"),
    "charge_paid_outside_phrase": ("已付款", "paid"),
    "order_restored_short": ("系统已恢复，请核对", "please check"),
    "order_restored_phrase": ("已恢复", "restored"),
}
