from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.log_filter import holds_secret
from ...tools.roster import RowProblem
from ..core.secret_field import Secret

KINDS = [
    ("household", "Household register"),
    ("poverty", "Poverty list"),
    ("door", "Door-to-door finds"),
    ("disabled", "List of disabled children"),
]
RESULTS = [
    ("absent", "Out of school by the registry"),
    ("not_found", "Not found: never enrolled"),
    ("suggestion", "Perhaps this child"),
    ("unreadable", "Row cannot be read"),
    ("not_attending", "On the registry, not attending"),
    ("other_county", "In a school of another county"),
    ("expected", "Expected by a school"),
    ("in_school", "In school"),
]
OUTCOMES = [
    ("elsewhere", "Enrolled elsewhere"),
    ("postponed", "Postponed or suspended with approval"),
    ("completed", "Completed nine years"),
    ("moved", "Moved away or abroad"),
    ("age", "Over or under age"),
    ("deceased", "Deceased"),
    ("data_error", "Wrong entry"),
    ("expected", "Expected by a school from now on"),
    ("case", "Followed in a case"),
    ("superseded", "Read in a newer file"),
]
#: kept only with a document, named or attached
PROVEN = ("elsewhere", "postponed", "completed", "moved", "deceased")
#: the child becomes, or is, one of the county's
MADE = ("expected", "case")
#: what the child of a row that cannot be read may still come to, and a child who is out of school
UNREAD = ("data_error", *PROVEN)
ABSENT = ("case", "data_error")
#: registry states in which no case is raised
PAST = ("deceased", "completed", "graduated")


