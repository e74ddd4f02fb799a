from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

SCHOOL = ("records_admin", "dean", "vice_principal", "principal")
OPEN = ("sent", "returned")


class EduSupervisionOrder(models.Model):
    """督办单: the bureau orders a school, or a township, to follow up children, each by name, and has it
    answered by a day (clause 二(三)1).

    The bureau drafts and sends it, alone or with a bulletin, and accepts the answer or sends it back.
    The staff of the school answer for the school, the clerk for the township; for a township without
    a log-in the bureau enters the answer it has on paper, which the order says. Where each child stands
    is taken from its case, once when the order is sent and once when it is answered: nobody types it.
    """

    _name = "edu.supervision.order"
    _description = "Follow-up Order"
    _inherit = [
        "edu.hand.in.mixin",
        "edu.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _edu_duty_fields = ("state", "school_id", "township_id", "deadline", "first_submitted_at")
    _order = "id desc"
    _mail_post_access = "read"
    _edu_township_fields = ("township_id",)

    name = fields.Char("Document Number", readonly=True, copy=False)
    bulletin_id = fields.Many2one(
        "edu.bulletin", "Bulletin", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    county_id = fields.Many2one(
        "edu.area",
        "County",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.bulletin"]._default_county_id(),
    )
    school_id = fields.Many2one("edu.school", "School", index=True, ondelete="restrict")
    township_id = fields.Many2one(
        "edu.area",
        "Township",
        index=True,
        ondelete="restrict",
        domain=[("level", "=", "township")],
    )
    state = fields.Selection(
        [
            ("draft", "Being Prepared"),
            ("sent", "To Be Answered"),
            ("answered", "Answered"),
            ("returned", "Sent Back"),
            ("accepted", "Accepted"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    is_sent = fields.Boolean(compute="_compute_is_sent", store=True)
    instruction = fields.Text("What Is Asked for")
    deadline = fields.Date(readonly=False, compute="_compute_deadline", store=True, precompute=True)
    line_ids = fields.One2many("edu.supervision.order.line", "order_id", "Children", copy=False)
    child_count = fields.Integer("Number of Children", compute="_compute_child_count", store=True)
    sent_at = fields.Datetime("Sent", readonly=True, copy=False)
    sent_by_id = fields.Many2one(
        "res.users", "Sent by", readonly=True, copy=False, ondelete="restrict"
    )
    answer = fields.Text("Answer", copy=False)
    scan_ids = fields.Many2many(
        "ir.attachment",
        "edu_supervision_order_scan_rel",
        "order_id",
        "attachment_id",
        "Evidence",
        copy=False,
        bypass_search_access=True,
    )
    answered_by_id = fields.Many2one(
        "res.users", "Answered by", readonly=True, copy=False, ondelete="restrict"
    )
    on_behalf = fields.Boolean("Entered by the Bureau From Paper", readonly=True, copy=False)
    return_reason = fields.Text("Reason of the Return", readonly=True, copy=False)
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, copy=False, ondelete="restrict"
    )
    can_draft = fields.Boolean(compute="_compute_can")
    can_answer = fields.Boolean(compute="_compute_can")
    can_decide = fields.Boolean(compute="_compute_can")

    _one_addressee = models.Constraint(
        "CHECK((school_id IS NULL) <> (township_id IS NULL))",
        "An order goes to one school or to one township.",
    )
    _bulletin_place_uniq = models.UniqueIndex(
        "(bulletin_id, COALESCE(school_id, 0), COALESCE(township_id, 0))"
        " WHERE bulletin_id IS NOT NULL",
        "This place has its order of this bulletin already.",
    )

    # ------------------------------------------------------------------ computes

    @api.depends("state")
    def _compute_is_sent(self):
        for order in self:
            order.is_sent = order.state != "draft"

    @api.depends("bulletin_id.answer_by")
    def _compute_deadline(self):
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        for order in self:
            order.deadline = order.bulletin_id.answer_by or Policy._edu_period_end(
                today, Policy._current(today).order_answer_days
            )

    @api.depends("line_ids")
    def _compute_child_count(self):
        for order in self:
            order.child_count = len(order.line_ids)

    @api.depends("name", "school_id", "township_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for order in self:
            number = order.name or self.env._("Follow-up order")
            order.display_name = f"{number} {order.sudo()._edu_addressee().name or ''}".strip()

    @api.depends_context("uid")
    @api.depends("state", "school_id", "township_id")
    def _compute_can(self):
        for order in self:
            bureau = order._edu_holds(("bureau",))
            order.can_draft = bureau and order.state == "draft"
            order.can_answer = order.state in OPEN and order._edu_may_answer()
            order.can_decide = bureau and order.state == "answered"

    def _edu_addressee(self):
        """The school or the township that answers."""
        self.ensure_one()
        return self.school_id or self.township_id

    def _edu_holds(self, roles):
        self.ensure_one()
        user = self.env.user
        return any(user._edu_has_role(role, self) for role in roles)

    def _edu_people(self):
        """Who answers, users: first records administrator or dean, else who leads the school; the
        township's clerk."""
        self.ensure_one()
        Post, order = self.env["edu.post"], self.sudo()
        if order.township_id:
            return Post._holders("township", area=order.township_id)
        for roles in (("records_admin", "dean"), ("vice_principal", "principal")):
            people = self.env["res.users"].union(
                *(Post._holders(role, school=order.school_id) for role in roles)
            )
            if people:
                return people
        return people

    def _edu_may_answer(self):
        """Who stands at the place; the bureau for a township where nobody has a log-in."""
        self.ensure_one()
        if self._edu_holds(SCHOOL if self.sudo().school_id else ("township",)):
            return True
        return bool(
            self.sudo().township_id and self._edu_holds(("bureau",)) and not self._edu_people()
        )

    # ------------------------------------------------------------------ CRUD

    _EDU_DRAFTED = frozenset({"school_id", "township_id", "instruction", "deadline", "line_ids"})
    _EDU_ANSWERED = frozenset({"answer", "scan_ids", "line_ids"})

    @api.model_create_multi
    def create(self, vals_list):
        """The bureau, for a school or a township of its county."""
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals.keys() - self._EDU_DRAFTED)
        orders = super().create(vals_list)
        if not self.env.su:
            orders._edu_check_role(("bureau",))
            for order in orders.sudo():
                if order._edu_addressee().county_id != order.county_id:
                    order.county_id = order._edu_addressee().county_id
        return orders

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self.check_access("write")
        self._edu_refuse_protected(vals.keys() - self._EDU_DRAFTED - self._EDU_ANSWERED)
        for order in self:
            if order.state == "draft":
                order._edu_check_role(("bureau",))
                self._edu_refuse_protected(vals.keys() & (self._EDU_ANSWERED - {"line_ids"}))
            else:
                order._edu_refuse_protected(vals.keys() & (self._EDU_DRAFTED - {"line_ids"}))
                if vals.keys() & self._EDU_ANSWERED:
                    order._edu_check_answerable()
        result = super().write(vals)
        if "scan_ids" in vals:
            for order in self:
                order.sudo().scan_ids._edu_hang_on(order)
        if {"school_id", "township_id"} & vals.keys():
            self.check_access("write")
            self._edu_check_role(("bureau",))
        return result

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(names):
            raise AccessError(
                self.env._("“%(field)s” is not changed at this point of the order.", field=field)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(order.state != "draft" for order in self):
            raise UserError(self.env._("An order that was sent stays on record."))

    # ------------------------------------------------------------------ drafting and sending

    def _edu_set_cases(self, cases):
        """Have the draft name exactly ``cases``, as they stand now. Private."""
        self.ensure_one()
        Line = self.env["edu.supervision.order.line"].sudo()
        lines = self.sudo().line_ids
        lines.filtered(lambda line: line.case_id not in cases).unlink()
        lines = lines.exists()
        lines._edu_take_facts()
        Line.create([{"order_id": self.id, "case_id": case.id} for case in cases - lines.case_id])

    def action_send(self):
        """Bureau: send orders that were drafted by hand.

        :raise UserError: one without a child and without an instruction, or due before tomorrow
        """
        self._edu_check_role(("bureau",))
        today = self.env["edu.policy"]._edu_today()
        for order in self:
            if order.state != "draft":
                raise UserError(
                    self.env._("“%(order)s” was sent already.", order=order.display_name)
                )
            if order.bulletin_id:
                raise UserError(self.env._("This order goes out with its bulletin."))
            if not order.line_ids and not (order.instruction or "").strip():
                raise UserError(self.env._("Say what is asked for, or name the children."))
            if not order.deadline or order.deadline <= today:
                raise UserError(self.env._("Give the addressee a day to answer."))
        self.sudo().line_ids._edu_take_facts()
        self._edu_send()
        return True

    def _edu_send(self):
        Sequence = self.env["ir.sequence"].sudo()
        today = self.env["edu.policy"]._edu_today()
        for order in self.sudo():
            number = Sequence.with_context(ir_sequence_date=today).next_by_code(
                "edu.supervision.order"
            )
            order.write(
                {
                    "state": "sent",
                    "name": number,
                    "sent_at": fields.Datetime.now(),
                    "sent_by_id": self.env.uid,
                }
            )
            order._edu_to_do(
                order._edu_people(), order.deadline, self.env._("Answer the follow-up order")
            )

    # ------------------------------------------------------------------ answering

    def _edu_check_answerable(self):
        for order in self:
            if order.state not in OPEN:
                raise UserError(
                    self.env._("“%(order)s” is not to be answered now.", order=order.display_name)
                )
            if not order._edu_may_answer():
                raise AccessError(
                    self.env._(
                        "The school, or the township, that the order names answers it; the bureau"
                        " only for a township where nobody has a log-in."
                    )
                )

    def action_answer(self):
        """Whoever the order is to: hand in the answer. Each child's case says where it stands; of one
        that is not decided yet the answer says why.

        :raise UserError: with the children of whom nothing is said
        """
        Policy = self.env["edu.policy"]
        now = fields.Datetime.now()
        for order in self:
            order._edu_check_answerable()
            known = order.sudo()
            silent = known.line_ids.filtered(lambda line: line._edu_is_silent())
            if silent:
                raise UserError(
                    self.env._(
                        "Say for each of these children what was done, as their cases are not"
                        " decided: %(children)s",
                        children=self.env._(", ").join(silent.mapped("child_name")),
                    )
                )
            if not known.line_ids and not (known.answer or "").strip():
                raise UserError(self.env._("Say what was done."))
            on_behalf = not order._edu_holds(SCHOOL if known.school_id else ("township",))
            if on_behalf and not known.scan_ids:
                raise UserError(self.env._("Attach the paper that the township answered on."))
            values = {
                "state": "answered",
                "answered_by_id": self.env.uid,
                "on_behalf": on_behalf,
                "return_reason": False,
                **known._edu_handed_in(now),
            }
            known.line_ids._edu_freeze_answer()
            known.write(values)
            known._edu_done_asking()
            sender = known.sent_by_id
            if sender.active and sender._edu_has_role("bureau", known):
                known._edu_to_do(
                    sender, Policy._edu_today(), self.env._("Read the answer to the order")
                )
        return True

    def _edu_check_decidable(self):
        self._edu_check_role(("bureau",))
        if any(order.state != "answered" for order in self):
            raise UserError(self.env._("Only an answer is accepted or sent back."))

    def action_accept(self):
        """Bureau: the answer will do."""
        self._edu_check_decidable()
        for order in self.sudo():
            order.write({"state": "accepted", "decided_by_id": self.env.uid})
            order._edu_done_asking()
        return True

    def action_return(self):
        """Bureau: ask why, then send the answer back (``edu.supervision.order.return``)."""
        self.ensure_one()
        self._edu_check_decidable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Back"),
            "res_model": "edu.supervision.order.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _edu_return(self, reason):
        """Bureau: send the answer back with ``reason``. Whether it was first given in time stays."""
        self.ensure_one()
        self._edu_check_decidable()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what is missing in the answer."))
        order = self.sudo()
        order.write({"state": "returned", "return_reason": reason, "decided_by_id": self.env.uid})
        order._message_log(body=self.env._("Sent back: %(reason)s", reason=reason))
        order._edu_done_asking()
        today = self.env["edu.policy"]._edu_today()
        summary = self.env._("Complete the answer to the order")
        order._edu_to_do(order._edu_people(), max(order.deadline, today), summary, reason)

    def _edu_file_name(self):
        self.ensure_one()
        return f"督办单-{self.sudo()._edu_addressee().name}-{self.name or '草稿'}"

    # ------------------------------------------------------------------ what is due

    def _edu_duty_query(self):
        return SQL(
            """
            SELECT CASE WHEN answer.school_id IS NULL THEN 'supervision_order_township'
                        ELSE 'supervision_order' END AS kind,
                   answer.id AS res_id, 0 AS slot, answer.deadline,
                   (answer.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   NULL::integer AS user_id, answer.school_id, answer.township_id AS area_id,
                   NULL::integer AS class_id
              FROM edu_supervision_order answer
             WHERE answer.state <> 'draft'
            """,
            tz=self.env["edu.policy"]._edu_tz_name(),
        )
