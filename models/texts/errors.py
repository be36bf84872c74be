"""What a named refusal tells the person who asked: what happened, and what to do next."""

TEXTS: dict[str, tuple[str, str]] = {
    "internal": (
        "系统出了点问题，我们已记录，请稍后再试。",
        "Something broke on our side and was recorded. Please try later.",
    ),
    "bad_request": ("请求无法识别，请检查后重试。", "The request could not be understood. Check it and try again."),
    "route_not_found": ("没有这个地址，请查看接口文档。", "There is no such address. See the API description."),
    "method_not_allowed": ("该地址不支持这种请求方法。", "This address does not take that method."),
    "too_large": ("内容太大，请减少后再发送。", "The body is too large. Send less at a time."),
    "invalid_json": ("内容不是有效的 JSON，请检查后重试。", "The body is not valid JSON. Check it and try again."),
    "invalid_input": ("字段 {field} 不正确：{problem}。", "The field {field} is not right: {problem}."),
    "invalid_course": ("课程的 {field} 不正确：{problem}。", "The course's {field} is not right: {problem}."),
    "idempotency_key_missing": (
        "请带上 Idempotency-Key（8 到 128 个字符）后重试。",
        "Send an Idempotency-Key header of 8 to 128 characters.",
    ),
    "idempotency_key_reused": (
        "这个 Idempotency-Key 已用于另一个请求（订单 {order_no}），请换一个新的。",
        "This Idempotency-Key already stands for another request (order {order_no}). Use a new one.",
    ),
    "not_authenticated": ("请先登录。", "Log in first."),
    "session_unknown": ("登录已失效，请重新登录。", "You are not logged in any more. Log in again."),
    "session_expired": ("登录已过期，请重新登录。", "Your session has expired. Log in again."),
    "code_used": ("登录凭证已使用过，请重新获取后再登录。", "This login code was used before. Call wx.login again."),
    "word_of_another_merchant": (
        "这条消息来自另一商户，未采信，单号 {number} 没有任何变化。",
        "This word came from another merchant and was not believed; nothing about {number} changed.",
    ),
    "key_unknown": ("API 密钥无效或已停用，请检查密钥。", "The API key is unknown or revoked. Check the key."),
    "scope_missing": (
        "该密钥没有 {scope} 权限，请联系平台开通。",
        "This key lacks the scope {scope}. Ask for one that has it.",
    ),
    "course_not_found": ("没有找到这门课程。", "There is no such course."),
    "institution_not_found": ("没有找到这家机构。", "There is no such institution."),
    "order_not_found": ("没有找到这个订单。", "There is no such order."),
    "charge_not_found": ("没有找到这笔扣款。", "There is no such charge."),
    "lesson_not_found": ("这门课没有第 {lesson} 节。", "The course has no lesson {lesson}."),
    "quote_not_found": ("没有找到这份结束报价，请重新获取。", "There is no such quote. Ask for a new one."),
    "plan_not_found": ("没有找到这份签约计划。", "There is no such signed plan."),
    "authorization_not_found": ("您还没有开通先学后付。", "You have not allowed learn first, pay later yet."),
    "billing_off": (
        "您已在这家机构关闭先学后付。想再报名，请先在课程页重新开通。",
        "You turned learn first, pay later off at this school. To enrol again, switch it on on the course page first.",
    ),
    "course_closed": ("这门课程已停止报名，请看看其他课程。", "This course takes no new learners. Look at others."),
    "fee_mode_closed": (
        "这门课程目前不能用这种付费方式，请换一种。",
        "This course cannot be taken under this fee mode now. Choose another.",
    ),
    "price_above_cap": (
        "课程价格超过先学后付的上限，请换一种付费方式或联系机构。",
        "The price is above what pay-later allows. Choose another fee mode or ask the institution.",
    ),
    "prices_rise": ("逐节付费要求后面的课不比前面贵。", "Paying per lesson needs prices that never rise."),
    "prepay_above_cap": (
        "预付超过了规定的上限（{cap}），请选择先学后付。",
        "Prepaying exceeds the permitted limit ({cap}). Choose pay-later.",
    ),
    "service_not_configured": (
        "机构尚未开通这种付费方式，请换一种或联系机构。",
        "The institution has not set this fee mode up. Choose another or ask the institution.",
    ),
    "contract_not_accepted": ("请先阅读并同意协议。", "Read and accept the terms first."),
    "contract_version_reused": (
        "协议 {version} 版已经发布过，内容不同，请使用新的版本号。",
        "Version {version} of the terms was published with another text. Give the new text a new version.",
    ),
    "contract_not_found": (
        "没有找到 {version} 版协议的原文。",
        "The text of version {version} of the terms is not kept.",
    ),
    "order_exists": (
        "这位学员已有这门课的订单 {order_no}，请在“我的订单”里继续，不用再下单。",
        "This student already has order {order_no} of this course. Go on with it in “My orders”.",
    ),
    "offer_changed": (
        "课程、价格、条款或规则刚有更新，请重新看一遍商品页再下单。",
        "The course, its price, terms or rules have just changed. Read the product page again, then order.",
    ),
    "contract_changed": (
        "协议已更新为 {current} 版，请重新阅读并同意。",
        "The terms have changed to version {current}. Read and accept them again.",
    ),
    "order_not_in_training": ("订单当前不在上课中，无法操作。", "The order is not in training now."),
    "order_already_ended": ("订单已经结束，不会再扣费。", "The order has ended already. Nothing more is charged."),
    "order_not_ended": ("订单还没有结束，没有结束凭证。", "The order has not ended, so there is no receipt yet."),
    "report_reused": (
        "记录号 {report_id} 已用于第 {lesson} 节，请为每节课使用自己的记录号。",
        "Row {report_id} already stands for lesson {lesson}. Give every lesson a row id of its own.",
    ),
    "charge_paid_outside": (
        "这笔钱是直接付给机构的，请由机构直接退还。",
        "This was paid to the institution directly. Only the institution can give it back.",
    ),
    "lowering_unanswered": (
        "降到 {amount_fen} 分的请求还没有结果，请先用同样的金额再试。",
        "Lowering to {amount_fen} fen has no answer yet. Repeat that amount first.",
    ),
    "order_closed": ("订单已关闭。", "The order is closed."),
    "order_not_parked": ("订单没有被暂停，无需解除。", "The order is not parked."),
    "exception_not_found": ("没有找到这个待处理事项。", "There is no such exception."),
    "exception_not_yours": (
        "这个事项由平台处理，机构不能关闭。",
        "This exception is the operator's to settle; an institution cannot close it.",
    ),
    "exception_closed": ("该事项已关闭（{outcome}）。", "This exception was closed already ({outcome})."),
    "key_not_found": ("没有找到以 {prefix} 开头的有效密钥。", "There is no live key that begins with {prefix}."),
    "quote_expired": ("报价已超过十分钟，请重新获取。", "The quote is older than ten minutes. Ask for a new one."),
    "quote_stale": ("课程状态已变化，请重新获取报价。", "Lessons have changed since. Ask for a new quote."),
    "lesson_not_taught": (
        "第 {lesson} 节现在不能确认，只有已上课、没有异议的可以。",
        "Lesson {lesson} cannot be confirmed now; only one taught and not disputed can.",
    ),
    "lesson_not_scheduled": (
        "第 {lesson} 节已有上课记录或已取消。",
        "Lesson {lesson} already has a record, or was cancelled.",
    ),
    "lesson_not_disputable": (
        "第 {lesson} 节现在不能提出异议，只有已上课、未确认的可以。",
        "Lesson {lesson} cannot be disputed now; only one taught and not yet confirmed can.",
    ),
    "lessons_open": ("还有课时未确认或有异议：{lessons}。", "These lessons are not decided yet: {lessons}."),
    "taught_in_future": ("上课时间不能晚于现在。", "A lesson cannot have been taught in the future."),
    "taught_before_training": (
        "第 {lesson} 节的上课时间早于课程生效的时间，请核对后重报。",
        "Lesson {lesson} cannot have been taught before training began. Check the time and report it again.",
    ),
    "reported_too_late": (
        "第 {lesson} 节报得太晚：上课后 {days} 天内要上报。确有原因的，请联系平台放行。",
        "Lesson {lesson} was reported too late: {days} days at most. Ask the operator to allow it.",
    ),
    "lessons_too_close": (
        "第 {lesson} 节与另一节的上课时间相隔不到 {minutes} 分钟，请核对时间。",
        "Lesson {lesson} is less than {minutes} minutes from another one. Check its time.",
    ),
    "too_many_lessons_a_day": (
        "同一天最多上报 {most} 节，第 {lesson} 节超出了，请核对日期。",
        "At most {most} lessons of one order a day; lesson {lesson} is one too many. Check its date.",
    ),
    "make_ups_exhausted": (
        "第 {lesson} 节已补课 {most} 次，不能再安排补课。",
        "Lesson {lesson} was made up {most} times already and cannot be planned once more.",
    ),
    "after_fence": ("订单已结束，之后的课不能再扣费。", "The order has ended; no later lesson can be charged."),
    "order_parked": (
        "订单正在人工核对，核对完之前不会有任何变动。",
        "A person is checking this order. Nothing about it changes until then.",
    ),
    "not_announced": (
        "这笔扣款还没有提前告知家长，告知后才会扣款。",
        "The learner has to know of this deduction before it is made.",
    ),
    "too_soon": ("操作太快了，请稍后再试。", "Too soon. Try again in a few seconds."),
    "too_busy": ("操作的人太多，请稍后再试。", "Too many changes at once. Try again in a moment."),
    "clock_off": (
        "本机时间比 {than} 的时间快 {seconds} 秒（负数为慢），校准之前不做任何处理。",
        (
            "The clock of this machine is {seconds} s ahead of that of {than} (negative: behind): nothing is done here "
            "until it is right."
        ),
    ),
    "clock_silent": ("系统时间暂不可用，请稍后再试。", "The clock does not answer. Try again later."),
    "wechat_unclear": ("微信暂未给出明确结果，我们会继续查询。", "WeChat has not answered clearly. We keep asking."),
    "oa_not_linked": (
        "我还不认识您：请先打开一次我们的小程序并登录，再回来发送消息。",
        "I do not know you yet: please open our Mini Program once and log in, then write again.",
    ),
    "webhook_url_invalid": (
        "回调地址不是有效的网址（不能含账号、片段或空格）。",
        "The webhook URL is not a plain web address (no user, fragment or space).",
    ),
    "webhook_url_not_https": ("回调地址必须以 https:// 开头。", "The webhook URL must begin with https://."),
    "webhook_url_not_public": (
        "回调地址必须是公网域名，不能是 IP 地址或内网名称。",
        "The webhook URL must name a public host, not an IP address or an internal name.",
    ),
    "webhook_type_unknown": ("没有这些事件类型：{unknown}。", "There are no such event types: {unknown}."),
    "too_many_endpoints": (
        "回调地址最多 {limit} 个，请先删除不用的。",
        "There are at most {limit} webhook endpoints. Delete one that is not used.",
    ),
    "endpoint_not_found": ("没有找到这个回调地址。", "There is no such webhook endpoint."),
    "endpoint_disabled": (
        "这个回调地址已停用，请先启用再重发。",
        "The webhook endpoint is disabled. Enable it before sending again.",
    ),
    "not_a_webhook": (
        "发给学员的消息不能由机构重发。",
        "A message to the learner cannot be sent again by the institution.",
    ),
    "delivery_not_found": ("没有找到这条推送记录。", "There is no such delivery."),
    "charge_not_paid": ("这笔扣款尚未成功，不能退款。", "This charge is not paid, so nothing can be given back."),
    "paid_at_in_future": (
        "付款时间（paid_at）晚于现在，请更正后重新提交。",
        "paid_at lies in the future. Correct it and send it again.",
    ),
    "paid_at_before_order": (
        "付款时间（paid_at）早于下单时间，请更正后重新提交。",
        "paid_at lies before the order was placed. Correct it and send it again.",
    ),
    "charge_not_deducting": ("这笔扣款当前不在待扣款状态。", "This charge is not waiting for its money now."),
    "amount_not_lower": (
        "金额只能调低，且须大于 0（当前 {asked_fen} 分）。",
        "The amount can only be lowered, and not to nothing (now {asked_fen} fen).",
    ),
    "refund_not_found": ("没有找到这笔退款。", "There is no such refund."),
    "refund_abnormal": (
        "退款 {refund_no} 的原账户收不了款，请改退到家长的银行卡，或线下退还后登记。",
        "The account of refund {refund_no} does not take it: send it to another card, or give it back and say so.",
    ),
    "refund_at_merchant": (
        "退款 {refund_no} 的钱已退到商户账户，请线下退还家长后登记。",
        "The money of refund {refund_no} went to the merchant's account: give it to the learner and say so.",
    ),
    "refund_not_abnormal": (
        "退款 {refund_no} 现在是 {state}，只有原账户收不了款的退款才能改退银行卡。",
        "Refund {refund_no} is {state}. Only one whose account does not take it can be sent to another card.",
    ),
    "refund_under_way": (
        "退款 {refund_no} 仍由微信支付处理（{state}），请等它有结果，以免家长收到两次。",
        "WeChat may still give refund {refund_no} back ({state}). Wait for its outcome, or it is paid twice.",
    ),
    "refund_settled": (
        "退款 {refund_no} 已登记为线下退还（凭据 {reference}）。",
        "Refund {refund_no} was settled outside already (reference {reference}).",
    ),
    "refund_exceeds": ("最多还能退 {left_fen} 分。", "At most {left_fen} fen can still be given back."),
    "refund_changed": (
        "该退款已按 {amount_fen} 分提交，如需再退请使用新的 Idempotency-Key。",
        "This refund was made for {amount_fen} fen. Use a new Idempotency-Key for another one.",
    ),
    "refund_too_many": ("一笔扣款最多分 {most} 次退款。", "A charge can be given back in at most {most} parts."),
    "lesson_not_disputed": ("第 {lesson} 节没有待处理的异议。", "Lesson {lesson} has no dispute to decide."),
    "lesson_not_void": ("第 {lesson} 节不需要补课。", "Lesson {lesson} does not need a make-up."),
    "make_up_not_chargeable": (
        "逐节付费的课不能补课计费，请免费补课。",
        "A lesson under a signed plan cannot be charged again. Make it up for free.",
    ),
    "own_case": (
        "机构只能同意家长的异议，或提交说明由平台裁定。",
        "You may concede, or answer and let the operator decide.",
    ),
    "database_unreachable": ("数据库暂不可用，请稍后再试。", "The database cannot be reached. Try again later."),
    "database_not_migrated": (
        "数据库由旧版本写入（{collection} 为 {stored}，需要 {needed}）。请先运行 xianxue migrate，再启动。",
        (
            "An older version wrote this database ({collection} has schema {stored}, {needed} is needed). Run "
            "`xianxue migrate`, then start again."
        ),
    ),
    "backup_directory_used": (
        "目录 {directory} 不是空的，请换一个新目录存放备份。",
        "{directory} is not empty. Give a backup a directory of its own.",
    ),
    "backup_too_slow": (
        "备份 {collection} 时间太长，MongoDB 已不保留那个时刻的数据。请调大 minSnapshotHistoryWindowInSeconds 后重试。",
        (
            "Reading {collection} took longer than MongoDB keeps the past. Raise its parameter "
            "minSnapshotHistoryWindowInSeconds, then take the backup again into a new directory."
        ),
    ),
    "backup_unfinished": (
        "{directory} 不是一份完整的备份（没有 manifest.json），请换一份。",
        "{directory} holds no finished backup (there is no manifest.json). Use another one.",
    ),
    "backup_damaged": (
        "备份文件 {file} 与清单不一致，已损坏或被改动，不能使用，请换一份。",
        "The file {file} of the backup is not as it was written. It is damaged or was changed: use another backup.",
    ),
    "backup_newer": (
        "这份备份由更新的版本 {version} 写入（{collection}），请安装该版本后再恢复。",
        "A newer version, {version}, took this backup ({collection}). Install that version, then restore.",
    ),
    "backup_moment_missing": (
        "请用 --backup-at 写明备份的时间（例如 2026-11-26T03:00:00+08:00）。",
        "Say with --backup-at as of when the database is (for example 2026-11-26T03:00:00+08:00).",
    ),
    "database_not_empty": (
        "数据库 {database} 不是空的（{collection} 中有数据）。要用备份替换它，请加 --replace。",
        "The database {database} is not empty ({collection} holds documents). To replace all of it, add --replace.",
    ),
    "catching_up": (
        "数据刚从备份恢复，正在向微信支付逐笔核对，核对完之前不会扣费，请稍后再试。",
        "The data was just restored and is being compared with WeChat Pay; nothing is charged meanwhile. Try later.",
    ),
    "generation_over": (
        "数据库已恢复为另一个备份，这个进程需要重启后才能继续服务，请稍后再试。",
        "The database was restored while this process was running. It has to be started again. Try later.",
    ),
    "document_unreadable": (
        "这份资料暂时无法读取，我们已收到提醒，请稍后再试。",
        "This cannot be read at the moment and we have been alerted. Try again later.",
    ),
    "order_has_begun": (
        "课程已经开始，不能撤回订单，可以选择结束课程。",
        "The course has begun, so the order cannot be taken back. End it instead.",
    ),
    "no_service_order": (
        "预付订单没有微信支付分服务订单，请在微信账单中查看付款。",
        "A prepaid order has no Pay Score service order. Look at the payment in WeChat's own bill.",
    ),
}
