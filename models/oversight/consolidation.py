from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..core.signing import signing
from ..registry.office import in_office_language
from ..registry.res_users import CLOSED_TOO

KINDS = {
    "dropout_report": "edu.consolidation.dropout.report",
    "half_year": "edu.consolidation.half.year",
}
FILLERS = ("records_admin", "dean")
LEADERS = ("principal", "vice_principal")
# Who signs as what, by level. The bureau stands in for a township that has not enough log-ins.
SIGNING = {
    "school": {"filled": FILLERS, "reviewed": LEADERS},
    "township": {"filled": ("township", "bureau"), "reviewed": ("township", "bureau")},
    "county": {"filled": ("bureau",), "reviewed": ("bureau",)},
}
SUBMITTING = {"school": LEADERS, "township": ("township", "bureau"), "county": ("bureau",)}
# Who receives it; a county's goes to the city, which has no log-in
RECEIVING = {"school": ("township", "bureau"), "township": ("bureau",), "county": ()}
HANDED_IN = ("submitted", "received")


class EduReportConsolidation(models.Model):
    """What one place hands up about its children, in figures: the written reports of its schools
    added up (汇总), or the half-year tables of 10 March and 10 September.

    One click makes a *version*: a snapshot of what was handed in by then, which stays as it is
    (``edu.report.consolidation.version``). The page shows beside it what the same question gives
    today. Two people sign a version, who fills in and who reviews; then it is handed in, to the bureau
    or, from the county, to the city, and received or sent back. Drawing it up anew makes another
    version and takes new signatures; the old ones stay readable.

    A school has half-year tables only, drawn up by records administrator or dean, reviewed and handed
    in by its leaders. A township's are the clerk's, and where the township has not enough log-ins the
    bureau does it on its behalf, which the version says. A county's are the bureau's. Townships read
    what the schools handed in to them, the bureau everything of its county, inspectors what was
    handed in.

    Another kind of report joins by a code in ``kind``, a line in ``_edu_kinds`` and a model that
    inherits ``edu.consolidation.kind``.
    """

    _name = "edu.report.consolidation"
    _description = "Consolidated Report"
    _inherit = [
        "edu.signoff.mixin",
        "edu.hand.in.mixin",
        "edu.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
        "edu.duty.mixin",
    ]
    _edu_duty_fields = ("kind", "level", "state", "deadline", "first_submitted_at")
    _order = "date_to desc, level, county_id, township_id, school_id, id"
    _mail_post_access = "read"
    _edu_township_fields = ("township_id",)
    _edu_county_fields = ("county_id",)
    _edu_kinds = KINDS

    kind = fields.Selection(
        [("dropout_report", "Dropout Reports of a Term"), ("half_year", "Half-Year Tables")],
        required=True,
        default="dropout_report",
        index=True,
    )
    level = fields.Selection(
        [("school", "School"), ("township", "Township"), ("county", "County")],
        compute="_compute_level",
        store=True,
        precompute=True,
        index=True,
    )
    school_id = fields.Many2one(
        "edu.school", index="btree_not_null", ondelete="restrict", context=CLOSED_TOO
    )
    township_id = fields.Many2one(
        "edu.area",
        "Township",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("level", "=", "township")],
        compute="_compute_township_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    county_id = fields.Many2one(
        "edu.area",
        "County",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("level", "=", "county")],
        compute="_compute_county_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    term_id = fields.Many2one(
        "edu.term",
        index="btree_not_null",
        ondelete="restrict",
        default=lambda self: self._default_term_id(),
    )
    date_from = fields.Date("From", compute="_compute_date_from", store=True)
    date_to = fields.Date(
        "Up To",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        index=True,
        help="The fixed date of a half year, or the day on which the reports of the term are due",
    )
    state = fields.Selection(
        [
            ("draft", "Being Prepared"),
            ("signed", "Signed"),
            ("submitted", "Submitted"),
            ("received", "Received"),
            ("returned", "Sent Back"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    remark = fields.Text("Explanation", copy=False)
    deadline = fields.Date(compute="_compute_deadline", store=True)
    is_submitted = fields.Boolean("Was Submitted", compute="_compute_is_submitted", store=True)
    is_late = fields.Boolean(tracking=True)

    version_ids = fields.One2many(
        "edu.report.consolidation.version", "consolidation_id", "Versions", copy=False
    )
    version_id = fields.Many2one(
        "edu.report.consolidation.version", "Current Version", readonly=True, copy=False
    )
    drawn_up_at = fields.Datetime(related="version_id.drawn_up_at")
    school_count = fields.Integer(related="version_id.school_count")
    counted_count = fields.Integer(related="version_id.counted_count")
    submitted_at = fields.Datetime(related="version_id.submitted_at", string="Submitted")
    received_at = fields.Datetime(related="version_id.received_at", string="Received")
    return_reason = fields.Text("Reason of the Return", compute="_compute_return_reason")
    problems = fields.Text(compute="_compute_problems")

    can_consolidate = fields.Boolean(compute="_compute_can")
    can_fill = fields.Boolean(compute="_compute_can")
    can_review = fields.Boolean(compute="_compute_can")
    can_submit = fields.Boolean(compute="_compute_can")
    can_receive = fields.Boolean(compute="_compute_can")
    can_return = fields.Boolean(compute="_compute_can")
    can_write_remark = fields.Boolean(compute="_compute_can")

    _term_uniq = models.UniqueIndex(
        "(kind, county_id, COALESCE(township_id, 0), term_id)"
        " WHERE term_id IS NOT NULL AND school_id IS NULL",
        "This place has its consolidated report of this term already.",
    )
    _date_uniq = models.UniqueIndex(
        "(kind, county_id, COALESCE(township_id, 0), COALESCE(school_id, 0), date_to)"
        " WHERE term_id IS NULL",
        "This place has its tables of this half year already.",
    )
    _place = models.Constraint(
        "CHECK(kind = 'half_year' OR (school_id IS NULL AND term_id IS NOT NULL))",
        "The reports of a term are consolidated by a township or county.",
    )

    # What a person types; everything else follows from actions
    _EDU_TYPED = frozenset({"remark"})
    _EDU_PLACE = frozenset({"kind", "school_id", "township_id", "county_id", "term_id", "date_to"})

    # ------------------------------------------------------------------ defaults and computes

    @api.model
    def _default_term_id(self):
        if self.env.context.get("default_kind", "dropout_report") != "half_year":
            return self.env["edu.term"]._current()
        return False

    @api.depends("school_id", "township_id")
    def _compute_level(self):
        for record in self:
            record.level = (
                "school" if record.school_id else "township" if record.township_id else "county"
            )

    @api.depends("school_id")
    def _compute_township_id(self):
        """The school's; else a clerk's own, who has one."""
        user = self.env.user.sudo()
        own = user.edu_township_area_ids if not user.edu_bureau_area_ids else ()
        for record in self:
            if record.school_id:
                record.township_id = record.school_id.area_id
            elif not record.township_id and len(own) == 1:
                record.township_id = own
            else:
                record.township_id = record.township_id

    @api.depends("township_id")
    def _compute_county_id(self):
        user = self.env.user.sudo()
        for record in self:
            record.county_id = (
                record.township_id.county_id
                or record.county_id
                or (user.edu_bureau_area_ids or user.edu_township_area_ids).county_id[:1]
            )

    @api.depends("kind", "term_id.report_deadline")
    def _compute_date_to(self):
        for record in self:
            if record.kind == "dropout_report":
                record.date_to = record.term_id.report_deadline
            else:
                record.date_to = record.date_to or self.env["edu.policy"]._edu_half_year()

    @api.depends("kind", "date_to", "term_id.start_date")
    def _compute_date_from(self):
        """The term's first day; for a half year the day after the fixed date before."""
        day = timedelta(days=1)
        for record in self:
            if record.kind == "dropout_report":
                record.date_from = record.term_id.start_date
            else:
                before = record.date_to and self.env["edu.policy"]._edu_half_year(
                    record.date_to - day
                )
                record.date_from = before and before + day

    @api.depends("kind", "level", "date_to")
    def _compute_deadline(self):
        """The half year's: the policy's day of the month of the fixed date, by level."""
        for record in self:
            record.deadline = record.kind == "half_year" and self.env[
                "edu.policy"
            ]._edu_half_year_deadline(record.date_to, record.level)

    @api.depends("first_submitted_at")
    def _compute_is_submitted(self):
        for record in self:
            record.is_submitted = bool(record.first_submitted_at)

    @api.depends("kind", "school_id", "township_id", "county_id", "term_id", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for record in self:
            place = record._edu_place().name or ""
            if record.kind == "half_year":
                record.display_name = self.env._(
                    "Half-year tables up to %(date)s, %(place)s",
                    date=record.date_to or "",
                    place=place,
                )
            else:
                record.display_name = self.env._(
                    "Dropout reports %(term)s, consolidated, %(place)s",
                    term=record.term_id.display_name or "",
                    place=place,
                )

    @api.depends("state", "version_ids.return_reason")
    def _compute_return_reason(self):
        for record in self:
            returned = record.version_ids.filtered("return_reason").sorted("number")[-1:]
            record.return_reason = record.state == "returned" and returned.return_reason

    @api.depends("kind", "school_id", "township_id", "county_id", "term_id", "date_to", "state")
    def _compute_problems(self):
        for record in self:
            problems = record.state in ("draft", "returned") and record._edu_problems()
            record.problems = "\n".join(problems or []) or False

    @api.depends_context("uid")
    @api.depends("state", "version_id", "signoff_ids", "level", "school_id", "township_id")
    def _compute_can(self):
        for record in self:
            real = record._origin
            signed = real._edu_signed() if real else self.env["edu.signoff"]
            roles = set(signed.mapped("role"))
            worked = self.env.user in signed.person_id
            fills = bool(real) and real._edu_may("filled")
            is_open = record.state == "draft" and bool(record.version_id)
            record.can_consolidate = fills
            record.can_write_remark = not real or (
                fills and not roles and record.state in ("draft", "returned")
            )
            record.can_fill = is_open and not roles and fills
            record.can_review = (
                is_open and roles == {"filled"} and not worked and real._edu_may("reviewed")
            )
            record.can_submit = record.state == "signed" and real._edu_may("submit")
            record.can_receive = record.state == "submitted" and real._edu_may("receive")
            record.can_return = record.state in HANDED_IN and real._edu_may("receive")

    # ------------------------------------------------------------------ place and period

    def _edu_place(self):
        """School or area that hands it up."""
        self.ensure_one()
        return self.school_id or self.township_id or self.county_id

    def _edu_schools(self):
        """Schools that belong to it, as superuser: those that work."""
        self.ensure_one()
        School = self.env["edu.school"].sudo()
        record = self.sudo()
        if record.school_id:
            return record.school_id
        if record.township_id:
            return School.search([("area_id", "=", record.township_id.id)])
        return School.search([("county_id", "=", record.county_id.id)])

    def _edu_kind(self):
        """The model that knows how this kind is consolidated (``edu.consolidation.kind``)."""
        self.ensure_one()
        return self.env[self._edu_kinds[self.kind]]

    def _edu_may(self, step):
        """Whether the caller's post takes this step here.

        :param step: filled, reviewed, submit, receive
        """
        self.ensure_one()
        return self.env.su or any(
            self.env.user._edu_has_role(role, self) for role in self._edu_roles(step)
        )

    def _edu_roles(self, step):
        """Roles that take a step. The bureau stands in for a township only where that has not the
        people: one to fill in, another to review."""
        self.ensure_one()
        level = self.level or "county"
        if step == "receive":
            return RECEIVING[level]
        roles = SUBMITTING[level] if step == "submit" else SIGNING[level][step]
        if level == "township":
            clerks = self.env["edu.post"]._holders("township", area=self.sudo().township_id)
            if len(clerks) >= (2 if step == "reviewed" else 1):
                return ("township",)
        return roles

    def _edu_check_may(self, step):
        for record in self:
            if not record._edu_may(step):
                record._edu_check_role(record._edu_roles(step))

    @property
    def _edu_signoff_posts(self):
        """By level; see ``edu.signoff.mixin``."""
        return {role: self._edu_roles(role) if self else () for role in ("filled", "reviewed")}

    # ------------------------------------------------------------------ CRUD

    @api.constrains("kind", "school_id", "township_id", "county_id", "date_to", "term_id")
    def _check_place(self):
        for record in self:
            if record.township_id and record.township_id.county_id != record.county_id:
                raise ValidationError(self.env._("This township lies in another county."))
            if record.kind == "half_year":
                if record.date_to != self.env["edu.policy"]._edu_half_year(record.date_to):
                    raise ValidationError(
                        self.env._("%(date)s is no fixed date of the policy.", date=record.date_to)
                    )
                if record.date_to > self.env["edu.policy"]._edu_today():
                    raise ValidationError(self.env._("This half year is not over yet."))

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever draws it up, for the own place."""
        if not self.env.su:
            for vals in vals_list:
                self._edu_refuse_protected(vals.keys() - self._EDU_PLACE)
        records = super().create(vals_list)
        records._edu_check_may("filled")
        return records

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            self._edu_refuse_protected(vals)
            if "remark" in vals:
                self._edu_check_may("filled")
                for record in self:
                    if record.state not in ("draft", "returned") or record._edu_signed():
                        raise UserError(
                            self.env._(
                                "“%(document)s” is signed as it stands. Draw it up anew to correct"
                                " it; both sign again then.",
                                document=record.display_name,
                            )
                        )
        return super().write(vals)

    def _edu_refuse_protected(self, names):
        if field := self._edu_refused(set(names) - self._EDU_TYPED):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from what was handed in and signed; it is not typed in.",
                    field=field,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_drawn_up(self):
        for record in self:
            if record.sudo().version_ids:
                raise UserError(
                    self.env._(
                        "“%(document)s” is drawn up and stays.", document=record.display_name
                    )
                )

    # ------------------------------------------------------------------ drawing up

    def action_consolidate(self):
        """Whoever fills it in: draw it up from what is handed in now. Makes a new version; the one
        before, its signatures and its figures stay. Where it is signed, asks why first.

        :raise UserError: with what keeps it from being drawn up
        """
        for record in self:
            record._edu_check_may("filled")
            problems = record._edu_problems()
            if problems:
                raise UserError("\n".join(problems))
            if record._edu_signed():
                return record.action_ask_withdraw()
            record._edu_consolidate()
        return True

    def _edu_check_may_withdraw(self):
        """Who fills it in, as long as it is signed: also once it was handed in, which stays to be
        read as it was."""
        self._edu_check_may("filled")
        if not self._edu_signed():
            raise UserError(self.env._("“%(document)s” is not signed.", document=self.display_name))

    def _edu_after_withdraw(self, reason):
        super()._edu_after_withdraw(reason)
        self._edu_consolidate()
        self.sudo()._message_log(body=self.env._("Drawn up anew: %(reason)s", reason=reason))

    def _edu_problems(self):
        """Sentences that say why it cannot be drawn up; none when it can."""
        self.ensure_one()
        return self._edu_kind()._edu_problems(self)

    def _edu_consolidate(self):
        """Make a version from what is handed in now, within the caller's rights, and return it."""
        self.ensure_one()
        content, members = self._edu_compose()
        record = self.sudo()
        version = record.env["edu.report.consolidation.version"]._edu_make(
            record, content, members, self._edu_on_behalf()
        )
        record.write({"version_id": version.id, "state": "draft"})
        record._edu_done_asking()
        return version

    def _edu_on_behalf(self):
        """Whether the caller fills in for a township that has nobody to do it."""
        return self.level == "township" and not self.env.user._edu_has_role("township", self)

    def _edu_compose(self):
        """Return (content, members) from what is handed in now, within the caller's rights.

        - kind, level; place {name, code}; term {school_year, season} or None; period {from, to}
        - due: {level: day by which it hands in, as text}; as_of: day, as text
        - schools: [{id, name, state, version}], see ``edu.consolidation.kind._edu_sources``
        - tables: see ``tools.figures``; labels {table: {row: words}}; order {table: [row]}

        ``members``: {table: {row: {column: [[ids of boys], [of girls], [of others]]}}} of children
        whom the tables count and no other record names, or None
        """
        self.ensure_one()
        kind = self._edu_kind()
        sources = kind._edu_sources(self)
        tables, members = kind._edu_reported(self, sources)
        labels, order = self._edu_labels(tables, sources)
        record = self.sudo()
        place = record._edu_place()
        term = record.term_id
        return {
            "kind": self.kind,
            "level": self.level,
            "place": {"name": place.name, "code": place.code},
            "term": (term and {"school_year": term.school_year, "season": term.season}) or None,
            "period": {
                "from": record.date_from.isoformat(),
                "to": record.date_to.isoformat(),
            },
            "due": self._edu_due(),
            "as_of": self.env["edu.policy"]._edu_today().isoformat(),
            "schools": sources,
            "tables": tables,
            "labels": labels,
            "order": order,
        }, members

    def _edu_due(self):
        """{level: day as text} by which schools, county and city hand in half-year tables."""
        Policy = self.env["edu.policy"]
        if self.kind != "half_year":
            return {}
        return {
            level: Policy._edu_half_year_deadline(self.date_to, level).isoformat()
            for level in ("school", "county", "city")
        }

    def _edu_labels(self, tables, sources):
        """({table: {row: words}}, {table: [row]}) of rows that are not numbers of grades, as the
        form, which is Chinese, names them."""
        installed = self.env["res.lang"]._get_data(code="zh_CN")
        env = self.with_context(lang="zh_CN").env if installed else self.env
        labels, order = {}, {}
        for table in ("cause", "whereabouts"):
            ids = [int(row) for row in tables.get(table, {}) if row.isdigit() and row != "0"]
            if ids:
                codes = env["edu.code"].sudo().with_context(active_test=False)
                codes = codes.search([("id", "in", ids)])
                labels[table] = {str(code.id): code.name for code in codes}
                order[table] = [str(code.id) for code in codes]
        if tables.get("schools"):
            named = [source for source in sources if str(source["id"]) in tables["schools"]]
            labels["schools"] = {str(source["id"]): source["name"] for source in named}
            order["schools"] = [str(source["id"]) for source in named]
        for table, words in self._edu_kind()._edu_row_words().items():
            labels[table] = {row: words[row] for row in tables.get(table, {}) if row in words}
            order[table] = [row for row in words if row in labels[table]]
        return labels, order

    # ------------------------------------------------------------------ signatures

    def _edu_signoff_content(self):
        version = self.sudo().version_id
        return {**version.content, "remark": self.sudo().remark or None}

    def _edu_signoff_path_label(self, path):
        labels = {
            "place": self.env._("Place"),
            "period": self.env._("Period"),
            "term": self.env._("Term"),
            "as_of": self.env._("As Of"),
            "due": self.env._("Due"),
            "schools": self.env._("Schools"),
            "tables": self.env._("Figures"),
            "labels": self.env._("Labels"),
            "order": self.env._("Order"),
        }
        first = path[0] if path else None
        return labels.get(first) or super()._edu_signoff_path_label(path)

    @signing
    def action_sign_filled(self):
        """Records administrator or dean, township clerk, bureau, by level: I filled it in."""
        for record in self:
            record._edu_check_may("filled")
            record._edu_check_turn(set())
            record._edu_sign("filled")
            record.sudo().version_id.write({"remark": record.remark})
            record._edu_ask("reviewed", self.env._("Review the consolidated report"))
        return True

    @signing
    def action_sign_reviewed(self):
        """Another person of the place, who did not fill it in: I reviewed it."""
        for record in self:
            record._edu_check_may("reviewed")
            record._edu_check_turn({"filled"})
            record._edu_sign("reviewed")
            record.sudo().write({"state": "signed"})
            record._edu_done_asking()
        return True

    def _edu_check_turn(self, roles):
        self.ensure_one()
        signed = set(self._edu_signed().mapped("role"))
        if self.state != "draft" or not self.version_id or signed != roles:
            raise UserError(
                self.env._(
                    "The order is: draw up, fill in, review, submit. “%(document)s” is not at this"
                    " point; reload it.",
                    document=self.display_name,
                )
            )

    # ------------------------------------------------------------------ upwards

    def action_submit(self):
        """Leaders, township, bureau, by level: hand the signed version in. The county's goes to the
        city on paper or by its own channel; this keeps the day."""
        now = fields.Datetime.now()
        for record in self:
            record._edu_check_may("submit")
            if record.state != "signed":
                raise UserError(
                    self.env._(
                        "“%(document)s” is submitted once it is filled in and reviewed, and once"
                        " only.",
                        document=record.display_name,
                    )
                )
            values = {"state": "submitted"}
            if not record.first_submitted_at:
                today = self.env["edu.policy"]._edu_now(now).date()
                values.update(
                    first_submitted_at=now,
                    is_late=bool(record.deadline and today > record.deadline),
                )
            record.sudo().write(values)
            record.sudo().version_id.write({"submitted_at": now, "submitted_by_id": self.env.uid})
            record._edu_ask("receive", self.env._("Receive the consolidated report"))
        return True

    def action_receive(self):
        """Whom it is handed in to: it has arrived."""
        for record in self:
            record._edu_check_may("receive")
            if record.state != "submitted":
                raise UserError(self.env._("There is nothing to receive."))
            record._edu_note_receipt()
            record.sudo().write({"state": "received"})
            record._edu_done_asking()
        return True

    def _edu_note_receipt(self):
        version = self.sudo().version_id
        if not version.received_at:
            self.env["edu.signoff"]._edu_event(
                self, "received", post=self._edu_held(self._edu_roles("receive"))
            )
            version.write({"received_at": fields.Datetime.now(), "received_by_id": self.env.uid})

    def action_return(self):
        """Whom it is handed in to: ask why, then send it back."""
        self.ensure_one()
        self._edu_check_may("receive")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Back"),
            "res_model": "edu.report.consolidation.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_consolidation_id": self.id},
        }

    def _edu_return(self, reason):
        """Send it back with ``reason``; it is drawn up anew, and both sign again."""
        self.ensure_one()
        self._edu_check_may("receive")
        if self.state not in HANDED_IN:
            raise UserError(self.env._("Only what was submitted is sent back."))
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say what has to be corrected."))
        self._edu_note_receipt()
        record = self.sudo()
        record.version_id.write({"return_reason": reason})
        record.write({"state": "returned"})
        record.with_env(self.env)._edu_new_signing_round(reason, "returned")
        record._message_log(body=self.env._("Returned: %(reason)s", reason=reason))
        self._edu_done_asking()
        self._edu_ask("filled", self.env._("Correct the consolidated report"), note=reason)

    def _edu_ask(self, step, summary, note=""):
        """Give those who take the next step a to-do each; those of earlier steps are over."""
        today = self.env["edu.policy"]._edu_today()
        Post = self.env["edu.post"]
        for record in self.sudo():
            record._edu_done_asking()
            people = self.env["res.users"]
            for role in record._edu_roles(step):
                if role in (*FILLERS, *LEADERS):
                    people |= Post._holders(role, school=record.school_id)
                else:
                    people |= Post._holders(role, area=record.township_id or record.county_id)
            people -= record._edu_signed().person_id if step == "reviewed" else people.browse()
            record._edu_to_do(people, max(record.deadline or today, today), summary, note)

    # ------------------------------------------------------------------ half years

    @api.model
    def _edu_prepare_half_year(self, date_to, counties=None):
        """Give every school, township and county its tables up to ``date_to`` to draw up; those that
        have them keep them. Private.

        :param counties: areas, default all that have schools
        """
        Record = self.sudo().with_context(tracking_disable=True, mail_create_nosubscribe=True)
        domain = [("county_id", "in", counties.ids)] if counties else []
        schools = self.env["edu.school"].sudo().search(domain)
        have = Record.search([("kind", "=", "half_year"), ("date_to", "=", date_to)])
        places = {(record.school_id, record.township_id, record.county_id) for record in have}
        wanted = (
            [(school, school.area_id, school.county_id) for school in schools]
            + [(schools.browse(), area, area.county_id) for area in schools.area_id]
            + [(schools.browse(), schools.area_id.browse(), area) for area in schools.county_id]
        )
        return Record.create(
            [
                {
                    "kind": "half_year",
                    "school_id": school.id,
                    "township_id": township.id,
                    "county_id": county.id,
                    "term_id": False,
                    "date_to": date_to,
                }
                for school, township, county in wanted
                if county and (school, township, county) not in places
            ]
        )

    @api.model
    @in_office_language
    def _cron_half_year(self):
        """Daily: from the fixed date on, every place has its tables to draw up; from the month before
        the system was in use nothing is asked."""
        date_to = self.env["edu.policy"]._edu_half_year()
        if self.env["edu.term"].sudo().search_count([("start_date", "<=", date_to)], limit=1):
            self._edu_prepare_half_year(date_to)

    # ------------------------------------------------------------------ what is due

    def _edu_duty_query(self):
        """Half-year tables, by the policy's day of each level."""
        return SQL(
            """
            SELECT CASE record.level WHEN 'school' THEN 'half_year'
                                     WHEN 'township' THEN 'half_year_township'
                                     ELSE 'half_year_county' END AS kind,
                   record.id AS res_id, 0 AS slot, record.deadline,
                   (record.first_submitted_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS done_on,
                   NULL::integer AS user_id, record.school_id,
                   COALESCE(record.township_id, record.county_id) AS area_id,
                   NULL::integer AS class_id
              FROM edu_report_consolidation record
             WHERE record.kind = 'half_year'
            """,
            tz=self.env["edu.policy"]._edu_tz_name(),
        )

    # ------------------------------------------------------------------ documents

    def action_print(self):
        """Whoever reads it: the PDF of the current version."""
        self.ensure_one()
        self.check_access("read")
        return self._edu_shown_version().action_print()

    def action_workbook(self):
        """Whoever reads it: the same as an .xlsx workbook."""
        self.ensure_one()
        self.check_access("read")
        return self._edu_shown_version().action_workbook()

    def _edu_shown_version(self):
        """The current version; whom it is handed in to sees what was handed in."""
        self.ensure_one()
        record = self.sudo()
        version = record.version_id
        own = self.env.su or any(self._edu_may(step) for step in ("filled", "reviewed", "submit"))
        if not own:
            version = record.version_ids.filtered("submitted_at").sorted("number")[-1:]
        if not version:
            raise UserError(self.env._("It is not drawn up yet."))
        return version.sudo(False).with_env(self.env)

    def _edu_file_name(self):
        self.ensure_one()
        record = self.sudo()
        place = record._edu_place().name
        if record.kind == "half_year":
            return f"半年统计表-{place}-{record.date_to:%Y%m%d}"
        return f"附件1汇总-{place}-{record.term_id.name}"
