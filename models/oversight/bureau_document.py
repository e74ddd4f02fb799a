from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class EduBureauDocumentMixin(models.AbstractModel):
    """What the bureau of a county draws up: a bulletin, a call for reports, a random review.

    Only the bureau of its county makes and changes one; only ``_EDU_TYPED`` is typed in, and, once it
    is no draft any more, of that only ``_EDU_LATER``. The model has a ``state`` that begins with
    ``draft``, and says in ``_edu_refusal`` why it refuses.
    """

    _name = "edu.bureau.document.mixin"
    _description = "Document of the county's bureau"
    #: fields that a person types; all others follow from actions
    _EDU_TYPED = frozenset()
    #: those that are typed in even when it is issued
    _EDU_LATER = frozenset()

    county_id = fields.Many2one(
        "edu.area",
        "County",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_county_id(),
    )

    @api.model
    def _default_county_id(self):
        return self.env.user.sudo().edu_bureau_area_ids.county_id[:1].id

    @api.model_create_multi
    def create(self, vals_list):
        """The bureau, for its county."""
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals)
        documents = super().create(vals_list)
        documents._edu_check_bureau()
        return documents

    def write(self, vals):
        if not self.env.su:
            self._edu_refuse_protected(vals)
            self._edu_check_bureau()
            if (self._EDU_TYPED - self._EDU_LATER) & vals.keys():
                self._edu_check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        self._edu_check_draft()

    def _edu_refusal(self, why, field=""):
        """Why something is refused, in the user's language.

        :param why: ``bureau`` (the caller is not of it), ``typed`` (``field``, by its label, is not
            typed in), ``issued`` (one record that is no draft any more)
        """
        raise NotImplementedError

    def _edu_check_bureau(self):
        """Raise AccessError unless the caller holds a post in the bureau of every record's county."""
        if self.env.su:
            return
        counties = self.env.user.sudo().edu_bureau_area_ids.county_id
        if any(document.county_id not in counties for document in self.sudo()):
            raise AccessError(self._edu_refusal("bureau"))

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(self._edu_refusal("typed", field))

    def _edu_check_draft(self):
        for document in self:
            if document.state != "draft":
                raise UserError(document._edu_refusal("issued"))
