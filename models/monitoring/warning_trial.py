from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .warning_rule import WarningScope

#: fewer children than this are told as few: chance decides
FEW = 10
MOST_DAYS = 12


class EduWarningTrial(models.Model):
    """Rules tried on a day in the past: what would they have caught, what missed?

    The rules are held against the children who stood on the ledger of school-age children of the
    county on that day and on no ledger of dropouts, with the facts that were entered by then. Then it
    is looked up who of them stood on the ledger of suspected or of confirmed dropouts within the
    number of days after it. With a day of each month, a child counts once a day.

    Facts without a date (boarding, distance, aid, left behind) are those of today: the rule's line
    says so. The bureau tries, for its county; inspectors read. What a trial found is not changed by
    hand.
    """

    _name = "edu.warning.trial"
    _description = "Trial of warning rules"
    _order = "id desc"

    name = fields.Char(
        "Title", required=True, default=lambda self: self.env._("Trial of warning rules")
    )
    county_id = fields.Many2one(
        "edu.area",
        "County",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('id', 'in', allowed_county_ids)]",
        default=lambda self: self._edu_counties()[:1],
    )
    allowed_county_ids = fields.Many2many("edu.area", compute="_compute_allowed_county_ids")
    day = fields.Date(
        "First Day Tried",
        required=True,
        default=lambda self: self.env["edu.policy"]._edu_today() - relativedelta(years=1),
    )
    months = fields.Integer(
        "Days Tried",
        required=True,
        default=1,
        help="The first day, and the same day of later months",
    )
    horizon_days = fields.Integer(
        "Judged After (days)",
        required=True,
        default=lambda self: self.env["edu.policy"]._current().warning_trial_days,
    )
    outcome = fields.Selection(
        [("dropout", "Confirmed dropouts"), ("suspected", "Suspected or confirmed dropouts")],
        "What Is to Be Caught",
        required=True,
        default="dropout",
    )
    rule_ids = fields.Many2many(
        "edu.warning.rule",
        string="Rules Tried",
        required=True,
        context={"active_test": False},
        default=lambda self: self.env["edu.warning.rule"].search([]),
    )
    tried_at = fields.Datetime("Tried at", readonly=True, copy=False)
    tried_by_id = fields.Many2one("res.users", "Tried by", readonly=True, copy=False)
    days_text = fields.Char("Days", readonly=True, copy=False)
    child_count = fields.Integer("Children", readonly=True, copy=False)
    outcome_count = fields.Integer("Of Them to Be Caught", readonly=True, copy=False)
    rule_line_ids = fields.One2many(
        "edu.warning.trial.line",
        "trial_id",
        "By Rule",
        readonly=True,
        copy=False,
        domain=[("rule_id", "!=", False)],
    )
    total_line_ids = fields.One2many(
        "edu.warning.trial.line",
        "trial_id",
        "By Total",
        readonly=True,
        copy=False,
        domain=[("rule_id", "=", False)],
    )
    remark = fields.Char(compute="_compute_remark")

    _months_range = models.Constraint(
        f"CHECK(months BETWEEN 1 AND {MOST_DAYS})", f"Rules are tried on 1 to {MOST_DAYS} days."
    )
    _horizon_range = models.Constraint(
        "CHECK(horizon_days BETWEEN 1 AND 1096)", "Rules are judged after 1 to 1096 days."
    )

    _EDU_FOUND = frozenset(
        {
            "tried_at",
            "tried_by_id",
            "days_text",
            "child_count",
            "outcome_count",
            "rule_line_ids",
            "total_line_ids",
        }
    )

    @api.model
    def _edu_counties(self):
        """Counties in which the caller may try rules."""
        if self.env.su:
            return self.env["edu.area"].search([("level", "=", "county")])
        return self.env.user.sudo().edu_bureau_area_ids.county_id.with_env(self.env)

    @api.depends_context("uid")
    def _compute_allowed_county_ids(self):
        self.allowed_county_ids = self._edu_counties()

    @api.depends("child_count", "outcome_count", "tried_at")
    @api.depends_context("lang")
    def _compute_remark(self):
        for trial in self:
            if not trial.tried_at:
                trial.remark = False
            elif not trial.child_count:
                trial.remark = self.env._(
                    "No data: nobody stood on the ledger of school-age children on that day."
                )
            elif trial.outcome_count < FEW:
                trial.remark = self.env._(
                    "Only %(count)s to be caught: with so few, chance decides.",
                    count=trial.outcome_count,
                )
            else:
                trial.remark = False

    @api.constrains("day", "months", "horizon_days")
    def _check_days(self):
        today = self.env["edu.policy"]._edu_today()
        for trial in self:
            last = trial._edu_days()[-1] + timedelta(days=trial.horizon_days)
            if last > today:
                raise ValidationError(
                    self.env._(
                        "The outcome is known from %(day)s on only: choose earlier days or a shorter"
                        " time.",
                        day=fields.Date.to_string(last),
                    )
                )

    def _edu_days(self):
        self.ensure_one()
        return [self.day + relativedelta(months=number) for number in range(self.months)]

    def _edu_check_given(self, vals):
        if not self.env.su and self._EDU_FOUND & vals.keys():
            raise UserError(self.env._("What a trial found is not changed by hand."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_check_given(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Another question: what was found is gone."""
        self._edu_check_given(vals)
        result = super().write(vals)
        if vals.keys() & {"county_id", "day", "months", "horizon_days", "outcome", "rule_ids"}:
            self.sudo()._edu_forget()
        return result

    def _edu_forget(self):
        self.env["edu.warning.trial.line"].search([("trial_id", "in", self.ids)]).unlink()
        self.write(
            {
                "tried_at": False,
                "tried_by_id": False,
                "days_text": False,
                "child_count": 0,
                "outcome_count": 0,
            }
        )

    # -- trying -----------------------------------------------------------------------------------

    def action_try(self):
        """Bureau: hold the rules against the past. Reads the whole county; what it gives are numbers.

        :raise UserError: a trial without rules
        """
        self.check_access("write")
        for trial in self:
            if not trial.rule_ids:
                raise UserError(self.env._("Choose the rules to try."))
            trial.sudo()._edu_try(self.env.user)
        return True

    def _edu_try(self, user):
        self._edu_forget()
        rules = self.rule_ids.with_context(active_test=False).sorted()
        tables = "edu_trial_population", "edu_trial_found", "edu_trial_told"
        told = SQL.identifier(tables[2])
        cr = self.env.cr
        self.env.flush_all()
        for table in tables:
            cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))
        cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE %s (day date, student_id int4, is_outcome bool,
                                              rule_ids int4[], points int4) ON COMMIT DROP""",
                told,
            )
        )
        for day in self._edu_days():
            self._edu_try_day(day, rules, *tables)
        children, outcomes = self.env.execute_query(
            SQL("SELECT count(*), count(*) FILTER (WHERE is_outcome) FROM %s", told)
        )[0]
        lines = [*self._edu_by_rule(rules, told), *self._edu_by_total(told)]
        for line in lines:
            line["missed"] = outcomes - line["caught"]
        self.env["edu.warning.trial.line"].create(
            [{**line, "trial_id": self.id, "county_id": self.county_id.id} for line in lines]
        )
        self.write(
            {
                "tried_at": fields.Datetime.now(),
                "tried_by_id": user.id,
                "days_text": ", ".join(map(str, self._edu_days())),
                "child_count": children,
                "outcome_count": outcomes,
            }
        )
        self.invalidate_recordset(["rule_line_ids", "total_line_ids"])

    def _edu_try_day(self, day, rules, population, found, told):
        """Add to the table ``told`` every child of ``day``: whether what was feared came true, and
        which rules were true of it."""
        cr = self.env.cr
        known = self.env["edu.warning.rule"]._edu_end_of(day)
        for table in (population, found):
            cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))
        cr.execute(
            SQL(
                """CREATE TEMPORARY TABLE %(population)s ON COMMIT DROP AS
                   SELECT l.student_id, min(l.school_id) AS school_id
                     FROM edu_ledger l
                     JOIN edu_school school ON school.id = l.school_id
                    WHERE l.kind = 'school_age' AND school.county_id = %(county)s
                      AND l.date_on <= %(day)s AND (l.date_off IS NULL OR l.date_off > %(day)s)
                      AND NOT EXISTS (
                          SELECT FROM edu_ledger away
                           WHERE away.student_id = l.student_id
                             AND away.kind IN ('suspected', 'dropout')
                             AND away.date_on <= %(day)s
                             AND (away.date_off IS NULL OR away.date_off > %(day)s))
                 GROUP BY l.student_id""",
                population=SQL.identifier(population),
                county=self.county_id.id,
                day=day,
            )
        )
        cr.execute(SQL("ANALYZE %s", SQL.identifier(population)))
        cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s",
                SQL.identifier(found),
                rules._edu_facts(WarningScope(day, population, known)),
            )
        )
        kinds = ("dropout",) if self.outcome == "dropout" else ("suspected", "dropout")
        cr.execute(
            SQL(
                """INSERT INTO %(told)s (day, student_id, is_outcome, rule_ids, points)
                   SELECT %(day)s, p.student_id,
                          EXISTS (SELECT FROM edu_ledger l
                                   WHERE l.student_id = p.student_id AND l.kind IN %(kinds)s
                                     AND l.date_on > %(day)s
                                     AND l.date_on <= %(day)s::date + %(horizon)s),
                          COALESCE(f.rule_ids, '{}'), COALESCE(f.points, 0)
                     FROM %(population)s p
                LEFT JOIN (SELECT student_id, array_agg(rule_id) AS rule_ids,
                                  sum(points) AS points
                             FROM %(found)s GROUP BY student_id) f
                       ON f.student_id = p.student_id""",
                told=SQL.identifier(told),
                day=day,
                kinds=kinds,
                horizon=self.horizon_days,
                population=SQL.identifier(population),
                found=SQL.identifier(found),
            )
        )

    def _edu_by_rule(self, rules, told):
        rows = self.env.execute_query(
            SQL(
                """SELECT rule.id, count(*) FILTER (WHERE t.is_outcome),
                          count(*) FILTER (WHERE NOT t.is_outcome)
                     FROM unnest(%s::int4[]) AS rule(id)
                LEFT JOIN %s t ON rule.id = ANY(t.rule_ids)
                 GROUP BY rule.id""",
                rules.ids,
                told,
            )
        )
        counts = {rule_id: counted for rule_id, *counted in rows}
        return [
            {
                "sequence": number,
                "rule_id": rule.id,
                "points": rule.points,
                "caught": counts[rule.id][0],
                "false_alarms": counts[rule.id][1],
            }
            for number, rule in enumerate(rules)
        ]

    def _edu_by_total(self, told):
        """Of each total that occurs: who has as many points or more."""
        rows = self.env.execute_query(
            SQL(
                """SELECT points,
                          (sum(count(*) FILTER (WHERE is_outcome))
                           OVER (ORDER BY points DESC))::int4,
                          (sum(count(*) FILTER (WHERE NOT is_outcome))
                           OVER (ORDER BY points DESC))::int4
                     FROM %s WHERE points > 0 GROUP BY points ORDER BY points""",
                told,
            )
        )
        return [
            {"sequence": points, "points": points, "caught": caught, "false_alarms": false}
            for points, caught, false in rows
        ]

    # -- workbook ---------------------------------------------------------------------------------

    def action_export(self):
        """Whoever reads the trial: its tables as a workbook.

        :raise UserError: nothing was tried yet
        """
        self.ensure_one()
        self.check_access("read")
        if not self.tried_at:
            raise UserError(self.env._("Try the rules first."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/warning/trial/{self.id}/workbook",
            "target": "download",
        }

    def _edu_pages(self):
        """Pages as ``reports/ledger_xlsx.write_ledger`` takes them."""
        self.ensure_one()
        Line = self.env["edu.warning.trial.line"]
        names = ("caught", "missed", "false_alarms", "precision_text", "recall_text", "remark")
        headers = [Line._fields[name]._description_string(self.env) for name in names]
        points = Line._fields["points"]._description_string(self.env)
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))

        def cells(line):
            return tuple(line[name] or (0 if name in names[:3] else "") for name in names)

        label = self._fields
        about = [
            (label[name]._description_string(self.env), value)
            for name, value in (
                ("county_id", self.county_id.name),
                ("days_text", self.days_text),
                ("horizon_days", self.horizon_days),
                ("outcome", outcomes[self.outcome]),
                ("child_count", self.child_count),
                ("outcome_count", self.outcome_count),
                ("remark", self.remark or ""),
            )
        ]
        return [
            (
                self.env._("By Rule"),
                self.name,
                [Line._fields["rule_id"]._description_string(self.env), points, *headers],
                [(line.rule_id.name, line.points, *cells(line)) for line in self.rule_line_ids],
            ),
            (
                self.env._("By Total"),
                self.name,
                [self.env._("Total from"), *headers],
                [(line.points, *cells(line)) for line in self.total_line_ids],
            ),
            (self.env._("About"), self.name, [self.env._("What"), self.env._("Value")], about),
        ]
