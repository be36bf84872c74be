"""Which addresses an institution may name for its webhooks, as far as the words alone can tell.

Where a name leads is only known when it is resolved: the sender judges that on every call.
"""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from models.errors import InvalidInput

LONGEST_URL = 2048


def check_url(url: str, *, allow_private: bool = False) -> None:
    """Raise InvalidInput naming what is wrong with a webhook URL.

    It must be https with a public-looking host name; `allow_private` (development) also takes http and any host.
    """
    problem = _problem(url, allow_private=allow_private)
    if problem:
        raise InvalidInput(problem, field="url")


def _problem(url: str, *, allow_private: bool) -> str:
    if len(url) > LONGEST_URL or not url.isascii() or any(char <= " " for char in url):
        return "webhook_url_invalid"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "webhook_url_invalid"
    if not usable or parts.username or parts.password or parts.fragment:
        return "webhook_url_invalid"
    if allow_private:
        return ""
    return "webhook_url_not_https" if parts.scheme != "https" else _host_problem(parts)


def _host_problem(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    is_name = "." in host and not host.rpartition(".")[2].isdigit() and not _is_ip(host)
    return "" if is_name else "webhook_url_not_public"


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
