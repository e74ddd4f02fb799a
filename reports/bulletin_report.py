from odoo import api, models

from ..models.casework.notice_document import chinese_date

STATES = {
    "suspected": "疑似，待核实",
    "verifying": "疑似，核实中",
    "persuading": "已确认辍学，劝返中",
    "returned": "已返校",
    "observing": "已返校，巩固期",
    "closed": "已返校，办结",
    "excluded": "核实不属于辍学",
}


class BulletinReport(models.AbstractModel):
    """《疑似辍学情况通报》 on paper: figures by school and township, the name of no child."""

    _name = "report.edu_dropout_control.document_bulletin"
    _description = "Bulletin on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        bulletins = self.env["edu.bulletin"].browse(docids)
        bulletins.check_access("read")
        return {
            "docs": [
                {
                    "bulletin": bulletin,
                    "mark": "草　稿" if bulletin.state == "draft" else None,
                    "figures": bulletin.figures or {},
                    "issuer": bulletin.sudo().county_id._edu_document_name(),
                }
                for bulletin in bulletins
            ],
            "zh": chinese_date,
        }


class SupervisionOrderReport(models.AbstractModel):
    """《督办单》 on paper, with its answer once there is one."""

    _name = "report.edu_dropout_control.document_supervision_order"
    _description = "Follow-up Order on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        orders = self.env["edu.supervision.order"].browse(docids)
        orders.check_access("read")
        return {
            "docs": [
                {
                    "order": order,
                    "mark": "草　稿" if order.state == "draft" else None,
                    "to": order.school_id.name or order.township_id._edu_document_name(),
                    "issuer": order.county_id._edu_document_name(),
                    "sent_on": self.env["edu.policy"]._edu_now(order.sent_at).date()
                    if order.sent_at
                    else None,
                    "answered_on": self.env["edu.policy"]._edu_now(order.first_submitted_at).date()
                    if order.first_submitted_at
                    else None,
                    "answered_by": order.answered_by_id.name,
                }
                for order in orders.sudo()
            ],
            "states": STATES,
            "zh": chinese_date,
        }
