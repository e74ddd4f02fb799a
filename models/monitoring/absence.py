from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, groupby

from ..registry.office import in_office_language

# Longer than a term: what lies before is counted
RECOUNT_DAYS = 250
_EDU_COUNTED = ("streak", "streak_from", "raised", "told")
# In the context under ``edu_recount``: whoever writes recounts afterwards. No client can send it.
NO_RECOUNT = object()
# Follow from the entries: no client sends them
_EDU_OWN = (*_EDU_COUNTED, "digested", "school_id", "class_id", "leave_id")


class EduAbsence(models.Model):
    """A school day on which a child was not there. Unexcused days in a row, as many as the policy
    says, raise a suspicion at once; days off in between do not break the row.

    The class teacher enters and corrects own-class days, records administrator and dean those of
    the school; leading staff, townships, bureau and inspectors read.
    """

    _name = "edu.absence"
    _description = "Absence"
    _inherit = ["edu.child.place.mixin"]
    _order = "date desc, school_id, class_id, id"
    _rec_name = "student_id"

    date = fields.Date(
        required=True, index=True, default=lambda self: self.env["edu.policy"]._edu_today()
    )
    kind = fields.Selection(
        [
            ("unexcused", "Without leave"),
            ("excused", "With leave"),
            ("mistake", "Was here after all"),
        ],
        required=True,
        default="unexcused",
    )
    leave_id = fields.Many2one(
        "edu.leave", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    reason = fields.Char()
    school_id = fields.Many2one(
        "edu.school", compute="_compute_place", store=True, index=True, precompute=True
    )
    class_id = fields.Many2one(
        "edu.class", compute="_compute_place", store=True, index=True, precompute=True
    )
    streak = fields.Integer("Days in a Row", readonly=True, aggregator="max")
    streak_from = fields.Date("Absent since", readonly=True)
    raised = fields.Boolean("Raised a Suspicion", readonly=True, copy=False)
    told = fields.Boolean(
        "In a Row That Raised a Suspicion",
        readonly=True,
        copy=False,
        help="Such a day raises no other.",
    )
    digested = fields.Boolean(readonly=True, copy=False)

    _class_date_idx = models.Index("(class_id, date)")
    _student_date_uniq = models.UniqueIndex(
        "(student_id, date)", "This child has an entry for this day already."
    )

    @api.depends("student_id")
    def _compute_place(self):
        """Where the child stood when it was absent; it does not follow later moves."""
        for absence in self:
            absence.school_id = absence.student_id.school_id
            absence.class_id = absence.student_id.class_id

    @api.constrains("date", "student_id")
    def _check_date(self):
        Policy = self.env["edu.policy"]
        today = Policy._edu_today()
        for date, school, grade in {(a.date, a.school_id, a.class_id.grade) for a in self}:
            if date > today:
                raise ValidationError(self.env._("An absence cannot lie in the future."))
            if not Policy._edu_is_workday(date):
                raise ValidationError(
                    self.env._("%(date)s is a day off: nobody is absent.", date=date)
                )
            if not self._edu_term_start(date, school, grade):
                raise ValidationError(self.env._("%(date)s lies in no term.", date=date))

    @api.model
    def _edu_term_start(self, date, school=None, grade=None):
        """First day of the term that ``date`` lies in, False between the terms.

        :param school: where the child learns; it (or the grade) may open on another day
        """
        Term = self.env["edu.term"].sudo()
        if not school:
            term = Term._current(date)
            return term.start_date if term and term.end_date >= date else False
        term = Term._edu_at(date, school, grade)
        return term._edu_first_day(school, grade) if term else False

    @api.model_create_multi
    def create(self, vals_list):
        self._edu_refuse_readonly(vals_list)
        absences = super().create(vals_list)
        absences._edu_apply_leaves()
        absences._edu_check_short()
        absences._edu_update_streaks()
        return absences

    def write(self, vals):
        if not self.env.su:
            self._edu_refuse_readonly([vals])
            if {"student_id", "date"} & vals.keys():
                raise UserError(self.env._("Enter another day or child as a new absence."))
        if vals.get("kind") in ("unexcused", "mistake"):
            vals = {**vals, "leave_id": False}
        mistakes = self.filtered(lambda absence: absence.kind != "mistake")
        result = super().write(vals)
        if vals.get("kind") == "mistake":
            mistakes._edu_note_mistakes()
        if {"kind", "date"} & vals.keys():
            self._edu_check_short()
            self._edu_update_streaks()
        return result

    def unlink(self):
        """A day that goes away may break the row of the days after it."""
        students = self.student_id
        result = super().unlink()
        if self.env.context.get("edu_recount") is not NO_RECOUNT:
            self._edu_recount(students)
        return result

    def _edu_refuse_readonly(self, vals_list):
        if self.env.su:
            return
        for vals in vals_list:
            for name in _EDU_OWN:
                vals.pop(name, None)

    # Leave

    def _edu_apply_leaves(self):
        """Absences on a day of an approved leave are excused by it."""
        waiting = self.sudo().filtered(lambda absence: not absence.leave_id)
        if not waiting:
            return
        days = waiting.mapped("date")
        leaves = self.env["edu.leave"]._edu_covering(waiting.student_id, min(days), max(days))
        for leave in leaves:
            waiting.filtered(
                lambda absence, leave=leave: (
                    absence.student_id == leave.student_id and leave._edu_covers(absence.date)
                )
            ).with_context(edu_recount=NO_RECOUNT).write({"kind": "excused", "leave_id": leave.id})

    def _edu_check_short(self):
        """Without a leave that was asked for, nobody excuses more school days in a row than the
        policy leaves to the class teacher."""
        by_hand = self.filtered(lambda absence: absence.kind == "excused" and not absence.leave_id)
        if self.env.su or not by_hand:
            return
        rows = self.sudo().search(
            [
                ("student_id", "in", by_hand.student_id.ids),
                ("kind", "=", "excused"),
                ("leave_id", "=", False),
                ("date", ">=", min(by_hand.mapped("date")) - timedelta(days=60)),
                ("date", "<=", max(by_hand.mapped("date")) + timedelta(days=60)),
            ],
            order="student_id, date",
        )
        position = self._edu_school_days([{"date": date} for date in rows.mapped("date")])
        limit = self.env["edu.policy"]._current().leave_teacher_days
        count, last = 0, None
        for row in rows:
            place = position.get(row.date)
            if place is None:
                continue
            follows = last == (row.student_id, place - 1)
            count, last = (count + 1 if follows else 1), (row.student_id, place)
            if count > limit:
                raise UserError(
                    self.env._(
                        "%(child)s: more than %(days)s school days in a row take a leave that is"
                        " asked for and approved (Monitoring › Leaves).",
                        child=row.student_id.name,
                        days=limit,
                    )
                )

    def _edu_note_mistakes(self):
        """An absence that was none: an open case of the child is told."""
        notes = {
            absence.student_id: self.env._(
                "The absence of %(date)s was entered by mistake: the child was here.",
                date=absence.date,
            )
            for absence in self.sudo().sorted("date")
        }
        if notes:
            self.env["edu.student"].union(*notes).sudo()._edu_note_absence(notes)

    # Rows of unexcused school days

    def _edu_update_streaks(self):
        """Recount the rows of the children of these absences, unless the caller does."""
        if self.env.context.get("edu_recount") is not NO_RECOUNT:
            self._edu_recount(self.student_id)

    @api.model
    def _edu_recount(self, students):
        """Count the rows of unexcused school days of ``students`` anew, as the calendar, the leaves
        and the entries are now. A row that reaches the policy's number raises a suspicion, once:
        a day that has been in such a row never raises another. For the rooms' own code.

        One query reads and one writes, however many children: the raising alone is done child by
        child.
        """
        Policy = self.env["edu.policy"]
        if not students:
            return
        self.flush_model()
        today = Policy._edu_today()
        rows = self.env.execute_query_dict(
            SQL(
                """SELECT a.id, a.student_id, a.school_id, k.grade, a.date, a.kind,
                          COALESCE(a.streak, 0) AS streak, a.streak_from,
                          COALESCE(a.raised, FALSE) AS raised, COALESCE(a.told, FALSE) AS told
                     FROM edu_absence a LEFT JOIN edu_class k ON k.id = a.class_id
                    WHERE a.student_id IN %s AND a.date >= %s
                 ORDER BY a.student_id, a.date""",
                tuple(students.ids),
                today - timedelta(days=RECOUNT_DAYS),
            )
        )
        if not rows:
            return
        position = self._edu_school_days(rows)
        starts = self._edu_term_starts(rows)
        limits = self._edu_limits()
        settled = students.sudo()._edu_absence_settled()
        changed, raising = [], {}
        for student, entries in groupby(rows, key=lambda row: row["student_id"]):
            for run in self._edu_runs(list(entries), position, starts, settled.get(student)):
                before = [self._edu_counted(row) for row in run]
                told = any(row["raised"] or row["told"] for row in run)
                for number, row in enumerate(run, 1):
                    counts = row["kind"] == "unexcused" and row["date"] in position
                    row["streak"] = number if counts else 0
                    row["streak_from"] = run[0]["date"] if counts else None
                    if counts and not told and number >= limits(row["date"]):
                        row["raised"] = told = True
                        raising[student] = run[0]["date"]
                if told and run[0]["streak"]:
                    for row in run:
                        row["told"] = True
                changed += [
                    row
                    for row, old in zip(run, before, strict=True)
                    if self._edu_counted(row) != old
                ]
        if changed:
            self.env.cr.execute(
                SQL(
                    """UPDATE edu_absence a
                          SET streak = v.streak, streak_from = v.streak_from, raised = v.raised,
                              told = v.told
                         FROM unnest(%s::int[], %s::int[], %s::date[], %s::bool[], %s::bool[])
                           AS v (id, streak, streak_from, raised, told)
                        WHERE a.id = v.id""",
                    *([row[name] for row in changed] for name in ("id", *_EDU_COUNTED)),
                )
            )
            self.invalidate_model(_EDU_COUNTED, flush=False)
        if raising:
            Student = self.env["edu.student"].sudo()
            Student.browse(raising)._edu_on_absence_streak(
                {Student.browse(student): since for student, since in raising.items()}
            )

    @api.model
    def _edu_counted(self, row):
        return tuple(row[name] for name in _EDU_COUNTED)

    @api.model
    def _edu_runs(self, entries, position, starts, settled):
        """The entries of one child cut into rows: school days without leave that follow each other
        within a term, none across the day on which a case was settled. What does not count stands
        alone; a day off that somebody entered neither counts nor cuts."""
        runs, current = [], []
        for row in entries:
            place = position.get(row["date"])
            if row["kind"] != "unexcused" or place is None:
                runs.append([row])
                continue
            last = current and current[-1]
            follows = (
                last
                and place == position[last["date"]] + 1
                and starts[row["id"]]
                and starts[last["id"]] == starts[row["id"]]
                and not (settled and last["date"] <= settled < row["date"])
            )
            if not follows:
                current = []
                runs.append(current)
            current.append(row)
        return runs

    @api.model
    def _edu_school_days(self, rows):
        """{school day: its place among the school days} from the first to the last day of rows."""
        Policy = self.env["edu.policy"]
        days = [row["date"] for row in rows]
        first, last = min(days), max(days)
        position, day = {}, first
        while day <= last:
            if Policy._edu_is_workday(day):
                position[day] = len(position)
            day += timedelta(days=1)
        return position

    @api.model
    def _edu_term_starts(self, rows):
        """{row id: first day of its term, where the child learns}; asks for few days, since terms do
        not overlap."""
        School = self.env["edu.school"].sudo()
        places = {}
        for row in rows:
            places.setdefault((row["school_id"], row["grade"]), {})[row["date"]] = False
        for (school_id, grade), starts in places.items():
            parts = [sorted(starts)]
            while parts:
                days = parts.pop()
                first, last = (
                    self._edu_term_start(day, School.browse(school_id), grade)
                    for day in (days[0], days[-1])
                )
                starts[days[0]], starts[days[-1]] = first, last
                if first and first == last:
                    starts.update(dict.fromkeys(days, first))
                elif len(days) > 2:
                    middle = len(days) // 2
                    parts += [days[:middle], days[middle:]]
        return {row["id"]: places[row["school_id"], row["grade"]][row["date"]] for row in rows}

    @api.model
    def _edu_limits(self):
        """A function of a day: how many school days in a row raise a suspicion, by the policy in
        force on that day."""
        policies = (
            self.env["edu.policy"]
            .sudo()
            .search([("date_from", "!=", False)], order="date_from desc")
        )
        numbers = [(policy.date_from, policy.suspect_absence_days) for policy in policies]

        def limit(day):
            return next((days for start, days in numbers if start <= day), numbers[-1][1])

        return limit

    @api.model
    def _edu_recount_around(self, dates):
        """The calendar of ``dates`` has changed: recount whoever is absent on one of them, or on the
        school day before or after, since rows join or break there."""
        Policy = self.env["edu.policy"]
        near = set(dates)
        for date in dates:
            for step in (-1, 1):
                day = date + timedelta(days=step)
                for _limit in range(60):
                    if Policy._edu_is_workday(day) and day not in dates:
                        near.add(day)
                        break
                    day += timedelta(days=step)
        absences = self.sudo()._read_group(
            [("date", "in", list(near)), ("kind", "=", "unexcused")], ["student_id"]
        )
        self._edu_recount(self.env["edu.student"].union(*(student for (student,) in absences)))

    @api.model
    @in_office_language
    def _cron_recount(self):
        """Nightly: whoever was absent without leave lately is counted anew, so that a changed policy,
        or two entries made in the same moment, leave no row unseen."""
        since = self.env["edu.policy"]._edu_today() - timedelta(days=31)
        absences = self.sudo()._read_group(
            [("date", ">=", since), ("kind", "=", "unexcused")], ["student_id"]
        )
        self._edu_recount(self.env["edu.student"].union(*(student for (student,) in absences)))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_raised(self):
        if any(absence.raised for absence in self):
            raise UserError(
                self.env._(
                    "This absence raised a suspicion and is kept. If the child had leave, change it"
                    " to “With leave”; if it was here, to “Was here after all”."
                )
            )
