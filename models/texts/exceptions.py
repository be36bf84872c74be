"""What a person should do about each kind of exception in the exceptions queue."""

TEXTS: dict[str, tuple[str, str]] = {
    "order_parked": (
        "订单 {order_no} 的账目与微信支付不一致（{reason}），已暂停自动处理。请在微信支付商户平台核对后解除暂停。",
        (
            "The money of order {order_no} does not add up with WeChat Pay ({reason}); nothing is done about it by "
            "itself. Compare it in WeChat's merchant console, put it right there, then unpark the order."
        ),
    ),
    "refund_failed": (
        (
            "退款 {refund_no} 未成功（{problem}），仍然应退。请处理原因（例如充值商户余额）后重试；原账户收不了款的，"
            "改退银行卡；也可以线下退还并登记凭据。"
        ),
        (
            "Refund {refund_no} failed ({problem}) and stays owed. Remove the cause (top up the merchant balance, for "
            "one) and try it again; where the account does not take it, send it to another card; or give the money "
            "back another way and record it with a reference."
        ),
    ),
    "overdue_for_long": (
        "扣款 {charge_no} 多次提醒后仍未到账，微信支付会继续尝试。请联系家长；可调低金额，或在对方线下付款后上报。",
        (
            "Charge {charge_no} is still unpaid after the last reminder; WeChat keeps trying. Talk to the learner: "
            "lower the amount, or report a payment made directly to you."
        ),
    ),
    "owed_outside_wechat": (
        "订单 {order_no} 还有 {amount} 元课时费已无法通过微信支付扣取。请与家长直接结清或免除，然后关闭此项。",
        (
            "{amount} yuan of order {order_no} can no longer be taken by WeChat Pay. Settle it with the learner "
            "directly, or waive it, then close this."
        ),
    ),
    "dispute_unanswered": (
        "家长对订单 {order_no} 第 {lesson} 节提出异议：{reason}。请答复或同意；{decide_by} 前无结果则不收费。",
        (
            "Lesson {lesson} of order {order_no} is disputed: {reason}. Answer or give in; undecided by {decide_by} it "
            "is free."
        ),
    ),
    "dispute_undecided": (
        "机构已答复订单 {order_no} 第 {lesson} 节的异议：{answer}。请平台裁定，到期未裁定则不收费。",
        (
            "The institution answered the dispute of lesson {lesson} of order {order_no}: {answer}. Decide it; at its "
            "deadline it is decided for the learner."
        ),
    ),
    "notice_unknown": (
        "商户 {merchant} 收到一条 {event} 通知，但没有对应的订单（{number}）。请在商户平台核对是否属于其他系统。",
        (
            "Merchant {merchant} was told {event} about {number}, which is no number of ours. See in WeChat's merchant "
            "console whose it is; another system may share the account or the notice address."
        ),
    ),
    "charge_unproven": (
        "恢复备份后从微信得知：扣款 {charge_no} 已请求 {amount} 元，但上课记录不在备份里。请重新上报这些课，或退款。",
        (
            "After a restore WeChat says that {amount} yuan were asked for by charge {charge_no}, and the reports of "
            "those lessons are not in the backup. Report them again, or give the money back."
        ),
    ),
    "forgotten_at_wechat": (
        "备份之后产生的 {number} 不在恢复的数据里（{event}，商户 {merchant}）。请在商户平台找到它并人工处理。",
        (
            "{number} was made after the backup that was restored, and is not known here ({event}, merchant "
            "{merchant}). Find it in WeChat's merchant console and settle it by hand."
        ),
    ),
    "document_unreadable": (
        "{collection} 中的资料 {document} 当前版本无法读取（{problem}），已跳过，其他不受影响。请升级或对照备份。",
        (
            "The document {document} in {collection} does not fit this version ({problem}). It is left as it is and "
            "everything else goes on. Run the newer version that wrote it, or compare it with a backup."
        ),
    ),
    "word_of_another_merchant": (
        (
            "商户 {merchant} 收到一条 {event} 通知（来自 {told_by}），所说的单号 {number} 属于另一商户的订单，未采信，"
            "订单没有变化。请核对该商户是误用还是冒用了单号。"
        ),
        (
            "Merchant {merchant} was told {event} (by {told_by}) about {number}, a number of another merchant's order. "
            "It was not believed and changed nothing. Find out whether our number is used there by mistake or on "
            "purpose."
        ),
    ),
    "delivery_parked": (
        "发往 {address} 的消息多次尝试后未送达（{note}），最近一条是 {delivery_id}。请修复接收方后重发。",
        (
            "What is told to {address} was given up after its last try ({note}), most lately {delivery_id}. Put the "
            "receiver right, then send it again."
        ),
    ),
    "work_stuck": (
        "{about} 的工作「{work}」连续 {tries} 次没有任何进展，现在只偶尔重试。请查看日志与该订单的经过，排除原因。",
        (
            "The work “{work}” on {about} was tried {tries} times and got nowhere; it is now tried only now and then. "
            "Look at the log and at the story of the order, and remove the cause; it goes on by itself then."
        ),
    ),
}
