"""The floor: the least any server in this language, with this driver and this database, can do for a request.

A bare aiohttp application in the same process, on the same loop and the same MongoDB client, without our middlewares,
validation, rules or logs. Every answer of ours stands on one of these.
"""

import orjson
from aiohttp import web

from store.mongo import Database


def bare_app(database: Database) -> web.Application:
    """Make the three least handlers: one insert, one find_one, one update by key (writes by the majority)."""
    orders, kept = database["orders"], database["bench_floor"]

    async def insert(request: web.Request) -> web.Response:
        await kept.insert_one({"body": await request.read()})
        return web.Response(status=204)

    async def find(request: web.Request) -> web.Response:
        found = await orders.find_one({"_id": request.match_info["no"]})
        return web.Response(body=orjson.dumps(found, default=str), content_type="application/json")

    async def update(request: web.Request) -> web.Response:
        await kept.update_one({"_id": request.match_info["no"]}, {"$inc": {"n": 1}}, upsert=True)
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/insert", insert)
    app.router.add_get("/find/{no}", find)
    app.router.add_post("/update/{no}", update)
    return app
