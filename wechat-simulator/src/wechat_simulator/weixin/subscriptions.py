"""Who has allowed which template, and the checks every templated message passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wechat_simulator.parts import Part
from wechat_simulator.weixin.caller import ApiCall, refusal
from wechat_simulator.weixin.grants import Grant
from wechat_simulator.weixin.template_values import is_value

if TYPE_CHECKING:
    from wechat_simulator.accounts import Template
    from wechat_simulator.world import World


@dataclass
class Subscriptions(Part):
    """Grants by openid and template; `sent` finds a template message by its client_msg_id."""

    name: ClassVar[str] = "weixin_subscriptions"
    grants: dict[str, Grant] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def of(self, openid: str, template_id: str) -> Grant:
        """Return the grant, an empty one if there is none."""
        return self.grants.setdefault(f"{openid} {template_id}", Grant())


@dataclass
class Busy(Part):
    """Openids a message is being sent to at this moment; nothing of it outlives the process."""

    name: ClassVar[str] = "weixin_busy"
    receivers: list[str] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """Return nothing: a send does not survive a restart."""
        return {}


def template_of(call: ApiCall) -> Template:
    """Return the calling app's template of the body; 40037 for any other id."""
    wanted = call.body.get("template_id")
    found = next((t for t in call.app.templates if t.template_id == wanted), None)
    if found is None:
        raise refusal(40037)
    return found


def is_long_term(world: World, template_id: str) -> bool:
    """Whether one accept allows any number of messages (switch `long_term_templates`)."""
    return template_id in world.switches.values["long_term_templates"]


def check_data(call: ApiCall, template: Template) -> None:
    """Check every field of the template by its type; 47003 names the first that is wrong."""
    data = call.body.get("data")
    if not isinstance(data, Mapping):
        raise refusal(47003)
    for name in template.fields:
        _check_value(call.world, template, name, data.get(name))
    unknown = next((name for name in data if name not in template.fields), None)
    if unknown is not None and not call.world.switches.flag("extra_template_keys_allowed"):
        raise _invalid(f"data.{unknown} invalid")


def _check_value(world: World, template: Template, name: str, holder: Any) -> None:
    value = holder.get("value") if isinstance(holder, Mapping) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        raise _invalid(f"data.{name}.value is emtpy")  # WeChat's own spelling
    words = world.switches.values["template_enums"].get(template.template_id, {})
    if not isinstance(value, str) or not is_value(name, value, words):
        raise _invalid(f"data.{name}.value invalid")


def _invalid(what: str) -> Exception:
    return refusal(47003, f"argument invalid! {what}")
