import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.ir_attachment import condition_values

from ...tools.canonical import canonical_json, changed_paths, sha256_hex

FORMAT = 1


class EduSignoff(models.Model):
    """One signature under one record: who checked, filled in or reviewed what, as it then stood.

    Plan, 二(三): who checks answers for the check, who fills in for the figures, who reviews for the
    review. Rows are only ever added, by ``_sign`` and after the caller has checked role and record.
    A row can be read by whoever can read the record it stands under.

    Each row carries the hash of the content signed, the hash of the row before it under the same
    record, and its own hash over all of it. The content itself is kept in cipher, with a salt, so
    that the hash gives away nothing of a child's numbers.
    """

    _name = "edu.signoff"
    _description = "Sign-off"
    _inherit = ["edu.append.only.mixin"]
    _log_access = False
    _order = "id"

    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    round = fields.Integer("Round", required=True, readonly=True)
    sequence = fields.Integer("Number", required=True, readonly=True)
    role = fields.Selection(
        [("checked", "Checked"), ("filled", "Filled In"), ("reviewed", "Reviewed")],
        string="As",
        required=True,
        readonly=True,
    )
    person_id = fields.Many2one(
        "res.users", "Signed By", required=True, readonly=True, ondelete="restrict"
    )
    person_name = fields.Char("Name", required=True, readonly=True)
    post_label = fields.Char("Post", readonly=True)
    signed_at = fields.Datetime("Signed On", required=True, readonly=True)
    content_cipher = fields.Text(groups=fields.NO_ACCESS, prefetch=False, copy=False)
    content_hash = fields.Char("Content Hash", required=True, readonly=True)
    previous_hash = fields.Char("Previous Hash", readonly=True)
    hash = fields.Char("Hash", required=True, readonly=True)
    short_hash = fields.Char("Mark", compute="_compute_short_hash")

    _chain_uniq = models.UniqueIndex(
        "(res_model, res_id, sequence)",
        "Someone else signed this document at the same moment. Open it again and sign.",
    )
    _person_idx = models.Index("(person_id)")

    @api.depends("hash")
    def _compute_short_hash(self):
        for signoff in self:
            signoff.short_hash = (signoff.hash or "")[:12]

    @api.depends("role", "person_name", "signed_at")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for signoff in self:
            signoff.display_name = f"{roles.get(signoff.role, '')} · {signoff.person_name or ''}"

    # ------------------------------------------------------------------
    # Access: readable if and only if the record is
    # ------------------------------------------------------------------

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation != "read" or not self:
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
        for model, signoffs in self.sudo().grouped("res_model").items():
            if model not in self.env:
                continue
            documents = self.env[model].browse(signoffs.mapped("res_id")).exists()
            ids = set(documents._filtered_access("read").ids)
            readable |= signoffs.filtered(lambda signoff, ids=ids: signoff.res_id in ids)
        return readable.sudo(False).with_env(self.env)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        domain = Domain(domain)
        if not self.env.su and not bypass_access:
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

    # ------------------------------------------------------------------
    # Signing
    # ------------------------------------------------------------------

    @api.model
    def _sign(self, record, role, content, post=None):
        """Add the signature of ``env.user`` under ``record`` and return it.

        Private: the caller has checked that the user may sign in this role.

        :param role: checked, filled or reviewed
        :param content: a dict that ``canonical_json`` takes
        :param post: role code of the post in which the user signs; its label is frozen

        :raise ValidationError: when the reviewer checked or filled in the same record, or when
            the user has signed this round in the same role.
        """
        record.ensure_one()
        self._edu_lock(record)
        chain = self._edu_chain(record)
        user = self.env.user
        current = chain.filtered(lambda signoff: signoff.round == record.signoff_round)
        self._edu_check_signer(record, role, user, current)
        frozen = canonical_json({"content": content, "salt": secrets.token_hex(16)})
        last = chain[-1:]
        values = {
            "res_model": record._name,
            "res_id": record.id,
            "round": record.signoff_round,
            "sequence": last.sequence + 1,
            "role": role,
            "person_id": user.id,
            "person_name": user.name,
            "post_label": (post and user._edu_post_label(post, record)) or False,
            "signed_at": fields.Datetime.now(),
            "content_hash": sha256_hex(frozen),
            "previous_hash": last.hash or False,
        }
        values["hash"] = self._edu_row_hash(values)
        values["content_cipher"] = self.env["edu.secret.mixin"]._edu_encrypt(
            self._name, "content", frozen
        )
        signoff = self.sudo().create(values).sudo(False)
        record.invalidate_recordset(["signoff_ids"])
        return signoff

    def _edu_lock(self, record):
        """Make a second signing of the record, at the same moment, start again.

        The row is rewritten with what it holds: under repeatable read a mere lock would let the
        second transaction go on with its old view of the chain.
        """
        record.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s SET id = id WHERE id = %(id)s",
                table=SQL.identifier(record._table),
                id=record.id,
            )
        )

    def _edu_chain(self, record):
        """Return all sign-offs of the record, of every round, in order."""
        return self.sudo().search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="sequence"
        )

    def _edu_check_signer(self, record, role, user, current):
        if current.filtered(lambda signoff: signoff.person_id == user and signoff.role == role):
            raise ValidationError(
                self.env._("You have signed “%(document)s” already.", document=record.display_name)
            )
        counted = self.browse().sudo()
        for related in record.sudo()._edu_signoff_related():
            for other in related:
                counted |= self._edu_chain(other).filtered(
                    lambda signoff, other=other: signoff.round == other.signoff_round
                )
        done = (current | counted).filtered(lambda signoff: signoff.person_id == user)
        if role == "reviewed" and done.filtered(
            lambda signoff: signoff.role in ("checked", "filled")
        ):
            raise ValidationError(
                self.env._(
                    "%(person)s checked or filled in “%(document)s” or what it is made of, and cannot"
                    " review it. Another principal or vice principal has to review.",
                    person=user.name,
                    document=record.display_name,
                )
            )
        if role != "reviewed" and current.filtered(
            lambda signoff: signoff.person_id == user and signoff.role == "reviewed"
        ):
            raise ValidationError(
                self.env._(
                    "%(person)s reviewed “%(document)s” and cannot check it or fill it in.",
                    person=user.name,
                    document=record.display_name,
                )
            )

    def _edu_row_hash(self, values):
        """Return the own hash of a row given as a dict or as a record."""
        return sha256_hex(
            canonical_json(
                {
                    "content_hash": values["content_hash"],
                    "format": FORMAT,
                    "person": values["person_id"]
                    if isinstance(values, dict)
                    else values.person_id.id,
                    "person_name": values["person_name"],
                    "post": values["post_label"] or None,
                    "previous": values["previous_hash"] or None,
                    "res_id": values["res_id"],
                    "res_model": values["res_model"],
                    "role": values["role"],
                    "round": values["round"],
                    "sequence": values["sequence"],
                    "signed_at": values["signed_at"],
                }
            )
        )

    # ------------------------------------------------------------------
    # Verifying
    # ------------------------------------------------------------------

    def _edu_frozen(self):
        """Return what was signed, or None when it can no longer be read. Server side only."""
        frozen = self._edu_frozen_text()
        return json.loads(frozen)["content"] if frozen else None

    def _edu_frozen_text(self):
        self.ensure_one()
        cipher = self.sudo().content_cipher
        if not cipher:
            return None
        try:
            return self.env["edu.secret.mixin"]._edu_decrypt(self._name, "content", cipher)
        except UserError:  # another key: the chain can still be checked
            return None

    def _edu_verify(self, record):
        """Recompute the chain of ``record``. Return problems as texts, none when all is well."""
        problems = []
        previous = False
        chain = self._edu_chain(record)
        for position, signoff in enumerate(chain, start=1):
            who = {
                "number": position,
                "role": signoff.display_name,
                "date": fields.Datetime.context_timestamp(signoff, signoff.signed_at).strftime(
                    "%Y-%m-%d %H:%M"
                ),
            }
            if signoff.sequence != position or (signoff.previous_hash or False) != previous:
                problems.append(
                    self.env._(
                        "Signature %(number)s (%(role)s, %(date)s): the one before it is missing.",
                        **who,
                    )
                )
            if signoff.hash != self._edu_row_hash(signoff):
                problems.append(
                    self.env._(
                        "Signature %(number)s (%(role)s, %(date)s) was altered after it was given.",
                        **who,
                    )
                )
            previous = signoff.hash
            frozen = signoff._edu_frozen_text()
            if frozen is None:
                problems.append(
                    self.env._(
                        "Signature %(number)s (%(role)s, %(date)s): the content signed cannot be read.",
                        **who,
                    )
                )
            elif sha256_hex(frozen) != signoff.content_hash:
                problems.append(
                    self.env._(
                        "Signature %(number)s (%(role)s, %(date)s): the content kept was altered.",
                        **who,
                    )
                )
            elif signoff.round == record.signoff_round:
                now = json.loads(canonical_json(record.sudo()._edu_signoff_content()))
                paths = changed_paths(json.loads(frozen)["content"], now)
                problems += [
                    self.env._(
                        "%(field)s was changed after signature %(number)s (%(role)s, %(date)s).",
                        field=label,
                        **who,
                    )
                    for label in dict.fromkeys(
                        record._edu_signoff_path_label(path) for path in paths
                    )
                ]
        return problems
