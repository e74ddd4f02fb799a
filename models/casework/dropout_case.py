import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.models import MAGIC_COLUMNS
from odoo.tools import mute_logger

from ..monitoring.outcomes import PRESENT
from ..registry.office import in_office_language

STATES = [
    ("suspected", "Suspected"),
    ("verifying", "Verifying"),
    ("persuading", "Persuading"),
    ("returned", "Returned"),
    ("observing", "Observing"),
    ("closed", "Closed"),
    ("excluded", "Not a dropout"),
]
LADDER = [
    ("none", "Not begun"),
    ("advised", "Advised"),
    ("admission_notice", "Admission notice"),
    ("deadline_notice", "Deadline notice"),
    ("justice", "With justice"),
]
RETURN_FORMS = [
    ("same_class", "Own class"),
    ("lower_grade", "Lower grade"),
    ("other_school", "Other school"),
    ("vocational", "Vocational courses"),
    ("special", "Special school"),
    ("home_teaching", "Home teaching"),
]
# Over; every other state is open, and a child has one open case at most
DONE = ("closed", "excluded")
UNDECIDED = ("suspected", "verifying")
BACK = ("returned", "observing")

SCHOOL = ("records_admin", "dean", "vice_principal", "principal")
EVERYBODY = ("class_teacher", *SCHOOL, "township", "bureau")
DECIDING = (*SCHOOL, "township", "bureau")
RECEIVING = (*SCHOOL, "bureau")

# What the registry says of a child excluded for this reason; other reasons change nothing there
REGISTRY_STATE = {
    "deceased": "deceased",
    "abroad": "abroad",
    "suspended": "suspended",
    "postponed": "suspended",
}


