"""What the Official Account's bot says."""

TEXTS: dict[str, tuple[str, str]] = {
    "help": (
        (
            "您可以这样问我：\n“我的课程”——查看上课、确认和扣费情况\n“确认第3节”——确认某一节课已上\n"
            "终止课程、提出异议请打开小程序。"
        ),
        (
            "You can ask me:\n“my courses” – lessons, confirmations and charges\n"
            "“confirm lesson 3” – confirm that a lesson was taught\n"
            "To end a course or to object to a lesson, open the Mini Program."
        ),
    ),
    "welcome": (
        "欢迎！先学后付：上完课、您确认过的课才扣费。\n回复“我的课程”查看您的课程，回复“帮助”看看还能做什么。",
        (
            "Welcome! Learn first, pay later: only lessons taught and confirmed are charged.\n"
            "Reply “my courses” to see yours, or “help” for what else I can do."
        ),
    ),
    "welcome_stranger": (
        (
            "欢迎！先学后付：上完课、您确认过的课才扣费。\n请先打开一次我们的小程序，这样我才能认出您；"
            "之后回复“我的课程”就能查看。"
        ),
        (
            "Welcome! Learn first, pay later: only lessons taught and confirmed are charged.\n"
            "Please open our Mini Program once, so that I know who you are; then reply “my courses”."
        ),
    ),
    "not_understood": (
        "抱歉，没看懂您的意思。\n回复“我的课程”查看课程，“确认第3节”确认上课，“帮助”看更多。",
        "Sorry, I did not get that.\nReply “my courses”, “confirm lesson 3”, or “help”.",
    ),
    "sorry": (
        "抱歉，刚才出了点问题，我们已记录。请稍后再发一次，重复发送不会重复扣费。",
        "Sorry, something went wrong and was recorded. Please send it again later; nothing is charged twice.",
    ),
    "no_courses": (
        "您还没有课程。打开小程序选一门，先上课后付费。",
        "You have no courses yet. Open the Mini Program and choose one: learn first, pay later.",
    ),
    "courses_title": ("您的课程：", "Your courses:"),
    "course": (
        (
            "\n《{title}》（{student}）{state}\n已上 {taught}/{lessons} 节，已确认 {confirmed} 节\n"
            "应付 {owed} 元，已扣 {paid} 元"
        ),
        (
            "\n“{title}” ({student}): {state}\n{taught} of {lessons} lessons taught, {confirmed} confirmed\n"
            "{owed} yuan owed, {paid} yuan charged"
        ),
    ),
    "course_waits": ("\n待您确认：第 {lessons} 节", "\nWaiting for your word: lesson {lessons}"),
    "course_refused": ("\n原因：{reason}", "\nWhy: {reason}"),
    "course_refunded": ("\n已退款 {refunded} 元", "\n{refunded} yuan refunded"),
    "courses_more": ("\n还有 {count} 门，请在小程序查看。", "\n{count} more in the Mini Program."),
    "courses_hint": (
        "\n没问题请回复“确认第{lesson}节”；有异议请到小程序提出。",
        "\nIf all is well, reply “confirm lesson {lesson}”; to object, open the Mini Program.",
    ),
    "state_placing": ("下单中", "being placed"),
    "state_awaiting_learner": ("待您在小程序完成开通", "waiting for you in the Mini Program"),
    "state_in_training": ("上课中", "in training"),
    "state_settling": ("结算中", "settling"),
    "state_deducting": ("扣款中", "being charged"),
    "state_overdue": ("待支付，微信会继续尝试扣款", "unpaid, WeChat keeps trying"),
    "state_ended": ("已终止，等待结算", "ended, to be settled"),
    "state_refused": ("没有开通成功，没有扣费", "not opened, nothing charged"),
    "state_settled": ("已结清", "settled"),
    "state_cancelled": ("已取消", "cancelled"),
    "state_expired": ("已过期", "expired"),
    "nothing_to_confirm": (
        "没有待您确认的第{lesson}节课：可能还没上，或者已经确认过。回复“我的课程”查看。",
        "No lesson {lesson} waits for your word: it was not taught yet, or is confirmed. Reply “my courses”.",
    ),
    "choose": (
        "您要确认哪一门课的第{lesson}节？请回复数字：",
        "Lesson {lesson} of which course? Reply with its number:",
    ),
    "choice": ("{place}. 《{title}》（{student}）", "{place}. “{title}” ({student})"),
    "choose_again": (
        "请回复 1 到 {count} 之间的数字，或回复“取消”。",
        "Please reply with a number from 1 to {count}, or “cancel”.",
    ),
    "never_mind": ("好的，没有确认任何课。", "All right, nothing was confirmed."),
    "confirmed": (
        "《{title}》第{lesson}节已确认，本节 {amount} 元。\n共 {lessons} 节，已确认 {confirmed} 节。",
        "Lesson {lesson} of “{title}” is confirmed ({amount} yuan).\n{confirmed} of {lessons} lessons confirmed.",
    ),
    "next_pay_after_course": (
        "\n课程结束后，只按已确认的课一次扣费。",
        "\nWhen the course is over, the confirmed lessons are charged together.",
    ),
    "next_pay_per_lesson": ("\n本节学费将由微信支付分扣除。", "\nWeChat Pay Score will now take this lesson's fee."),
    "next_prepay": ("\n本课程已预付，不会再扣费。", "\nThis course is prepaid; nothing more is charged."),
}
