"""Every URL: the JSON operations, listed in the handlers they belong to, and here the doors that are not JSON."""

from aiohttp import web

from handlers import (
    billing,
    evidence,
    exceptions,
    health,
    institution,
    institution_orders,
    institution_webhooks,
    learner,
    learner_orders,
    messages,
    pay_notices,
)
from handlers.operation import Operation
from server.docs import show_docs, show_openapi
from server.endpoint import endpoint
from server.metrics import show_metrics

OPERATIONS: tuple[Operation, ...] = (
    *learner.OPERATIONS,
    *billing.OPERATIONS,
    *learner_orders.OPERATIONS,
    *institution.OPERATIONS,
    *institution_orders.OPERATIONS,
    *institution_webhooks.OPERATIONS,
    *evidence.OPERATIONS,
    *exceptions.OPERATIONS,
)


def add_routes(app: web.Application) -> None:
    """Add every route."""
    for operation in OPERATIONS:
        app.router.add_route(operation.method, operation.path, endpoint(operation))
    app.router.add_post("/wechat/pay/notices/{merchant}", pay_notices.take_notice)
    app.router.add_get("/wechat/oa", messages.echo_oa)
    app.router.add_post("/wechat/oa", messages.take_oa_message)
    app.router.add_get("/wechat/miniprogram", messages.echo_miniprogram)
    app.router.add_post("/wechat/miniprogram", messages.take_miniprogram_push)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    app.router.add_get("/metrics", show_metrics)
    app.router.add_get("/openapi.json", show_openapi)
    app.router.add_get("/docs", show_docs)
