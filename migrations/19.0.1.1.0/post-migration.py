"""Reports that were signed before their lines belonged to a version: the lines of a frozen report are
given to the version that stands, and what is counted of both elsewhere is taken from what was frozen.

Kinds of to-do are those of one model, and stand before the general ones: columns of its activity view.
"""

import json
import logging
from collections import Counter

from openupgradelib import openupgrade

from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

TODOS = {
    "roster_check": "edu.roster.check",
    "dropout_report": "edu.dropout.report",
    "half_year": "edu.report.consolidation",
    "notice_period": "edu.notice",
    "referral_answer": "edu.referral",
    "supervision_order": "edu.supervision.order",
    "periodic_report": "edu.periodic.report",
    "sample_review": "edu.sample.review",
    "registry_completion": "edu.student",
    "leading_decision": "edu.leading.decision",
    "work_plan": "edu.work.plan",
    "work_plan_measure": "edu.work.plan.measure",
    "case_verify": "edu.dropout.case",
    "case_visit": "edu.dropout.case",
    "case_check": "edu.dropout.case",
    "case_return": "edu.dropout.case",
    "case_close": "edu.dropout.case",
}


@openupgrade.migrate()
def migrate(env, version):
    for name, model in TODOS.items():
        todo = env.ref(f"edu_dropout_control.activity_{name}", raise_if_not_found=False)
        if todo:
            todo.write({"res_model": model, "sequence": 1})
    openupgrade.logged_query(
        env.cr,
        """
        UPDATE edu_dropout_report_line line
           SET version_id = report.version_id, is_current = TRUE
          FROM edu_dropout_report report
         WHERE report.id = line.report_id AND report.version_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM edu_dropout_report_line other
                            WHERE other.report_id = report.id AND other.version_id IS NOT NULL)
        """,
    )
    Version = env["edu.dropout.report.version"]
    for frozen in Version.search([("grade_totals", "=", False)]):
        try:
            content = frozen._edu_content()
        except UserError:  # another key: the report is whole, it is only not counted anew
            _logger.warning("%s cannot be read and is left as it is", frozen)
            continue
        env.cr.execute(
            "UPDATE edu_dropout_report_version SET grade_totals = %s WHERE id = %s",
            (json.dumps(Version._edu_grade_totals(content)), frozen.id),
        )
        for row in content["rows"]:
            counts = Counter(measure["method"] for measure in row["measures"])
            if counts:
                env.cr.execute(
                    """UPDATE edu_dropout_report_line SET measures = %s
                        WHERE version_id = %s AND number = %s AND measures IS NULL""",
                    (json.dumps(counts), frozen.id, row["no"]),
                )
    env.invalidate_all()
