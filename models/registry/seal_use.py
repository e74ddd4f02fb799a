from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..core.append_only import protect

KEEPERS = ("records_admin", "dean")
OFFICES = {"township": "township", "county": "bureau"}


class EduSealUse(models.Model):
    """用印登记: one use of an official seal, from the request to the register's line.

    At a school records administrator or dean ask and put the seal to the paper, the principal
    approves; nobody approves what they asked for, and who approves does not seal. Township and
    bureau have their own seals: their officers ask and seal; approved by another officer, or on
    paper by a leader without a log-in, who is named. The bureau reads the county's registers, the
    inspector too.

    Once sealed the line has its number (by place and year, without gaps) and is written once and
    for all: the database itself refuses to change or delete it.
    """

    _name = "edu.seal.use"
    _description = "Use of a Seal"
    _inherit = ["edu.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "document"
    _edu_township_fields = ("area_id",)

    school_id = fields.Many2one("edu.school", index=True, ondelete="restrict")
    area_id = fields.Many2one(
        "edu.area",
        "Township or County",
        index=True,
        ondelete="restrict",
        domain=[("level", "in", ("township", "county"))],
    )
    place = fields.Char("Seal of", compute="_compute_place")
    seal = fields.Char(required=True, default="公章", help="Which of the place's seals")

    document = fields.Char(required=True)
    res_model = fields.Char("Model of the Document", readonly=True)
    res_id = fields.Many2oneReference(
        "Document in the System", model_field="res_model", readonly=True
    )
    purpose = fields.Char("What For")
    copies = fields.Integer(required=True, default=3, aggregator="sum")
    state = fields.Selection(
        [
            ("asked", "Asked For"),
            ("approved", "Approved"),
            ("sealed", "Sealed"),
            ("refused", "Refused"),
            ("dropped", "Given Up"),
        ],
        required=True,
        default="asked",
        readonly=True,
        index=True,
        tracking=True,
        copy=False,
    )
    number = fields.Integer("No.", readonly=True, copy=False, aggregator=None)
    year = fields.Integer(readonly=True, copy=False, aggregator=None)

    asked_by_id = fields.Many2one(
        "res.users", "Asked For By", readonly=True, copy=False, ondelete="restrict"
    )
    asked_at = fields.Datetime("Asked For On", readonly=True, copy=False)
    outside_approver = fields.Char(
        "Approved on Paper By",
        copy=False,
        help="Leader of the township or bureau without a log-in: name and post",
    )
    approved_by_id = fields.Many2one(
        "res.users", "Approved By", readonly=True, copy=False, ondelete="restrict"
    )
    approved_at = fields.Datetime("Approved On", readonly=True, copy=False)
    refusal = fields.Char("Why Not", readonly=True, copy=False)
    sealed_by_id = fields.Many2one(
        "res.users", "Sealed By", readonly=True, copy=False, ondelete="restrict"
    )
    sealed_at = fields.Datetime("Sealed On", readonly=True, copy=False)

    can_edit = fields.Boolean(compute="_compute_can")
    can_approve = fields.Boolean(compute="_compute_can")
    can_seal = fields.Boolean(compute="_compute_can")

    _one_place = models.Constraint(
        "CHECK((school_id IS NULL) != (area_id IS NULL))",
        "A seal belongs to one place: a school, a township or the county.",
    )
    _copies_positive = models.Constraint("CHECK(copies > 0)", "At least one copy is sealed.")
    _school_number_uniq = models.UniqueIndex(
        "(school_id, year, number) WHERE number > 0 AND school_id IS NOT NULL",
        "This number of the register is taken.",
    )
    _area_number_uniq = models.UniqueIndex(
        "(area_id, year, number) WHERE number > 0 AND area_id IS NOT NULL",
        "This number of the register is taken.",
    )
    _document_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    _EDU_TYPED = frozenset(
        {"school_id", "area_id", "seal", "document", "purpose", "copies", "outside_approver"}
    )

    def init(self):
        super().init()
        protect(self.env, self._table, "OLD.state = 'sealed'")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("school_id", "area_id")
    def _compute_place(self):
        for use in self:
            use.place = (use.sudo().school_id or use.sudo().area_id).name

    @api.depends("document", "number", "year")
    def _compute_display_name(self):
        for use in self:
            number = f"{use.year}-{use.number} " if use.number else ""
            use.display_name = f"{number}{use.document or ''}"

    @api.depends_context("uid")
    @api.depends(
        "state", "school_id", "area_id", "asked_by_id", "approved_by_id", "outside_approver"
    )
    def _compute_can(self):
        user = self.env.user
        for use in self:
            placed = bool(use.school_id or use.area_id)
            keeper = placed and use._edu_holds(use._edu_keepers())
            use.can_edit = use.state == "asked" and (keeper or not use.id)
            use.can_approve = use.state == "asked" and placed and use._edu_may_approve()
            use.can_seal = (
                use.state == "approved"
                and keeper
                and (bool(use.outside_approver) or use.approved_by_id != user)
            )

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def _edu_keepers(self):
        """Role codes of those who ask for the seal and keep it."""
        return KEEPERS if self.school_id else (OFFICES.get(self.sudo().area_id.level),)

    def _edu_approvers(self):
        return ("principal",) if self.school_id else self._edu_keepers()

    def _edu_holds(self, roles):
        self.ensure_one()
        user = self.env.user
        if self.sudo().area_id.level == "county":
            counties = user.sudo().edu_bureau_area_ids.county_id
            return "bureau" in roles and self.sudo().area_id in counties
        return any(user._edu_has_role(role, self) for role in roles)

    def _edu_may_approve(self):
        """Not who asked; but who asked enters that a leader without a log-in approved on paper."""
        self.ensure_one()
        if not self._edu_holds(self._edu_approvers()):
            return False
        if self.asked_by_id != self.env.user:
            return True
        return bool(self.area_id and (self.outside_approver or "").strip())

    def _edu_check_keeper(self):
        for use in self:
            if not self.env.su and not use._edu_holds(use._edu_keepers()):
                raise AccessError(
                    self.env._(
                        "A seal is asked for and kept by records administrator or dean at a school,"
                        " by the clerk at a township, by an officer at the bureau."
                    )
                )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        """The own place of who asks, where there is one."""
        values = super().default_get(fields_list)
        if "school_id" in fields_list and not {"school_id", "area_id"} & values.keys():
            user = self.env.user.sudo()
            schools = user.edu_records_admin_school_ids | user.edu_dean_school_ids
            areas = user.edu_township_area_ids or user.edu_bureau_area_ids.county_id
            if schools:
                values["school_id"] = schools[0].id
            elif areas:
                values["area_id"] = areas[0].id
        return values

    @api.model_create_multi
    def create(self, vals_list):
        """Records administrator, dean; clerk or officer for the seal of their office."""
        for vals in vals_list:
            if not self.env.su:
                self._edu_refuse_protected(vals)
            vals.update(asked_by_id=self.env.uid, asked_at=fields.Datetime.now(), state="asked")
        uses = super().create(vals_list)
        uses._edu_check_keeper()
        for use in uses:
            use._edu_ask_approval()
        return uses

    def write(self, vals):
        if any(use.state == "sealed" for use in self) and self._edu_refused(vals):
            raise UserError(self.env._("A line of the register of seals is not changed any more."))
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            if vals.keys() & self._EDU_TYPED:
                self._edu_check_keeper()
                if any(use.state != "asked" for use in self):
                    raise UserError(
                        self.env._("What was approved is sealed as it is, or given up.")
                    )
        result = super().write(vals)
        if not self.env.su and {"school_id", "area_id"} & vals.keys():
            self._edu_check_keeper()
        return result

    def _edu_refuse_protected(self, vals):
        label = self._edu_refused(vals.keys() - self._EDU_TYPED)
        if label:
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from asking, approving and sealing; it is not typed in.",
                    field=label,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ever(self):
        raise UserError(self.env._("Nothing is deleted from the register of seals: give it up."))

    @api.constrains("area_id")
    def _check_area(self):
        for use in self:
            if use.area_id and use.area_id.level not in OFFICES:
                raise ValidationError(self.env._("A seal belongs to a township or to the county."))

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def _edu_lock(self):
        """Of two people at once the second sees what the first did."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT id FROM edu_seal_use WHERE id IN %s FOR UPDATE", tuple(self.ids or [0]))
        )
        self.invalidate_recordset()

    def _edu_check_state(self, *states):
        for use in self:
            if use.state not in states:
                raise UserError(
                    self.env._(
                        "“%(document)s” is not at this point; reload it.", document=use.document
                    )
                )

    def action_approve(self):
        """Principal; at township and bureau another officer, or who asked for a leader named as
        having approved on paper."""
        self._edu_lock()
        self._edu_check_state("asked")
        for use in self:
            if not self.env.su and not use._edu_may_approve():
                if use._edu_holds(use._edu_approvers()):
                    raise AccessError(
                        self.env._(
                            "Nobody approves what they asked for. Somebody else approves it; at"
                            " township and bureau also a leader named as having approved on paper."
                        )
                    )
                raise AccessError(
                    self.env._("The principal approves the seal of a school, its office another.")
                )
            use.sudo().write(
                {
                    "state": "approved",
                    "approved_by_id": self.env.uid,
                    "approved_at": fields.Datetime.now(),
                }
            )
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def action_refuse(self):
        """Whoever approves: asks why not."""
        self.ensure_one()
        if not self._edu_holds(self._edu_approvers()):
            raise AccessError(
                self.env._("The principal approves the seal of a school, its office another.")
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "edu.seal.refuse",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_use_id": self.id},
        }

    def _edu_refuse(self, reason):
        self._edu_lock()
        self._edu_check_state("asked")
        if not self._edu_holds(self._edu_approvers()):
            raise AccessError(
                self.env._("The principal approves the seal of a school, its office another.")
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason is kept."))
        self.sudo().write({"state": "refused", "refusal": reason.strip()})
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def action_drop(self):
        """Who keeps the seal: it is not needed any more."""
        self._edu_lock()
        self._edu_check_state("asked", "approved")
        self._edu_check_keeper()
        self.sudo().write({"state": "dropped"})
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def action_seal(self):
        """Who keeps the seal and did not approve: it was put to the paper. The register's line gets
        its number and stands."""
        self._edu_lock()
        self._edu_check_state("approved")
        self._edu_check_keeper()
        now = fields.Datetime.now()
        year = self.env["edu.policy"]._edu_now(now).year
        for use in self:
            if use.approved_by_id == self.env.user and not use.outside_approver:
                raise AccessError(self.env._("Who approved does not put the seal to the paper."))
            document = use._edu_document()
            if document is not None:
                document._edu_check_may_seal()
            use.sudo().write(
                {
                    "state": "sealed",
                    "sealed_by_id": self.env.uid,
                    "sealed_at": now,
                    "year": year,
                    "number": use._edu_next_number(year),
                }
            )
            use.flush_recordset()
            if document is not None:
                document._edu_after_seal(use)

    def _edu_next_number(self, year):
        """No gaps, none twice: the place's row is rewritten, so that of two at once the second starts
        again."""
        self.ensure_one()
        use = self.sudo()
        place = use.school_id or use.area_id
        self.env.cr.execute(
            SQL("UPDATE %s SET id = id WHERE id = %s", SQL.identifier(place._table), place.id)
        )
        field = "school_id" if use.school_id else "area_id"
        [(last,)] = use._read_group(
            [(field, "=", place.id), ("year", "=", year)], aggregates=["number:max"]
        )
        return (last or 0) + 1

    def _edu_document(self):
        """The document in the system, None where there is none; as the caller has it."""
        self.ensure_one()
        if not self.res_model or self.res_model not in self.env:
            return None
        return self.env[self.res_model].browse(self.res_id).exists() or None

    def action_open_document(self):
        """Whoever may read the document: open it."""
        self.ensure_one()
        document = self._edu_document()
        if document is None:
            raise UserError(self.env._("This document is not kept in the system."))
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }

    def _edu_ask_approval(self):
        """A to-do for each who approves, without making anybody a follower: a post may end."""
        self.ensure_one()
        use = self.sudo()
        Post = self.env["edu.post"]
        if use.school_id:
            people = Post._holders("principal", school=use.school_id)
        else:
            people = Post._holders(OFFICES[use.area_id.level], area=use.area_id)
        use._edu_to_do(
            people - use.asked_by_id,
            self.env["edu.policy"]._edu_today(),
            self.env._("Approve the use of the seal"),
        )


class EduSealedMixin(models.AbstractModel):
    """A document that is sealed on paper: asks for the seal, shows its lines of the register."""

    _name = "edu.sealed.mixin"
    _description = "Document That Is Sealed"

    seal_use_ids = fields.One2many(
        "edu.seal.use", "res_id", "Uses of the Seal", readonly=True, copy=False
    )

    def _edu_seal_values(self):
        """Return what a new line says of the document: school_id or area_id, document, copies. No
        name or number of a child."""
        raise NotImplementedError(self._name)

    def _edu_check_may_seal(self):
        """Raise UserError unless the document stands as it will be sealed."""

    def _edu_after_seal(self, use):
        """What sealing does to the document."""

    def action_ask_seal(self):
        """Who keeps the seal of the place: ask for it to be put to this document."""
        self.ensure_one()
        self.check_access("read")
        self._edu_check_may_seal()
        values = {**self._edu_seal_values(), "res_model": self._name, "res_id": self.id}
        use = self.env["edu.seal.use"].sudo().create(values).sudo(False)
        use._edu_check_keeper()
        return {
            "type": "ir.actions.act_window",
            "res_model": use._name,
            "res_id": use.id,
            "views": [(False, "form")],
        }
