from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .absence import NO_RECOUNT
from .roll_kinds import BOARDERS, CALLERS, DUTY, IN_CLASS, ROLLS, SCHOOL_CALLERS, STATUSES
from .status_kinds import EACH_TERM


class EduRollCall(models.Model):
    """The roll of a class was called on a school day; or that of the boarders of a class or a school,
    on their return or at night. Without this record a day on which nobody was absent looks like one
    on which nobody looked.

    Nobody writes directly. The class teacher calls the own class, records administrator and dean any
    class of the school, and the boarders of the whole school. It can be called later and corrected;
    both stay in the record. Leading staff, townships, bureau and inspectors read.
    """

    _name = "edu.roll.call"
    _description = "Roll call"
    _inherit = ["edu.scope.mixin", "mail.thread"]
    _order = "date desc, school_id, grade, class_id, id"
    _edu_class_field = "class_id"
    _edu_township_fields = ("township_id",)

    school_id = fields.Many2one(
        "edu.school", required=True, readonly=True, index=True, ondelete="restrict"
    )
    class_id = fields.Many2one("edu.class", readonly=True, index=True, ondelete="restrict")
    grade = fields.Integer(readonly=True, aggregator=None)
    township_id = fields.Many2one("edu.area", "Township", readonly=True, index=True)
    date = fields.Date(required=True, readonly=True, index=True)
    kind = fields.Selection(ROLLS, required=True, readonly=True, index=True)
    called_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    called_at = fields.Datetime(readonly=True)
    is_late = fields.Boolean("Called on a Later Day", readonly=True)
    corrected_at = fields.Datetime(readonly=True)
    corrected_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    expected_count = fields.Integer("Number of Children", readonly=True)
    absent_count = fields.Integer("Absent without Leave", compute="_compute_counts")
    leave_count = fields.Integer("On Leave", compute="_compute_counts")
    missing_count = fields.Integer("Missing Boarders", compute="_compute_counts")
    mark_ids = fields.One2many("edu.roll.mark", "roll_call_id", "Findings", readonly=True)
    duty_leader_id = fields.Many2one(
        "res.users", "Leader on Duty", readonly=True, ondelete="restrict"
    )
    serial = fields.Integer(readonly=True, aggregator=None)
    can_call = fields.Boolean(compute="_compute_can_call")

    _roll_uniq = models.UniqueIndex(
        # a class is itself wherever it goes, hence its school does not count
        "(COALESCE(-class_id, school_id), date, kind)",
        "This roll was called already.",
    )
    _date_kind_idx = models.Index("(date, kind, class_id)")

    # ------------------------------------------------------------------ computes

    @api.depends("mark_ids.kind", "mark_ids.found_at")
    def _compute_counts(self):
        absences = {}
        days = self.filtered(lambda call: call.kind == "day")
        if days:
            groups = (
                self.env["edu.absence"]
                .sudo()
                ._read_group(
                    [
                        ("class_id", "in", days.class_id.ids),
                        ("date", ">=", min(days.mapped("date"))),
                        ("date", "<=", max(days.mapped("date"))),
                    ],
                    ["class_id", "date:day", "kind"],
                    ["__count"],
                )
            )
            absences = {(klass.id, day, kind): number for klass, day, kind, number in groups}
        marks = {
            (call.id, kind, missing): number
            for call, kind, missing, number in self.env["edu.roll.mark"]
            .sudo()
            ._read_group(
                [("roll_call_id", "in", self.ids)],
                ["roll_call_id", "kind", "is_missing"],
                ["__count"],
            )
        }
        for call in self:
            key = call.class_id.id, call.date
            day = call.kind == "day"
            call.absent_count = absences.get((*key, "unexcused"), 0) if day else 0
            call.leave_count = (
                absences.get((*key, "excused"), 0)
                if day
                else marks.get((call.id, "leave", False), 0)
            )
            call.missing_count = marks.get((call.id, "missing", True), 0)

    @api.depends("school_id", "class_id", "date", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for call in self:
            place = (call.class_id or call.school_id).sudo().display_name or ""
            call.display_name = f"{place} {call.date or ''} {kinds.get(call.kind, '')}"

    @api.depends_context("uid")
    @api.depends("class_id", "school_id")
    def _compute_can_call(self):
        user = self.env.user
        for call in self:
            roles = CALLERS if call.class_id else SCHOOL_CALLERS
            call.can_call = any(user._edu_has_role(role, call) for role in roles)

    # ------------------------------------------------------------------ where and when

    @api.model
    def _edu_places(self, boarders):
        """What the user may call: classes, own ones first, and for boarders whole schools.

        :return: (classes, schools)
        """
        user = self.env.user.sudo()
        schools = user.edu_records_admin_school_ids | user.edu_dean_school_ids
        Class = self.env["edu.class"].sudo()
        own = user.edu_class_teacher_class_ids.filtered("active").sorted()
        classes = own | Class.search([("school_id", "in", schools.ids)])
        domain = Domain("active", "=", True) & Domain("enrolment_state", "in", IN_CLASS)
        if boarders:
            domain &= Domain("boarding", "=", True)
        groups = (
            self.env["edu.student"]
            .sudo()
            ._read_group(domain & Domain("class_id", "in", classes.ids), ["class_id"])
        )
        full = self.env["edu.class"].union(*(klass for (klass,) in groups))
        classes = classes.filtered(lambda klass: klass in full)
        return classes, (schools & full.school_id if boarders else schools.browse())

    @api.model
    def _edu_place(self, class_id, school_id):
        """The class or school of these ids, when the user may call its roll.

        :raise AccessError: without the post
        """
        if class_id:
            place = self.env["edu.class"].sudo().browse(class_id).exists()
            roles = CALLERS
        else:
            place = self.env["edu.school"].sudo().browse(school_id).exists()
            roles = SCHOOL_CALLERS
        if not place:
            raise AccessError(self.env._("There is no such class or school."))
        place.with_env(self.env)._edu_check_role(
            roles,
            self.env._(
                "The roll of a class is called by its class teacher, the records administrator or"
                " the dean; that of a school's boarders by the records administrator or the dean."
            ),
        )
        return place

    @api.model
    def _edu_school(self, place):
        return place if place._name == "edu.school" else place.school_id

    @api.model
    def _edu_in_term(self, date, place):
        """Whether ``date`` lies in a term of this class or school."""
        grade = place.grade if place._name == "edu.class" else None
        return bool(self.env["edu.absence"]._edu_term_start(date, self._edu_school(place), grade))

    @api.model
    def _edu_is_day(self, date, kind, place):
        """Whether such a roll is called on ``date``: on school days; before a school day that follows
        a day off, or the holidays between the terms (return); whenever a school day ends or comes
        (night)."""
        today_on = self._edu_is_school_day(date, place)
        if kind == "day":
            return today_on
        tomorrow_on = self._edu_is_school_day(date + timedelta(days=1), place)
        if kind == "return":
            return tomorrow_on and not today_on
        return today_on or tomorrow_on

    @api.model
    def _edu_is_school_day(self, date, place):
        return self.env["edu.policy"]._edu_is_workday(date) and self._edu_in_term(date, place)

    @api.model
    def _edu_near_day(self, date, kind, place, step):
        """The next day before (-1) or after (1) ``date`` on which such a roll is called; not in the
        future; False when there is none near."""
        today = self.env["edu.policy"]._edu_today()
        day = date
        for _limit in range(20):
            day += timedelta(days=step)
            if day > today:
                return False
            if self._edu_is_day(day, kind, place):
                return day
        return False

    @api.model
    def _edu_check_day(self, date, kind, place):
        if date > self.env["edu.policy"]._edu_today():
            raise UserError(self.env._("A roll is not called before its day."))
        if not self._edu_is_day(date, kind, place):
            if kind == "day":
                text = self.env._("%(date)s is no school day: no roll is called.", date=date)
            elif kind == "return":
                text = self.env._(
                    "%(date)s: boarders return on the eve of the first school day after days off.",
                    date=date,
                )
            else:
                text = self.env._("%(date)s: the boarders are at home.", date=date)
            raise UserError(text)

    # ------------------------------------------------------------------ who, and how they are

    @api.model
    def _edu_children(self, place, kind):
        """The children whose names are called, as superuser: those in class, or the boarders. Not who
        is taught at home, is suspended or learns elsewhere by a status change in force."""
        field = "class_id" if place._name == "edu.class" else "school_id"
        domain = (
            Domain(field, "=", place.id)
            & Domain("enrolment_state", "in", IN_CLASS)
            & Domain("placement", "not in", ("home", "remote"))
        )
        if kind in BOARDERS:
            domain &= Domain("boarding", "=", True) & Domain("class_id", "!=", False)
        students = self.env["edu.student"].sudo().search(domain, order="grade, class_id, name, id")
        away = (
            self.env["edu.status.change"]
            .sudo()
            ._read_group(
                [
                    ("student_id", "in", students.ids),
                    ("state", "=", "in_force"),
                    ("kind", "in", EACH_TERM),
                ],
                ["student_id"],
            )
        )
        return students - self.env["edu.student"].union(*(student for (student,) in away)).sudo()

    @api.model
    def _edu_records(self, students, date, kind):
        """What is recorded of the children: ({child id: absence}, {child id: mark}, {child id:
        approved leave}), as superuser."""
        Absence = self.env["edu.absence"].sudo()
        absences = Absence
        if kind == "day":
            absences = Absence.search([("student_id", "in", students.ids), ("date", "=", date)])
        marks = (
            self.env["edu.roll.mark"]
            .sudo()
            .search(
                [
                    ("student_id", "in", students.ids),
                    ("date", "=", date),
                    ("roll_kind", "=", kind),
                ]
            )
        )
        # who is on leave on the school day to come does not return the evening before
        day = date + timedelta(days=1) if kind == "return" else date
        leaves = self.env["edu.leave"]._edu_covering(students, day)
        return (
            {absence.student_id.id: absence for absence in absences},
            {mark.student_id.id: mark for mark in marks},
            {leave.student_id.id: leave for leave in leaves},
        )

    @api.model
    def _edu_statuses(self, students, kind, called, records):
        """{child id: status}: as recorded; on a roll not called yet, who has leave is on leave and
        everybody else is here."""
        absences, marks, leaves = records
        statuses = {}
        for student in students.ids:
            absence, mark = absences.get(student), marks.get(student)
            if absence and absence.kind != "mistake":
                status = "absent" if absence.kind == "unexcused" else "leave"
            elif mark and not mark.found_at:
                status = mark.kind
            elif not called and student in leaves:
                status = "leave"
            else:
                status = "here"
            statuses[student] = status
        return statuses

    @api.model
    def _edu_hints(self, students, date, kind):
        """{child id: text} of what the caller should know: absent the school day before, a leave that
        has just ended, absent today (boarders)."""
        Absence = self.env["edu.absence"].sudo()
        hints = {}
        day = self.env["edu.policy"]._edu_near_workday(date, -1) if kind == "day" else date
        for absence in Absence.search(
            [
                ("student_id", "in", students.ids),
                ("date", "=", day),
                ("kind", "=", "unexcused"),
            ]
        ):
            hints[absence.student_id.id] = (
                self.env._(
                    "Absent since %(date)s, school days: %(count)s",
                    date=absence.streak_from,
                    count=absence.streak,
                )
                if kind == "day"
                else self.env._("Absent from school today")
            )
        if kind == "day":
            ended = self.env["edu.leave"]._edu_just_ended(students, date)
            for student, last in ended.items():
                hints.setdefault(
                    student, self.env._("Leave ended on %(date)s: to be back", date=last)
                )
        return hints

    # ------------------------------------------------------------------ the sheet

    @api.model
    def action_sheet(self, class_id=False, school_id=False, date=False, kind=False):
        """Class teacher, records administrator, dean: all that the calling screen shows, in one call.
        No number of a child is in it.

        :param class_id, school_id: of the class, or of the school whose boarders are called; default
            the first the user may call
        :param date: default today in the county
        :param kind: day, return, night; "boarders" is what fits the day
        """
        today = self.env["edu.policy"]._edu_today()
        date = fields.Date.to_date(date) or today
        boarders = kind in (*BOARDERS, "boarders")
        classes, schools = self._edu_places(boarders)
        place = None
        if class_id or school_id:
            place = self._edu_place(class_id, school_id)
        elif classes or schools:
            own = self.env.user.sudo().edu_class_teacher_class_ids
            first = (own & classes)[:1]
            place = first or schools[:1] or classes[:1]
        if kind == "boarders":
            kind = "night"
            if place and self._edu_is_day(date, "return", place):
                kind = "return"
        kind = kind or "day"
        if kind not in STATUSES:
            raise UserError(self.env._("There is no such roll call."))
        several = len((classes.school_id | schools).ids) > 1
        data = {
            "kind": kind,
            "today": fields.Date.to_string(today),
            "date": fields.Date.to_string(date),
            "weekday": self._edu_weekday(date),
            "places": [
                {"class_id": False, "school_id": s.id, "label": self._edu_school_label(s)}
                for s in schools
            ]
            + [
                {
                    "class_id": klass.id,
                    "school_id": False,
                    "label": " ".join(
                        filter(None, (several and klass.school_id.name, klass.display_name))
                    ),
                }
                for klass in classes.with_context(lang=self.env.lang)
            ],
            "class_id": False,
            "school_id": False,
            "children": [],
            "called": False,
            "serial": 0,
            "no_call": "",
            "leaders": [],
            "leader_id": False,
        }
        if not place:
            data["no_call"] = (
                self.env._("No boarder lives in the classes that you call.")
                if boarders
                else self.env._("You hold no class whose roll you call.")
            )
            return data
        return {**data, **self._edu_sheet(place, date, kind)}

    @api.model
    def _edu_school_label(self, school):
        return self.env._("All boarders of %(school)s", school=school.name)

    @api.model
    def _edu_weekday(self, date):
        days = (
            self.env._("Monday"),
            self.env._("Tuesday"),
            self.env._("Wednesday"),
            self.env._("Thursday"),
            self.env._("Friday"),
            self.env._("Saturday"),
            self.env._("Sunday"),
        )
        return days[date.weekday()]

    @api.model
    def _edu_sheet(self, place, date, kind):
        """The part of the sheet that hangs on class or school, day and kind."""
        school = self._edu_school(place)
        today = self.env["edu.policy"]._edu_today()
        students = self._edu_children(place, kind)
        call = self._edu_find(place, date, kind)
        records = self._edu_records(students, date, kind)
        statuses = self._edu_statuses(students, kind, bool(call), records)
        hints = self._edu_hints(students, date, kind)
        genders = dict(students._fields["gender"]._description_selection(self.env))
        no_call = ""
        if date > today or not self._edu_is_day(date, kind, place):
            try:
                self._edu_check_day(date, kind, place)
            except UserError as error:
                no_call = error.args[0]
        leaders = self._edu_leaders(school) if kind in BOARDERS else self.env["res.users"]
        last = self.sudo().search(
            [
                ("school_id", "=", school.id),
                ("kind", "in", BOARDERS),
                ("duty_leader_id", "in", leaders.ids),
            ],
            limit=1,
        )
        leader = call.duty_leader_id or last.duty_leader_id or leaders[:1]
        whole = place._name == "edu.school"
        before = self._edu_near_day(date, kind, place, -1)
        after = self._edu_near_day(date, kind, place, 1)
        return {
            "class_id": not whole and place.id,
            "school_id": whole and place.id,
            "title": self._edu_school_label(place)
            if whole
            else place.with_context(lang=self.env.lang).display_name,
            "previous": before and fields.Date.to_string(before),
            "next": after and fields.Date.to_string(after),
            "no_call": no_call,
            "serial": call.serial,
            "called": call._edu_called_data(),
            "leaders": [{"id": user.id, "name": user.name} for user in leaders],
            "leader_id": leader.id,
            "children": [
                {
                    "id": student.id,
                    "name": student.name,
                    "pinyin": student.name_pinyin or "",
                    "gender": genders.get(student.gender, ""),
                    "class": student.class_id.with_context(lang=self.env.lang).display_name
                    if whole
                    else "",
                    "status": statuses[student.id],
                    "has_leave": student.id in records[2],
                    "hint": hints.get(student.id, ""),
                }
                for student in students
            ],
        }

    def _edu_called_data(self):
        """Who called and corrected, and when; False where nobody called yet."""
        if not self:
            return False
        return {
            "id": self.id,
            "by": self.called_by_id.name,
            "at": self._edu_time(self.called_at, self.date),
            "late": self.is_late,
            "corrected_by": self.corrected_by_id.name or "",
            "corrected_at": self._edu_time(self.corrected_at, self.date),
        }

    @api.model
    def _edu_time(self, moment, date):
        """A moment as the county's clock shows it; with its day where that is another."""
        if not moment:
            return ""
        local = self.env["edu.policy"]._edu_now(moment)
        return local.strftime("%H:%M" if local.date() == date else "%Y-%m-%d %H:%M")

    @api.model
    def _edu_find(self, place, date, kind):
        where = Domain("class_id", "=", place.id)
        if place._name == "edu.school":
            where = Domain("class_id", "=", False) & Domain("school_id", "=", place.id)
        return self.sudo().search(
            where & Domain("date", "=", date) & Domain("kind", "=", kind), limit=1
        )

    @api.model
    def _edu_leaders(self, school):
        """Who may be the leader on duty, as the school has them."""
        Post = self.env["edu.post"]
        users = self.env["res.users"]
        for role in DUTY:
            users |= Post._holders(role, school=school)
        return users.sudo()

    # ------------------------------------------------------------------ calling

    @api.model
    def action_call(self, class_id, school_id, date, kind, changes, seen=0, leader_id=False):
        """Class teacher, records administrator, dean: the roll was called. Once confirmed, who was not
        named is as the sheet showed. Calling again corrects, and the correction is kept.

        Of two people calling at once the second finds what the first entered: the same child told
        differently is refused, other children are added.

        :param changes: [{"student_id", "was": status that the sheet showed, "status": new one,
            "leave": {"kind", "date_to", "requested_by", "requested_how"} with a leave that nobody
            entered yet}]
        :param seen: serial of the sheet as shown
        :param leader_id: leader on duty (boarders)
        :return: the sheet as it is now, with ``merged`` true when somebody else had saved meanwhile
        :raise UserError: a day on which no roll is called, or a child told differently meanwhile
        """
        place = self._edu_place(class_id, school_id)
        school = self._edu_school(place)
        date = fields.Date.to_date(date)
        if kind not in STATUSES or not date:
            raise UserError(self.env._("There is no such roll call."))
        if kind == "day" and place._name != "edu.class":
            raise UserError(self.env._("On a school day each class is called."))
        self._edu_check_day(date, kind, place)
        call, new = self._edu_lock(place, date, kind)
        students = self._edu_children(place, kind)
        records = self._edu_records(students, date, kind)
        before = self._edu_statuses(students, kind, not new, records)
        after, leaves = self._edu_apply(students, kind, before, changes)
        if leaves:
            asked = self._edu_ask_leaves(date, leaves)
            records = self._edu_records(students, date, kind)
            for student in asked:
                if student not in records[2]:
                    after[student] = "absent"  # until a leader has approved it
        if kind == "day":
            self._edu_sync_absences(date, after, records)
        self.env["edu.roll.mark"].sudo()._edu_sync(
            call, {s: self._edu_mark(kind, status) for s, status in after.items()}, records[1]
        )
        leaders = self._edu_leaders(school) if kind in BOARDERS else self.env["res.users"]
        call._edu_called(
            new, students, before, after, leaders.filtered_domain([("id", "=", leader_id)])
        )
        if kind in BOARDERS:
            missing = [s for s in after if after[s] == "missing" and before[s] != "missing"]
            call._edu_tell_missing(students.browse(missing))
        return {
            **self.action_sheet(class_id, school_id, date, kind),
            "merged": not new and call.serial - 1 != seen,
        }

    @api.model
    def _edu_mark(self, kind, status):
        """The mark that stands for ``status``: absences and leave of a school day have records of
        their own."""
        if status == "here" or (kind == "day" and status in ("absent", "leave")):
            return None
        return status

    @api.model
    def _edu_lock(self, place, date, kind):
        """The roll call as superuser, held until the transaction ends; a concurrent transaction waits
        and starts again. Returns (roll call, whether it is new)."""
        whole = place._name == "edu.school"
        school = self._edu_school(place)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO edu_roll_call (
                    school_id, class_id, grade, township_id, date, kind, called_by_id, called_at,
                    is_late, serial, create_uid, create_date, write_uid, write_date)
                VALUES (%(school)s, %(klass)s, %(grade)s, %(township)s, %(date)s, %(kind)s, %(uid)s,
                        %(now)s, %(late)s, 1, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (COALESCE(-class_id, school_id), date, kind)
                DO UPDATE SET serial = edu_roll_call.serial + 1
                RETURNING id, serial
                """,
                school=school.id,
                klass=None if whole else place.id,
                grade=None if whole else place.grade,
                township=school.area_id.id,
                date=date,
                kind=kind,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                late=self.env["edu.policy"]._edu_today() > date,
            )
        )
        self.env.invalidate_all(flush=False)
        return self.sudo().browse(rows[0][0]), rows[0][1] == 1

    @api.model
    def _edu_apply(self, students, kind, before, changes):
        """The statuses after ``changes``, and the leaves to enter: ({child id: status}, {child id:
        values}).

        :raise UserError: unknown children or statuses, or somebody else said otherwise meanwhile
        """
        after, leaves, told = dict(before), {}, []
        for change in changes:
            student, status = change.get("student_id"), change.get("status")
            if status not in STATUSES[kind]:
                raise UserError(self.env._("Choose what you found of the child."))
            if student not in before:
                raise UserError(
                    self.env._(
                        "A child of your list is no longer on this sheet. Load the page again."
                    )
                )
            if change.get("was") != before[student] and status != before[student]:
                told.append(student)
            after[student] = status
            if kind == "day" and status == "leave" and change.get("leave"):
                leaves[student] = change["leave"]
        if told:
            raise UserError(
                self.env._(
                    "%(children)s: somebody else has entered something meanwhile. Nothing was"
                    " saved; look at the sheet again.",
                    children=self.env._(", ").join(students.browse(told).mapped("name")),
                )
            )
        return after, leaves

    @api.model
    def _edu_ask_leaves(self, date, leaves):
        """Enter the leaves that guardians asked for, in the user's own right; short ones of the own
        class are approved at once by the policy.

        :return: ids of the children
        """
        Leave = self.env["edu.leave"]
        names = ("kind", "date_to", "requested_by", "requested_how", "reason")
        asked = Leave.create(
            [
                {
                    "student_id": student,
                    "date_from": date,
                    "date_to": date,
                    **{name: values[name] for name in names if values.get(name)},
                }
                for student, values in leaves.items()
            ]
        )
        asked.action_ask()
        return list(leaves)

    @api.model
    def _edu_sync_absences(self, date, statuses, records):
        """Absences of the day become what was called; set by set, with one recount."""
        absences, _marks, leaves = records
        Absence = self.env["edu.absence"].sudo().with_context(edu_recount=NO_RECOUNT)
        create, groups, drop = [], {}, Absence
        for student, status in statuses.items():
            absence = absences.get(student)
            leave = leaves.get(student)
            away = status in ("absent", "leave")
            kind = "excused" if away and (leave or status == "leave") else "unexcused"
            leave_id = leave.id if away and leave else False
            if away and not absence:
                create.append(
                    {"student_id": student, "date": date, "kind": kind, "leave_id": leave_id}
                )
            elif away and absence.kind != kind:
                key = (kind, leave_id)
                groups[key] = groups.get(key, Absence) | absence
            elif not away and absence and absence.kind != "mistake":
                if absence.raised:
                    groups["mistake", False] = groups.get(("mistake", False), Absence) | absence
                else:
                    drop |= absence
        touched = drop.student_id
        for (kind, leave_id), records_ in groups.items():
            records_.with_context(edu_recount=NO_RECOUNT).write(
                {"kind": kind, "leave_id": leave_id}
            )
            touched |= records_.student_id
        drop.with_context(edu_recount=NO_RECOUNT).unlink()
        touched |= Absence.create(create).student_id
        Absence._edu_recount(touched)

    def _edu_called(self, new, students, before, after, leader):
        """Keep who called, or who corrected what."""
        self.ensure_one()
        values = {"expected_count": len(students)}
        if leader:
            values["duty_leader_id"] = leader.id
        changed = [student for student in after if after[student] != before[student]]
        if not new and changed:
            values.update(corrected_at=fields.Datetime.now(), corrected_by_id=self.env.uid)
        self.write(values)
        if new and self.is_late:
            self._message_log(
                body=self.env._(
                    "Called on %(day)s, not on the day itself.",
                    day=self.env["edu.policy"]._edu_today(),
                )
            )
        elif not new and changed:
            labels = self._edu_labels()
            self._message_log(
                body="; ".join(
                    self.env._(
                        "%(child)s: %(new)s instead of %(old)s",
                        child=student.name,
                        new=labels[after[student.id]],
                        old=labels[before[student.id]],
                    )
                    for student in students.browse(changed)
                )
            )

    @api.model
    def _edu_labels(self):
        """{status: its label} in the user's language."""
        marks = dict(self.env["edu.roll.mark"]._fields["kind"]._description_selection(self.env))
        return {
            "here": self.env._("Here"),
            "absent": self.env._("Without leave"),
            **marks,
        }

    @api.model
    def action_labels(self):
        """Whoever opens the screen: labels of statuses, kinds of leave and ways to ask for it."""
        texts = self.env["edu.leave"].fields_get(["kind", "requested_how"], ["selection"])
        return {
            "statuses": self._edu_labels(),
            "offered": STATUSES,
            "kinds": dict(self._fields["kind"]._description_selection(self.env)),
            "leave_kinds": texts["kind"]["selection"],
            "leave_hows": texts["requested_how"]["selection"],
        }

    def _edu_tell_missing(self, students):
        """A boarder is missing: class teachers and the leader on duty hear of it at once."""
        self.ensure_one()
        if not students:
            return
        Post = self.env["edu.post"]
        leader = self.duty_leader_id or self._edu_leaders(self.school_id)[:1]
        concerned = {}
        for klass, group in students.grouped("class_id").items():
            for user in leader | Post._holders("class_teacher", klass=klass):
                concerned[user] = concerned.get(user, students.browse()) | group
        for user, group in concerned.items():
            env = self.with_context(lang=user.lang or self.env.lang).env
            kinds = dict(self._fields["kind"]._description_selection(env))
            rows = Markup().join(
                Markup("<li>%s</li>")
                % env._(
                    "%(child)s, %(klass)s",
                    child=student.name,
                    klass=student.class_id.with_env(env).display_name,
                )
                for student in group
            )
            env["mail.thread"].sudo().message_notify(
                partner_ids=user.partner_id.ids,
                subject=env._("%(count)s boarders are missing", count=len(group)),
                body=Markup("<p>%s</p><ul>%s</ul>")
                % (
                    env._(
                        "%(kind)s, %(school)s, %(date)s %(time)s:",
                        kind=kinds[self.kind],
                        school=self.school_id.name,
                        date=self.date,
                        time=self._edu_time(fields.Datetime.now(), self.date),
                    ),
                    rows,
                ),
                author_id=self.env.user.partner_id.id,
            )

    # ------------------------------------------------------------------ opening

    @api.model
    def _edu_screen(self, **params):
        return {
            "type": "ir.actions.client",
            "tag": "edu_roll_call",
            "name": self.env._("Roll Call"),
            "params": params,
        }

    def action_open_sheet(self):
        """Who may call this roll: the calling screen, to correct it."""
        self.ensure_one()
        return self._edu_screen(
            class_id=self.class_id.id,
            school_id=not self.class_id and self.school_id.id,
            date=fields.Date.to_string(self.date),
            kind=self.kind,
        )

    def action_view_absences(self):
        """Whoever reads the roll call: the absences of its class on its day."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_absence_action"
        )
        action["domain"] = [("class_id", "=", self.class_id.id), ("date", "=", self.date)]
        action["context"] = {}
        return action