class EduDropoutCase(models.Model):
    """One child, one file: from the day a child is missing until it has stayed in school
    (plan 二(三)1, 3 and 5; design, section 4).

    Class teachers work on the cases of their class, the school's staff on the school's, the township
    on those that live, are registered or learn there, the bureau on the county's; inspectors read.
    Nobody deletes. State, dates and places change only through the ``action_*`` methods, each of
    which asks for the role at the record, the state it starts from, and the facts it needs.
    """

    _name = "edu.dropout.case"
    _description = "Dropout case"
    _inherit = ["edu.scope.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "raised_on desc, id desc"
    _rec_names_search = ["name", "student_id.name", "student_id.name_pinyin"]
    _mail_post_access = "write"
    _edu_class_field = "class_id"
    _edu_township_fields = (
        "residence_township_id",
        "household_township_id",
        "school_township_id",
    )

    name = fields.Char("Case Number", readonly=True, copy=False, index="trigram")
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="suspected",
        index=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    ladder = fields.Selection(
        LADDER,
        string="Legal Ladder",
        required=True,
        readonly=True,
        default="none",
        copy=False,
        tracking=True,
    )
    kind = fields.Selection(
        [("dropout", "Dropped out"), ("never_enrolled", "Never enrolled")],
        required=True,
        default="dropout",
        tracking=True,
    )

    # The child, and where it belongs
    student_id = fields.Many2one(
        "edu.student", required=True, index=True, ondelete="restrict", string="Child"
    )
    school_id = fields.Many2one(
        "edu.school", required=True, readonly=True, index=True, ondelete="restrict"
    )
    class_id = fields.Many2one("edu.class", readonly=True, index=True, ondelete="restrict")
    grade = fields.Integer(readonly=True, aggregator=None)
    term_id = fields.Many2one("edu.term", readonly=True, index=True, ondelete="restrict")
    residence_township_id = fields.Many2one(
        "edu.area",
        "Township of Residence",
        index=True,
        ondelete="restrict",
        domain=[("level", "=", "township")],
        tracking=True,
    )
    household_township_id = fields.Many2one(
        "edu.area",
        "Township of Household Registration",
        index=True,
        ondelete="restrict",
        domain=[("level", "=", "township")],
        tracking=True,
    )
    school_township_id = fields.Many2one(
        "edu.area", "Township of the School", readonly=True, index=True, ondelete="restrict"
    )

    gender = fields.Selection(related="student_id.gender")
    birthdate = fields.Date(related="student_id.birthdate")
    lives_in_id = fields.Many2one(related="student_id.residence_area_id", string="Lives in")
    guardians = fields.Char(compute="_compute_guardians", compute_sudo=True)

    # Suspicion
    raised_on = fields.Date(
        required=True,
        default=lambda self: self.env["edu.policy"]._edu_today(),
        index=True,
        tracking=True,
        help="Day of the event; the day of entry is kept apart.",
    )
    raised_by_id = fields.Many2one("res.users", "Raised by", readonly=True, copy=False)
    entered_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now, copy=False
    )
    source = fields.Selection(
        [
            ("check", "Roster check"),
            ("absence", "Absence"),
            ("manual", "Found or reported"),
            ("relapse", "Left again"),
            ("comparison", "Comparison of registers"),
        ],
        required=True,
        readonly=True,
        default="manual",
        tracking=True,
    )
    missing_since = fields.Date(index=True, tracking=True)
    verify_by = fields.Date("Decide by", readonly=True, copy=False)
    earlier_case_id = fields.Many2one(
        "edu.dropout.case", "Earlier Case", readonly=True, index="btree_not_null", copy=False
    )

    # Confirmation
    confirmed_on = fields.Date(readonly=True, copy=False, tracking=True)
    persuading_since = fields.Date(readonly=True, copy=False)
    return_by = fields.Date("To Be Back by", readonly=True, copy=False, tracking=True)
    cause_id = fields.Many2one(
        "edu.code",
        "Cause",
        index=True,
        ondelete="restrict",
        domain=[("kind", "=", "cause"), ("code", "!=", "confidential")],
        tracking=True,
    )
    cause_confidential_id = fields.Many2one(
        "edu.code",
        "Confidential Cause",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="edu_dropout_control.group_principal,edu_dropout_control.group_bureau",
    )
    cause_note = fields.Text("Cause in Words")
    whereabouts_id = fields.Many2one(
        "edu.code",
        "Whereabouts",
        index=True,
        ondelete="restrict",
        domain=[("kind", "=", "whereabouts"), ("code", "!=", "confidential")],
        tracking=True,
    )
    whereabouts_confidential_id = fields.Many2one(
        "edu.code",
        "Confidential Whereabouts",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="edu_dropout_control.group_principal,edu_dropout_control.group_bureau",
    )
    whereabouts_place = fields.Char("Where Exactly", tracking=True)
    help_first = fields.Boolean(compute="_compute_cause_flags", compute_sudo=True)
    report_due = fields.Boolean(compute="_compute_cause_flags", compute_sudo=True)

    # Who answers for the child
    school_responsible_id = fields.Many2one(
        "res.users", "Education Line", index=True, ondelete="restrict", tracking=True
    )
    township_responsible_id = fields.Many2one(
        "res.users", "Administrative Line", index=True, ondelete="restrict", tracking=True
    )
    township_responsible_name = fields.Char(
        "Village Cadre", tracking=True, help="Who answers in the village, with or without a log-in"
    )

    # Persuasion
    plan = fields.Text("Plan of Persuasion", help="Root cause, who does what, help offered")
    help_offered = fields.Text()
    measure_ids = fields.Many2many(
        "edu.code", string="Kinds of Help", domain=[("kind", "=", "measure")]
    )
    mandatory_report_to = fields.Char("Reported to", readonly=True, copy=False, tracking=True)
    mandatory_report_on = fields.Date("Reported on", readonly=True, copy=False, tracking=True)
    mandatory_report_by_id = fields.Many2one("res.users", "Reported by", readonly=True, copy=False)

    # Return and observation
    returned_on = fields.Date(readonly=True, copy=False, tracking=True)
    return_form = fields.Selection(
        RETURN_FORMS,
        string="Form of Return",
        readonly=True,
        copy=False,
        tracking=True,
    )
    return_note = fields.Text("How the Return Was Made Sure", readonly=True, copy=False)
    observation_until = fields.Date(readonly=True, copy=False, tracking=True)
    closed_on = fields.Date(readonly=True, copy=False, tracking=True)
    relapse_count = fields.Integer("Times Left Again", readonly=True, copy=False, tracking=True)

    # Exclusion
    excluded_reason_id = fields.Many2one(
        "edu.code", "Not a Dropout Because", readonly=True, copy=False, tracking=True
    )
    excluded_on = fields.Date(readonly=True, copy=False)
    exclusion_until = fields.Date("Proof Valid until", readonly=True, copy=False, tracking=True)
    exclusion_note = fields.Text(readonly=True, copy=False)

    evidence_ids = fields.Many2many(
        "ir.attachment",
        "edu_dropout_case_evidence_rel",
        string="Evidence",
        readonly=True,
        copy=False,
        bypass_search_access=True,
    )

    digested = fields.Boolean(readonly=True, copy=False)

    # Follows from the rest
    days_open = fields.Integer(compute="_compute_days_open", aggregator=None)
    deadline = fields.Date(compute="_compute_deadline", store=True)
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")

    _open_uniq = models.UniqueIndex(
        "(student_id) WHERE state NOT IN ('closed', 'excluded')",
        "This child has an open case already.",
    )
    _name_uniq = models.UniqueIndex("(name)", "This case number is taken.")
    _school_state_idx = models.Index("(school_id, state)")
    _class_state_idx = models.Index("(class_id, state)")
    _residence_state_idx = models.Index("(residence_township_id, state)")

    # ------------------------------------------------------------------ computes

    @api.depends("name", "student_id.name")
    def _compute_display_name(self):
        for case in self:
            case.display_name = " ".join(filter(None, (case.name, case.sudo().student_id.name)))

    @api.depends("student_id.guardian_ids.name", "student_id.guardian_ids.relation_id")
    def _compute_guardians(self):
        for case in self:
            case.guardians = ", ".join(
                f"{guardian.name} ({guardian.relation_id.name})"
                if guardian.relation_id
                else guardian.name
                for guardian in case.student_id.guardian_ids
            )

    @api.depends("cause_id", "cause_confidential_id", "mandatory_report_on")
    def _compute_cause_flags(self):
        for case in self:
            cause = case.cause_confidential_id or case.cause_id
            case.help_first = cause.help_first
            case.report_due = cause.mandatory_report and not case.mandatory_report_on

    @api.depends("raised_on", "closed_on", "excluded_on", "state")
    def _compute_days_open(self):
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            end = case.closed_on or (case.state == "excluded" and case.excluded_on) or today
            case.days_open = (end - case.raised_on).days if case.raised_on else 0

    def _edu_deadline(self):
        """The date by which something must have happened in this state, or False."""
        self.ensure_one()
        if self.state in UNDECIDED:
            return self.verify_by
        if self.state == "persuading":
            return self.return_by
        return False

    @api.depends("state", "verify_by", "return_by")
    def _compute_deadline(self):
        for case in self:
            case.deadline = case._edu_deadline()

    @api.depends("deadline")
    def _compute_overdue(self):
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            case.overdue = bool(case.deadline and case.deadline < today)

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = Domain("deadline", "<", self.env["edu.policy"]._edu_today())
        return domain if True in value else ~domain

    # ------------------------------------------------------------------ checks

    @api.constrains("raised_on", "missing_since")
    def _check_dates(self):
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            if case.raised_on > today:
                raise ValidationError(self.env._("A case cannot be raised on a day to come."))
            if case.missing_since and case.missing_since > case.raised_on:
                raise ValidationError(
                    self.env._("The child cannot be missing since a day after the case was raised.")
                )

    @api.model
    def _edu_protected_fields(self):
        """Fields that only the ``action_*`` methods and the server's own code set."""
        return self._edu_set_by_server() - {*MAGIC_COLUMNS} | {"student_id", "kind", "raised_on"}

    # What a user gives with a new case
    _EDU_ON_CREATE = frozenset({"student_id", "kind", "raised_on"})

    def _edu_refuse_protected(self, vals, allowed=frozenset()):
        """:raise AccessError: when ``vals`` of a user hold a protected field"""
        if field := self._edu_refused(self._edu_protected_fields() & vals.keys() - allowed):
            raise AccessError(
                self.env._(
                    "“%(field)s” follows from the steps of the case; it is not typed in.",
                    field=field,
                )
            )

    def _edu_check_typed(self, vals):
        """What a user may not type: facts of a finished case, places without the role, people who
        do not answer for the child."""
        business = {
            key
            for key in vals
            if key in self._fields and not key.startswith(("message_", "activity_", "website_"))
        }
        for case in self:
            if business and case.state in DONE:
                raise UserError(
                    self.env._(
                        "%(case)s is over: nothing in it changes any more. Write a note below it.",
                        case=case.display_name,
                    )
                )
        if {"residence_township_id", "household_township_id"} & vals.keys():
            self._edu_check_role(
                DECIDING, self.env._("You cannot correct the townships of this case.")
            )
        if vals.get("missing_since") and any(case.state not in UNDECIDED for case in self):
            raise UserError(
                self.env._("The case is confirmed: since when the child is missing stands.")
            )

    @api.constrains("school_responsible_id", "township_responsible_id")
    def _check_responsible(self):
        for case in self:
            person = case.school_responsible_id
            if person and not any(
                person._edu_has_role(role, case) for role in ("class_teacher", *SCHOOL, "bureau")
            ):
                raise ValidationError(
                    self.env._(
                        "%(person)s holds no post at this school: the education line needs one of"
                        " its teachers or leaders.",
                        person=person.name,
                    )
                )
            person = case.township_responsible_id
            if person and not any(
                person._edu_has_role(role, case) for role in ("township", "bureau")
            ):
                raise ValidationError(
                    self.env._(
                        "%(person)s holds no post at a township of this child.", person=person.name
                    )
                )

    # ------------------------------------------------------------------ create, write

    @api.model_create_multi
    def create(self, vals_list):
        """By hand: the child, since when it is missing, and what is known. The rest follows from the
        child. The server's own code goes by :meth:`_edu_raise`.

        :raise UserError: when the child has an open case, with its number
        """
        # neither the context nor a user's own defaults fill what is protected
        blank = {
            name: field.default(self) if field.default else False
            for name, field in self._fields.items()
            if name in self._edu_protected_fields()
            and not field.compute
            and not field.groups
            and field.type != "many2many"
        }
        prepared, hidden = [], []
        # an earlier case closed in this transaction must be closed for the database, too
        self.flush_model(["state"])
        for vals in vals_list:
            if not self.env.su:
                self._edu_refuse_protected(vals, self._EDU_ON_CREATE)
            student = self.env["edu.student"].browse(
                vals.get("student_id") or self.env.context.get("default_student_id")
            )
            if not student:
                raise UserError(self.env._("Name the child."))
            if not self.env.su:
                self._edu_check_child(student)
            vals, confidential = self._edu_split(vals)
            confidential = {
                "cause_confidential_id": False,
                "whereabouts_confidential_id": False,
                **confidential,
            }
            prepared.append({**blank, **self._edu_prepare(student, vals), "evidence_ids": []})
            hidden.append(confidential)
        cases = super(EduDropoutCase, self.with_context(mail_create_nosubscribe=True)).create(
            prepared
        )
        for case, confidential in zip(cases.sudo(), hidden, strict=True):
            case.write(confidential)
        if not self.env.su:
            cases.check_access("create")
        cases.sudo()._edu_after_raise()
        return cases.with_env(self.env)

    def write(self, vals):
        """Like any write, but what follows from the steps is not for mass assignment.

        :raise AccessError: for protected fields, or when the case would leave the caller's scope
        """
        if not self.env.su:
            self._edu_refuse_protected(vals)
            self._edu_check_typed(vals)
        vals, confidential = self._edu_split(vals)
        result = super().write(vals)
        if confidential:
            super(EduDropoutCase, self.sudo()).write(confidential)
        if not self.env.su and {"residence_township_id", "household_township_id"} & vals.keys():
            self.check_access("write")
        return result

    @api.model
    def _edu_split(self, vals):
        """Restricted causes and whereabouts go to the columns that principal and bureau read; the
        others see that there is one, not which.

        :return: (values for everybody, values for the confidential columns)
        """
        vals, confidential = dict(vals), {}
        for name, hidden in (
            ("cause_id", "cause_confidential_id"),
            ("whereabouts_id", "whereabouts_confidential_id"),
        ):
            if name not in vals:
                continue
            code = self.env["edu.code"].sudo().browse(vals[name])
            if code.code == "confidential":
                del vals[name]  # as it is shown: unchanged
            elif code.restricted:
                vals[name] = self.env.ref(f"edu_dropout_control.code_{code.kind}_confidential").id
                confidential[hidden] = code.id
            else:
                confidential[hidden] = False
        return vals, confidential

    def _edu_check_child(self, student):
        """A user raises a case for a child of the own scope that has none and is of school age."""
        student.check_access("read")
        open_case = self._edu_open_case(student)
        if open_case:
            raise UserError(
                self.env._(
                    "%(child)s has an open case already: %(case)s.",
                    child=student.name,
                    case=open_case.name,
                )
            )
        if student.sudo().enrolment_state in ("deceased", "completed", "graduated"):
            raise UserError(
                self.env._(
                    "%(child)s is past compulsory education by the registry: no case is raised.",
                    child=student.name,
                )
            )

    @api.model
    def _edu_open_case(self, student):
        """The open case of ``student``, whoever asks, or an empty recordset."""
        return self.sudo().search(
            [("student_id", "in", student.ids), ("state", "not in", DONE)], limit=1
        )

    @api.model
    def _edu_prepare(self, student, vals):
        """What a new case of ``student`` takes from the child and from the policy."""
        student = student.sudo()
        Policy = self.env["edu.policy"]
        school = student.expected_school_id or student.school_id
        klass = student.class_id if student.class_id.school_id == school else student.class_id[:0]
        raised_on = fields.Date.to_date(vals.get("raised_on")) or Policy._edu_today()
        values = {
            "name": self.env["ir.sequence"]
            .sudo()
            .next_by_code("edu.dropout.case", sequence_date=raised_on),
            "state": "suspected",
            "ladder": "none",
            "source": "manual",
            "kind": "never_enrolled" if student.enrolment_state == "expected" else "dropout",
            "student_id": student.id,
            "school_id": school.id,
            "class_id": klass.id,
            "grade": (student.expected_school_id and student.expected_grade) or student.grade,
            "term_id": self.env["edu.term"].sudo()._current(raised_on).id,
            "residence_township_id": student.residence_township_id.id,
            "household_township_id": student.household_township_id.id,
            "school_township_id": school.area_id.id,
            "raised_on": raised_on,
            "raised_by_id": self.env.uid,
            "missing_since": raised_on,
            "verify_by": Policy._edu_period_end(raised_on, Policy._current(raised_on).confirm_days),
            "earlier_case_id": self.sudo().search([("student_id", "=", student.id)], limit=1).id,
            "school_responsible_id": self._edu_school_line(school, klass).id,
            "township_responsible_id": self.env["edu.post"]
            ._holders("township", area=student.residence_township_id)[:1]
            .id,
        }
        return values | {key: vals[key] for key in vals if vals[key] or key not in values}

    @api.model
    def _edu_school_line(self, school, klass):
        """Who answers for the child in school: its class teacher, else the first of the leaders."""
        Post = self.env["edu.post"]
        users = Post._holders("class_teacher", klass=klass) if klass else self.env["res.users"]
        for role in SCHOOL:
            users = users or Post._holders(role, school=school)
        return users[:1]

    # ------------------------------------------------------------------ raising

    @api.model
    def _edu_raise(
        self, students, source, missing_since=None, raised_on=None, kind=None, note=None
    ):
        """The cases of ``students`` who are missing: new ones, or those that are open already. A
        child that had come back relapses. For the rooms' own code, which has asked for the role.

        :param source: check, absence, manual or comparison
        :param missing_since: date or {student: date}; default ``raised_on``
        :param raised_on: date of the event, default today in the county
        :return: cases in the order of ``students``
        :raise ConcurrencyError: another transaction raised the case a moment ago; the caller's
            transaction is tried again by Odoo and finds it
        """
        today = self.env["edu.policy"]._edu_today()
        raised_on = fields.Date.to_date(raised_on) or today
        Case = self.sudo()
        found = Case.search([("student_id", "in", students.ids), ("state", "not in", DONE)])
        by_student = {case.student_id.id: case for case in found}
        result = Case
        for student in students:
            since = missing_since.get(student) if isinstance(missing_since, dict) else missing_since
            case = by_student.get(student.id)
            if case and case.state in BACK:
                case._edu_relapse(since or raised_on, note)
            elif not case:
                case = Case._edu_raise_one(
                    student, source, fields.Date.to_date(since) or raised_on, raised_on, kind
                )
                by_student[student.id] = case
                if note:
                    case._message_log(body=note)
            result |= case
        return result.with_env(self.env)

    def _edu_raise_one(self, student, source, since, raised_on, kind):
        earlier = self.search([("student_id", "=", student.id)], limit=1)
        values = {
            "student_id": student.id,
            "raised_on": raised_on,
            "missing_since": min(since, raised_on),
            "source": "relapse" if earlier.state == "closed" else source,
        }
        if kind:
            values["kind"] = kind
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self.create(values)
        except psycopg2.errors.UniqueViolation as error:
            case = self._edu_open_case(student)
            if not case:  # committed after our snapshot: the next try sees it
                raise ConcurrencyError(str(error)) from error
            return case

    def _edu_after_raise(self):
        """The ledger, and a line of history for new cases (superuser)."""
        for case in self:
            case._edu_ledger("enter", "suspected", case.raised_on, case._edu_label("source"))
            case._edu_follow()

    def _edu_follow(self):
        """Who answers for a case in school hears of what is said in it."""
        for case in self.sudo():
            case.message_subscribe(case.school_responsible_id.partner_id.ids)

    # ------------------------------------------------------------------ the child moves

    def _edu_follow_child(self):
        """The cases go where their child stands, or is expected; who worked on them in the old school
        ceases to follow. Private, on sudo'ed cases; a case that is there already stays as it is."""
        for case in self:
            student, old = case.student_id, case.school_id
            school = student.expected_school_id or student.school_id
            klass = student.class_id.filtered(
                lambda klass, school=school: klass.school_id == school and klass.active
            )
            grade = student.expected_grade if student.expected_school_id else student.grade
            if (case.school_id, case.class_id, case.grade) == (school, klass, grade):
                continue
            values = {
                "school_id": school.id,
                "class_id": klass.id,
                "grade": grade or case.grade,
                "school_township_id": school.area_id.id,
            }
            if old == school:
                case.write(values)
                continue
            # those of its duties go over to who answers there
            case.activity_ids.filtered(lambda activity: not activity.edu_duty_id).unlink()
            case.message_unsubscribe(case.message_partner_ids.ids)
            case.write(values)
            case.write({"school_responsible_id": case._edu_school_line(school, klass).id})
            case._message_log(
                body=self.env._(
                    "The child moved from %(old)s to %(new)s; the case goes with it.",
                    old=old.name,
                    new=school.name,
                )
                if student.school_id == school
                else self.env._(
                    "The child is expected at %(new)s, no longer at %(old)s; the case goes there.",
                    old=old.name,
                    new=school.name,
                )
            )

    # ------------------------------------------------------------------ helpers of the steps

    def _edu_label(self, name):
        """The label of the selection field ``name`` in the user's language."""
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _edu_expect(self, states, step):
        """:raise UserError: unless every case stands in one of ``states``"""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for case in self:
            if case.state not in states:
                raise UserError(
                    self.env._(
                        "%(case)s is “%(state)s”: “%(step)s” is possible only from: %(states)s.",
                        case=case.display_name,
                        state=labels[case.state],
                        step=step,
                        states=", ".join(labels[state] for state in states),
                    )
                )

    def _edu_need(self, step, missing):
        """:raise UserError: naming the facts that ``step`` still needs, when there are any"""
        self.ensure_one()
        missing = [text for text in missing if text]
        if missing:
            raise UserError(
                self.env._(
                    "%(case)s: “%(step)s” still needs:\n%(missing)s",
                    case=self.display_name,
                    step=step,
                    missing="\n".join(f"– {text}" for text in missing),
                )
            )

    def _edu_day(self, value, step, not_before=None):
        """``value`` (date, text or None for today) as a date that is not to come and not before
        ``not_before``."""
        today = self.env["edu.policy"]._edu_today()
        day = fields.Date.to_date(value) or today
        if day > today:
            raise UserError(self.env._("“%(step)s”: the day is still to come.", step=step))
        if not_before and day < not_before:
            raise UserError(
                self.env._(
                    "“%(step)s”: the day cannot lie before %(date)s.",
                    step=step,
                    date=fields.Date.to_string(not_before),
                )
            )
        return day

    def _edu_add_evidence(self, attachment_ids):
        """Hang files on the case: the caller's own fresh uploads, or files of the case itself."""
        self.ensure_one()
        files = self.env["ir.attachment"].sudo().browse(attachment_ids or []).exists()
        files._edu_hang_on(self, through="edu.case.step")
        self.sudo().evidence_ids += files
        return files

    def _edu_ledger(self, action, kind, date, reason, evidence=None):
        """Enter the children in a ledger or strike them off.

        :param evidence: what a strike-off stands on, beside the case
        """
        Ledger = self.env["edu.ledger"].sudo()
        for case in self.sudo():
            if action == "enter":
                Ledger._edu_enter(kind, case.student_id, date, reason, school=case.school_id)
            else:
                proof = self.env._("; ").join(filter(None, (case.name, evidence)))
                Ledger._edu_strike_off(kind, case.student_id, date, reason, proof)

    def _edu_end_ladder(self):
        """Hook: the child is back, an order obeyed is spent (extended by the ladder)."""
        self.sudo().write({"ladder": "none"})

    # ------------------------------------------------------------------ steps

    def action_verify(self):
        """Suspected → verifying: somebody looks into it. Whoever works on the case."""
        step = self.env._("Start verification")
        self._edu_check_role(EVERYBODY)
        self._edu_expect(("suspected",), step)
        self.sudo().write({"state": "verifying"})
        return True

    def action_confirm(self, confirmed_on=None):
        """Verifying → persuading: the child has dropped out. School leaders, records administrator,
        township, bureau. Needs cause, whereabouts, a contact tried, and two people who answer.

        :param confirmed_on: date of the decision, default today in the county
        """
        step = self.env._("Confirm dropout")
        self._edu_check_role(DECIDING)
        self._edu_expect(("verifying",), step)
        Policy = self.env["edu.policy"]
        for case in self:
            case._edu_need(step, case._edu_missing_to_confirm())
            day = case._edu_day(confirmed_on, step, case.raised_on)
            case.sudo().write(
                {
                    "state": "persuading",
                    "confirmed_on": day,
                    "persuading_since": day,
                    "return_by": Policy._edu_period_end(day, Policy._current(day).return_by_days),
                }
            )
            reason = case.sudo().cause_id.name
            case._edu_ledger("strike", "suspected", day, self.env._("Confirmed"))
            case._edu_ledger("enter", "dropout", day, reason)
            if case.kind == "dropout":
                case.student_id._edu_set_state("dropped_out", self.env._("Case %s", case.name))
            case._edu_after_confirm()
        return True

    def _edu_missing_to_confirm(self):
        """What stands between this case and its confirmation, as texts."""
        self.ensure_one()
        return [
            not self.cause_id and self.env._("the cause"),
            not self.whereabouts_id and self.env._("the whereabouts"),
            not self.school_responsible_id
            and self.env._("who answers for the child in school (education line)"),
            not (self.township_responsible_id or self.township_responsible_name)
            and self.env._(
                "who answers for the child in township or village (administrative line)"
            ),
        ]

    def _edu_after_confirm(self):
        """Hook: the case is confirmed, or confirmed again after a relapse."""

    def action_exclude(self, reason_id, until=None, note=None, evidence_ids=None):
        """Verifying → excluded: no dropout after all. School leaders, records administrator, bureau.

        :param reason_id: id of an ``edu.code`` of the list not_dropout
        :param until: last day the proof holds, where the reason asks for one
        :param evidence_ids: ids of attachments, where the reason asks for proof
        """
        step = self.env._("Not a dropout")
        self._edu_check_role(RECEIVING)
        self._edu_expect(("verifying",), step)
        reason = self.env["edu.code"].browse(reason_id).exists()
        until = fields.Date.to_date(until) or False
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            case._edu_add_evidence(evidence_ids)
            if reason and reason.kind != "not_dropout":
                raise UserError(self.env._("“%s” is no reason to exclude a case.", reason.name))
            case._edu_need(
                step,
                [
                    not reason and self.env._("the reason"),
                    reason.needs_evidence
                    and not evidence_ids
                    and self.env._("the proof, as a file or photograph"),
                    reason.needs_expiry
                    and not until
                    and self.env._("until when the proof is valid"),
                    until and until < today and self.env._("a proof that is still valid today"),
                ],
            )
            case._edu_exclude(reason, until, note, len(evidence_ids or ()))
        return True

    def _edu_proof_text(self, note, files):
        """What a strike-off stands on, in words; names of files may hold numbers."""
        count = self.env._("%(count)s files", count=files) if files else None
        return self.env._("; ").join(filter(None, (note, count)))

    def _edu_exclude(self, reason, until=False, note=None, files=0):
        """Close the case as no dropout, without asking; the caller has (or a teacher unmarked).

        :param files: how many prove it
        """
        today = self.env["edu.policy"]._edu_today()
        for case in self.sudo():
            case.write(
                {
                    "state": "excluded",
                    "excluded_reason_id": reason.id,
                    "excluded_on": today,
                    "exclusion_until": until,
                    "exclusion_note": note,
                }
            )
            proof = case._edu_proof_text(note, files)
            case._edu_ledger("strike", "suspected", today, reason.name, proof)
            state = REGISTRY_STATE.get(reason.code)
            if state:
                case.student_id._edu_set_state(state, self.env._("Case %s", case.name))
            if note:
                case._message_log(body=note)

    def action_reopen(self, note):
        """Excluded → verifying: the reason does not hold. School leaders, records administrator,
        bureau; with a reason in words."""
        step = self.env._("Check again")
        self._edu_check_role(RECEIVING)
        self._edu_expect(("excluded",), step)
        for case in self:
            case._edu_need(step, [not note and self.env._("why it is checked again")])
            case._edu_reopen(note)
        return True

    def _edu_reopen(self, note):
        """Excluded → verifying, with a new period to decide. A child with another open case stays."""
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        for case in self.sudo():
            other = self._edu_open_case(case.student_id)
            if other:
                case.write({"exclusion_until": False})
                case._message_log(body=self.env._("Goes on in %(case)s.", case=other.name))
                continue
            reason = case.excluded_reason_id
            case.write(
                {
                    "state": "verifying",
                    "verify_by": Policy._edu_period_end(today, Policy._current(today).confirm_days),
                    "excluded_reason_id": False,
                    "excluded_on": False,
                    "exclusion_until": False,
                    "exclusion_note": False,
                }
            )
            case._message_log(body=note)
            if REGISTRY_STATE.get(reason.code) == case.student_id.enrolment_state:
                case.student_id._edu_set_state("enrolled", self.env._("Case %s", case.name))
            case._edu_ledger("enter", "suspected", today, note)

    @api.model
    @in_office_language
    def _cron_reopen_excluded(self):
        """Daily: a proof that has run out is checked again."""
        today = self.env["edu.policy"]._edu_today()
        cases = self.search([("state", "=", "excluded"), ("exclusion_until", "<", today)])
        for case in cases:
            if case._edu_is_in_school():
                case.sudo().write({"exclusion_until": False})
                case._message_log(
                    body=self.env._("The proof has run out; the child is in school by the roster.")
                )
                continue
            case._edu_reopen(
                self.env._(
                    "The proof “%(reason)s” was valid until %(date)s: check again.",
                    reason=case.excluded_reason_id.name,
                    date=fields.Date.to_string(case.exclusion_until),
                )
            )

    def _edu_is_in_school(self):
        """Whether the newest finding of a roster check is that the child is in school."""
        self.ensure_one()
        line = (
            self.env["edu.roster.check.line"]
            .sudo()
            .search(
                [("student_id", "=", self.student_id.id), ("outcome", "!=", "unmarked")],
                order="marked_at desc, id desc",
                limit=1,
            )
        )
        return line.outcome in PRESENT and bool(
            line.marked_at
            and self.env["edu.policy"]._edu_now(line.marked_at).date() >= self.excluded_on
        )

    def action_return(
        self,
        returned_on=None,
        return_form="same_class",
        class_id=None,
        school_id=None,
        note=None,
        evidence_ids=None,
    ):
        """Persuading → returned: the child is back. School leaders, records administrator, bureau;
        into another school only the bureau. Ends the legal ladder.

        :param returned_on: date of the return, default today in the county
        :param class_id: the class the child sits in; default its own
        :param school_id: the school, for the forms other_school and special
        :param note: how the return was made sure; or files in ``evidence_ids``
        """
        step = self.env._("Child is back")
        self._edu_check_role(RECEIVING)
        self._edu_expect(("persuading",), step)
        for case in self:
            day = case._edu_day(returned_on, step, case.persuading_since)
            school, klass = case._edu_return_place(step, return_form, school_id, class_id)
            case._edu_need(
                step,
                [not note and not evidence_ids and self.env._("how the return was made sure")],
            )
            case._edu_add_evidence(evidence_ids)
            case._edu_end_ladder()
            case.sudo().write(
                {
                    "state": "returned",
                    "returned_on": day,
                    "return_form": return_form,
                    "return_note": note,
                }
            )
            case._edu_place_child(school, klass, return_form)
            proof = case._edu_proof_text(note, len(evidence_ids or ()))
            case._edu_ledger("strike", "dropout", day, case._edu_label("return_form"), proof)
        return True

    def _edu_return_place(self, step, return_form, school_id, class_id):
        """Check the form of return and give (school, class)."""
        self.ensure_one()
        if return_form not in dict(self._fields["return_form"].selection):
            raise UserError(self.env._("“%(step)s”: choose a form of return.", step=step))
        case = self.sudo()
        school = self.env["edu.school"].sudo().browse(school_id or case.school_id.id).exists()
        klass = self.env["edu.class"].sudo().browse(class_id or []).exists()
        if school != case.school_id:
            self._edu_check_role(
                ("bureau",), self.env._("The bureau places a child in another school.")
            )
        if not klass and school == case.school_id and return_form != "lower_grade":
            klass = case.class_id
        self._edu_need(
            step,
            [
                return_form in ("other_school", "special")
                and not school_id
                and self.env._("the school"),
                return_form in ("same_class", "lower_grade")
                and not klass
                and self.env._("the class"),
            ],
        )
        if klass and klass.school_id != school:
            raise UserError(
                self.env._(
                    "%(class)s is no class of %(school)s.",
                    **{"class": klass.display_name, "school": school.name},
                )
            )
        if return_form == "lower_grade" and klass.grade >= case.grade:
            raise UserError(self.env._("%s is no lower grade.", klass.display_name))
        return school, klass

    def _edu_place_child(self, school, klass, return_form):
        """The child stands in ``school`` and ``klass`` now, enrolled."""
        student = self.student_id.sudo()
        if student.school_id != school or student.class_id != klass or student.expected_school_id:
            student._edu_move(school, klass, state="enrolled")
        else:
            student._edu_set_state("enrolled", self.env._("Case %s", self.name))
        values = {}
        placement = {"home_teaching": "home", "special": "special_school"}.get(return_form)
        if placement:
            values["placement"] = placement
        if not student.national_no and student.registry_completion == "none":
            values["registry_completion"] = "to_apply"
        if values:
            student.write(values)

    def action_observe(self):
        """Returned → observing: somebody watches whether the child stays. The class teacher, school
        leaders, records administrator, bureau."""
        step = self.env._("Start observation")
        self._edu_check_role(("class_teacher", *RECEIVING))
        self._edu_expect(("returned",), step)
        Policy = self.env["edu.policy"]
        for case in self:
            case._edu_need(
                step,
                [not case.school_responsible_id and self.env._("who watches (education line)")],
            )
            days = Policy._current(case.returned_on).observation_days
            case.sudo().write(
                {
                    "state": "observing",
                    "observation_until": Policy._edu_period_end(case.returned_on, days),
                }
            )
            case._edu_after_observe()
        return True

    def _edu_after_observe(self):
        """Hook: observation has begun."""

    def action_close(self):
        """Observing → closed: the child has stayed. School leaders, records administrator, bureau,
        once the observation is over and its checks are recorded."""
        step = self.env._("Close case")
        self._edu_check_role(RECEIVING)
        self._edu_expect(("observing",), step)
        today = self.env["edu.policy"]._edu_today()
        for case in self:
            case._edu_need(step, case._edu_missing_to_close(today))
            case.sudo().write({"state": "closed", "closed_on": today})
        return True

    def _edu_missing_to_close(self, today):
        """What stands between this case and its closing, as texts."""
        self.ensure_one()
        return [
            today <= self.observation_until
            and self.env._(
                "the end of the observation on %s", fields.Date.to_string(self.observation_until)
            ),
            self.sudo().report_due and self.env._("the mandatory report"),
        ]

    def action_relapse(self, missing_since=None, note=None):
        """Returned or observing → persuading: the child left again. Whoever works on the case. The
        ladder starts anew: an order obeyed is spent.

        :param missing_since: date, default today in the county
        """
        step = self.env._("Left again")
        self._edu_check_role(EVERYBODY)
        self._edu_expect(BACK, step)
        for case in self:
            case._edu_relapse(case._edu_day(missing_since, step, case.returned_on), note)
        return True

    def _edu_relapse(self, day, note=None):
        """Back to persuading, without asking for the role."""
        Policy = self.env["edu.policy"]
        for case in self.sudo():
            day = max(fields.Date.to_date(day), case.returned_on)
            case._message_log(
                body=self.env._(
                    "Left again on %(date)s. Had come back on %(returned)s (%(form)s).",
                    date=fields.Date.to_string(day),
                    returned=fields.Date.to_string(case.returned_on),
                    form=case._edu_label("return_form"),
                )
            )
            if note:
                case._message_log(body=note)
            case._edu_end_ladder()
            case.write(
                {
                    "state": "persuading",
                    "relapse_count": case.relapse_count + 1,
                    "digested": False,
                    "persuading_since": day,
                    "return_by": Policy._edu_period_end(day, Policy._current(day).return_by_days),
                    "returned_on": False,
                    "return_form": False,
                    "return_note": False,
                    "observation_until": False,
                }
            )
            case._edu_ledger("enter", "dropout", day, self.env._("Left again"))
            case.student_id._edu_set_state("dropped_out", self.env._("Case %s", case.name))
            case._edu_after_confirm()

    def action_set_return_by(self, date, note):
        """Another day by which the child is to be back, with the reason. School leaders, records
        administrator, township, bureau."""
        step = self.env._("Change return-by date")
        self._edu_check_role(DECIDING)
        self._edu_expect(("persuading",), step)
        date = fields.Date.to_date(date)
        for case in self:
            case._edu_need(
                step,
                [
                    not date and self.env._("the date"),
                    date
                    and date <= case.persuading_since
                    and self.env._("a date after the confirmation"),
                    not (note or "").strip() and self.env._("the reason"),
                ],
            )
            case.sudo().write({"return_by": date})
            case.sudo()._message_log(
                body=self.env._(
                    "To be back by %(date)s: %(reason)s",
                    date=fields.Date.to_string(date),
                    reason=note,
                )
            )
        return True

    def action_report_made(self, reported_to, reported_on=None):
        """Child labour, early marriage, abuse or a crime has been reported (outside the ladder).
        Whoever works on the case.

        :param reported_to: the authority
        """
        step = self.env._("Mandatory report made")
        self._edu_check_role(EVERYBODY)
        self._edu_expect([state for state, _label in STATES if state not in DONE], step)
        for case in self:
            case._edu_need(
                step, [not (reported_to or "").strip() and self.env._("who received the report")]
            )
            case.sudo().write(
                {
                    "mandatory_report_to": reported_to,
                    "mandatory_report_on": case._edu_day(reported_on, step),
                    "mandatory_report_by_id": self.env.uid,
                }
            )
        return True
