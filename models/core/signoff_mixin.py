from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class EduSignoffMixin(models.AbstractModel):
    """A record that people sign: checked, filled in, reviewed.

    A model says who signs as what (``_edu_signoff_posts``), what is signed
    (``_edu_signoff_content``) and which other records were counted for it
    (``_edu_signoff_related``). Its own actions call ``_edu_sign``.
    """

    _name = "edu.signoff.mixin"
    _description = "Record with Sign-offs"

    # {"checked": ("records_admin",), …}: the posts that sign in each role, the likeliest first
    _edu_signoff_posts = {}

    signoff_ids = fields.One2many("edu.signoff", "res_id", "Signatures", readonly=True, copy=False)
    signoff_round = fields.Integer("Signing Round", default=1, readonly=True, copy=False)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        for record in self:
            if self.env["edu.signoff"]._edu_chain(record):
                raise UserError(
                    self.env._(
                        "“%(document)s” is signed and cannot be deleted.",
                        document=record.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # To be declared by the model
    # ------------------------------------------------------------------

    def _edu_signoff_content(self):
        """Return what is signed, as a dict of text, whole numbers, dates, lists and dicts."""
        raise NotImplementedError(self._name)

    def _edu_signoff_related(self):
        """Return recordsets whose current checks and fillings-in count as work on this record."""
        return []

    def _edu_signoff_path_label(self, path):
        """Return a person's words for a place in the content; never its value."""
        words = []
        for step in path:
            if isinstance(step, int):
                words.append(f"#{step + 1}")
            elif not words and step in self._fields:
                words.append(self._fields[step]._description_string(self.env) or step)
            else:
                words.append(step)
        return " › ".join(words)

    # ------------------------------------------------------------------
    # For the model's own actions
    # ------------------------------------------------------------------

    def _edu_sign(self, role):
        """Sign the record as it stands, in the name of ``env.user``, and return the signature.

        :raise AccessError: when the user holds none of the posts that sign in this role here
        :raise ValidationError: see ``edu.signoff._sign``
        """
        self.ensure_one()
        posts = self._edu_signoff_posts.get(role, ())
        held = next((post for post in posts if self.env.user._edu_has_role(post, self)), None)
        if posts and not held and not self.env.su:
            raise AccessError(
                self.env._(
                    "You cannot sign “%(document)s” in this role.", document=self.display_name
                )
            )
        content = self.sudo()._edu_signoff_content()
        return self.env["edu.signoff"]._sign(self, role, content, post=held)

    def _edu_signed(self, role=None):
        """Return the signatures of the current round, in one role or in all."""
        self.ensure_one()
        return (
            self.env["edu.signoff"]
            ._edu_chain(self)
            .filtered(
                lambda signoff: signoff.round == self.signoff_round and role in (None, signoff.role)
            )
        )

    def _edu_new_signing_round(self):
        """Start again: all sign once more, the signatures given so far stay readable."""
        for record in self.sudo():
            if record._edu_signed():
                record.signoff_round += 1

    def _edu_signoff_verify(self):
        """Return the problems of the record's sign-offs as texts, none when all is well."""
        self.ensure_one()
        return self.env["edu.signoff"]._edu_verify(self)

    def action_signoff_verify(self):
        """Tell whoever can read the record whether its signatures still hold."""
        self.ensure_one()
        self.check_access("read")
        problems = self._edu_signoff_verify()
        signed = self._edu_signed()
        if problems:
            message = "\n".join(problems)
        elif signed:
            message = self.env._(
                "%(count)s signatures, unbroken; nothing was changed since.",
                count=len(self.signoff_ids),
            )
        else:
            message = self.env._("Nobody has signed this round yet.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if problems else "success" if signed else "info",
                "title": self.env._("Signatures"),
                "message": message,
                "sticky": bool(problems),
            },
        }
