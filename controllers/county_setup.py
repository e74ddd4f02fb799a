import io

import xlsxwriter

from odoo import http
from odoo.http import content_disposition, request


class CountySetup(http.Controller):
    @http.route("/edu/setup/<int:setup_id>/logins", type="http", auth="user", readonly=False)
    def logins(self, setup_id):
        """The log-ins of one county set-up, to whoever ran it, once: they are forgotten after."""
        setup = request.env["edu.county.setup"].browse(setup_id).exists()
        if not setup or setup.create_uid != request.env.user:
            return request.not_found()
        rows = setup._edu_take_logins()
        if not rows:
            return request.not_found()
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
        page = book.add_worksheet("登录账号")
        page.set_column(0, 3, 22)
        for number, row in enumerate([["姓名", "登录名", "初始密码", "职务"], *rows]):
            for at, text in enumerate(row):
                page.write_string(number, at, text or "")
        book.close()
        name = request.env._("log-ins.xlsx")
        return request.make_response(
            buffer.getvalue(),
            [
                (
                    "Content-Type",
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                ),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )
