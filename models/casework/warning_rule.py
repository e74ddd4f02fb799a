from odoo import fields, models
from odoo.tools import SQL

#: a number that stands with more children than this is an office's or a village's, no family's
FAMILY = 6


class EduWarningRule(models.Model):
    """Casework's conditions of early warning: what the cases know of a child and its family."""

    _inherit = "edu.warning.rule"

    condition = fields.Selection(
        selection_add=[
            ("sibling", "Brother or sister dropped out"),
            ("relapse", "Dropped out before"),
        ],
        ondelete={"sibling": "cascade", "relapse": "cascade"},
    )

    def _edu_conditions(self):
        return {
            **super()._edu_conditions(),
            "sibling": (True, self.env._("brothers and sisters"), True),
            "relapse": (True, self.env._("times"), True),
        }

    def _edu_facts_sibling(self, scope):
        """Children of one guardian, by phone or identity number; who it was is not told."""
        ways = SQL(" UNION ").join(
            SQL(
                """SELECT other.student_id, gone.student_id AS gone_id, gone.confirmed_on
                     FROM gone
                     JOIN edu_guardian own ON own.student_id = gone.student_id
                     JOIN edu_guardian other ON other.%(digest)s = own.%(digest)s
                      AND other.student_id <> gone.student_id
                    WHERE (SELECT count(DISTINCT g.student_id) FROM edu_guardian g
                            WHERE g.%(digest)s = own.%(digest)s) <= %(family)s""",
                digest=SQL.identifier(name),
                family=FAMILY,
            )
            for name in ("phone_digest", "id_number_digest")
        )
        return SQL(
            """
            WITH gone AS (
                SELECT c.student_id, max(c.confirmed_on) AS confirmed_on
                  FROM edu_dropout_case c
                 WHERE c.confirmed_on BETWEEN %(first)s AND %(day)s AND c.state <> 'excluded'
                   AND %(known)s
              GROUP BY c.student_id)
            SELECT told.student_id, count(DISTINCT told.gone_id) AS value,
                   jsonb_build_object('siblings', count(DISTINCT told.gone_id),
                                      'last', max(told.confirmed_on)) AS facts,
                   max(told.confirmed_on) AS since
              FROM (%(ways)s) AS told
              JOIN %(population)s p ON p.student_id = told.student_id
          GROUP BY told.student_id
            HAVING count(DISTINCT told.gone_id) >= %(threshold)s
            """,
            first=scope.since(self.window_days),
            day=scope.day,
            known=scope.known_of("c"),
            ways=ways,
            population=scope.population,
            threshold=self.threshold,
        )

    def _edu_explain_sibling(self, facts):
        return self.env._(
            "Brothers or sisters who dropped out: %(siblings)s, last on %(last)s", **facts
        )

    def _edu_facts_relapse(self, scope):
        """Confirmed dropouts of the child itself; leaving again counts each time, but in a trial: of
        these the case does not tell when they were."""
        again = SQL("0") if scope.known else SQL("COALESCE(c.relapse_count, 0)")
        return SQL(
            """
            SELECT c.student_id, sum(1 + %(again)s) AS value,
                   jsonb_build_object('times', sum(1 + %(again)s),
                                      'last', max(c.confirmed_on)) AS facts,
                   max(c.confirmed_on) AS since
              FROM edu_dropout_case c
              JOIN %(population)s p ON p.student_id = c.student_id
             WHERE c.confirmed_on BETWEEN %(first)s AND %(day)s AND c.state <> 'excluded'
               AND %(known)s
          GROUP BY c.student_id
            HAVING sum(1 + %(again)s) >= %(threshold)s
            """,
            again=again,
            population=scope.population,
            first=scope.since(self.window_days),
            day=scope.day,
            known=scope.known_of("c"),
            threshold=self.threshold,
        )

    def _edu_explain_relapse(self, facts):
        return self.env._("Left school before: %(times)s times, last on %(last)s", **facts)
