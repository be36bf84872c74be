"""How a payload is bent by a fault, without touching the state it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wechat_simulator.faults import Fault

_AMOUNTS = frozenset(
    {"amount", "total_amount", "paid_amount", "paying_amount", "total", "payer_total", "refund"}
)


def distort(fault: Fault | None, plain: dict[str, Any]) -> dict[str, Any]:
    """Return ``plain`` as the fault wants it seen, or itself when the fault bends nothing."""
    match fault.kind if fault else None:
        case "wrong_amount":
            bent = _amounts(plain, int(fault.number("delta", 1)) if fault else 0)
        case "string_numbers":
            bent = _strings(plain)
        case "unknown_keys":
            bent = plain | {"sim_unknown_key": {"since": "tomorrow", "list": [1, None]}}
        case "mch_id_spelling":
            bent = {
                {"mchid": "mch_id", "sub_mchid": "sub_mch_id"}.get(k, k): v
                for k, v in plain.items()
            }
        case _:
            return plain
    result: dict[str, Any] = bent
    return result


def _amounts(value: Any, delta: int, key: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _amounts(v, delta, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_amounts(item, delta) for item in value]
    if key in _AMOUNTS and isinstance(value, int) and not isinstance(value, bool):
        return value + delta
    return value


def _strings(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _strings(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_strings(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
