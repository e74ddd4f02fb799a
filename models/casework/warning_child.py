from collections import defaultdict

from odoo import models
from odoo.tools import SQL

#: kinds of help that are named, the most successful first
MOST = 3


class EduWarningChild(models.Model):
    """What helped before: the child's own cases that ended in a return, as far as the reader may see
    them, and of all cases of the county with the cause that goes with the leading rule, how many of
    those with a kind of help came back and stayed. The latter are numbers, without a name."""

    _inherit = "edu.warning.child"

    def _edu_helped(self):
        helped = super()._edu_helped()
        own = self._edu_own_returns()
        similar = self._edu_similar_returns()
        for child in self:
            cause = child.top_rule_id.sudo().cause_id
            helped[child] = [
                *helped.get(child, ()),
                *own.get(child.student_id.id, ()),
                *similar.get((child.sudo().school_id.county_id.id, cause.id), ()),
            ]
        return helped

    def _edu_own_returns(self):
        """{student id: sentences}"""
        Case = self.env["edu.dropout.case"]
        told = defaultdict(list)
        if not Case.has_access("read"):
            return told
        cases = Case.search(
            [("student_id", "in", self.student_id.ids), ("returned_on", "!=", False)],
            order="returned_on desc",
        )
        forms = dict(Case._fields["return_form"]._description_selection(self.env))
        for case in cases:
            measures = self.env._(", ").join(case.measure_ids.mapped("name"))
            told[case.student_id.id].append(
                self.env._(
                    "This child came back on %(day)s (%(form)s) with: %(measures)s",
                    day=case.returned_on,
                    form=forms.get(case.return_form, ""),
                    measures=measures or self.env._("no help noted"),
                )
            )
        return told

    def _edu_similar_returns(self):
        """{(county id, cause id): sentences}"""
        causes = self.top_rule_id.sudo().cause_id
        if not causes:
            return {}
        self.env["edu.dropout.case"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT school.county_id, c.cause_id, rel.edu_code_id, count(*),
                       count(*) FILTER (WHERE %(stayed)s)
                  FROM edu_dropout_case c
                  JOIN edu_school school ON school.id = c.school_id
                  JOIN edu_code_edu_dropout_case_rel rel ON rel.edu_dropout_case_id = c.id
                 WHERE c.cause_id = ANY(%(causes)s) AND c.confirmed_on IS NOT NULL
                   AND c.state <> 'excluded'
              GROUP BY school.county_id, c.cause_id, rel.edu_code_id
              ORDER BY avg((%(stayed)s)::int) DESC, count(*) DESC, rel.edu_code_id
                """,
                causes=causes.ids,
                stayed=SQL("c.returned_on IS NOT NULL AND COALESCE(c.relapse_count, 0) = 0"),
            )
        )
        Code = self.env["edu.code"].sudo()
        told = defaultdict(list)
        for county_id, cause_id, code_id, count, stayed in rows:
            if stayed and len(told[county_id, cause_id]) < MOST:
                told[county_id, cause_id].append(
                    self.env._(
                        "Cause “%(cause)s”, with “%(measure)s”: %(stayed)s of %(count)s children of"
                        " the county came back and stayed",
                        cause=Code.browse(cause_id).name,
                        measure=Code.browse(code_id).name,
                        stayed=stayed,
                        count=count,
                    )
                )
        return told
