from odoo import api, models

from .dropout_case import DONE


class EduDigest(models.AbstractModel):
    _inherit = "edu.digest"

    @api.model
    def _edu_digest_records(self):
        """Cases raised or raised again, too; a child is told once an evening."""
        cases = (
            self.env["edu.dropout.case"]
            .sudo()
            .search([("digested", "=", False), ("state", "not in", DONE)])
        )
        return [*super()._edu_digest_records(), *cases]

    @api.model
    def _edu_digest_item(self, record):
        if record._name != "edu.dropout.case":
            return super()._edu_digest_item(record)
        return {
            "student": record.student_id,
            "school": record.school_id,
            "class": record.class_id,
            "outcome": "never_enrolled" if record.kind == "never_enrolled" else "suspected",
            "since": record.persuading_since if record.relapse_count else record.missing_since,
            "townships": record.residence_township_id
            | record.household_township_id
            | record.school_township_id,
        }
