import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import crypto, log_filter
from ...tools.roster import FIELD_INFO, SECRET_FIELDS, RowProblem, check_raw, map_columns
from .roster_plan import Incoming

PREFIX = "val_"
# inputs that the form always offers; others where the file has the column or the problem names it
ALWAYS = ("name", "gender", "birthdate", "id_number", "national_no")
ROSTER_ALWAYS = ("school_name", "grade", "class_number")
ENTRANT_ALWAYS = ("village", "zone_school_name")
SEVERITIES = ("error", "confirm", "warning")


def secret_kind(key):
    """The kind of secret that a field of rosters holds, None for a field that is none."""
    if key not in SECRET_FIELDS:
        return None
    kinds = {"address": "address", "national_no": "student_no", "disability_no": "certificate"}
    return kinds.get(key) or ("phone" if key.endswith("phone") else "identity")


def shown(key, text):
    """A value of a row as everybody may see it; also where a number stands in a wrong column."""
    kind = secret_kind(key) or (log_filter.holds_secret(text) and "identity")
    return crypto.mask(kind, text) or "" if kind and text else text or ""


class EduRosterImportRow(models.Model):
    """A row of an import that needs somebody: wrong, to be decided, or imported with a warning.

    The import makes them. Whoever imports (records administrator, bureau) corrects the values and
    runs them again, decides, or dismisses with a reason; no row is deleted. Values are kept sealed
    until the upload's time is over; numbers and addresses are shown masked.
    """

    _name = "edu.roster.import.row"
    _description = "Row of a roster that needs attention"
    _inherit = ["edu.scope.mixin"]
    _order = "import_id desc, rank, sheet, number, id"
    _rec_name = "child_name"

    import_id = fields.Many2one("edu.roster.import", required=True, index=True, ondelete="cascade")
    school_id = fields.Many2one(
        related="import_id.school_id", string="Import of School", store=True, index=True
    )
    county_id = fields.Many2one(related="import_id.county_id", store=True, index=True)

    sheet = fields.Char(readonly=True)
    number = fields.Integer("Row", readonly=True, aggregator=None)
    place = fields.Char("Place in the File", compute="_compute_place")
    child_name = fields.Char("Child", readonly=True)
    state = fields.Selection(
        [
            ("open", "To do"),
            ("fixed", "Corrected"),
            ("imported", "Imported"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    severity = fields.Selection(
        [("error", "Wrong"), ("confirm", "To be decided"), ("warning", "Look at it")],
        required=True,
        default="error",
        readonly=True,
    )
    rank = fields.Integer(compute="_compute_rank", store=True, aggregator=None)
    code = fields.Char("Kind of Problem", readonly=True)
    problems = fields.Json(readonly=True, copy=False)
    payload = fields.Text(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    match_student_id = fields.Many2one(
        "edu.student", groups=fields.NO_ACCESS, copy=False, ondelete="set null"
    )
    student_id = fields.Many2one("edu.student", readonly=True, copy=False, ondelete="set null")
    is_expired = fields.Boolean("Values Deleted", readonly=True)
    dismiss_reason = fields.Char("Reason")
    decision = fields.Selection(
        [
            ("transfer", "Transfer confirmed"),
            ("same", "The same child"),
            ("new", "Another child"),
        ],
        readonly=True,
        copy=False,
    )
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True, copy=False)
    decided_at = fields.Datetime(readonly=True, copy=False)

    column = fields.Char(compute="_compute_problem")
    header = fields.Char(compute="_compute_problem")
    value = fields.Char(compute="_compute_problem", help="Numbers and addresses are masked")
    problem = fields.Char("What Is Wrong", compute="_compute_problem")
    remedy = fields.Char("What to Do", compute="_compute_problem")
    problem_table = fields.Html("Findings", compute="_compute_problem_table", sanitize=False)
    shown_fields = fields.Char(compute="_compute_values")
    can_correct = fields.Boolean(compute="_compute_can_correct")
    # one input for each field of rosters
    for _key, _info in FIELD_INFO.items():
        vars()[PREFIX + _key] = fields.Char(
            _info.label, compute="_compute_values", readonly=False, copy=False
        )
    del _key, _info

    @api.depends("state", "severity")
    def _compute_rank(self):
        states = ("open", "fixed", "imported", "dismissed")
        for row in self:
            row.rank = states.index(row.state) * 10 + SEVERITIES.index(row.severity)

    @api.depends("import_id.upload_name", "sheet", "number")
    @api.depends_context("lang")
    def _compute_place(self):
        for row in self:
            where = self.env._("row %(number)s", number=row.number)
            row.place = " · ".join(filter(None, (row.import_id.upload_name, row.sheet, where)))

    @api.depends("problems", "payload", "is_expired")
    @api.depends_context("lang")
    def _compute_problem(self):
        words = self.env["edu.problem"]
        texts, remedies = words._edu_texts(), words._edu_remedies()
        for row in self:
            problems = row._edu_problems()
            first = problems[0] if problems else RowProblem("", "", "")
            row.column, row.header = first.column, first.header
            row.value = shown(first.field, row._edu_raw().get(first.field))
            row.problem = words._edu_words(texts, first)
            row.remedy = words._edu_words(remedies, first)
            more = len(problems) - 1
            if more > 0:
                row.problem = self.env._(
                    "%(problem)s (and %(count)s more)", problem=row.problem, count=more
                )

    @api.depends("problems", "payload", "is_expired")
    @api.depends_context("lang")
    def _compute_problem_table(self):
        words = self.env["edu.problem"]
        for row in self:
            raw = row._edu_raw()
            lines = Markup().join(
                Markup(
                    "<tr><td><b>%s</b> <span class='text-muted'>%s</span><br/>%s</td>"
                    "<td><b>%s</b><br/>%s</td></tr>"
                )
                % (
                    problem.header or words._edu_field_label(problem.field),
                    problem.column,
                    shown(problem.field, raw.get(problem.field)),
                    words._edu_text(problem),
                    words._edu_remedy(problem),
                )
                for problem in row._edu_problems()
            )
            row.problem_table = lines and Markup(
                "<table class='table table-sm mb-0'><thead><tr><th>%s</th><th>%s</th></tr></thead>"
                "<tbody>%s</tbody></table>"
            ) % (
                self.env._("Column and value"),
                self.env._("What is wrong, what to do"),
                lines,
            )

    @api.depends("payload", "is_expired", "import_id.kind")
    def _compute_values(self):
        for row in self:
            raw = row._edu_raw()
            for key in FIELD_INFO:
                row[PREFIX + key] = shown(key, raw.get(key))
            by_kind = ROSTER_ALWAYS if row.import_id.kind == "roster" else ENTRANT_ALWAYS
            told = [problem.field for problem in row._edu_problems()]
            keys = dict.fromkeys([*ALWAYS, *by_kind, *raw, *told])
            row.shown_fields = "|" + "|".join(key for key in keys if key) + "|"

    @api.depends("state", "is_expired", "import_id.state")
    def _compute_can_correct(self):
        for row in self:
            row.can_correct = (
                row.state in ("open", "fixed")
                and not row.is_expired
                and row.import_id.state == "done"
            )

    # -- values -----------------------------------------------------------------------------------

    def _edu_raw(self):
        """{field key: text} of the row, in clear: for use inside the server only."""
        self.ensure_one()
        sealed = self.sudo().payload
        if not sealed:
            return {}
        return json.loads(self.env["edu.secret.mixin"]._edu_decrypt(self._name, "payload", sealed))

    def _edu_seal(self, raw):
        return self.env["edu.secret.mixin"]._edu_encrypt(
            self._name, "payload", json.dumps(raw, ensure_ascii=False)
        )

    def _edu_problems(self):
        """What is wrong, the worst first, as :class:`RowProblem`."""
        problems = [
            RowProblem(p["f"], p["c"], p["s"], p["p"], p["h"], p["l"]) for p in self.problems or ()
        ]
        return sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))

    @api.model
    def _edu_values_of(self, plan):
        """The values of a record for a plan that needs somebody; None when nothing is to be looked at."""
        row = plan.incoming
        if not row.problems:
            return None
        problems = sorted(row.problems, key=lambda problem: SEVERITIES.index(problem.severity))
        done = plan.action in ("create", "update", "unchanged")
        return {
            "sheet": row.sheet,
            "number": row.number,
            "child_name": shown("name", row.values.get("name") or row.raw.get("name")),
            "state": "imported" if done else "open",
            "severity": problems[0].severity,
            "code": problems[0].code,
            "problems": [
                {
                    "f": p.field,
                    "c": p.code,
                    "s": p.severity,
                    "p": p.params,
                    "h": p.header,
                    "l": p.column,
                }
                for p in problems
            ],
            "payload": self._edu_seal(row.raw),
            "match_student_id": plan.match_id,
            "student_id": plan.student_id if done else False,
        }

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        values = {
            name.removeprefix(PREFIX): (value or "").strip()
            for name, value in vals.items()
            if name.startswith(PREFIX) and name.removeprefix(PREFIX) in FIELD_INFO
        }
        rest = {name: vals[name] for name in vals.keys() & {"dismiss_reason"}}
        unknown = [name for name in vals if not name.startswith(PREFIX) and name not in rest]
        if unknown:
            raise AccessError(
                self.env._("What an import found is not changed by hand: correct the values.")
            )
        self.check_access("write")
        if values:
            for row in self:
                row._edu_correct(values)
        return super().write(rest) if rest else True

    def _edu_correct(self, values):
        """Keep corrected values; what equals its mask was not typed."""
        raw = self._edu_raw()
        changed = {
            key: text
            for key, text in values.items()
            if text != shown(key, raw.get(key)) and text != (raw.get(key) or "")
        }
        if not changed:
            return
        if self.is_expired:
            raise UserError(
                self.env._("The values of this row are deleted by now: import the file again.")
            )
        if self.state not in ("open", "fixed"):
            raise UserError(self.env._("This row is done with."))
        for key, text in changed.items():
            if crypto.is_masked(text):
                raise UserError(
                    self.env._(
                        "“%(field)s”: enter the whole value. What is shown with asterisks cannot be"
                        " saved as it is.",
                        field=self.env["edu.problem"]._edu_field_label(key),
                    )
                )
            raw[key] = text
        state = "fixed"
        for problem in self._edu_problems():
            # the same number once more would now find the child of the earlier row
            if problem.code == "duplicate_in_file" and problem.params.get("field") not in changed:
                state = self.state
        row = self.sudo()
        row.write({"payload": row._edu_seal(raw), "state": state})
        if "name" in changed:
            row.child_name = shown("name", changed["name"])

    def _edu_incoming(self, context):
        """The row read again, for another validation."""
        self.ensure_one()
        raw = {key: text for key, text in self._edu_raw().items() if text}
        keys = list(dict.fromkeys([*raw, "name"]))
        mapping = map_columns(keys, 1, 1, {key: key for key in keys})
        by_key = {column.field: column.key for column in mapping.columns}
        row = check_raw(
            self.sheet, self.number, {by_key[key]: raw[key] for key in raw}, mapping, context
        )
        places = {p.field: (p.header, p.column) for p in self._edu_problems() if p.column}
        for problem in row.problems:
            problem.header, problem.column = places.get(problem.field, ("", ""))
        return Incoming(
            self.sheet,
            self.number,
            row.values,
            row.problems,
            raw,
            places,
            decision=self.decision or None,
            match_id=self.sudo().match_student_id.id or None,
            row_id=self.id,
        )

    def _edu_is_repeated(self):
        """Whether the row was rejected as the second with a number, and still has that number."""
        return self.state == "open" and any(
            problem.code == "duplicate_in_file" for problem in self._edu_problems()
        )

    # -- actions ----------------------------------------------------------------------------------

    def action_run(self):
        """Run the row again, as it now is. For records administrator and bureau."""
        self._edu_check_to_do()
        self.import_id._edu_run_rows(self)
        return True

    def action_same(self):
        """Say that the row is the child that is entered."""
        return self._edu_decide("same", "same_child")

    def action_other(self):
        """Say that the row is another child than the one entered."""
        return self._edu_decide("new", "same_child")

    def _edu_decide(self, decision, code):
        self._edu_check_to_do()
        for row in self:
            if code not in [problem.code for problem in row._edu_problems()]:
                raise UserError(self.env._("There is nothing to be decided here."))
        self.sudo().write(
            {
                "decision": decision,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        self.import_id._edu_run_rows(self)
        return True

    def action_dismiss(self):
        """Set the row aside, with a reason; it can be taken up again."""
        self._edu_check_to_do()
        for row in self:
            if len((row.dismiss_reason or "").strip()) < 2:
                raise UserError(self.env._("Say under “Reason” why the row is not imported."))
        self.sudo().state = "dismissed"
        return True

    def action_reopen(self):
        """Take a dismissed row up again."""
        self.import_id._edu_check_may_import()
        self.filtered(lambda row: row.state == "dismissed").sudo().state = "open"
        return True

    def _edu_check_to_do(self):
        self.import_id._edu_check_may_import()
        for row in self:
            if row.import_id.state != "done":
                raise UserError(
                    self.env._("Import the file first; then its rows are worked off one by one.")
                )
            if row.is_expired:
                raise UserError(
                    self.env._("The values of this row are deleted by now: import the file again.")
                )
            if row.state not in ("open", "fixed"):
                raise UserError(self.env._("This row is done with."))

    def action_open_student(self):
        """Open the child that the row became."""
        self.ensure_one()
        self.student_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.student",
            "res_id": self.student_id.id,
            "view_mode": "form",
        }

    def action_open(self):
        """Open the row in a form of its own, where it can be corrected."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