class EduComparisonRow(models.Model):
    """A child on a list from outside: what the registry knows of it, and what came of that.

    The comparison makes them, and nobody writes or deletes one by hand. Bureau and township work them
    off with a coded outcome and its evidence; the school reads those that are its children; the
    inspector reads. Nothing is worked off in silence: a row without an outcome stays open, and only a
    child who is in school, or expected by one, needs none.
    """

    _name = "edu.comparison.row"
    _description = "Child on a compared list"
    _inherit = ["edu.secret.mixin", "edu.scope.mixin"]
    _order = "comparison_id desc, township_id, id"
    _rec_name = "child_name"
    _edu_township_fields = ("township_id",)

    comparison_id = fields.Many2one(
        "edu.comparison", "List", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, "What the List Is", required=True, readonly=True)
    county_id = fields.Many2one(
        "edu.area", "County", required=True, readonly=True, ondelete="restrict"
    )
    term_id = fields.Many2one("edu.term", required=True, readonly=True, ondelete="restrict")
    township_id = fields.Many2one("edu.area", "Township", readonly=True, ondelete="restrict")
    area_id = fields.Many2one("edu.area", "Lives in", readonly=True, ondelete="restrict")
    is_listed = fields.Boolean("On the Newest File", readonly=True)
    is_expired = fields.Boolean("Clear Values Deleted", readonly=True)
    sheet = fields.Char(readonly=True)
    number = fields.Integer("Row", readonly=True, aggregator=None)

    # The child by the list
    child_name = fields.Char("Child", readonly=True)
    name_key = fields.Char(groups=fields.NO_ACCESS, copy=False)
    name_sound = fields.Char(groups=fields.NO_ACCESS, copy=False)
    raw_key = fields.Char(groups=fields.NO_ACCESS, copy=False)
    gender = fields.Selection([("male", "Male"), ("female", "Female")], readonly=True)
    birthdate = fields.Date("Birth Date", readonly=True)
    age_group = fields.Selection(
        [("under", "Too young"), ("school", "Of school age"), ("over", "Too old")],
        "Age",
        readonly=True,
        help="Full years on 31 August before the school year",
    )
    grade = fields.Integer("Grade by Age", readonly=True, aggregator=None)
    id_number = Secret("Identity Number", kind="identity", readonly=True)
    address = Secret("Home Address", kind="address", readonly=True)
    zone_school_id = fields.Many2one(
        "edu.school", "School of the Zone", readonly=True, ondelete="set null"
    )
    problems = fields.Json(readonly=True, copy=False)
    problem = fields.Char("What Is Wrong", compute="_compute_problem")

    # The child by the registry
    result = fields.Selection(RESULTS, "Found", required=True, readonly=True)
    match_by = fields.Selection(
        [
            ("number", "Identity number"),
            ("name", "Name and birth date"),
            ("person", "Confirmed by a person"),
        ],
        "Found by",
        readonly=True,
    )
    match_student_id = fields.Many2one(
        "edu.student", groups=fields.NO_ACCESS, copy=False, index=True, ondelete="set null"
    )
    suggestions = fields.Json(groups=fields.NO_ACCESS, copy=False)
    student_id = fields.Many2one(
        "edu.student",
        "Child on the Registry",
        compute="_compute_student_id",
        help="Empty where the child is not yours to see",
    )
    candidate_ids = fields.Many2many("edu.student", string="Perhaps", compute="_compute_student_id")
    candidate_text = fields.Char("Perhaps at", compute="_compute_student_id")
    school_id = fields.Many2one(
        "edu.school", "School of the Child", readonly=True, index=True, ondelete="set null"
    )
    decision = fields.Selection(
        [("same", "The same child"), ("other", "Another child")], readonly=True, copy=False
    )

    # What came of it
    state = fields.Selection(
        [("open", "To work off"), ("done", "Worked off"), ("settled", "Nothing to do")],
        required=True,
        readonly=True,
        default="open",
    )
    outcome = fields.Selection(OUTCOMES, readonly=True, copy=False)
    evidence = fields.Char("Evidence", readonly=True, copy=False)
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "edu_comparison_row_attachment_rel",
        "row_id",
        "attachment_id",
        "Files",
        readonly=True,
        copy=False,
    )
    settled_by_id = fields.Many2one("res.users", "Worked Off by", readonly=True, copy=False)
    settled_at = fields.Datetime("Worked Off at", readonly=True, copy=False)
    history = fields.Text(readonly=True, copy=False)

    _comparison_state_idx = models.Index("(comparison_id, state)")
    _township_state_idx = models.Index("(township_id, state)")
    # the work to be done is a small part of the rows
    _open_idx = models.Index("(county_id, result) WHERE state = 'open'")
    _number_uniq = models.UniqueIndex(
        "(comparison_id, id_number_digest) WHERE id_number_digest IS NOT NULL",
        "This child stands on the list already.",
    )
    _done_outcome = models.Constraint(
        "CHECK((state = 'done') = (outcome IS NOT NULL))",
        "A row is worked off with an outcome, and only so.",
    )

    # -- computes ---------------------------------------------------------------------------------

    @api.depends("problems")
    @api.depends_context("lang")
    def _compute_problem(self):
        words = self.env["edu.problem"]
        for row in self:
            texts = []
            for kept in row.problems or ():
                told = RowProblem(kept["f"], kept["c"], kept["s"], kept["p"], kept["h"], kept["l"])
                texts += filter(None, (words._edu_text(told), words._edu_remedy(told)))
            row.problem = " ".join(texts)

    @api.depends("match_student_id", "suggestions")
    @api.depends_context("uid", "lang")
    def _compute_student_id(self):
        """Children that the caller may read; of the others, where they are."""
        Student = self.env["edu.student"]
        rows = self.sudo()
        asked = {id_ for row in rows for id_ in row.suggestions or ()}
        asked.update(rows.match_student_id.ids)
        there = Student.browse(asked).exists()
        readable = there._filtered_access("read") if Student.has_access("read") else Student
        for row, known in zip(self, rows, strict=True):
            row.student_id = readable & known.match_student_id.with_env(self.env)
            found = there.browse([i for i in known.suggestions or () if i in set(there.ids)])
            row.candidate_ids = found & readable
            row.candidate_text = self.env._(", ").join(
                f"{child.name} ({child.school_id.name})"
                if child.with_env(self.env) in readable
                else child.school_id.name
                for child in found.sudo()
            )

    @api.depends("child_name", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.child_name or self.env._("Row %(number)s", number=row.number)

    # -- who --------------------------------------------------------------------------------------

    def _edu_check_may_settle(self):
        """Raise AccessError unless the caller is of the bureau of every row's county, or of its
        township."""
        if self.env.su:
            return
        user = self.env.user.sudo()
        counties, townships = user.edu_bureau_area_ids.county_id, user.edu_township_area_ids
        for row in self.sudo():
            if row.county_id not in counties and row.township_id not in townships:
                raise AccessError(
                    self.env._("Rows are worked off by the township they are of, or the bureau.")
                )

    def _edu_check_reveal(self, field_name):
        self._edu_check_may_settle()

    def _edu_lock(self):
        """Hold the rows, so that two officers do not work off one."""
        self.sudo().flush_recordset()
        self.env.execute_query(
            SQL(
                "SELECT id FROM edu_comparison_row WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                self.ids,
            )
        )
        self.invalidate_recordset()

    # -- suggestions ------------------------------------------------------------------------------

    def action_decide(self):
        """Bureau, township: say which of the children suggested it is, or that it is none."""
        self.ensure_one()
        self._edu_check_may_settle()
        return self._edu_wizard("edu.comparison.decide", self.env._("Is It This Child?"), self)

    def _edu_decide(self, student=None):
        """One suggestion is ``student``, or none of them. The row is judged again at once, and what
        was said stays when the list comes again.

        :raise UserError: nothing to be decided, or a child that was not suggested
        :raise AccessError: a child whom the caller may not see
        """
        self.ensure_one()
        self._edu_check_may_settle()
        self._edu_lock()
        row = self.sudo()
        if row.state != "open" or row.result != "suggestion":
            raise UserError(self.env._("There is nothing to be decided here."))
        if student:
            student.check_access("read")
            if student.id not in (row.suggestions or ()):
                raise UserError(self.env._("This child was not suggested."))
        row.write(
            {
                "decision": "same" if student else "other",
                "match_student_id": student.id if student else False,
                "history": row._edu_told_history(
                    self.env._("The same child as on the registry")
                    if student
                    else self.env._("None of the children suggested")
                ),
            }
        )
        row.comparison_id._edu_judge_again(row)
        return True

    # -- working off ------------------------------------------------------------------------------

    def action_settle(self):
        """Bureau, township: work the selected rows off, all with one outcome."""
        self._edu_check_may_settle()
        return self._edu_wizard("edu.comparison.settle", self.env._("Work Off"), self)

    def _edu_wizard(self, model, name, rows):
        wizard = self.env[model].create({"row_ids": [fields.Command.set(rows.ids)]})
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _edu_settle(
        self, outcome, evidence=None, files=(), school=None, grade=None, missing_since=None
    ):
        """Work rows off with one outcome; all or none.

        :param evidence: what the outcome stands on, in words (what, number, date)
        :param files: [{"name": …, "data": base64}], kept with every row
        :param school, grade: for a child that becomes one of the county's; default: the zone's school
            and the grade by age
        :param missing_since: for a case; default today
        :raise AccessError: unless the caller is of the bureau, or of the township
        :raise UserError: what a row lacks for the outcome, by the child's name
        """
        self._edu_check_may_settle()
        self._edu_lock()
        evidence = (evidence or "").strip()
        if holds_secret(evidence):
            raise UserError(self.env._("Do not write numbers of persons into the evidence."))
        for row in self.sudo():
            problem = row._edu_settle_problem(outcome, evidence, files)
            if problem:
                raise UserError(
                    self.env._(
                        "%(child)s, %(outcome)s: %(problem)s",
                        child=row.display_name,
                        outcome=self._edu_outcome_label(outcome),
                        problem=problem,
                    )
                )
        if outcome == "expected":
            self._edu_expect(school, grade)
        elif outcome == "case":
            self._edu_follow(school, grade, missing_since)
        for row in self.sudo():
            row.evidence_ids = [
                fields.Command.create(
                    {
                        "name": file["name"],
                        "datas": file["data"],
                        "res_model": self._name,
                        "res_id": row.id,
                    }
                )
                for file in files
            ]
        self.sudo()._edu_close(outcome, evidence)
        self.sudo()._edu_close_elsewhere(outcome)
        return True

    def _edu_close_elsewhere(self, outcome):
        """What came of a child holds for the other lists of the term that name it by its number (the
        county's and the township's of one kind, household register and poverty list). Called as
        superuser; whoever works a row off may work off all of the child's township and county.
        """
        if outcome == "data_error":
            return  # of this list, not of the child
        lists = set()
        for row in self.filtered("id_number_digest"):
            others = self.search(
                [
                    ("id_number_digest", "=", row.id_number_digest),
                    ("term_id", "=", row.term_id.id),
                    ("county_id", "=", row.county_id.id),
                    ("township_id", "=", row.township_id.id),
                    ("state", "=", "open"),
                    ("id", "not in", self.ids),
                ]
            )
            if not others:
                continue
            if row.match_student_id:
                others.write(
                    {"match_student_id": row.match_student_id.id, "school_id": row.school_id.id}
                )
            others._edu_close(
                outcome,
                " — ".join(
                    filter(
                        None,
                        (
                            row.evidence,
                            self.env._("on the list “%s”", row.comparison_id.display_name),
                        ),
                    )
                ),
            )
            lists |= set(others.comparison_id)
        for comparison in lists:
            comparison.invalidate_recordset(["row_ids"], flush=False)

    def _edu_outcome_label(self, outcome):
        return dict(self._fields["outcome"]._description_selection(self.env)).get(outcome, outcome)

    def _edu_settle_problem(self, outcome, evidence, files):
        """Why the row cannot be worked off so, as a sentence; None when it can."""
        self.ensure_one()
        if self.state != "open":
            return self.env._("it is worked off already, or there is nothing to do.")
        if outcome not in dict(OUTCOMES) or outcome == "superseded":
            return self.env._("choose what came of it.")
        if self.result == "suggestion":
            return self.env._("say first whether it is the child suggested.")
        if self.result == "unreadable" and outcome not in UNREAD:
            return self.env._("the row cannot be read. Correct it in the file and upload it again.")
        if self.result == "absent" and outcome not in ABSENT and self._edu_stands_on_ledger():
            return self.env._("the child stands on the ledger; its case says what came of it.")
        if outcome in PROVEN and len(evidence) < 2 and not files:
            return self.env._("attach the document, or name it (what, number, date).")
        if outcome == "data_error" and len(evidence) < 2:
            return self.env._("say what is wrong in the list.")
        if outcome == "age" and self.age_group not in ("under", "over"):
            return self.env._("by its birth date the child is of school age.")
        if outcome == "expected" and self.result != "not_found":
            return self.env._("only a child that is not on the registry becomes an expected one.")
        if outcome == "case":
            if self.result == "other_county":
                return self.env._("the child stands in another county, which follows it.")
            if self.match_student_id.enrolment_state in PAST:
                return self.env._("by the registry the child is past compulsory education.")
        if outcome in MADE and self.result == "not_found" and not self.birthdate:
            return self.env._("its birth date is not known.")
        return None

    def _edu_stands_on_ledger(self):
        return bool(
            self.env["edu.ledger"]
            .sudo()
            .search_count(
                [
                    ("student_id", "=", self.match_student_id.id),
                    ("kind", "in", ("suspected", "dropout")),
                    ("date_off", "=", False),
                ],
                limit=1,
            )
        )

    def _edu_close(self, outcome, evidence):
        """Write the outcome of rows that may be closed. Called as superuser."""
        label = self._edu_outcome_label(outcome)
        for row in self:
            text = " — ".join(filter(None, (label, evidence)))
            row.write(
                {
                    "state": "done",
                    "outcome": outcome,
                    "evidence": evidence,
                    "settled_by_id": self.env.uid,
                    "settled_at": fields.Datetime.now(),
                    "history": row._edu_told_history(text),
                }
            )

    def _edu_told_history(self, text):
        now = self.env["edu.policy"]._edu_now()
        line = f"{now:%Y-%m-%d %H:%M} {self.env.user.name}: {text}"
        return "\n".join(filter(None, (self.history, line)))

    def _edu_reopen(self, reason):
        """Take rows up again that were worked off; what was said stays in the history.

        :raise UserError: no reason, or a row that is not worked off
        """
        self._edu_check_may_settle()
        reason = (reason or "").strip()
        if len(reason) < 2 or holds_secret(reason):
            raise UserError(self.env._("Say why, without numbers of persons."))
        self._edu_lock()
        if any(row.state != "done" for row in self):
            raise UserError(self.env._("Only what is worked off is taken up again."))
        for row in self.sudo():
            row.write(
                {
                    "state": "open",
                    "outcome": False,
                    "evidence": False,
                    "settled_by_id": False,
                    "settled_at": False,
                    "history": row._edu_told_history(
                        self.env._("Taken up again: %(reason)s", reason=reason)
                    ),
                }
            )
        for comparison, rows in self.sudo().grouped("comparison_id").items():
            comparison._edu_judge_again(rows)
        return True

    def action_reopen(self):
        """Bureau, township: take the selected rows up again, with a reason."""
        self._edu_check_may_settle()
        action = self._edu_wizard("edu.comparison.settle", self.env._("Take Up Again"), self)
        self.env["edu.comparison.settle"].browse(action["res_id"]).is_reopening = True
        return action

    # -- children of the county -------------------------------------------------------------------

    def _edu_place_in(self, school, grade):
        """(school, grade) where a child becomes one of the county's.

        :raise UserError: no school, or one without the grade
        """
        self.ensure_one()
        school = school or self.zone_school_id
        grade = grade or self.grade
        if not school or not grade:
            raise UserError(
                self.env._(
                    "%(child)s: no zone tells the school. Choose school and grade.",
                    child=self.display_name,
                )
            )
        if school.county_id != self.county_id:
            raise UserError(
                self.env._("%(school)s is not in this county.", school=school.sudo().name)
            )
        if not school.grade_from <= grade <= school.grade_to:
            raise UserError(
                self.env._(
                    "%(child)s: %(school)s has no grade %(grade)s.",
                    child=self.display_name,
                    school=school.sudo().name,
                    grade=grade,
                )
            )
        return school, grade

    def _edu_expect(self, school, grade):
        """Children that were not found are expected by their schools from now on."""
        Entrant = self.env["edu.entrant"]
        places = self.sudo().grouped(lambda row: row._edu_place_in(school, grade))
        for (target, level), rows in places.items():
            target = target.with_env(self.env)
            user = self.env.user
            if not self.env.su and not user._edu_has_role("bureau", target):
                raise UserError(
                    self.env._(
                        "Children are put on a school's list by the bureau. Leave the row to it, or"
                        " have the child followed in a case."
                    )
                )
            students = self.env["edu.student"].sudo()
            for row in rows:
                students |= row._edu_make_student(target, level)
            Entrant._edu_expect(
                rows[:1].term_id,
                target,
                students.with_env(self.env),
                level,
                "household" if rows[:1].kind == "household" else "manual",
            )

    def _edu_follow(self, school, grade, missing_since):
        """Children are followed in a case: entered first where no list has them."""
        for row in self.sudo():
            if not row.match_student_id:
                row._edu_make_student(*row._edu_place_in(school, grade))
        day = missing_since or self.env["edu.policy"]._edu_today()
        self.sudo()._edu_on_missing(day)

    def _edu_make_student(self, school, grade):
        """Enter the child of a row that was not found; called as superuser.

        :return: the child
        """
        self.ensure_one()
        clear = {name: self._edu_secret_clear(name)[self.id] for name in ("id_number", "address")}
        student = self.env["edu.student"].create(
            {
                "name": self.child_name,
                "gender": self.gender,
                "birthdate": self.birthdate,
                "school_id": school.id,
                "expected_school_id": school.id,
                "expected_grade": grade,
                "grade": grade,
                "enrolment_state": "expected",
                "household_area_id": self.area_id.id,
                "residence_area_id": self.area_id.id,
                **{name: value for name, value in clear.items() if value},
            }
        )
        self.write({"match_student_id": student.id, "school_id": school.id})
        return student

    def _edu_on_missing(self, missing_since):
        """Hook: the children of these rows are to be followed in a case. ``self`` is sudo'ed, each
        row has its ``match_student_id``; who said so is ``env.user``.

        :param missing_since: date
        """

    def action_open_student(self):
        """Whoever may read the child: the child."""
        self.ensure_one()
        if not self.student_id:
            raise UserError(self.env._("There is no child here that you may see."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.student",
            "res_id": self.student_id.id,
            "view_mode": "form",
        }
