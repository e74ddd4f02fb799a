import threading
import time
from collections import OrderedDict, deque

from odoo import http
from odoo.http import request

WINDOW = 60.0  # seconds
ADDRESSES = 10_000  # remembered at a time


class RateLimit:
    """How often an address asked within the last minute.

    In memory, so each worker process counts for itself: with n workers an address gets up to n times
    the policy's number. Behind a proxy the address is the client's only with ``proxy_mode``. It slows
    guessing down; what makes guessing hopeless is the length of token (128 bits) and code (40 bits).
    """

    def __init__(self):
        self._asked = OrderedDict()
        self._lock = threading.Lock()

    def allow(self, address, limit, now=None):
        """Count one request; False when ``limit`` a minute is used up."""
        now = time.monotonic() if now is None else now
        with self._lock:
            times = self._asked.setdefault(address, deque())
            self._asked.move_to_end(address)
            while times and times[0] <= now - WINDOW:
                times.popleft()
            while len(self._asked) > ADDRESSES:
                self._asked.popitem(last=False)
            if len(times) >= limit:
                return False
            times.append(now)
            return True

    def forget(self):
        """Start counting anew."""
        with self._lock:
            self._asked.clear()


rate_limit = RateLimit()


class VerifyController(http.Controller):
    """The public page behind the QR code of a notice: genuine or not, and nothing else.

    Unknown notice, wrong token, withdrawn notice and nonsense get the same page with the same status.
    No session is kept, no cookie set, nothing stored or indexed.
    """

    @http.route(
        "/edu/verify/<string:reference>/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        sitemap=False,
        save_session=False,
        readonly=True,
    )
    def verify_link(self, reference, token, **_ignored):
        def genuine(Notice):
            known = reference.isascii() and reference.isdigit() and len(reference) < 10
            return Notice._edu_is_genuine(
                token=token[:64], notice_id=int(reference) if known else None
            )

        return self._answer(genuine)

    @http.route(
        "/edu/verify",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        csrf=False,
        sitemap=False,
        save_session=False,
        readonly=True,
    )
    def verify_form(self, number="", code="", **_ignored):
        if request.httprequest.method != "POST":
            return self._page("form")
        return self._answer(
            lambda Notice: Notice._edu_is_genuine(number=number[:100], code=code[:20])
        )

    def _answer(self, genuine):
        limit = request.env["edu.policy"]._current().verify_rate_per_minute
        if not rate_limit.allow(request.httprequest.remote_addr or "", limit):
            return self._page("busy", status=429)
        return self._page("genuine" if genuine(request.env["edu.notice"]) else "unknown")

    def _page(self, result, status=200):
        body = (
            request.env["ir.qweb"]
            .sudo()
            ._render("edu_dropout_control.verify_page", {"result": result})
        )
        return request.make_response(
            body,
            headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                ("Cache-Control", "no-store"),
                ("Referrer-Policy", "no-referrer"),
                ("X-Robots-Tag", "noindex, nofollow"),
                ("X-Frame-Options", "DENY"),
                (
                    "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
                ),
            ],
            status=status,
        )
