# Read by an Odoo shell: the demo county speaks Chinese, lives in its time zone and has a workbook a
# school for trying the import.
import os

from odoo.addons.edu_dropout_control.demo import workbooks

env["ir.default"].set("res.partner", "lang", "zh_CN")
env["ir.default"].set("res.partner", "tz", "Asia/Shanghai")
env["res.partner"].with_context(active_test=False).search([]).write(
    {"lang": "zh_CN", "tz": "Asia/Shanghai"}
)
workbooks.write(env, os.environ["EDU_WORKBOOKS"])
env.cr.commit()
