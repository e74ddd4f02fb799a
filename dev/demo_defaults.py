# Read by an Odoo shell: the demo county speaks Chinese and lives in its time zone.
env["ir.default"].set("res.partner", "lang", "zh_CN")
env["ir.default"].set("res.partner", "tz", "Asia/Shanghai")
env["res.partner"].with_context(active_test=False).search([]).write(
    {"lang": "zh_CN", "tz": "Asia/Shanghai"}
)
env.cr.commit()
