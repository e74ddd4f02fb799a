from odoo import models
from odoo.tools import SQL


class EduDropoutCase(models.Model):
    """What a case owes by when (design, sections 4 and 5): a decision on the suspicion, the next
    persuasion (plan 二(三)5), the child back in time, checks while it is observed, the end of it."""

    _name = "edu.dropout.case"
    _inherit = ["edu.dropout.case", "edu.duty.mixin"]
    _edu_duty_fields = (
        "state",
        "school_id",
        "class_id",
        "school_township_id",
        "school_responsible_id",
        "residence_township_id",
        "township_responsible_id",
        "verify_by",
        "confirmed_on",
        "excluded_on",
        "visit_count",
        "next_visit_due",
        "return_by",
        "returned_on",
        "next_check_due",
        "deadline",
        "closed_on",
        "relapse_count",
    )

    def _edu_duty_query(self):
        """A round is one time that the child was away; visits and checks are counted through. That the
        child is back in time is owed twice: by the school, and by the township where it lives, each
        along its own chain."""
        return SQL(
            """
            SELECT duty.kind, dropout.id AS res_id, duty.slot, duty.deadline, duty.done_on,
                   dropout.school_responsible_id AS user_id, dropout.school_id,
                   dropout.school_township_id AS area_id, dropout.class_id
              FROM edu_dropout_case dropout
        CROSS JOIN LATERAL (
                SELECT 'case_verify' AS kind, dropout.relapse_count AS slot,
                       dropout.verify_by AS deadline, NULL::date AS done_on
                 WHERE dropout.state IN ('suspected', 'verifying')
                UNION ALL
                SELECT 'case_verify', 0, NULL,
                       CASE dropout.state WHEN 'excluded' THEN dropout.excluded_on
                                          ELSE dropout.confirmed_on END
                 WHERE dropout.state NOT IN ('suspected', 'verifying')
                UNION ALL
                SELECT 'case_visit', dropout.visit_count, dropout.next_visit_due, NULL
                 WHERE dropout.state = 'persuading'
                UNION ALL
                SELECT 'case_visit',
                       row_number() OVER (ORDER BY visit.visited_at, visit.id)::integer - 1, NULL,
                       visit.visited_on
                  FROM edu_visit visit WHERE visit.case_id = dropout.id
                UNION ALL
                SELECT 'case_return', dropout.relapse_count, dropout.return_by, NULL
                 WHERE dropout.state = 'persuading'
                UNION ALL
                SELECT 'case_return', dropout.relapse_count, NULL, dropout.returned_on
                 WHERE dropout.returned_on IS NOT NULL AND dropout.state <> 'persuading'
                UNION ALL
                SELECT 'case_check', seen.number, dropout.next_check_due, NULL
                  FROM (SELECT count(*)::integer AS number FROM edu_observation seen
                         WHERE seen.case_id = dropout.id) seen
                 WHERE dropout.state IN ('returned', 'observing')
                   AND dropout.next_check_due IS NOT NULL
                UNION ALL
                SELECT 'case_check',
                       row_number() OVER (ORDER BY seen.checked_on, seen.id)::integer - 1, NULL,
                       seen.checked_on
                  FROM edu_observation seen WHERE seen.case_id = dropout.id
                UNION ALL
                SELECT 'case_close', dropout.relapse_count, dropout.deadline, NULL
                 WHERE dropout.state IN ('returned', 'observing')
                   AND dropout.next_check_due IS NULL
                UNION ALL
                SELECT 'case_close', dropout.relapse_count, NULL, dropout.closed_on
                 WHERE dropout.state = 'closed' AND dropout.closed_on IS NOT NULL
              ) duty
            UNION ALL
            SELECT 'case_return_township', dropout.id, dropout.relapse_count,
                   CASE dropout.state WHEN 'persuading' THEN dropout.return_by END,
                   CASE dropout.state WHEN 'persuading' THEN NULL ELSE dropout.returned_on END,
                   dropout.township_responsible_id, NULL, dropout.residence_township_id, NULL
              FROM edu_dropout_case dropout
             WHERE dropout.residence_township_id IS NOT NULL
               AND (dropout.state = 'persuading' OR dropout.returned_on IS NOT NULL)
            """
        )

    def _edu_duty_told(self, kind):
        if kind != "case_return_township":
            return super()._edu_duty_told(kind)
        words = {case.id: case._edu_village_words() for case in self.exists()}
        return {id_: text for id_, text in words.items() if text}

    def _edu_village_words(self):
        """The village where the child lives and the cadre who answers there: they have no log-in, and
        the township tells them. Empty where neither is known."""
        self.ensure_one()
        village = self.lives_in_id.name if self.lives_in_id.level == "village" else ""
        cadre = (self.township_responsible_name or "").strip()
        if not village and not cadre:
            return ""
        return self.env._(
            "Tell the village, which has no log-in: %(names)s.",
            names=" ".join(filter(None, (village, cadre))),
        )
