"""One plain line a fact: who did what, about how much money, and what happens next."""

TEXTS: dict[str, tuple[str, str]] = {
    "by_learner": ("家长", "the learner"),
    "by_institution": ("机构", "the institution"),
    "by_operator": ("平台", "the operator"),
    "by_wechat": ("微信支付", "WeChat Pay"),
    "by_xianxue": ("系统", "the system"),
    "by_silence": ("系统（超时未提异议）", "the system (nobody objected in time)"),
    "by_deadline": ("系统（已到期限）", "the system (the deadline passed)"),
    "order_placed": (
        "{when} {who}下单，课程总价 {amount} 元，此时未扣费。",
        "{when} {who} placed the order; the course costs {amount} yuan, nothing is charged yet.",
    ),
    "order_signed": (
        "{when} 先学后付已生效，可以开始上课，最多扣费 {amount} 元，按实际上课计算。",
        "{when} Learn first, pay later is on. At most {amount} yuan will be charged, only for what is taught.",
    ),
    "order_signed_prepay": (
        "{when} 已预付 {amount} 元，可以开始上课；没上的课按约定退款。",
        "{when} {amount} yuan were paid in advance. Training may begin; what is not taught is given back as agreed.",
    ),
    "course_completed_prepay": (
        "{when} 课程结束，按已上的课应付 {amount} 元，多付的部分将退回。",
        "{when} The course is over. {amount} yuan are due for lessons taught; what was paid beyond is given back.",
    ),
    "order_refused": (
        "{when} 微信支付未通过本次申请，订单关闭，未扣费。{reason}",
        "{when} WeChat Pay did not accept this order. It is closed; nothing was charged. {reason}",
    ),
    "order_expired": (
        "{when} 超过期限未完成授权，订单关闭，未扣费。",
        "{when} The order was not completed in time and is closed. Nothing was charged.",
    ),
    "order_cancelled": (
        "{when} 订单已取消，没有扣费，以后也不会扣费。",
        "{when} The order is cancelled. Nothing was or will be charged.",
    ),
    "order_ended": (
        "{when} {who}结束了课程，应付 {amount} 元，之后的课不再扣费，凭证号 {receipt_no}。",
        "{when} {who} ended the course. {amount} yuan are due, nothing later is charged. Receipt {receipt_no}.",
    ),
    "order_settled": (
        "{when} 订单已结清，共扣费 {amount} 元，不会再扣费。",
        "{when} Settled: {amount} yuan in all. Nothing more is charged.",
    ),
    "order_restored": (
        "{when} 数据从 {backup_at} 的备份恢复，已向微信支付核对；之后的确认、异议或结束请重新操作。",
        (
            "{when} The data was restored as of {backup_at} and compared with WeChat Pay. What you confirmed, disputed "
            "or ended since then has to be said again."
        ),
    ),
    "order_parked": (
        "{when} 账目需要人工核对，在此之前不会再扣费。",
        "{when} A person has to check the money first; nothing is charged until then.",
    ),
    "order_unparked": (
        "{when} {who}已人工核对账目（{reason}），恢复处理。",
        "{when} {who} checked the money ({reason}); the order goes on.",
    ),
    "order_owed_outside": (
        "{when} 已上的课还有 {amount} 元未付，微信支付不会再扣这笔钱，请与机构直接结清。",
        "{when} {amount} yuan for lessons taught stay unpaid at WeChat Pay. Settle with the institution.",
    ),
    "billing_turned_off": (
        "{when} {who}关闭了扣费，已上的课应付 {amount} 元，之后的课不再扣费。",
        "{when} {who} turned billing off. {amount} yuan are due for lessons taught, nothing later is charged.",
    ),
    "course_completed": (
        "{when} 课程结束，应付 {amount} 元，将由微信支付自动扣费。",
        "{when} The course is over. {amount} yuan are due and will be deducted by WeChat Pay.",
    ),
    "course_completed_free": (
        "{when} 课程结束，没有需要付的课，不会扣费。",
        "{when} The course is over. Nothing is due, nothing will be charged.",
    ),
    "billing_turned_off_free": (
        "{when} {who}关闭了扣费，没有需要付的课，以后也不会扣费。",
        "{when} {who} turned billing off. Nothing is due, nothing will be charged.",
    ),
    "order_ended_free": (
        "{when} {who}结束了课程，没有已确认的课，之后的课不再扣费，凭证号 {receipt_no}。",
        "{when} {who} ended the course. No lesson is confirmed, nothing later is charged. Receipt {receipt_no}.",
    ),
    "dispute_decided_confirmed": (
        "{when} 第 {lesson} 节的异议已有结果（{who}）：按已上课计，应付 {amount} 元。",
        "{when} {who} decided the dispute of lesson {lesson}: it counts as taught, {amount} yuan are due.",
    ),
    "dispute_decided_void": (
        "{when} 第 {lesson} 节的异议已有结果（{who}）：此节不收费，{amount} 元不再收取。",
        "{when} {who} decided the dispute of lesson {lesson}: it is free, its {amount} yuan are never charged.",
    ),
    "lesson_rescheduled": (
        "{when} {who}将第 {lesson} 节改到 {scheduled_at}，此节未扣费。",
        "{when} {who} moved lesson {lesson} to {scheduled_at}. It is not charged yet.",
    ),
    "lesson_taught": (
        "{when} {who}报告第 {lesson} 节已上课（{taught_at}），价格 {amount} 元，等待家长确认。",
        "{when} {who} reported lesson {lesson} as taught ({taught_at}), {amount} yuan, waiting for confirmation.",
    ),
    "lesson_told": (
        "{when} 已通过{road}告知第 {lesson} 节的上课记录；有异议请在 {confirm_by} 前提出，到时没有回复视为确认。",
        "{when} Told of lesson {lesson} by {road}; object by {confirm_by}, silence counts as confirmation then.",
    ),
    "lesson_silence_ending": (
        "{when} 第 {lesson} 节还没有得到家长回复，{confirm_by} 起视为确认，价格 {amount} 元。",
        "{when} No word on lesson {lesson} yet; from {confirm_by} on it counts as confirmed, {amount} yuan.",
    ),
    "charge_announced": (
        "{when} 已通过{road}预告：第 {lessons} 节的学费最多 {amount} 元，{not_before} 以后由微信支付扣除。",
        "{when} Announced by {road}: at most {amount} yuan for lessons {lessons}, deducted after {not_before}.",
    ),
    "charge_announced_untold": (
        (
            "{when} 多次尝试仍未能联系到家长，等待期已满；第 {lessons} 节的学费 {amount} 元，"
            "{not_before} 以后由微信支付扣除。"
        ),
        (
            "{when} The learner could not be reached in the whole waiting time; {amount} yuan for lessons {lessons} "
            "are deducted after {not_before}."
        ),
    ),
    "road_subscribe_message": ("小程序订阅消息", "subscribe message"),
    "road_oa_message": ("公众号消息", "Official Account message"),
    "road_oa_template": ("公众号模板消息", "Official Account template message"),
    "road_order_page": ("小程序订单页", "the order's page"),
    "road_order_list": ("小程序订单列表", "the list of orders"),
    "road_timeline": ("小程序订单时间线", "the order's timeline"),
    "road_chat": ("公众号“我的课程”", "“my courses” in the chat"),
    "road_miniprogram": ("家长在小程序的确认", "the learner's own word in the Mini Program"),
    "road_official_account": ("家长在公众号的确认", "the learner's own word in the chat"),
    "road_ending_quote": ("家长接受的报价", "the quote the learner accepted"),
    "road_dispute_decided": ("家长撤回异议", "the learner taking the objection back"),
    "report_allowed": (
        "{when} {who}同意补报第 {lesson} 节：{reason}。",
        "{when} {who} allowed a report of lesson {lesson} outside the rules: {reason}.",
    ),
    "lesson_confirmed": (
        "{when} {who}确认第 {lesson} 节，应付 {amount} 元。",
        "{when} {who} confirmed lesson {lesson}: {amount} yuan are due.",
    ),
    "lesson_disputed": (
        "{when} {who}对第 {lesson} 节提出异议：{reason}。{amount} 元暂不扣费，最迟 {decide_by} 有结果。",
        "{when} {who} disputed lesson {lesson}: {reason}. {amount} yuan are held until {decide_by} at the latest.",
    ),
    "lesson_cancelled": (
        "{when} 第 {lesson} 节取消，{amount} 元不再收取。",
        "{when} Lesson {lesson} is cancelled; its {amount} yuan are never charged.",
    ),
    "lesson_make_up_planned": (
        "{when} {who}安排第 {lesson} 节补课，补课后再计费。",
        "{when} {who} planned a make-up for lesson {lesson}; it is charged only once taught.",
    ),
    "dispute_answered": (
        "{when} {who}回复了第 {lesson} 节的异议：{answer}。",
        "{when} {who} answered the dispute of lesson {lesson}: {answer}.",
    ),
    "dispute_decided": (
        "{when} {who}裁定第 {lesson} 节：{outcome}，涉及 {amount} 元。",
        "{when} {who} decided lesson {lesson}: {outcome}, about {amount} yuan.",
    ),
    "charge_opened": (
        "{when} 微信支付已为本课程开立服务订单（{charge_no}），尚未扣费。",
        "{when} WeChat Pay opened service order {charge_no}; nothing is charged yet.",
    ),
    "charge_requested": (
        "{when} 因 {lessons} 节课已确认，请微信支付扣费 {amount} 元。",
        "{when} {lessons} confirmed lessons: WeChat Pay is asked for {amount} yuan.",
    ),
    "charge_lowered": (
        "{when} {who}将应扣金额降为 {amount} 元：{reason}。",
        "{when} {who} lowered the charge to {amount} yuan: {reason}.",
    ),
    "charge_reported_paid": (
        "{when} {who}报告 {amount} 元已于 {paid_at} 直接付给机构（凭据 {reference}），已通知微信支付停止扣费。",
        (
            "{when} {who} says that {amount} yuan were paid to it directly at {paid_at} (reference {reference}); "
            "WeChat Pay is told to stop."
        ),
    ),
    "charge_overdue": (
        "{when} 微信支付还没有扣到 {amount} 元，请检查余额或在微信“待支付”中付款。",
        "{when} WeChat Pay has not got {amount} yuan yet. Check the balance or pay in WeChat.",
    ),
    "charge_paid": (
        "{when} 微信支付扣费成功 {amount} 元（交易号 {transaction_id}）。",
        "{when} WeChat Pay took {amount} yuan (transaction {transaction_id}).",
    ),
    "charge_paid_unnamed": (
        "{when} 微信支付扣费成功 {amount} 元，交易号核对后补上。",
        "{when} WeChat Pay took {amount} yuan; the transaction number follows once it is known.",
    ),
    "charge_paid_outside": (
        "{when} {amount} 元已直接付给机构，微信支付不再扣这笔钱。",
        "{when} {amount} yuan were paid to the institution directly; WeChat Pay takes nothing for it.",
    ),
    "charge_identified": (
        "{when} 微信支付补上了 {amount} 元扣费的交易号（{transaction_id}）。",
        "{when} WeChat Pay named the transaction of the {amount} yuan it took ({transaction_id}).",
    ),
    "charge_found": (
        "{when} 恢复数据后从微信支付得知：此前已请求扣费 {amount} 元。",
        "{when} After the restore WeChat Pay said that {amount} yuan had been asked for already.",
    ),
    "charge_proven": (
        "{when} 恢复数据后得知的扣费（{charge_no}）已与上课记录对上。",
        "{when} The charge found after the restore ({charge_no}) is explained by the lessons reported again.",
    ),
    "charge_cancelled": (
        "{when} 服务订单（{charge_no}）已关闭，没有扣费。",
        "{when} Service order {charge_no} was closed without a charge.",
    ),
    "refund_owed": (
        "{when} {who}申请退款 {amount} 元：{reason}。",
        "{when} {who} asked to give {amount} yuan back: {reason}.",
    ),
    "refund_done": ("{when} 已退款 {amount} 元，原路退回。", "{when} {amount} yuan were given back the way they came."),
    "refund_failed": (
        "{when} 退款 {amount} 元没有成功，仍然应退，我们会继续处理。",
        "{when} The refund of {amount} yuan failed. It stays owed and will be tried again.",
    ),
    "refund_retried": (
        "{when} 微信支付关闭了退款 {refund_no}，{amount} 元改用新单号 {again_no} 再次退款。",
        "{when} WeChat Pay closed refund {refund_no}; {amount} yuan are tried again under {again_no}.",
    ),
    "refund_settled_outside": (
        "{when} {who}确认 {amount} 元已通过其他方式退还（凭据 {reference}）。",
        "{when} {who} gave {amount} yuan back another way (reference {reference}).",
    ),
    "receipt": (
        "凭证 {number}：{when} 结束，应付 {lessons_owed} 节，已扣 {paid}，待扣 {due}，已退 {refunded} 元，不再扣费。",
        "Receipt {number}: ended {when}; {lessons_owed} lessons due, {paid} yuan taken, {due} due, {refunded} back.",
    ),
}
