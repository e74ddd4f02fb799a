from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class EduLeadingDocument(models.Model):
    """The document by which a school founded its leading group, or changed who is in it
    (plan 二(一)1). The newest is in force; an older one stays readable.

    The school's leaders, its records administrator and the bureau enter one, with its scan; then it
    stands. The members, the township and inspectors read.
    """

    _name = "edu.leading.document"
    _description = "Founding Document of a Leading Group"
    _inherit = ["edu.scope.mixin"]
    _order = "date desc, id desc"

    school_id = fields.Many2one(
        "edu.school",
        "School",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.leading.meeting"]._default_school_id(),
    )
    township_id = fields.Many2one(related="school_id.area_id", store=True, index=True)
    name = fields.Char("Document Number and Title", required=True)
    date = fields.Date(
        "Dated", required=True, default=lambda self: self.env["edu.policy"]._edu_today()
    )
    file_ids = fields.Many2many(
        "ir.attachment",
        "edu_leading_document_file_rel",
        string="Scan",
        required=True,
        bypass_search_access=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        """School leaders, records administrator, bureau; with a scan, and not of a day to come."""
        documents = super().create(vals_list)
        today = self.env["edu.policy"]._edu_today()
        for document in documents:
            if not document.file_ids:
                raise UserError(self.env._("Attach the scan of the founding document."))
            if document.date > today:
                raise UserError(self.env._("The document cannot be dated on a day to come."))
            document.file_ids._edu_hang_on(document)
        return documents

    def write(self, vals):
        if not self.env.su:
            raise AccessError(
                self.env._("A founding document stands. Enter the one that replaces it.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("A founding document stays on record."))
