"""What each refusal of `models/refusals` says to the learner, and to the staff who must help.

A learner is never told the raw reason of WeChat's risk control (merchant guide of Pay Score): a neutral sentence,
what they can look at themselves, and another way to pay.
"""

TEXTS: dict[str, tuple[str, str]] = {
    "wechat_assessment_declined.learner": (
        "暂时无法为您开通先学后付。您可以换一种付款方式报名，或过一段时间再试。",
        "Learn first, pay later is not available to you now. Please choose another way to pay, or try again some day.",
    ),
    "wechat_assessment_declined.staff": (
        "微信综合评估未通过。原因微信不提供，机构无法查询，也无法申诉；请引导学员改用其他付款方式。",
        "WeChat's assessment declined this user. The reason is not disclosed; offer another way to pay.",
    ),
    "wechat_too_many_orders.learner": (
        "暂时无法为您开通先学后付。您可以在“微信－服务－钱包－支付分”查看进行中的服务，完成后再试；也可以换一种付款方式。",
        "Learn first, pay later is not available now. Look at your running services in Pay Score, or pay another way.",
    ),
    "wechat_too_many_orders.staff": (
        "同一实名用户进行中的支付分订单过多（含其他商家）。完成或取消一单后可重试。",
        "This person has too many Pay Score orders running, at other merchants too. Retry after one has ended.",
    ),
    "wechat_overdue_orders.learner": (
        "暂时无法为您开通先学后付。您可以在“微信－服务－钱包－支付分”查看待处理的订单，处理后再试；也可以换一种付款方式。",
        "Learn first, pay later is not available now. Look at your pending orders in Pay Score, or pay another way.",
    ),
    "wechat_overdue_orders.staff": (
        "学员名下有逾期未付的支付分订单（可能在其他商家）。付清后可重试。",
        "The learner owes on a Pay Score order, perhaps elsewhere. Retry after it is paid.",
    ),
    "wechat_payment_limited.learner": (
        "暂时无法为您开通先学后付。您可以在微信里查看支付设置与青少年模式，调整后再试；也可以换一种付款方式。",
        "Learn first, pay later is not available now. Look at your payment settings in WeChat, or pay another way.",
    ),
    "wechat_payment_limited.staff": (
        "用户处于青少年模式或支付受限。由家长在微信内解除后可重试。",
        "The user is in youth mode or limited in payments. Retry after the limit is lifted in WeChat.",
    ),
    "wechat_not_authorized.learner": (
        "先学后付服务尚未开通或已关闭，请先在微信里开通并授权。",
        "Learn first, pay later is not open for you, or was closed. Please open and authorise it in WeChat.",
    ),
    "wechat_not_authorized.staff": (
        "该学员没有有效的支付分授权（从未授权，或已在微信内关闭扣费服务）。学员重新授权后可重试。",
        "The learner has no standing permission: never given, or closed inside WeChat. Retry after they authorise.",
    ),
    "wechat_deduction_failed.learner": (
        "这次扣款没有成功，请检查微信支付的余额或银行卡。微信会自动再次扣款，您也可以在支付分里主动付款。",
        "The deduction did not succeed; please check your balance or card. WeChat tries again by itself.",
    ),
    "wechat_deduction_failed.staff": (
        "扣款失败，多为余额不足。微信会持续自动扣款，无需操作；学员也可主动付款。",
        "The deduction failed, mostly for lack of funds. WeChat keeps trying; the learner may also pay by hand.",
    ),
    "wechat_account_abnormal.learner": (
        "您的微信账户状态异常，微信无法完成这笔操作，请联系微信客服或机构。",
        "Your WeChat account is in an abnormal state. Please contact WeChat's support or the institution.",
    ),
    "wechat_account_abnormal.staff": (
        "用户微信账户异常或已注销，款项无法经微信处理，请与学员另行约定。",
        "The user's account is abnormal or closed; settle this with the learner outside WeChat.",
    ),
    "wechat_user_blocked.learner": (
        "微信暂时限制了您的登录，请稍后再试或联系微信客服。",
        "WeChat has restricted your log-in. Please try later or contact WeChat's support.",
    ),
    "wechat_user_blocked.staff": (
        "微信判定该用户为高风险用户，拦截了登录。",
        "WeChat holds this user for high-risk and blocks the log-in.",
    ),
    "wechat_amount_above_cap.learner": (
        "这门课程的价格超出了先学后付的上限，请换一种付款方式。",
        "This course costs more than learn first, pay later allows. Please choose another way to pay.",
    ),
    "wechat_amount_above_cap.staff": (
        "金额超过该服务的风险金上限。请调整课程价格或分期，或向微信运营申请提高上限。",
        "The amount exceeds the service's cap. Lower or split the price, or ask WeChat's operations for a higher cap.",
    ),
    "wechat_merchant_balance_short.learner": (
        "退款正在处理，可能需要多一点时间，请耐心等待。",
        "Your refund is on its way and may take a little longer.",
    ),
    "wechat_merchant_balance_short.staff": (
        "商户账户余额不足，退款未能发起。充值后系统会用同一单号重试。",
        "The merchant's balance cannot cover the refund. Top it up; the same refund is tried again.",
    ),
    "wechat_no_permission.learner": (
        "先学后付服务暂时无法使用，我们正在处理，请换一种付款方式或稍后再试。",
        "Learn first, pay later is out of service here. Please pay another way or try later.",
    ),
    "wechat_no_permission.staff": (
        "微信拒绝了权限：请核对商户号、AppID、服务ID的绑定与授权，以及服务ID是否属于所用的模式（免确认、需确认、签约计划）。",
        "WeChat sees no permission: check how mchid, appid and service id are bound, and the service's kind.",
    ),
    "wechat_request_rejected.learner": (
        "微信没有接受这次操作，我们已记录，请稍后再试或联系机构。",
        "WeChat did not accept this. It was recorded; please try later or contact the institution.",
    ),
    "wechat_request_rejected.staff": (
        "微信认为请求参数或业务条件不符。重试无用，请凭请求编号查看日志中的微信原文。",
        "WeChat rejects the request itself. Repeating does not help: look the request id up in the log.",
    ),
    "wechat_request_changed.learner": (
        "这笔订单的内容已发生变化，请重新下单。",
        "Something about this order has changed. Please order again.",
    ),
    "wechat_request_changed.staff": (
        "同一单号的重入请求与首次不一致，微信拒绝。请先查询原单，切勿更换参数重试。",
        "A repeat under this number differs from the first request. Query the original; do not change and resend.",
    ),
    "wechat_request_blocked.learner": (
        "微信暂时拦截了这次操作，请联系机构。",
        "WeChat has blocked this. Please contact the institution.",
    ),
    "wechat_request_blocked.staff": (
        "微信风控拦截了该请求，请在商户平台查看原因。",
        "WeChat's risk control blocked the request; see the merchant platform for the reason.",
    ),
    "fee_sum_mismatch.learner": (
        "金额核对不一致，本次没有扣款，我们已记录。",
        "The amounts did not add up. Nothing was charged, and it was recorded.",
    ),
    "fee_sum_mismatch.staff": (
        "费用明细之和与总金额不等，请求未发出。",
        "The fee lines do not sum to the total; nothing was sent to WeChat.",
    ),
    "merchant_not_configured.learner": (
        "该机构的收款账户尚未配置好，请联系机构。",
        "This institution's account is not set up yet. Please contact the institution.",
    ),
    "merchant_not_configured.staff": (
        "配置文件里没有这个商户，或缺少本次操作所需的密钥。",
        "The configuration lacks this merchant, or the key this operation needs.",
    ),
    "wechat_state.learner": (
        "订单在微信侧的状态已经变化，请刷新后查看。",
        "The order's state at WeChat has changed. Please refresh.",
    ),
    "wechat_state.staff": (
        "微信侧订单的当前状态不允许此操作。请以查询结果为准。",
        "The order's state at WeChat does not allow this. Go by what a query says.",
    ),
    "wechat_in_progress.learner": (
        "微信正在处理这笔扣款，请三分钟后再试。",
        "WeChat is working on this deduction. Please try again in three minutes.",
    ),
    "wechat_in_progress.staff": (
        "单据正在扣款中，微信要求约三分钟后再操作；系统会自动重试。",
        "A deduction is in flight; WeChat asks for about three minutes. It is retried automatically.",
    ),
    "wechat_not_found.learner": (
        "微信侧还没有找到这笔订单，请稍后再试。",
        "WeChat does not know this order yet. Please try again shortly.",
    ),
    "wechat_not_found.staff": (
        "微信侧查无此单号。刚创建的单据可能有短暂延迟。",
        "WeChat knows no such number. Right after creation it may take a moment.",
    ),
    "wechat_orders_unfinished.learner": (
        "您还有未完成的订单，完成后才能关闭授权。",
        "You still have an unfinished order; the permission can be closed after it.",
    ),
    "wechat_orders_unfinished.staff": (
        "用户存在未完成订单，微信不允许解除授权。",
        "WeChat does not end a permission while orders are unfinished.",
    ),
    "wechat_too_frequent.learner": (
        "操作太频繁了，请稍等片刻再试。",
        "That was a bit too fast. Please wait a moment and try again.",
    ),
    "wechat_too_frequent.staff": (
        "触发微信频率限制，请求未被执行；系统会退避后以相同参数重试。",
        "WeChat's rate limit: nothing was done. The same request is repeated after a pause.",
    ),
    "wechat_unavailable.learner": (
        "微信服务暂时繁忙，请稍后再试。",
        "WeChat is busy at the moment. Please try again later.",
    ),
    "wechat_unavailable.staff": (
        "微信侧系统错误，结果未知；系统会先查询，再以相同参数重试。",
        "An error at WeChat; the outcome is unknown. We ask first, then repeat the same request.",
    ),
    "wechat_silent.learner": (
        "微信没有及时回应，我们会自动核对结果，不会重复扣费，请稍后刷新查看。",
        "WeChat did not answer in time. We are checking, and nothing is charged twice; please refresh later.",
    ),
    "wechat_silent.staff": (
        "等待微信应答超时或连接中断，结果未知；系统会先查询，再以相同参数重试。",
        "No answer from WeChat; the outcome is unknown. We ask first, then repeat the same request.",
    ),
    "wechat_unreachable.learner": (
        "暂时连不上微信，请稍后再试。",
        "WeChat cannot be reached right now. Please try again later.",
    ),
    "wechat_unreachable.staff": (
        "无法连接微信服务器，请求未发出。请检查网络与域名解析。",
        "No connection to WeChat; nothing was sent. Check the network and name resolution.",
    ),
    "wechat_unverified.learner": (
        "微信的应答未通过安全校验，我们会自动核对结果，请稍后刷新查看。",
        "WeChat's answer failed our security check. We are checking the outcome; please refresh later.",
    ),
    "wechat_unverified.staff": (
        "应答验签失败（可能是签名探测、密钥过期或中间设备改写），结果按未知处理并会查询。",
        "The answer's signature failed: a probe, an old key, or something in between. It is treated as unknown.",
    ),
    "wechat_unreadable.learner": (
        "微信的应答无法识别，我们会自动核对结果，请稍后刷新查看。",
        "WeChat's answer could not be understood. We are checking the outcome; please refresh later.",
    ),
    "wechat_unreadable.staff": (
        "微信应答的内容不符合约定，结果按未知处理并会查询。",
        "The answer is not what the protocol promises. It is treated as unknown.",
    ),
    "wechat_credentials_rejected.learner": (
        "服务配置出了问题，我们正在处理，请稍后再试。",
        "Something is wrong with our set-up. We are on it; please try later.",
    ),
    "wechat_credentials_rejected.staff": (
        "微信不接受我方的签名、证书序列号、AppID或AppSecret。请核对配置；修正后系统会自动重试。",
        "WeChat rejects our signature, serial, appid or secret. Fix the configuration; work resumes by itself.",
    ),
    "wechat_address_refused.learner": (
        "服务配置出了问题，我们正在处理，请稍后再试。",
        "Something is wrong with our set-up. We are on it; please try later.",
    ),
    "wechat_address_refused.staff": (
        "本服务器的出口IP不在微信白名单内，请在公众平台添加或由管理员确认。",
        "This server's address is not on WeChat's list; add it in the console or let the administrator confirm it.",
    ),
    "login_code_invalid.learner": (
        "登录凭证已失效，请重新进入小程序。",
        "The log-in code is no longer valid. Please open the Mini Program again.",
    ),
    "login_code_invalid.staff": (
        "wx.login的code无效或已过期（五分钟），或来自另一个小程序。客户端重新登录即可。",
        "The wx.login code is invalid, older than five minutes, or of another app. The client logs in again.",
    ),
    "login_code_used.learner": (
        "登录凭证已使用过，请重新进入小程序。",
        "The log-in code was already used. Please open the Mini Program again.",
    ),
    "login_code_used.staff": (
        "同一个code被使用了两次，多为客户端重复提交。客户端重新登录即可。",
        "The code was used twice, mostly a repeated request. The client logs in again.",
    ),
    "phone_code_invalid.learner": (
        "手机号授权已失效，请再点一次授权按钮。",
        "The permission for your phone number has expired. Please tap the button again.",
    ),
    "phone_code_invalid.staff": (
        "getPhoneNumber的code无效、已过期或已使用；它与登录code不可互换。",
        "The getPhoneNumber code is invalid, old or used; it is not interchangeable with a log-in code.",
    ),
    "wechat_signature_invalid.learner": (
        "请求未通过安全校验。",
        "The request failed our security check.",
    ),
    "wechat_signature_invalid.staff": (
        "通知或消息验签失败：伪造、签名探测、未知的密钥序列号，或我方密钥未配置。真实通知微信会重发。",
        "A notice or message is not provably WeChat's: forged, a probe, or our keys are missing. Real ones are resent.",
    ),
    "wechat_timestamp_stale.learner": (
        "请求已过期。",
        "The request is too old.",
    ),
    "wechat_timestamp_stale.staff": (
        "通知或消息的时间戳超出允许范围：重放，或本机时钟不准。",
        "The time stamp is out of range: a replay, or this machine's clock is wrong.",
    ),
    "wechat_content_unreadable.learner": (
        "请求内容无法识别。",
        "The content could not be understood.",
    ),
    "wechat_content_unreadable.staff": (
        "签名有效但内容无法解密或解析：请核对APIv3密钥、EncodingAESKey与账号是否对应。",
        "Signed, but it cannot be decrypted or read: check the APIv3 key, EncodingAESKey and whose account it is.",
    ),
    "push_not_subscribed.learner": (
        "您还没有订阅这类通知。",
        "You have not subscribed to this kind of message.",
    ),
    "push_not_subscribed.staff": (
        "用户未订阅、次数已用完或已取消；需要用户再次点击订阅。",
        "Not subscribed, used up or cancelled; the user must tap subscribe again.",
    ),
    "push_window_closed.learner": (
        "请先在公众号里给我们发一条消息，我们才能继续回复您。",
        "Please send us a message first; then we can answer again.",
    ),
    "push_window_closed.staff": (
        "客服消息的时间窗口或条数已用完；请改用订阅消息或模板消息。",
        "The customer-service window or allowance is used up; use a subscribe or template message.",
    ),
    "push_not_following.learner": (
        "请先关注公众号。",
        "Please follow the Official Account first.",
    ),
    "push_not_following.staff": (
        "用户未关注公众号，或屏蔽了消息。",
        "The user does not follow the account, or blocks its messages.",
    ),
    "push_minor_protected.learner": (
        "因未成年人保护，这条消息无法发送。",
        "This message cannot be sent, to protect a minor.",
    ),
    "push_minor_protected.staff": (
        "微信因未成年人保护拦截了消息。",
        "WeChat blocked the message to protect a minor.",
    ),
    "push_receiver_unknown.learner": (
        "暂时无法把消息送达给您。",
        "The message cannot reach you at the moment.",
    ),
    "push_receiver_unknown.staff": (
        "openid不属于这个应用（小程序与公众号的openid不通用）。",
        "The openid is not of this app; those of Mini Program and Official Account differ.",
    ),
    "push_template_rejected.learner": (
        "暂时无法把消息送达给您。",
        "The message cannot reach you at the moment.",
    ),
    "push_template_rejected.staff": (
        "模板ID不存在、不属于本账号或已被封禁。",
        "The template id is unknown, of another account, or banned.",
    ),
    "push_content_rejected.learner": (
        "暂时无法把消息送达给您。",
        "The message cannot reach you at the moment.",
    ),
    "push_content_rejected.staff": (
        "消息内容不符合字段类型、长度或内容规范。",
        "The content does not fit its fields' types or lengths, or WeChat's content rules.",
    ),
    "push_not_permitted.learner": (
        "暂时无法把消息送达给您。",
        "The message cannot reach you at the moment.",
    ),
    "push_not_permitted.staff": (
        "账号没有这个接口的权限，请在公众平台确认认证与权限。",
        "The account may not use this interface; check its verification and permissions in the console.",
    ),
}
