from odoo import fields, models


class EduRosterProof(models.TransientModel):
    """Attach the document of a finding, or the receipt of a transfer that has come.

    For records administrator and dean.
    """

    _name = "edu.roster.proof"
    _description = "Attach a document to a finding"

    line_id = fields.Many2one("edu.roster.check.line", required=True, ondelete="cascade")
    evidence = fields.Char("Document")
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()

    def action_attach(self):
        """Records administrator or dean of the line's school."""
        self.ensure_one()
        self.line_id._edu_check_role(("records_admin", "dean"))
        files = self.env["edu.roster.sheet"]._edu_clean_files(
            [{"name": self.file_name, "data": self.file}]
        )
        self.line_id._edu_add_proof(files, self.evidence)
        self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
