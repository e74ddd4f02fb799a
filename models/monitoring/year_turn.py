from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..core.notes import log_notes
from ..registry.student import ON_BOOKS

LAST_GRADE = 9
# What becomes of a child (``edu_year_turn_tmp.fate``), and the figure of a school that counts it
COUNTED = {
    "promote": "promote_count",
    "repeat": "repeat_count",
    "stay": "stay_count",
    "move_on": "move_count",
    "graduated": "graduate_count",
    "completed": "graduate_count",
    "not_completed": "kept_count",
    "held": "held_count",
}
STAYING = ("repeat", "stay", "not_completed")
LEAVING = ("graduated", "completed")


class EduYearTurn(models.Model):
    """The turn of the school year in one county (学年升级): every class goes up a grade, who repeats
    stays, the last grade of a primary school is expected at its junior school, grade 9 graduates and
    is followed for one autumn.

    The bureau makes it, sees per school what would happen before anything is written, and carries it
    out: all schools at once, by set-based SQL, but for those that it leaves for later. A school turns
    once a year. Suspended and postponed children, and those who were expected and never came, stay as
    they are; a child of grade 9 with an open case does not graduate unless somebody decides so
    (``edu.year.turn.child``). The schools' staff see their own school in it; inspectors all.
    """

    _name = "edu.year.turn"
    _description = "Turn of the school year"
    _inherit = ["mail.thread"]
    _order = "term_id desc, county_id"

    county_id = fields.Many2one(
        "edu.area",
        "County",
        required=True,
        ondelete="restrict",
        domain=[("level", "=", "county")],
        default=lambda self: self._default_county_id(),
    )
    term_id = fields.Many2one(
        "edu.term",
        "First Term of the New Year",
        required=True,
        ondelete="restrict",
        domain=[("season", "=", "autumn"), ("state", "!=", "closed")],
        default=lambda self: self._default_term_id(),
    )
    state = fields.Selection(
        [
            ("draft", "Being prepared"),
            ("partly", "Some schools left"),
            ("done", "Carried out"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    school_ids = fields.One2many("edu.year.turn.school", "turn_id", "Schools", copy=False)
    child_ids = fields.One2many(
        "edu.year.turn.child", "turn_id", "Repeating and to Be Decided", copy=False
    )
    counted_on = fields.Datetime("Counted on", readonly=True, copy=False)

    school_count = fields.Integer("Number of Schools", compute="_compute_totals")
    done_count = fields.Integer("Schools Turned", compute="_compute_totals")
    problem_count = fields.Integer("Schools with Open Questions", compute="_compute_totals")
    children_count = fields.Integer("On the Books", compute="_compute_totals")
    promote_count = fields.Integer("Go Up a Grade", compute="_compute_totals")
    repeat_count = fields.Integer("Repeat", compute="_compute_totals")
    stay_count = fields.Integer("Stay as They Are", compute="_compute_totals")
    move_count = fields.Integer("Go on to Another School", compute="_compute_totals")
    graduate_count = fields.Integer("Graduate", compute="_compute_totals")
    kept_count = fields.Integer("Grade 9 Not Completed", compute="_compute_totals")
    held_count = fields.Integer("To Be Decided", compute="_compute_totals")
    after_count = fields.Integer(
        "On the Books Afterwards",
        compute="_compute_totals",
        help="On the books before, less those who graduate",
    )

    _term_uniq = models.UniqueIndex(
        "(county_id, term_id)", "The turn of this school year is entered already for this county."
    )

    # ------------------------------------------------------------------ defaults and computes

    @api.model
    def _default_county_id(self):
        return self.env.user.sudo().edu_bureau_area_ids.county_id[:1]

    @api.model
    def _default_term_id(self):
        return self.env["edu.term"].search(
            [("season", "=", "autumn"), ("state", "!=", "closed")], order="start_date", limit=1
        )

    @api.depends("term_id", "county_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for turn in self:
            turn.display_name = self.env._(
                "%(county)s, %(year)s",
                county=turn.county_id.name or "",
                year=turn.term_id.school_year or "",
            )

    @api.depends("school_ids", *(f"school_ids.{name}" for name in set(COUNTED.values())))
    def _compute_totals(self):
        for turn in self:
            schools = turn.sudo().school_ids
            turn.school_count = len(schools)
            turn.done_count = len(schools.filtered(lambda line: line.state == "done"))
            turn.problem_count = len(
                schools.filtered(lambda line: line.state == "todo" and line.problems)
            )
            for name in ("children_count", *set(COUNTED.values())):
                turn[name] = sum(schools.mapped(name))
            turn.after_count = turn.children_count - turn.graduate_count

    @api.constrains("term_id", "county_id")
    def _check_term(self):
        for turn in self:
            if turn.term_id.season != "autumn":
                raise ValidationError(
                    self.env._("A school year begins with an autumn term: choose that.")
                )
            if turn.county_id.level != "county":
                raise ValidationError(self.env._("The year turns in a county: choose one."))

    @api.model_create_multi
    def create(self, vals_list):
        turns = super().create(vals_list)
        turns._edu_add_schools()
        return turns

    def write(self, vals):
        if {"county_id", "term_id"} & vals.keys() and self.sudo().school_ids.filtered("turned_on"):
            raise UserError(self.env._("Schools have turned already: county and year stand."))
        if not self.env.su and {"state", "counted_on"} & vals.keys():
            raise AccessError(self.env._("The state follows from what was carried out."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        if self.sudo().school_ids.filtered("turned_on"):
            raise UserError(self.env._("Schools have turned already: this stays."))

    # ------------------------------------------------------------------ actions

    def action_count(self):
        """Bureau: count per school what would happen. Nothing of a child changes."""
        self.ensure_one()
        self._edu_check_bureau()
        self.sudo()._edu_count()
        return True

    def action_run(self):
        """Bureau: carry it out for every school that is not turned and not left for later. All of it
        or nothing.

        :raise UserError: when all have turned, the old year is not over, or schools have open
            questions: they are answered, or left for later
        """
        self.ensure_one()
        self._edu_check_bureau()
        turn = self.sudo()
        if turn.state == "done":
            raise UserError(
                self.env._(
                    "%(turn)s: every school has turned. A year turns once.", turn=turn.display_name
                )
            )
        turn._edu_count()
        waiting = turn.school_ids.filtered(lambda line: line.state == "todo")
        if not waiting:
            raise UserError(
                self.env._("Every school that has not turned is left for later: nothing to do.")
            )
        waiting._edu_turn()
        return True

    def action_view_graduates(self):
        """Whoever reads it: the graduates of this year in the own scope."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_graduate_action"
        )
        action["domain"] = [("turn_id", "=", self.id)]
        action["context"] = {}
        return action

    def _edu_check_bureau(self):
        """:raise AccessError: unless the caller is of the bureau for every school of the county"""
        if self.env.su:
            return
        schools = self.sudo().school_ids.school_id
        outside = schools - self.env.user.sudo().edu_bureau_school_ids
        if outside or not schools:
            schools.with_env(self.env)[:1]._edu_check_role(("bureau",))
            raise AccessError(
                self.env._("The year turns in a whole county: that is for its bureau.")
            )

    # ------------------------------------------------------------------ counting

    def _edu_add_schools(self):
        """A line for every active school of the county that has none."""
        for turn in self.sudo():
            schools = self.env["edu.school"].search(
                [("county_id", "=", turn.county_id.id)], order="code"
            )
            turn.school_ids = [
                Command.create({"school_id": school.id})
                for school in schools - turn.school_ids.school_id
            ]

    def _edu_count(self):
        """Write per school that has not turned what would happen, and what keeps it from turning.
        Private, as superuser."""
        self.ensure_one()
        self._edu_add_schools()
        lines = self.school_ids.filtered(lambda line: line.state != "done")
        self._edu_list_sought(lines.school_id)
        self._edu_stage(lines.school_id)
        counts, unknown = {}, {}
        for school_id, fate, homeless, number in self.env.execute_query(
            SQL(
                """SELECT school_id, fate, fate = 'move_on' AND target_id IS NULL, count(*)
                     FROM edu_year_turn_tmp GROUP BY 1, 2, 3"""
            )
        ):
            count = counts.setdefault(school_id, dict.fromkeys(set(COUNTED.values()), 0))
            count[COUNTED[fate]] += number
            if homeless:
                unknown[school_id] = number
        self.env.cr.execute("DROP TABLE edu_year_turn_tmp")
        none = dict.fromkeys(set(COUNTED.values()), 0)
        problems = lines._edu_problems(unknown)
        for line in lines:
            count = counts.get(line.school_id.id, none)
            line.write(
                {
                    **count,
                    "children_count": sum(count.values()),
                    "problems": "\n".join(problems[line]) or False,
                }
            )
        self.counted_on = fields.Datetime.now()

    def _edu_list_sought(self, schools):
        """Children of grade 9 who are sought stand on the list of those to be decided; one whose
        case is over in the meantime leaves it."""
        self.ensure_one()
        candidates = self.env["edu.student"].search(
            [
                ("school_id", "in", schools.ids),
                ("grade", "=", LAST_GRADE),
                ("enrolment_state", "in", ("enrolled", "dropped_out")),
            ]
        )
        sought = candidates._edu_sought() | candidates.filtered(
            lambda student: student.enrolment_state == "dropped_out"
        )
        listed = self.child_ids.filtered(
            lambda child: child.kind == "grade_nine" and child.school_id in schools
        )
        listed.filtered(
            lambda child: child.decision == "waiting" and child.student_id not in sought
        ).unlink()
        repeating = self.child_ids.filtered(lambda child: child.decision == "repeat").student_id
        self.env["edu.year.turn.child"].create(
            [
                {"turn_id": self.id, "student_id": student.id, "kind": "grade_nine"}
                for student in sought - self.child_ids.exists().student_id - repeating
            ]
        )

    def _edu_stage(self, schools):
        """Who is on the books of ``schools``, and what becomes of each, in a table of this
        transaction: ``edu_year_turn_tmp`` (student, school, class, grade, state, fate, target)."""
        self.ensure_one()
        self.env.flush_all()
        zone = self.env["edu.school"]._fields["zone_area_ids"]
        self.env.cr.execute("DROP TABLE IF EXISTS edu_year_turn_tmp")
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE edu_year_turn_tmp ON COMMIT DROP AS
                SELECT child.*, CASE WHEN fate = 'move_on' THEN COALESCE(
                           entrant.school_id, junior.id, central.id, zoned.id) END AS target_id
                  FROM (
                    SELECT s.id AS student_id, s.school_id, s.class_id, s.grade,
                           s.enrolment_state AS state, s.residence_area_id, s.residence_township_id,
                           school.junior_school_id, school.parent_id,
                           CASE WHEN COALESCE(s.grade, 0) = 0 OR s.grade > school.grade_to
                                  OR s.enrolment_state IN ('expected', 'suspended') THEN 'stay'
                                WHEN chosen.decision = 'repeat' THEN 'repeat'
                                WHEN s.grade < school.grade_to THEN 'promote'
                                WHEN s.grade < %(last)s THEN 'move_on'
                                WHEN chosen.decision IN ('graduated', 'completed', 'not_completed')
                                  THEN chosen.decision
                                WHEN chosen.kind = 'grade_nine' THEN 'held'
                                ELSE 'graduated' END AS fate
                      FROM edu_student s
                      JOIN edu_school school ON school.id = s.school_id
                 LEFT JOIN edu_year_turn_child chosen ON chosen.student_id = s.id
                       AND chosen.turn_id = %(turn)s
                     WHERE s.school_id IN %(schools)s AND s.active
                       AND s.enrolment_state IN %(on_books)s) child
             LEFT JOIN edu_entrant entrant ON entrant.student_id = child.student_id
                   AND entrant.term_id = %(term)s AND entrant.school_id != child.school_id
             LEFT JOIN edu_school junior ON junior.id = child.junior_school_id AND junior.active
                   AND child.grade + 1 BETWEEN junior.grade_from AND junior.grade_to
             LEFT JOIN edu_school central ON central.id = child.parent_id AND central.active
                   AND child.grade + 1 BETWEEN central.grade_from AND central.grade_to
             LEFT JOIN LATERAL (
                    SELECT z.id
                      FROM edu_school z
                      JOIN %(zone)s rel ON rel.%(zone_school)s = z.id
                     WHERE z.active AND z.kind != 'special' AND z.id != child.school_id
                       AND child.grade + 1 BETWEEN z.grade_from AND z.grade_to
                       AND rel.%(zone_area)s IN (
                           child.residence_area_id, child.residence_township_id)
                  ORDER BY rel.%(zone_area)s != child.residence_area_id, z.id
                     LIMIT 1) zoned ON child.fate = 'move_on'
                """,
                turn=self.id,
                term=self.term_id.id,
                schools=tuple(schools.ids or [0]),
                on_books=ON_BOOKS,
                last=LAST_GRADE,
                zone=SQL.identifier(zone.relation),
                zone_school=SQL.identifier(zone.column1),
                zone_area=SQL.identifier(zone.column2),
            )
        )
        self.env.cr.execute("CREATE INDEX ON edu_year_turn_tmp (student_id)")
        self.env.cr.execute("ANALYZE edu_year_turn_tmp")

    # ------------------------------------------------------------------ carrying out

    def _edu_ensure_over(self):
        """:raise UserError: while the old year still runs"""
        self.ensure_one()
        today = self.env["edu.policy"]._edu_today()
        if self.term_id.state == "closed":
            raise UserError(self.env._("%(term)s is over.", term=self.term_id.display_name))
        before = self.term_id._edu_previous()
        if before and before.end_date >= today:
            raise UserError(
                self.env._(
                    "%(term)s runs until %(date)s: the year turns after that.",
                    term=before.display_name,
                    date=before.end_date,
                )
            )

    def _edu_on_books(self):
        """(number of children on the books of the county, number of graduates)."""
        self.env.flush_all()
        [numbers] = self.env.execute_query(
            SQL(
                """SELECT count(*) FILTER (WHERE s.enrolment_state IN %s),
                          count(*) FILTER (WHERE s.enrolment_state IN %s)
                     FROM edu_student s JOIN edu_school school ON school.id = s.school_id
                    WHERE s.active AND school.county_id = %s""",
                ON_BOOKS,
                LEAVING,
                self.county_id.id,
            )
        )
        return numbers

    def _edu_carry_out(self, schools):
        """Turn ``schools``. Private, as superuser; the caller has asked for post and open questions.

        :raise UserError: when the county's totals would not be the same but for who graduates
        """
        self.ensure_one()
        before = self._edu_on_books()
        self._edu_stage(schools)
        [(leaving,)] = self.env.execute_query(
            SQL("SELECT count(*) FROM edu_year_turn_tmp WHERE fate IN %s", LEAVING)
        )
        self._edu_turn_classes(schools)
        self._edu_turn_children()
        self._edu_expect_elsewhere()
        self._edu_graduate()
        noted = self.env.execute_query(
            SQL(
                """SELECT student_id, fate, target_id FROM edu_year_turn_tmp
                    WHERE fate NOT IN ('promote', 'held')"""
            )
        )
        self.env.cr.execute("DROP TABLE edu_year_turn_tmp")
        self._edu_tell_orm(noted)
        self._edu_note(noted)
        targets = {target for _student, _fate, target in noted if target}
        self._edu_refresh_checks(schools | self.env["edu.school"].browse(targets))
        self._edu_after_turn(schools)
        after = self._edu_on_books()
        if before[0] - leaving != after[0] or before[1] + leaving != after[1]:
            raise UserError(
                self.env._(
                    "The county's totals do not agree: %(before)s on the books, %(leaving)s graduate,"
                    " %(after)s afterwards. Nothing was written.",
                    before=before[0],
                    leaving=leaving,
                    after=after[0],
                )
            )

    def _edu_who(self):
        return {"uid": self.env.uid, "now": fields.Datetime.now()}

    def _edu_turn_classes(self, schools):
        """Last grades are over, the others go up, the highest first: a class's number is free when
        it arrives. Who taught a class that is over holds that post until today."""
        Class = self.env["edu.class"]
        over = Class.browse(
            class_id
            for (class_id,) in self.env.execute_query(
                SQL(
                    """UPDATE edu_class k SET active = FALSE, write_uid = %(uid)s,
                              write_date = %(now)s
                         FROM edu_school school
                        WHERE school.id = k.school_id AND k.active AND k.grade = school.grade_to
                          AND school.id IN %(schools)s
                    RETURNING k.id""",
                    schools=tuple(schools.ids),
                    **self._edu_who(),
                )
            )
        )
        for grade in range(LAST_GRADE - 1, 0, -1):
            self.env.cr.execute(
                SQL(
                    """UPDATE edu_class SET grade = grade + 1, write_uid = %(uid)s,
                              write_date = %(now)s
                        WHERE active AND grade = %(grade)s AND school_id IN %(schools)s""",
                    grade=grade,
                    schools=tuple(schools.ids),
                    **self._edu_who(),
                )
            )
        Class.invalidate_model(flush=False)
        over._edu_end_posts()
        self.env.flush_all()

    def _edu_turn_children(self):
        """Grade, class, registry state and where the children are expected."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_student s
                   SET grade = CASE t.fate WHEN 'promote' THEN t.grade + 1 ELSE s.grade END,
                       class_id = CASE WHEN t.fate IN %(staying)s AND s.class_id IS NOT NULL
                                       THEN own.id ELSE s.class_id END,
                       enrolment_state = CASE WHEN t.fate IN %(leaving)s THEN t.fate
                                              ELSE s.enrolment_state END,
                       expected_school_id = CASE WHEN t.target_id IS NOT NULL THEN t.target_id
                                                 ELSE s.expected_school_id END,
                       expected_grade = CASE WHEN t.target_id IS NOT NULL THEN t.grade + 1
                                             ELSE s.expected_grade END,
                       write_uid = %(uid)s, write_date = %(now)s
                  FROM edu_year_turn_tmp t
             LEFT JOIN (SELECT school_id, grade, min(id) AS id FROM edu_class WHERE active
                         GROUP BY school_id, grade HAVING count(*) = 1) own
                    ON own.school_id = t.school_id AND own.grade = t.grade
                 WHERE s.id = t.student_id AND t.fate != 'held'
                """,
                staying=STAYING,
                leaving=LEAVING,
                **self._edu_who(),
            )
        )

    def _edu_expect_elsewhere(self):
        """The next school expects them in the new term."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO edu_entrant (
                    term_id, school_id, student_id, grade, source, from_school_id, state,
                    residence_township_id, household_township_id, school_township_id,
                    create_uid, create_date, write_uid, write_date)
                SELECT %(term)s, t.target_id, s.id, t.grade + 1, 'graduates', t.school_id,
                       'expected', s.residence_township_id, s.household_township_id, target.area_id,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM edu_year_turn_tmp t
                  JOIN edu_student s ON s.id = t.student_id
                  JOIN edu_school target ON target.id = t.target_id
              ORDER BY t.target_id, s.id
           ON CONFLICT DO NOTHING
                """,
                term=self.term_id.id,
                **self._edu_who(),
            )
        )

    def _edu_graduate(self):
        """Grade 9 leaves the ledger of school-age children, and is followed for one autumn."""
        today = self.env["edu.policy"]._edu_today()
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_ledger l
                   SET date_off = GREATEST(l.date_on, %(today)s::date), reason_off = %(reason)s,
                       write_uid = %(uid)s, write_date = %(now)s
                  FROM edu_year_turn_tmp t
                 WHERE t.fate IN %(leaving)s AND l.student_id = t.student_id
                   AND l.kind = 'school_age' AND l.date_off IS NULL
                """,
                today=today,
                reason=self.env._("Nine years completed"),
                leaving=LEAVING,
                **self._edu_who(),
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO edu_graduate (
                    turn_id, term_id, student_id, school_id, class_id, destination, due_date,
                    residence_township_id, household_township_id, school_township_id,
                    create_uid, create_date, write_uid, write_date)
                SELECT %(turn)s, %(term)s, s.id, t.school_id, t.class_id, 'unknown', %(due)s,
                       s.residence_township_id, s.household_township_id, school.area_id,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM edu_year_turn_tmp t
                  JOIN edu_student s ON s.id = t.student_id
                  JOIN edu_school school ON school.id = t.school_id
                 WHERE t.fate IN %(leaving)s
              ORDER BY t.school_id, t.class_id, s.id
                """,
                turn=self.id,
                term=self.term_id.id,
                due=self.env["edu.graduate"]._edu_due_date(self.term_id),
                leaving=LEAVING,
                **self._edu_who(),
            )
        )

    def _edu_tell_orm(self, noted):
        """What was written past the ORM is read anew, and what is stored because of it follows."""
        self.env.invalidate_all(flush=False)
        Student = self.env["edu.student"]
        fields_of = {
            **{fate: ["class_id"] for fate in STAYING},
            **{fate: ["enrolment_state"] for fate in LEAVING},
            "move_on": ["expected_school_id", "expected_grade"],
        }
        groups = {}
        for student_id, fate, _target in noted:
            groups.setdefault(fate, []).append(student_id)
        for fate, ids in groups.items():
            students = Student.browse(ids)
            students.modified(fields_of[fate])
            # the grade was written with the class: nothing is left to compute of it
            self.env.remove_to_compute(Student._fields["grade"], students)

    def _edu_refresh_checks(self, schools):
        """Checks of the new term that are open already follow the children; sheets of classes that
        are over go."""
        checks = self.env["edu.roster.check"].search(
            [
                ("term_id", "=", self.term_id.id),
                ("school_id", "in", schools.ids),
                ("state", "!=", "closed"),
            ]
        )
        checks._edu_fill()
        checks.sheet_ids.filtered(
            lambda sheet: (
                sheet.class_id
                and not sheet.class_id.active
                and sheet.state == "open"
                and not sheet.line_ids
            )
        ).unlink()

    def _edu_note(self, noted):
        """A note for each child that did not simply go up with its class."""
        names = {
            school.id: school.name
            for school in self.env["edu.school"].browse({row[2] for row in noted if row[2]})
        }
        texts = {
            "repeat": self.env._("Turn of the year: repeats the grade."),
            "graduated": self.env._("Turn of the year: graduated from grade 9."),
            "completed": self.env._("Turn of the year: nine years completed."),
            "not_completed": self.env._("Turn of the year: nine years not completed; stays."),
        }
        log_notes(
            self.env["edu.student"],
            {
                student_id: texts.get(fate)
                or self.env._(
                    "Turn of the year: expected at %(school)s.", school=names.get(target, "")
                )
                for student_id, fate, target in noted
                if fate != "stay"
            },
        )

    def _edu_after_turn(self, schools):
        """Hook for the rooms to the right: ``schools`` have turned. ``self`` is sudo'ed."""
