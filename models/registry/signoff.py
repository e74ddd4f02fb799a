from odoo import api, fields, models

from .office import in_office_language


class EduDocumentGuardMixin(models.AbstractModel):
    _inherit = "edu.document.guard.mixin"

    @api.model
    def _edu_reads_all(self):
        """The county administrator, who reads no document, answers for the chains being whole."""
        return self.env.user.has_group("edu_dropout_control.group_county_admin")


class EduSignoff(models.Model):
    """What the county's policy and posts say about signatures."""

    _inherit = "edu.signoff"

    @api.model
    def _edu_signing_rules(self):
        policy = self.env["edu.policy"]._current()
        return {
            "differ": policy.sign_all_differ,
            "password": policy.sign_password,
            "drawing": policy.sign_drawing,
        }


class EduSignoffFault(models.Model):
    _inherit = "edu.signoff.fault"

    @api.model
    @in_office_language
    def _cron_verify(self):
        return super()._cron_verify()

    def _edu_tell(self):
        """One message to the county administrators and to the inspectors, who name nobody and no
        number."""
        if not self:
            return
        today = self.env["edu.post"]._edu_current_domain()
        posts = (
            self.env["edu.post"]
            .sudo()
            .search(today & fields.Domain("role", "in", ("county_admin", "inspector")))
        )
        self.env["mail.thread"].sudo().message_notify(
            partner_ids=posts.user_id.filtered("active").partner_id.ids,
            subject=self.env._("Signatures that do not hold"),
            body=self.env._(
                "The nightly verification found signatures that do not hold: %(documents)s. See"
                " Oversight › Broken Signatures.",
                documents=", ".join(fault.document or str(fault.res_id) for fault in self),
            ),
        )
