from odoo import api, fields, models
from odoo.tools import SQL

from ..casework.dropout_case import BACK, UNDECIDED
from ..core.notes import log_notes
from ..registry.office import in_office_language
from .work_plan import WANTED


class EduWorkPlan(models.Model):
    """What became of a plan, taken down twice and never changed: each child on the last day of the
    plan's period (back, or on which rung of the ladder and why), each measure and child at the end of
    the term (clause 二(三)3: 应返尽返). For all schools at once, in SQL."""

    _inherit = "edu.work.plan"

    @api.model
    @in_office_language
    def _cron_daily(self):
        """Late in the evening: plans of open terms that are missing are made; those whose day it is get
        their snapshot, those whose term ends the one of its end. Each once: a day that was missed is
        made good for, and the snapshot says when it was taken."""
        terms = self.env["edu.term"].sudo().search([("state", "=", "open")])
        schools = self.env["edu.school"].sudo().search([("active", "=", True)])
        for term in terms:
            self._edu_prepare(term, schools)
        self._edu_take_snapshots()
        self._edu_take_finals()

    @api.model
    def _edu_take_snapshots(self):
        """Take the snapshot of every plan whose day it is or was.

        :return: the plans
        """
        today = self.env["edu.policy"]._edu_today()
        plans = self.sudo().search([("snapshot_at", "=", False), ("deadline", "<=", today)])
        if not plans:
            return plans
        plans._edu_add_unplanned()
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_work_plan_child child
                   SET snapshot_standing = %(standing)s,
                       snapshot_returned_on = CASE WHEN %(standing)s = 'returned'
                                                   THEN c.returned_on END,
                       snapshot_rung_on = step.last_on,
                       snapshot_cause_id = c.cause_id,
                       snapshot_good_reason = c.good_reason,
                       snapshot_visit_count = COALESCE(visits.number, 0),
                       snapshot_last_visit_on = visits.last_on,
                       snapshot_last_result = visits.result
                  FROM edu_dropout_case c
             LEFT JOIN LATERAL (
                       SELECT count(*) AS number, max(v.visited_on) AS last_on,
                              (array_agg(v.result ORDER BY v.visited_at DESC, v.id DESC))[1]
                                  AS result
                         FROM edu_visit v WHERE v.case_id = c.id
                       ) visits ON TRUE
             LEFT JOIN LATERAL (
                       SELECT max(day) AS last_on
                         FROM (SELECT COALESCE(n.served_date, n.issued_on)
                                 FROM edu_notice n
                                WHERE n.case_id = c.id AND n.state IN ('issued', 'served')
                                UNION ALL
                               SELECT r.sent_on FROM edu_referral r WHERE r.case_id = c.id
                              ) steps(day)
                       ) step ON TRUE
                 WHERE c.id = child.case_id AND child.plan_id = ANY(%(plans)s)
                """,
                standing=self._edu_standing_sql(),
                plans=plans.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_work_plan plan
                   SET snapshot_at = %(now)s,
                       snapshot_child_count = counts.children,
                       snapshot_returned_count = counts.returned
                  FROM (SELECT p.id, count(child.id) AS children,
                               count(*) FILTER (WHERE child.snapshot_standing = 'returned')
                                   AS returned
                          FROM edu_work_plan p
                     LEFT JOIN edu_work_plan_child child ON child.plan_id = p.id
                         WHERE p.id = ANY(%(plans)s)
                      GROUP BY p.id) counts
                 WHERE counts.id = plan.id
                """,
                now=fields.Datetime.now(),
                plans=plans.ids,
            )
        )
        plans._edu_taken()
        log_notes(
            self.env["edu.work.plan"].sudo(),
            {
                plan.id: self.env._(
                    "Snapshot taken: %(returned)s of %(children)s children are back in school.",
                    returned=plan.snapshot_returned_count,
                    children=plan.snapshot_child_count,
                )
                for plan in plans
            },
        )
        return plans

    @api.model
    def _edu_take_finals(self):
        """Take down how measures and children stand at the end of the term, of every plan whose term
        ends today or has ended.

        :return: the plans
        """
        today = self.env["edu.policy"]._edu_today()
        plans = self.sudo().search(
            [
                ("final_at", "=", False),
                "|",
                ("term_id.end_date", "<=", today),
                ("term_id.state", "=", "closed"),
            ]
        )
        if not plans:
            return plans
        plans._edu_add_unplanned()
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_work_plan_child child SET final_standing = %(standing)s
                  FROM edu_dropout_case c
                 WHERE c.id = child.case_id AND child.plan_id = ANY(%(plans)s)
                """,
                standing=self._edu_standing_sql(),
                plans=plans.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE edu_work_plan_measure
                   SET final_state = CASE WHEN state = 'dropped' THEN 'dropped'
                                          WHEN state = 'done' AND is_late THEN 'done_late'
                                          WHEN state = 'done' THEN 'done'
                                          WHEN missed_deadline IS NOT NULL OR deadline < %(today)s
                                          THEN 'late' ELSE 'open' END
                 WHERE plan_id = ANY(%(plans)s)
                """,
                today=today,
                plans=plans.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE edu_work_plan SET final_at = %s WHERE id = ANY(%s)",
                fields.Datetime.now(),
                plans.ids,
            )
        )
        plans._edu_taken()
        # what was not done is no duty any more; the next plan takes it over
        plans.measure_ids._edu_duty_later()
        return plans

    def _edu_standing_sql(self):
        """As ``edu.work.plan.child._edu_standing``, of a case ``c``."""
        return SQL(
            """
            CASE WHEN c.state = ANY(%(back)s) THEN 'returned'
                 WHEN c.state = 'excluded' THEN 'excluded'
                 WHEN c.state = ANY(%(undecided)s) THEN 'undecided' ELSE c.ladder END
            """,
            back=[*BACK, "closed"],
            undecided=list(UNDECIDED),
        )

    def _edu_add_unplanned(self):
        """Children of the school who are missing, or came back in this term, and whom the plan does not
        name."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO edu_work_plan_child (
                       plan_id, school_id, term_id, township_id, case_id, is_planned, is_new,
                       child_name, class_id, grade, class_number, cause_id, target_on,
                       persuader_id, create_uid, write_uid, create_date, write_date)
                SELECT plan.id, plan.school_id, plan.term_id, plan.township_id, c.id, FALSE, FALSE,
                       student.name, c.class_id, COALESCE(NULLIF(c.grade, 0), class.grade, 0),
                       class.number, c.cause_id, c.return_by, c.school_responsible_id,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM edu_work_plan plan
                  JOIN edu_term term ON term.id = plan.term_id
                  JOIN edu_dropout_case c ON c.school_id = plan.school_id
                  JOIN edu_student student ON student.id = c.student_id
             LEFT JOIN edu_class class ON class.id = c.class_id
                 WHERE plan.id = ANY(%(plans)s)
                   AND (c.state = ANY(%(wanted)s)
                        OR c.state = ANY(%(back)s) AND c.returned_on >= term.start_date)
           ON CONFLICT (plan_id, case_id) DO NOTHING
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                plans=self.ids,
                wanted=list(WANTED),
                back=[*BACK, "closed"],
            )
        )

    def _edu_taken(self):
        """Tell the ORM what was written past it."""
        self.env.invalidate_all(flush=False)
        for name in ("child_count", "returned_count"):
            self.env.add_to_compute(self._fields[name], self)

    # What the document appends

    def _edu_snapshot_content(self):
        """See ``tools.work_plan_form.annexes``; None before the snapshot."""
        self.ensure_one()
        if not self.snapshot_at:
            return None
        return {
            "on": self.env["edu.policy"]._edu_now(self.snapshot_at).date().isoformat(),
            "children": [
                {
                    **child._edu_who(),
                    "planned": child.is_planned,
                    "standing": child.snapshot_standing,
                    "why": child.snapshot_why or "",
                }
                for child in self.child_ids.filtered("snapshot_standing")
            ],
        }

    def _edu_final_content(self):
        """See ``tools.work_plan_form.annexes``; None before the end of the term."""
        self.ensure_one()
        if not self.final_at:
            return None
        return {
            "on": self.env["edu.policy"]._edu_now(self.final_at).date().isoformat(),
            "measures": [
                {
                    "name": measure.name,
                    "person": measure.responsible_id.name,
                    "state": measure.final_state,
                    "why": "；".join(
                        filter(
                            None,
                            (measure.outcome, measure.drop_reason, measure.late_reason),
                        )
                    ),
                }
                for measure in self.measure_ids
            ],
            "children": [
                {**child._edu_who(), "standing": child.final_standing}
                for child in self.child_ids.filtered("final_standing")
            ],
        }
