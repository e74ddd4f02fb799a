import base64
import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...tools.canonical import canonical_json, changed_paths, sha256_hex

FORMAT = 2
# What people sign as; the other entries of a chain say what happened to what they signed
SIGNATURES = ("checked", "filled", "reviewed")
DRAWING_MAX = 300 * 1024
# A reason may name a child: not for the county administrator, who reads all chains
REASON_READERS = ",".join(
    f"edu_dropout_control.group_{role}"
    for role in (
        "class_teacher",
        "records_admin",
        "dean",
        "vice_principal",
        "principal",
        "township",
        "bureau",
        "student_aid",
        "inspector",
    )
)


class EduSignoff(models.Model):
    """One signature under one record: who checked, filled in or reviewed what, as it then stood.

    Plan, 二(三): who checks answers for the check, who fills in for the figures, who reviews for the
    review. Rows are only ever added, by ``_sign`` and after the caller has checked role and record.
    A row can be read by whoever can read the record it stands under.

    Each row carries the hash of the content signed, the hash of the row before it under the same
    record, and its own hash over all of it. The content itself is kept in cipher, with a salt, so
    that the hash gives away nothing of a child's numbers; so is a signature drawn by hand.

    Besides the three signatures a chain holds what happened to the document: received, sealed, sent
    back, withdrawn and why. What somebody outside signed on paper says for whom it stands, in which
    post, who entered it, and carries the hash of the scan.
    """

    _name = "edu.signoff"
    _description = "Sign-off"
    _inherit = ["edu.append.only.mixin", "edu.document.guard.mixin"]
    _log_access = False
    _order = "id"

    round = fields.Integer("Round", required=True, readonly=True)
    sequence = fields.Integer("Number", required=True, readonly=True)
    role = fields.Selection(
        [
            ("checked", "Checked"),
            ("filled", "Filled In"),
            ("reviewed", "Reviewed"),
            ("received", "Received"),
            ("sealed", "Sealed"),
            ("returned", "Sent Back"),
            ("withdrawn", "Withdrawn"),
        ],
        string="As",
        required=True,
        readonly=True,
    )
    person_id = fields.Many2one(
        "res.users", "Log-in", required=True, readonly=True, ondelete="restrict"
    )
    person_name = fields.Char("Name", required=True, readonly=True)
    post_label = fields.Char("Post", readonly=True)
    signed_at = fields.Datetime("Signed On", required=True, readonly=True)
    reason = fields.Text(readonly=True, groups=REASON_READERS)
    on_behalf = fields.Boolean("Entered on Behalf", readonly=True)
    entered_by_name = fields.Char("Entered By", readonly=True)
    paper_date = fields.Date("Date on the Paper", readonly=True)
    paper_id = fields.Many2one(
        "ir.attachment", "Scan of the Paper", readonly=True, ondelete="restrict"
    )
    paper_hash = fields.Char("Hash of the Scan", readonly=True)
    drawing_cipher = fields.Text(groups=fields.NO_ACCESS, prefetch=False, copy=False)
    drawing_hash = fields.Char("Hash of the Drawing", readonly=True)
    drawing = fields.Binary("Drawn Signature", compute="_compute_drawing")
    content_cipher = fields.Text(groups=fields.NO_ACCESS, prefetch=False, copy=False)
    content_hash = fields.Char("Content Hash", required=True, readonly=True)
    previous_hash = fields.Char("Previous Hash", readonly=True)
    hash = fields.Char("Hash", required=True, readonly=True)
    short_hash = fields.Char("Mark", compute="_compute_short_hash")
    format = fields.Integer(readonly=True, aggregator=None)

    _chain_uniq = models.UniqueIndex(
        "(res_model, res_id, sequence)",
        "Someone else signed this document at the same moment. Open it again and sign.",
    )
    _person_idx = models.Index("(person_id)")
    _paper_idx = models.Index("(paper_id) WHERE paper_id IS NOT NULL")

    @api.depends("hash")
    def _compute_short_hash(self):
        for signoff in self:
            signoff.short_hash = (signoff.hash or "")[:12]

    @api.depends("role", "person_name", "signed_at")
    @api.depends_context("lang")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for signoff in self:
            signoff.display_name = f"{roles.get(signoff.role, '')} · {signoff.person_name or ''}"

    @api.depends("drawing_hash")
    @api.depends_context("uid")
    def _compute_drawing(self):
        """Shown to whoever may read the document itself."""
        readable = self if self.env.su else self._edu_with_readable_document()
        for signoff in self:
            image = signoff in readable and signoff._edu_drawing()
            signoff.drawing = image and base64.b64encode(image)

    # ------------------------------------------------------------------
    # Signing
    # ------------------------------------------------------------------

    @api.model
    def _edu_signing_rules(self):
        """Return what the county asks of a signature: ``differ`` (nobody signs one document in two
        roles), ``password`` (asked again), ``drawing`` (by hand). The room that knows the policy
        says so."""
        return {"differ": False, "password": False, "drawing": False}

    @api.model
    def _sign(self, record, role, content, post=None, drawing=None, behalf=None):
        """Add the signature of ``env.user`` under ``record`` and return it.

        Private: the caller has checked that the user may sign in this role.

        :param role: checked, filled or reviewed; received for who was handed the document
        :param content: a dict that ``canonical_json`` takes
        :param post: role code of the post in which the user signs; its label is frozen
        :param drawing: the signature drawn by hand (bytes of a PNG or JPEG)
        :param behalf: a person outside who signed on paper: ``{"name", "post", "date", "paper"}``,
            the last an ir.attachment of the record; ``env.user`` is who enters it

        :raise ValidationError: when the reviewer checked or filled in the same record, or when
            the user has signed this round in the same role.
        """
        record.ensure_one()
        self._edu_lock(record)
        chain = self._edu_chain(record)
        current = chain.filtered(lambda signoff: signoff.round == record.signoff_round)
        if not behalf:
            self._edu_check_signer(record, role, self.env.user, current)
        values = {"drawing_hash": sha256_hex(drawing) if drawing else False}
        if behalf:
            values.update(
                person_name=behalf["name"],
                post_label=behalf["post"],
                on_behalf=True,
                entered_by_name=self.env.user.name,
                paper_date=behalf["date"],
                paper_id=behalf["paper"].id,
                paper_hash=sha256_hex(behalf["paper"].sudo().raw),
            )
        sealed = {}
        if drawing:
            sealed["drawing_cipher"] = self.env["edu.secret.mixin"]._edu_encrypt(
                self._name, "drawing", base64.b64encode(drawing).decode()
            )
        return self._edu_append(record, chain, role, content, post, values, sealed)

    @api.model
    def _edu_event(self, record, role, reason=None, post=None):
        """Add to the chain of ``record`` what happened to it, in the name of ``env.user``.

        Private, like ``_sign``. ``role``: received, sealed, returned or withdrawn.
        """
        record.ensure_one()
        self._edu_lock(record)
        return self._edu_append(
            record,
            self._edu_chain(record),
            role,
            {"event": role},
            post,
            {"reason": (reason or "").strip() or False},
        )

    def _edu_append(self, record, chain, role, content, post, values, sealed=None):
        """Add one row to the end of ``chain``, which is that of ``record``, locked."""
        user = self.env.user
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
            "format": FORMAT,
            **values,
        }
        values["hash"] = self._edu_row_hash(values)
        values["content_cipher"] = self.env["edu.secret.mixin"]._edu_encrypt(
            self._name, "content", frozen
        )
        signoff = self.sudo().create({**values, **(sealed or {})}).sudo(False)
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

    @api.model
    def _edu_document_of(self, model, res_id):
        """The document ``res_id`` of ``model``, which takes sign-offs and which the caller may read:
        for dialogs, whose model and id come from the client.

        :raise AccessError: it is no such document, or not readable
        """
        if model not in self._edu_signed_models():
            raise AccessError(self.env._("This is no document that is signed."))
        document = self.env[model].browse(res_id)
        document.check_access("read")
        return document

    def _edu_chain(self, record):
        """Return all sign-offs of the record, of every round, in order."""
        return self.sudo().search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)], order="sequence"
        )

    def _edu_check_signer(self, record, role, user, current):
        current = current.filtered(lambda signoff: not signoff.on_behalf)
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
        done = (current | counted).filtered(
            lambda signoff: signoff.person_id == user and not signoff.on_behalf
        )
        if (
            role in SIGNATURES
            and self._edu_signing_rules()["differ"]
            and current.filtered(lambda s: s.person_id == user and s.role in SIGNATURES)
        ):
            raise ValidationError(
                self.env._(
                    "In this county three persons sign: %(person)s has signed “%(document)s” in"
                    " another role already. Somebody else has to sign now.",
                    person=user.name,
                    document=record.display_name,
                )
            )
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
        if role in ("checked", "filled") and current.filtered(
            lambda signoff: signoff.person_id == user and signoff.role == "reviewed"
        ):
            raise ValidationError(
                self.env._(
                    "%(person)s reviewed “%(document)s” and cannot check it or fill it in.",
                    person=user.name,
                    document=record.display_name,
                )
            )

    @api.model
    def _edu_row_hash(self, values):
        """Return the own hash of a row given as a dict (of ``create`` or of SQL) or as a record."""
        person = values["person_id"]
        row = {
            "content_hash": values["content_hash"],
            "format": values["format"] or 1,
            "person": person.id if isinstance(person, models.BaseModel) else person,
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
        if row["format"] > 1:  # rows of the first format stay as they were hashed
            for name in (
                "reason",
                "on_behalf",
                "entered_by_name",
                "paper_date",
                "paper_hash",
                "drawing_hash",
            ):
                value = values.get(name) if isinstance(values, dict) else values[name]
                row[name] = value or None
        return sha256_hex(canonical_json(row))

    # ------------------------------------------------------------------
    # Verifying
    # ------------------------------------------------------------------

    def _edu_frozen(self):
        """Return what was signed, or None when it can no longer be read. Server side only."""
        frozen = self._edu_frozen_text()
        return json.loads(frozen)["content"] if frozen else None

    def _edu_frozen_text(self):
        self.ensure_one()
        return self._edu_unseal("content", self.sudo().content_cipher)

    def _edu_drawing(self):
        """Return the signature drawn by hand (bytes), None when there is none or it cannot be read.
        Server side only."""
        self.ensure_one()
        drawing = self._edu_unseal("drawing", self.sudo().drawing_cipher)
        return base64.b64decode(drawing) if drawing else None

    def _edu_verify(self, record):
        """Recompute the chain of ``record``. Return problems as texts, none when all is well."""
        return self._edu_verify_many(record._name, record.ids).get(record.id, [])

    @api.model
    def _edu_verify_many(self, model, ids):
        """Recompute the chains of documents of one model: their rows are read in one query, past the
        ORM, and of the documents themselves what the current round signed.

        :return: {id: problems as texts} of those that do not hold
        """
        found = {}
        documents = self.env[model].sudo().browse(ids).exists() if model in self.env else ()
        alive = {document.id: document for document in documents}
        for res_id, rows in self._edu_chain_rows(model, ids).items():
            problems = self._edu_chain_problems(rows)
            if res_id in alive:
                problems += self._edu_changed_since(alive[res_id], rows)
            else:
                problems.append(self.env._("The document itself is no longer there."))
            if problems:
                found[res_id] = problems
        return found

    def action_verify_shown(self):
        """Whoever reads them: verify the documents of the chosen signatures, of all shown when none
        is chosen; names those that do not hold."""
        signoffs = self
        if not signoffs:
            domain = self.env.context.get("active_domain") or []
            signoffs = self.search(domain)
        signoffs.check_access("read")
        keys = dict.fromkeys((row.res_model, row.res_id) for row in signoffs.sudo())
        return self._edu_verify_action(list(keys))

    @api.model
    def _edu_verify_action(self, keys):
        """Verify the documents ``keys``; an action that names the broken ones, or says that all
        hold."""
        faults, _new = self.env["edu.signoff.fault"]._edu_verify(keys)
        if faults:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "edu_dropout_control.edu_signoff_fault_action"
            )
            return {**action, "domain": [("id", "in", faults.ids)]}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if keys else "info",
                "title": self.env._("Signatures"),
                "message": self.env._(
                    "%(count)s documents verified: all signatures hold.", count=len(keys)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _edu_chain_rows(self, model, ids):
        """{id: rows as dicts, in order} of the documents ``ids`` of ``model``."""
        self.flush_model()
        chains = {}
        for row in self.env.execute_query_dict(
            SQL(
                """
                SELECT id, res_model, res_id, round, sequence, role, person_id, person_name,
                       post_label, signed_at, reason, on_behalf, entered_by_name, paper_date,
                       paper_id, paper_hash, drawing_cipher, drawing_hash, content_cipher,
                       content_hash, previous_hash, hash, format
                  FROM edu_signoff
                 WHERE res_model = %s AND res_id IN %s
                 ORDER BY res_id, sequence
                """,
                model,
                tuple(ids or [0]),
            )
        ):
            chains.setdefault(row["res_id"], []).append(row)
        return chains

    def _edu_chain_problems(self, rows):
        """Problems of one chain in itself; leaves what each row signed in its ``frozen``."""
        problems = []
        previous = None
        texts = {
            "gap": self.env._(
                "Signature %(number)s (%(role)s, %(date)s): the one before it is missing."
            ),
            "altered": self.env._(
                "Signature %(number)s (%(role)s, %(date)s) was altered after it was given."
            ),
            "unreadable": self.env._(
                "Signature %(number)s (%(role)s, %(date)s): the content signed cannot be read."
            ),
            "content": self.env._(
                "Signature %(number)s (%(role)s, %(date)s): the content kept was altered."
            ),
            "drawing": self.env._(
                "Signature %(number)s (%(role)s, %(date)s): the drawn signature was altered or is"
                " gone."
            ),
            "paper": self.env._(
                "Signature %(number)s (%(role)s, %(date)s): the scan of the paper was altered or is"
                " gone."
            ),
        }
        for position, row in enumerate(rows, start=1):
            codes = []
            if row["sequence"] != position or (row["previous_hash"] or None) != previous:
                codes.append("gap")
            if row["hash"] != self._edu_row_hash(row):
                codes.append("altered")
            previous = row["hash"]
            row["frozen"] = self._edu_unseal("content", row["content_cipher"])
            if row["frozen"] is None:
                codes.append("unreadable")
            elif sha256_hex(row["frozen"]) != row["content_hash"]:
                codes.append("content")
                row["frozen"] = None
            if row["drawing_hash"]:
                drawing = self._edu_unseal("drawing", row["drawing_cipher"])
                if not drawing or sha256_hex(base64.b64decode(drawing)) != row["drawing_hash"]:
                    codes.append("drawing")
            if row["paper_hash"]:
                paper = self.env["ir.attachment"].sudo().browse(row["paper_id"]).exists()
                if not paper or sha256_hex(paper.raw or b"") != row["paper_hash"]:
                    codes.append("paper")
            who = self._edu_who(row, position)
            problems += [texts[code] % who for code in codes]
        return problems

    def _edu_changed_since(self, record, rows):
        """Which fields of ``record`` (as superuser) are not as the current round signed them, and
        which signatures it says it has and has not."""
        roles = dict(self._fields["role"]._description_selection(self.env))
        given = {row["role"] for row in rows if row["round"] == record.signoff_round}
        missing = [
            self.env._(
                "The document stands as signed, and a signature is missing: %(role)s.",
                role=roles[role],
            )
            for role in record._edu_signoff_expected()
            if role not in given
        ]
        rows = [
            (position, row)
            for position, row in enumerate(rows, start=1)
            if row["round"] == record.signoff_round
            and row["role"] in SIGNATURES
            and row.get("frozen")
        ]
        if not rows:
            return missing
        try:
            now = json.loads(canonical_json(record._edu_signoff_content()))
        except UserError as error:
            return [*missing, str(error)]
        problems = missing
        for position, row in rows:
            paths = changed_paths(json.loads(row["frozen"])["content"], now)
            problems += [
                self.env._(
                    "%(field)s was changed after signature %(number)s (%(role)s, %(date)s).",
                    field=label,
                    **self._edu_who(row, position),
                )
                for label in dict.fromkeys(record._edu_signoff_path_label(path) for path in paths)
            ]
        return problems

    def _edu_unseal(self, field, cipher):
        if not cipher:
            return None
        try:
            return self.env["edu.secret.mixin"]._edu_decrypt(self._name, field, cipher)
        except UserError:  # another key: the chain can still be checked
            return None

    def _edu_who(self, row, position):
        roles = dict(self._fields["role"]._description_selection(self.env))
        return {
            "number": position,
            "role": f"{roles.get(row['role'], '')} · {row['person_name'] or ''}",
            "date": fields.Datetime.context_timestamp(self, row["signed_at"]).strftime(
                "%Y-%m-%d %H:%M"
            ),
        }
