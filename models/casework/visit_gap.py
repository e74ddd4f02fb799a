from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..registry.office import in_office_language

#: what came later and takes the reproach away
EXCUSED = ("in_time", "paper", "back")


class EduVisitGap(models.Model):
    """A calendar month in which nobody tried to reach the family of a child who is persuaded
    (plan 二(三)5), or, where the policy counts days only, a period of so many days.

    Written once, by a cron in the first night after it, and kept for ever, whatever the case becomes.
    A record that is entered afterwards is named beside it, with whether it was entered late. Whoever
    reads the case reads it; nobody writes or deletes it.
    """

    _name = "edu.visit.gap"
    _description = "Gap in Persuasion"
    _inherit = ["edu.case.place.mixin"]
    _order = "date_from desc, id desc"

    rule = fields.Selection(
        [("month", "Calendar month"), ("days", "Period of days")], required=True, readonly=True
    )
    date_from = fields.Date("Gap from", required=True, readonly=True)
    date_to = fields.Date("Gap until", required=True, readonly=True, index=True)
    fixed_at = fields.Datetime("Counted", required=True, readonly=True)
    at_school_id = fields.Many2one(
        "edu.school",
        "School at That Time",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The school that answered for the child then; the child may have moved since.",
    )
    responsible_id = fields.Many2one(
        "res.users", "Who Answered for the Child", readonly=True, ondelete="restrict"
    )
    back_on = fields.Date("Back Already on", readonly=True)
    visit_id = fields.Many2one(
        "edu.visit", "Recorded Afterwards", compute="_compute_answer", store=True
    )
    answer = fields.Selection(
        [
            ("none", "No record"),
            ("late", "Recorded late"),
            ("paper", "Entered from a signed original"),
            ("in_time", "Recorded in time, after it was counted"),
            ("back", "The child was back already"),
        ],
        "What Came Later",
        compute="_compute_answer",
        store=True,
        index=True,
    )
    is_gap = fields.Boolean("Stands as a Gap", compute="_compute_answer", store=True)

    _period_uniq = models.UniqueIndex("(case_id, date_from)", "This gap is counted already.")
    _case_last_idx = models.Index("(case_id, date_to)")

    @api.depends(
        "back_on",
        "case_id.visit_ids.visited_on",
        "case_id.visit_ids.late_entry",
        "case_id.visit_ids.from_paper",
    )
    def _compute_answer(self):
        order = {"in_time": 0, "paper": 1, "late": 2}
        for gap in self:
            found = sorted(
                (order[answer], visit.visited_on, visit.id, answer)
                for visit in gap.case_id.visit_ids
                if gap.date_from <= visit.visited_on <= gap.date_to
                for answer in [
                    "late" if visit.late_entry else "paper" if visit.from_paper else "in_time"
                ]
            )
            gap.visit_id = found[0][2] if found else False
            gap.answer = "back" if gap.back_on else found[0][3] if found else "none"
            gap.is_gap = gap.answer not in EXCUSED

    @api.depends("date_from", "date_to", "student_id.name")
    def _compute_display_name(self):
        for gap in self:
            gap.display_name = f"{gap.sudo().student_id.name or ''} {gap._edu_label()}".strip()

    def _edu_label(self):
        """2026-10, or the two days of a period."""
        self.ensure_one()
        if self.rule == "month":
            return f"{self.date_from:%Y-%m}"
        return f"{fields.Date.to_string(self.date_from)} – {fields.Date.to_string(self.date_to)}"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Gaps in persuasion stay on record."))

    # ------------------------------------------------------------------ counting

    @api.model
    @in_office_language
    def _cron_fix(self):
        """Daily, after midnight in the county: count the periods that ended."""
        self._edu_fix()

    @api.model
    def _edu_fix(self, cases=None):
        """Write down the periods without a record that are over. Private; as superuser, in a few
        statements however many cases there are. Again on the same day it writes nothing.

        :param cases: only of these; default all that are persuaded
        """
        if cases is not None and not cases:
            return
        self.env["edu.dropout.case"].flush_model()
        self.env["edu.visit"].flush_model()
        self.env["edu.visit.gap"].flush_model()
        self.env["edu.policy"].flush_model()
        among = SQL("TRUE") if cases is None else SQL("c.id IN %s", tuple(cases.ids))
        written = self._edu_fix_periods(among) + self._edu_fix_months(among)
        if not written:
            return
        gaps = self.sudo().browse(written)
        self.env["edu.dropout.case"].invalidate_model(["gap_ids"], flush=False)
        gaps.invalidate_recordset(flush=False)
        gaps.modified(["is_gap", "date_from"])

    #: what a new gap takes from its case
    _INSERT = """
        INSERT INTO edu_visit_gap (
               case_id, student_id, school_id, class_id, residence_township_id,
               household_township_id, school_township_id, at_school_id, responsible_id,
               rule, date_from, date_to, fixed_at, answer, is_gap,
               create_uid, write_uid, create_date, write_date)
        SELECT c.id, c.student_id, c.school_id, c.class_id, c.residence_township_id,
               c.household_township_id, c.school_township_id, c.school_id,
               c.school_responsible_id, %(rule)s, period.date_from, period.date_to, %(now)s,
               'none', TRUE, %(uid)s, %(uid)s, %(now)s, %(now)s
          FROM edu_dropout_case c, %(period)s
         WHERE c.state = 'persuading' AND %(among)s AND %(where)s
           AND NOT EXISTS (SELECT 1 FROM edu_visit v WHERE v.case_id = c.id
                              AND v.visited_on BETWEEN period.date_from AND period.date_to)
            ON CONFLICT DO NOTHING
     RETURNING id
    """

    def _edu_insert(self, rule, period, among, where):
        rows = self.env.execute_query(
            SQL(
                self._INSERT,
                rule=rule,
                period=period,
                among=among,
                where=where,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        return [gap_id for [gap_id] in rows]

    def _edu_policy_sql(self, day):
        """Whether days alone are counted on ``day``, by the policy in force then."""
        return SQL(
            """COALESCE(
                   (SELECT p.visit_rule FROM edu_policy p WHERE p.date_from <= %(day)s
                  ORDER BY p.date_from DESC LIMIT 1),
                   (SELECT p.visit_rule FROM edu_policy p ORDER BY p.date_from LIMIT 1)) = 'days'""",
            day=day,
        )

    def _edu_fix_months(self, among):
        """Whole calendar months of persuasion that are over."""
        period = SQL(
            """LATERAL (
                   SELECT first::date AS date_from,
                          (first + interval '1 month - 1 day')::date AS date_to
                     FROM generate_series(
                              date_trunc('month', c.persuading_since::timestamp - interval '1 day')
                                  + interval '1 month',
                              date_trunc('month', %(today)s::timestamp) - interval '1 month',
                              interval '1 month') AS first
               ) AS period""",
            today=self.env["edu.policy"]._edu_today(),
        )
        where = SQL("NOT %s", self._edu_policy_sql(SQL("period.date_to")))
        return self._edu_insert("month", period, among, where)

    def _edu_fix_periods(self, among):
        """Periods of days that are over, where days alone are counted. The period after a gap begins
        on the day after it."""
        today, written = self.env["edu.policy"]._edu_today(), []
        last = SQL(
            """GREATEST(c.persuading_since, c.last_visit_on,
                        (SELECT max(g.date_to) FROM edu_visit_gap g
                          WHERE g.case_id = c.id AND g.date_to > c.persuading_since))"""
        )
        while True:
            days = self.env.execute_query(
                SQL(
                    """SELECT DISTINCT %(last)s FROM edu_dropout_case c
                        WHERE c.state = 'persuading' AND %(among)s AND %(days_only)s""",
                    last=last,
                    among=among,
                    days_only=self._edu_policy_sql(last),
                )
            )
            ends = [(day, self._edu_period_end(day)) for [day] in days]
            ends = [(day, end) for day, end in ends if end < today]
            if not ends:
                return written
            period = SQL(
                """(SELECT last + 1 AS date_from, last, date_to
                      FROM (VALUES %s) AS ends(last, date_to)) AS period""",
                SQL(", ").join(SQL("(%s::date, %s::date)", day, end) for day, end in ends),
            )
            new = self._edu_insert("days", period, among, SQL("period.last = %s", last))
            if not new:
                return written
            written += new

    def _edu_period_end(self, day):
        Policy = self.env["edu.policy"]
        return Policy._edu_period_end(day, Policy._current(day).visit_interval_days)

    def _edu_excuse(self, back_on):
        """The child was back on ``back_on``: what was counted for periods that ended later is excused,
        and says so. Private."""
        gaps = self.filtered(
            lambda gap: (
                gap.date_to >= back_on
                and not gap.back_on
                and gap.date_from >= gap.case_id.persuading_since
            )
        )
        gaps.write({"back_on": back_on})
