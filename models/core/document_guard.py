from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.base.models.ir_attachment import condition_values


class EduDocumentGuardMixin(models.AbstractModel):
    """Rows about documents that people sign: a row is read if and only if its document is."""

    _name = "edu.document.guard.mixin"
    _description = "Read like its document"

    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    document = fields.Char(compute="_compute_document")
    document_kind = fields.Char("Kind of Document", compute="_compute_document")

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_document(self):
        for model, rows in self.sudo().grouped("res_model").items():
            names, kind = {}, model
            if model in self.env:
                documents = self.env[model].sudo().browse(rows.mapped("res_id")).exists()
                names = {document.id: document._edu_signoff_name() for document in documents}
                kind = self.env["ir.model"]._get(model).name
            for row in rows:
                row.document = names.get(row.res_id, "")
                row.document_kind = kind

    @api.model
    def _edu_reads_all(self):
        """Whether the caller may read the rows (never the content) of documents that are not theirs:
        for the room that knows the posts to say."""
        return False

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation != "read" or not self or self._edu_reads_all():
            return result
        allowed = self - result[0] if result else self
        forbidden = allowed - allowed._edu_with_readable_document()
        if not forbidden:
            return result
        if result:
            return result[0] + forbidden, result[1]
        return forbidden, forbidden._edu_access_error

    def _edu_access_error(self):
        return self.env["ir.rule"]._make_access_error("read", self)

    def _edu_with_readable_document(self):
        readable = self.browse()
        for model, rows in self.sudo().grouped("res_model").items():
            if model not in self.env:
                continue
            documents = self.env[model].browse(rows.mapped("res_id")).exists()
            ids = set(documents._filtered_access("read").ids)
            readable |= rows.filtered(lambda row, ids=ids: row.res_id in ids)
        return readable.sudo(False).with_env(self.env)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        domain = Domain(domain)
        if not self.env.su and not bypass_access and not self._edu_reads_all():
            asked = condition_values(self, "res_model", domain)
            domain &= Domain.OR(
                Domain("res_model", "=", model)
                & Domain("res_id", "in", documents._search(Domain.TRUE))
                for model in self._edu_signed_models()
                if asked is None or model in asked
                if (documents := self.env[model].with_context(active_test=False)).has_access("read")
            )
        return super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)

    def _edu_signed_models(self):
        """Return the names of the models that take sign-offs."""
        return sorted(
            name
            for name in self.pool.descendants(["edu.signoff.mixin"], "_inherit")
            if not self.pool[name]._abstract
        )

    def action_open_document(self):
        """Whoever may read the document: open it."""
        self.ensure_one()
        self.env[self.res_model].browse(self.res_id).check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
