from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..registry.office import in_office_language

# What takes the reproach away
KEPT = ("held", "paper", "ended")


class EduHomeTeachingWeek(models.Model):
    """A week that owed home lessons to a child, and what became of it (plan 二(三)4).

    Written once, by a cron in the first night after it, and kept for ever, whatever the plan becomes; a
    week without is a gap. A lesson that is recorded afterwards, or why it could not be held, is named
    beside it. The class teacher, the teacher who answers, the school, the townships of the child, bureau
    and inspectors read; nobody writes or deletes.
    """

    _name = "edu.home.teaching.week"
    _description = "Week of Home Teaching"
    _inherit = ["edu.home.teaching.place.mixin"]
    _order = "date_from desc, id desc"

    date_from = fields.Date("Week of", required=True, readonly=True)
    date_to = fields.Date("Sunday", required=True, readonly=True)
    iso_week = fields.Char("ISO Week", compute="_compute_iso_week")
    term_id = fields.Many2one("edu.term", readonly=True, index=True, ondelete="restrict")
    needed = fields.Integer("Lessons Owed", required=True, readonly=True)
    fixed_at = fields.Datetime("Counted", required=True, readonly=True)
    at_school_id = fields.Many2one(
        "edu.school",
        "School at That Time",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The school that answered for the child then; the child may have moved since.",
    )
    at_township_id = fields.Many2one(
        related="at_school_id.area_id", string="Township at That Time", store=True, index=True
    )
    responsible_id = fields.Many2one(
        "res.users", "Who Answered Then", readonly=True, ondelete="restrict"
    )
    held = fields.Integer("Lessons Held", compute="_compute_answer", store=True)
    answer = fields.Selection(
        [
            ("held", "Held"),
            ("paper", "Entered from a signed original"),
            ("late", "Recorded late"),
            ("partly", "Fewer than owed"),
            ("reason", "Not held, with a reason"),
            ("none", "Nothing recorded"),
            ("ended", "The plan had ended already"),
        ],
        "What Became of It",
        compute="_compute_answer",
        store=True,
        index=True,
    )
    reason_id = fields.Many2one(
        "edu.code", "Why It Was Not Held", compute="_compute_answer", store=True
    )
    is_gap = fields.Boolean("Stands as a Gap", compute="_compute_answer", store=True)
    gaps = fields.Integer("Weeks Without", compute="_compute_answer", store=True)
    kept = fields.Float(
        "Weeks Kept (%)", compute="_compute_answer", store=True, aggregator="avg", digits=(5, 1)
    )

    _week_uniq = models.UniqueIndex("(teaching_id, date_from)", "This week is counted already.")

    @api.depends("date_from")
    def _compute_iso_week(self):
        for week in self:
            year, number, _day = week.date_from.isocalendar()
            week.iso_week = f"{year}-W{number:02d}"

    @api.depends("date_from", "date_to", "student_id.name")
    def _compute_display_name(self):
        for week in self:
            week.display_name = f"{week.sudo().student_id.name or ''} {week.iso_week}".strip()

    @api.depends(
        "needed",
        "teaching_id.ended_on",
        "teaching_id.date_to",
        "teaching_id.session_ids.held_on",
        "teaching_id.session_ids.outcome",
        "teaching_id.session_ids.reason_id",
        "teaching_id.session_ids.late_entry",
        "teaching_id.session_ids.from_paper",
        "teaching_id.session_ids.entered_at",
        "teaching_id.session_ids.withdrawn_on",
    )
    def _compute_answer(self):
        for week in self:
            sessions = week.teaching_id.session_ids.filtered(
                lambda session, week=week: (
                    week.date_from <= session.held_on <= week.date_to and not session.withdrawn_on
                )
            )
            held = sessions.filtered(lambda session: session.outcome == "held")
            # entered before the week was over is not too late, however early in it the lesson was
            in_time = held.filtered(
                lambda session, week=week: (
                    not session.late_entry or session._edu_entered_on() <= week.date_to
                )
            )
            week.held = len(held)
            week.reason_id = (sessions - held).sorted("started_at")[:1].reason_id
            week.answer = week._edu_answer(held, in_time)
            week.is_gap = week.answer not in KEPT
            week.gaps = int(week.is_gap)
            week.kept = 0 if week.is_gap else 100

    def _edu_answer(self, held, in_time):
        self.ensure_one()
        if len(in_time) >= self.needed:
            on_screen = in_time.filtered(lambda session: not session.from_paper)
            return "held" if len(on_screen) >= self.needed else "paper"
        plan = self.teaching_id
        if plan.ended_on and plan.ended_on < plan.date_to and plan.ended_on <= self.date_to:
            return "ended"
        if len(held) >= self.needed:
            return "late"
        if held:
            return "partly"
        return "reason" if self.reason_id else "none"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Weeks of home teaching stay on record."))

    # ------------------------------------------------------------------ counting

    @api.model
    @in_office_language
    def _cron_fix(self):
        """Daily, after midnight in the county: plans begin and end, and the weeks that ended are
        counted."""
        self.env["edu.home.teaching"]._edu_turn_over()
        self._edu_fix()

    @api.model
    def _edu_fix(self):
        """Write down the weeks that are over. Private; as superuser, in one statement however many
        plans there are. Again on the same day it writes nothing."""
        self.env.flush_all()
        today = self.env["edu.policy"]._edu_today()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO edu_home_teaching_week (
                       teaching_id, student_id, school_id, class_id, residence_township_id,
                       household_township_id, school_township_id, teacher_id, at_school_id,
                       at_township_id, responsible_id, date_from, date_to, term_id, needed, fixed_at,
                       held, answer, is_gap, gaps, kept, create_uid, write_uid, create_date, write_date)
                SELECT plan.id, plan.student_id, plan.school_id, plan.class_id,
                       plan.residence_township_id, plan.household_township_id,
                       plan.school_township_id, plan.responsible_id, plan.school_id,
                       plan.school_township_id, plan.responsible_id, owed.monday, owed.monday + 6,
                       owed.term_id, owed.needed, %(now)s, 0, 'none', TRUE, 1, 0,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM (%(owed)s) owed
                  JOIN edu_home_teaching plan ON plan.id = owed.teaching_id
                 WHERE owed.monday < %(monday)s
                   AND NOT EXISTS (SELECT 1 FROM edu_home_teaching_week week
                                    WHERE week.teaching_id = plan.id
                                      AND week.date_from = owed.monday)
                    ON CONFLICT DO NOTHING
             RETURNING id
                """,
                owed=self.env["edu.home.teaching"]._edu_owed_sql(),
                monday=today - timedelta(days=today.weekday()),
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        if not rows:
            return
        weeks = self.sudo().browse([week_id for [week_id] in rows])
        self.env["edu.home.teaching"].invalidate_model(["week_ids"], flush=False)
        weeks.invalidate_recordset(flush=False)
        for name in ("held", "answer", "reason_id", "is_gap", "gaps", "kept"):
            self.env.add_to_compute(self._fields[name], weeks)
        weeks.modified(["is_gap"])


class EduHomeTeaching(models.Model):
    _inherit = "edu.home.teaching"

    week_ids = fields.One2many("edu.home.teaching.week", "teaching_id", "Weeks", readonly=True)
    gap_count = fields.Integer("Weeks Without", compute="_compute_gap_count", store=True)

    @api.depends("week_ids.is_gap")
    def _compute_gap_count(self):
        for plan in self:
            plan.gap_count = len(plan.week_ids.filtered("is_gap"))

    def action_view_weeks(self):
        """Whoever reads the plan: the weeks that are over."""
        return self._edu_view("edu_home_teaching_week_action")

    def _edu_close(self, reason, ended_on, note=None, files=None):
        """Also the weeks that are over by now are counted first."""
        if self:
            self.env["edu.home.teaching.week"]._edu_fix()
        super()._edu_close(reason, ended_on, note, files)
