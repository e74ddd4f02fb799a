import gc
from contextlib import contextmanager
from functools import partial
from itertools import islice

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.roster import Context, RosterFileError, codes, map_columns
from .roster_import_row import shown
from .roster_plan import CREATE, HOLD, REJECT, UNCHANGED, UPDATE, Incoming, Job, Passed
from .roster_upload import Told, kept
from .roster_validate import RosterValidator
from .roster_write import RosterWriter

#: rows of a batch: few as long as the reader has just begun
FIRST, MOST = 250, 2000
#: where each batch is a transaction, and told to whoever waits
BATCH = 1000
SAMPLE_ROWS = 10
PREVIEW_FIELDS = (
    "name",
    "gender",
    "birthdate",
    "national_no",
    "id_number",
    "grade",
    "class_number",
)
IMPORT_ROLES = ("records_admin", "bureau")
OPEN_STATES = ("draft", "mapped", "previewed")


class EduRosterImport(models.Model):
    """One uploaded list of children: read, mapped, previewed, imported, its bad rows worked off.

    Records administrators import for their school, the bureau for a school or its county; the dean
    reads. Everything is written within the rights of whoever imports. Parsing (``tools/roster``),
    validation (``roster_validate``) and writing (``roster_write``) know each other only by the
    classes of ``roster_plan``. The file is kept sealed and deleted, with the values of its bad rows,
    after the policy's days; what was found stays.
    """

    _name = "edu.roster.import"
    _description = "Roster import"
    _inherit = ["edu.roster.upload.mixin", "edu.scope.mixin"]
    _order = "id desc"
    _rec_name = "upload_name"

    kind = fields.Selection(
        [
            ("roster", "Registry export"),
            ("entrants_household", "Expected entrants: children of the zone"),
            ("entrants_grade6", "Expected entrants: last summer's grade 6"),
        ],
        "What the File Is",
        required=True,
        default="roster",
    )
    school_id = fields.Many2one(
        "edu.school",
        index=True,
        ondelete="restrict",
        default=lambda self: self._default_school(),
        help="Empty: the file names the school of each child",
    )
    allowed_school_ids = fields.Many2many("edu.school", compute="_compute_allowed")
    is_county_allowed = fields.Boolean(compute="_compute_allowed")
    county_id = fields.Many2one(
        "edu.area", "County", required=True, readonly=True, index=True, ondelete="restrict"
    )
    term_id = fields.Many2one(
        "edu.term",
        "Term",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.term"]._current(),
    )
    create_missing_classes = fields.Boolean("Create Missing Classes")
    is_complete = fields.Boolean(
        "Names All Students",
        default=True,
        help="The file is the whole registry of its schools: whoever it does not name is missing."
        " Untick for a list of some classes or of changes only",
    )
    state = fields.Selection(
        [
            ("draft", "File"),
            ("mapped", "Columns"),
            ("previewed", "Preview"),
            ("running", "Importing"),
            ("stopped", "Stopped"),
            ("done", "Imported"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    started_at = fields.Datetime(readonly=True, copy=False)
    started_by_id = fields.Many2one("res.users", "Started by", readonly=True, copy=False)
    total_rows = fields.Integer("Rows of the File", readonly=True, copy=False)
    done_rows = fields.Integer("Rows Done", readonly=True, copy=False)
    position = fields.Json(readonly=True, copy=False, help="Sheet and row up to which it is done")
    stop_reason = fields.Char(readonly=True, copy=False)
    imported_at = fields.Datetime(readonly=True, copy=False)
    imported_by_id = fields.Many2one("res.users", "Imported by", readonly=True, copy=False)

    profile_id = fields.Many2one(
        "edu.roster.profile",
        "Layout of Columns",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Recognised by the headers of the file",
    )
    column_ids = fields.One2many("edu.roster.import.column", "import_id", "Columns")
    is_assigned = fields.Boolean(compute="_compute_is_assigned")
    problem_text = fields.Html("Missing", compute="_compute_problem_text", sanitize=False)
    is_usable = fields.Boolean(readonly=True, copy=False)
    preview = fields.Json(readonly=True, copy=False)
    preview_table = fields.Html("First Rows", compute="_compute_preview_table", sanitize=False)

    summary = fields.Char(compute="_compute_summary")
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    new_count = fields.Integer("New", readonly=True, copy=False)
    changed_count = fields.Integer("Changed", readonly=True, copy=False)
    unchanged_count = fields.Integer("Unchanged", readonly=True, copy=False)
    skipped_count = fields.Integer("Totals and Footers", readonly=True, copy=False)
    new_class_count = fields.Integer("New Classes", readonly=True, copy=False)
    rejected_count = fields.Integer("Wrong", compute="_compute_row_counts")
    held_count = fields.Integer("To Be Decided", compute="_compute_row_counts")
    warning_count = fields.Integer("Look at Them", compute="_compute_row_counts")
    row_ids = fields.One2many("edu.roster.import.row", "import_id", "Rows That Need Attention")
    todo_row_ids = fields.One2many(
        "edu.roster.import.row",
        "import_id",
        "Rows to Work Off",
        domain=[("state", "in", ("open", "fixed"))],
    )
    missing_student_ids = fields.Many2many(
        "edu.student", string="Students Not in This File", readonly=True, copy=False
    )
    missing_count = fields.Integer("Not in This File", compute="_compute_missing_count")

    # -- where ------------------------------------------------------------------------------------

    @api.model
    def _edu_allowed_schools(self):
        """Schools that the caller may import for."""
        if self.env.su:
            return self.env["edu.school"].search([("active", "=", True)])
        user = self.env.user.sudo()
        schools = user.edu_records_admin_school_ids | user.edu_bureau_school_ids
        return schools.filtered("active").with_env(self.env)

    @api.model
    def _default_school(self):
        user = self.env.user.sudo()
        schools = user.edu_records_admin_school_ids.filtered("active")
        central = schools.filtered(lambda school: school.parent_id not in schools)
        return central if len(central) == 1 and not user.edu_bureau_area_ids else False

    @api.depends_context("uid")
    def _compute_allowed(self):
        self.allowed_school_ids = self._edu_allowed_schools()
        self.is_county_allowed = self.env.su or bool(self.env.user.sudo().edu_bureau_area_ids)

    def _edu_check_may_import(self):
        """Raise AccessError unless the caller imports where every record stands."""
        message = self.env._("You do not import lists here.")
        counties = self.env.user.sudo().edu_bureau_area_ids.county_id
        for roster in self:
            if roster.school_id:
                roster._edu_check_role(IMPORT_ROLES, message)
            elif not self.env.su and roster.county_id not in counties:
                raise AccessError(message)

    def _edu_check_school(self):
        """Raise UserError when the school is closed: whose list it is would not be told any more."""
        school = self.school_id.sudo()
        if not school or school.active:
            return
        schools = self.env._(", ").join(school.successor_ids.mapped("name"))
        raise UserError(
            self.env._(
                "“%(school)s” is closed, and its children are at %(schools)s: import the list of that"
                " school.",
                school=school.name,
                schools=schools,
            )
            if schools
            else self.env._("“%(school)s” is closed.", school=school.name)
        )

    def _edu_check_open(self):
        if self.state in ("running", "stopped"):
            raise UserError(self.env._("This file is being imported. Wait until it is through."))
        if self.state not in OPEN_STATES:
            raise UserError(self.env._("This file is imported already. Start another import."))

    # -- ORM --------------------------------------------------------------------------------------

    _EDU_GIVEN = frozenset(
        "kind school_id term_id create_missing_classes is_complete upload upload_name".split()
    )

    def _edu_check_given(self, vals):
        if not self.env.su and vals.keys() - self._EDU_GIVEN - {
            "column_ids",
            "todo_row_ids",
            "corrected",
        }:
            raise AccessError(self.env._("What an import found is not changed by hand."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._edu_check_given(vals)
        prepared = []
        for vals in vals_list:
            school_id = vals.get("school_id", self._default_school())
            if school_id:
                school = self.env["edu.school"].browse(school_id)
                county = school.county_id
            else:
                county = self.env.user.sudo().edu_bureau_area_ids.county_id[:1]
            if not vals.get("county_id") and not county:
                raise UserError(self.env._("Choose the school that the file is about."))
            prepared.append({"county_id": county.id, **vals})
        rosters = super().create(prepared)
        rosters._edu_check_may_import()
        return rosters

    def write(self, vals):
        self._edu_check_given(vals)
        if self.env.su:
            return super().write(vals)
        self._edu_check_may_import()
        if vals.keys() - {"todo_row_ids", "create_missing_classes", "corrected"}:
            for roster in self:
                roster._edu_check_open()
        for roster in self.filtered(lambda roster: roster.state in ("running", "stopped")):
            roster._edu_check_open()
        result = super().write(vals)
        if "school_id" in vals:
            for roster in self.sudo():
                if roster.school_id:
                    roster.county_id = roster.school_id.county_id
            self._edu_check_may_import()
        if vals.keys() & {"upload", "kind", "school_id", "term_id"}:
            self.sudo()._edu_back_to_draft()
        elif "create_missing_classes" in vals:
            self.sudo()._edu_back_to_mapped()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(roster.state in ("running", "stopped", "done") for roster in self):
            raise UserError(self.env._("What has been imported stays on record."))

    @api.depends("row_ids.state", "row_ids.severity")
    def _compute_row_counts(self):
        groups = self.env["edu.roster.import.row"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state", "severity"], ["__count"]
        )
        counts = {}
        for roster, state, severity, count in groups:
            todo = state in ("open", "fixed")
            key = severity if todo else "warning" if state == "imported" else None
            counts[roster.id, key] = counts.get((roster.id, key), 0) + count
        for roster in self:
            roster.rejected_count = counts.get((roster.id, "error"), 0)
            roster.held_count = counts.get((roster.id, "confirm"), 0)
            roster.warning_count = counts.get((roster.id, "warning"), 0)

    @api.depends("column_ids.field_key", "column_ids.usual_key")
    def _compute_is_assigned(self):
        for roster in self:
            roster.is_assigned = any(
                (column.field_key or False) != (column.usual_key or False)
                for column in roster.column_ids
            )

    @api.depends("missing_student_ids")
    def _compute_missing_count(self):
        for roster in self:
            roster.missing_count = len(roster.missing_student_ids)

    @api.depends("upload_name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for roster in self:
            roster.display_name = roster.upload_name or self.env._("New import")

    @api.depends(
        "state",
        "row_count",
        "new_count",
        "changed_count",
        "unchanged_count",
        "rejected_count",
        "held_count",
        "skipped_count",
        "new_class_count",
    )
    @api.depends_context("lang")
    def _compute_summary(self):
        for roster in self:
            counts = {
                "rows": roster.row_count,
                "new": roster.new_count,
                "changed": roster.changed_count,
                "unchanged": roster.unchanged_count,
                "wrong": roster.rejected_count,
                "held": roster.held_count,
            }
            parts = []
            if roster.state == "previewed":
                parts.append(
                    self.env._(
                        "Nothing is written yet. Of %(rows)s rows, %(new)s would be new,"
                        " %(changed)s changed and %(unchanged)s unchanged; %(wrong)s are wrong and"
                        " %(held)s to be decided.",
                        **counts,
                    )
                )
                if roster.new_class_count:
                    parts.append(
                        self.env._(
                            "%(count)s classes would be created.", count=roster.new_class_count
                        )
                    )
            elif roster.state == "done":
                parts.append(
                    self.env._(
                        "Imported. Of %(rows)s rows, %(new)s are new, %(changed)s changed and"
                        " %(unchanged)s unchanged; %(wrong)s are wrong and stay here, %(held)s wait"
                        " for a decision.",
                        **counts,
                    )
                )
            if parts and roster.skipped_count:
                parts.append(
                    self.env._(
                        "%(count)s totals and footers were passed over.",
                        count=roster.skipped_count,
                    )
                )
            roster.summary = " ".join(parts)

    # -- words ------------------------------------------------------------------------------------

    @api.depends("file_problems")
    @api.depends_context("lang")
    def _compute_problem_text(self):
        for roster in self:
            items = Markup().join(
                Markup("<li><b>%s</b> %s</li>") % text for text in roster._edu_file_texts()
            )
            roster.problem_text = items and Markup("<ul class='mb-0 ps-3'>%s</ul>") % items

    @api.depends("preview")
    @api.depends_context("lang")
    def _compute_preview_table(self):
        words = self.env["edu.problem"]
        outcomes = {
            CREATE: (self.env._("New"), "text-success"),
            UPDATE: (self.env._("Changed"), "text-info"),
            UNCHANGED: (self.env._("Unchanged"), "text-muted"),
            HOLD: (self.env._("To be decided"), "text-warning"),
            REJECT: (self.env._("Wrong"), "text-danger"),
        }
        for roster in self:
            lines = roster.preview or []
            keys = [key for key in PREVIEW_FIELDS if any(line["values"].get(key) for line in lines)]
            head = Markup().join(
                Markup("<th>%s</th>") % words._edu_field_label(key) for key in keys
            )
            body = Markup().join(
                Markup("<tr><td>%s</td><td class='%s'>%s</td>%s</tr>")
                % (
                    line["number"],
                    outcomes[line["action"]][1],
                    outcomes[line["action"]][0],
                    Markup().join(
                        Markup("<td class='text-nowrap'>%s</td>") % line["values"].get(key, "")
                        for key in keys
                    ),
                )
                for line in lines
            )
            roster.preview_table = body and Markup(
                "<div class='table-responsive'><table class='table table-sm mb-0'>"
                "<thead><tr><th>%s</th><th>%s</th>%s</tr></thead><tbody>%s</tbody></table></div>"
            ) % (self.env._("Row"), self.env._("Would be"), head, body)

    # -- first stage: the file --------------------------------------------------------------------

    def _edu_overrides(self):
        """What the columns of this import hold where that is not the dictionary's word. Once the file
        is read, what the columns here say: a layout that is changed meanwhile changes nothing."""
        known = self.env["edu.roster.header"]._edu_overrides(self.county_id, self.school_id)
        for column in self.column_ids:
            field_key = column.field_key or None
            if column.by_profile or field_key != (column.usual_key or None):
                known[column.key] = field_key
            elif column.key in known and known[column.key] != field_key:
                del known[column.key]
        return known

    def _edu_batches(self, parsed, first, most, after=(0, 0)):
        """Rows of the file for validation, in batches: lists of :class:`Incoming`, and of
        :class:`Passed` for a total or footer.

        :param first, most: how many rows the first batch has, and one when it is under way
        :param after: (index of the sheet, row) up to which the file is done
        """
        try:
            yield from batches(_incoming(parsed, after), first, most)
        except RosterFileError as error:
            raise self._edu_file_error(error) from None

    # -- stages -----------------------------------------------------------------------------------

    def _edu_job(self):
        schools = self._edu_allowed_schools()
        return Job(
            kind=self.kind,
            school=self.school_id,
            schools=schools.filtered(lambda school: school.county_id == self.county_id),
            term=self.term_id,
            today=self.env["edu.policy"]._edu_today(),
            source=self.upload_name or "",
            create_missing_classes=self.create_missing_classes,
        )

    def action_read(self):
        """Read the file's headers and say what its columns hold. For records administrator and
        bureau; raises UserError for a file that cannot be read."""
        self.ensure_one()
        self._edu_check_may_import()
        self._edu_check_open()
        self._edu_check_school()
        self.sudo()._edu_back_to_draft()
        profiles = self.env["edu.roster.profile"]._edu_known()
        roster = self.sudo()
        with self._edu_parsed(self._edu_overrides(), profiles, keep=True) as parsed:
            roster.profile_id = parsed.profile[0]
            roster.column_ids = [fields.Command.create(vals) for vals in self._edu_columns(parsed)]
            roster.write({"state": "mapped", **self._edu_told(parsed)})
        return True

    def _edu_told(self, parsed):
        """Problems of the file as a whole, as kept on the import."""
        problems = parsed.told()
        if any(told.code in ("column_missing", "identifier_column_missing") for told in problems):
            problems = [told for told in problems if told.code != "roster_not_found"]
        unknown = [told for told in problems if told.code == "header_unknown"]
        problems = [told for told in problems if told not in unknown]
        if self.kind == "roster" and not self.school_id and any(s.mapping for s in parsed.sheets):
            fields_there = set().union(*(s.mapping.fields for s in parsed.sheets if s.mapping))
            if not fields_there & {"school_code", "school_name"}:
                problems.append(Told({"code": "school_column_missing", "params": {}}))
        return {
            "is_usable": any(sheet.usable for sheet in parsed.sheets),
            "file_problems": kept(problems),
        }

    def _edu_columns(self, parsed):
        """Values of the column records."""
        Header, no_school = self.env["edu.roster.header"], self.env["edu.school"]
        _profile_id, by_profile = parsed.profile
        county = Header._edu_overrides(self.county_id, no_school) if self.school_id else {}
        county = {**by_profile, **county}
        out = []
        for sheet in parsed.sheets:
            mapping = sheet.mapping
            if not mapping:
                continue
            texts = [""] * (max(column.index for column in mapping.columns) + 1)
            for column in mapping.columns:
                texts[column.index] = column.text
            usual = {
                column.key: column
                for column in map_columns(
                    texts, mapping.header_row, mapping.header_last_row, county
                ).columns
            }
            samples = self._edu_samples(sheet)
            out += [
                {
                    "sheet_index": sheet.index,
                    "sheet": sheet.name,
                    "position": column.index,
                    "letter": column.letter,
                    "header": shown("", column.text),
                    "key": column.key,
                    "sample": shown(column.field or "", samples.get(column.key)),
                    "field_key": column.field,
                    "usual_key": usual[column.key].field,
                    "is_known": column.known,
                    "by_profile": column.key in by_profile,
                }
                for column in mapping.columns
            ]
        return out

    def _edu_samples(self, sheet):
        """{column key: the first filled cell}"""
        samples = {}
        for count, row in enumerate(sheet.rows()):
            if count >= SAMPLE_ROWS:
                break
            for key, text in row.raw.items():
                samples.setdefault(key, text)
        return samples

    def action_preview(self):
        """Say what an import would do, without writing a child. Remembers corrected columns."""
        self.ensure_one()
        self._edu_check_may_import()
        self._edu_check_open()
        self._edu_check_school()
        if self.state == "draft":
            self.action_read()
        self._edu_remember()
        self._edu_run_file(write=False)
        return True

    def action_import(self):
        """Import what was previewed: good rows go in, bad rows stay here."""
        self.ensure_one()
        self._edu_check_may_import()
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        self._edu_check_open()
        self._edu_check_school()
        if self.state != "previewed":
            raise UserError(self.env._("Look at the preview first."))
        total = self.row_count + self.skipped_count
        if total > self.env["edu.policy"]._current().import_now_rows:
            self._edu_start(total)
        else:
            self._edu_run_file(write=True)
        return True

    def action_run_again(self):
        """Run every row again that is wrong or was corrected."""
        self.ensure_one()
        self._edu_check_may_import()
        if self.state != "done":
            raise UserError(self.env._("Import the file first."))
        self._edu_check_school()
        self._edu_run_rows(
            self.row_ids.filtered(
                lambda row: (
                    row.state in ("open", "fixed")
                    and not row.is_expired
                    and not row._edu_is_repeated()
                )
            )
        )
        return True

    def _edu_run_file(self, write):
        with self._edu_parsed(self._edu_overrides()) as parsed:
            self._edu_run_parsed(parsed, write)

    def _edu_run_parsed(self, parsed, write):
        roster = self.sudo()
        roster.write(self._edu_told(parsed))
        if not any(sheet.usable for sheet in parsed.sheets):
            raise UserError(self._edu_told_text())
        roster.row_ids.unlink()
        run = _Run(self)
        preview = []
        for batch in self._edu_batches(parsed, FIRST, MOST):
            plans = run.take(batch, write)
            if len(preview) < SAMPLE_ROWS:
                preview += [_previewed(plan) for plan in plans[: SAMPLE_ROWS - len(preview)]]
        vals = {
            **run.counted(),
            "new_class_count": len(run.classes),
            "missing_student_ids": [fields.Command.set(run.validator.missing_ids())],
        }
        if write:
            roster.write({**vals, "preview": False})
            self._edu_done()
            self._edu_after_file(run)
        else:
            roster.write({**vals, "state": "previewed", "preview": preview})

    def _edu_after_file(self, run):
        """All rows of the file are through: whom the complete file of a school does not name is
        listed; whom any file names is missing no more."""
        if self.kind != "roster":
            return
        Unlisted = self.env["edu.roster.unlisted"]
        school_ids = run.validator.school_ids & run.validator.allowed
        if self.is_complete:
            Unlisted._edu_take(self, self.sudo().missing_student_ids.ids, school_ids)
            return
        missing = Unlisted.sudo().search(
            [("school_id", "in", list(school_ids)), ("state", "=", "open")]
        )
        query = missing.student_id._search([("id", "in", missing.student_id.ids)])
        left = set(run.validator.memory.not_matched(query))
        Unlisted._edu_named(set(missing.student_id.ids) - left)

    def _edu_done(self):
        self.sudo().write(
            {
                "state": "done",
                "imported_at": fields.Datetime.now(),
                "imported_by_id": self.env.uid,
            }
        )

    def _edu_keep_rows(self, plans):
        Row = self.env["edu.roster.import.row"].sudo()
        kept = [Row._edu_values_of(plan) for plan in plans]
        Row.create([{**vals, "import_id": self.id} for vals in kept if vals])

    def _edu_run_rows(self, rows):
        """Validate and write kept rows again, and update what is known of them."""
        for roster in rows.import_id:
            own = rows.filtered(lambda row, roster=roster: row.import_id == roster)
            roster._edu_run_own_rows(own)

    def _edu_run_own_rows(self, rows):
        job = self._edu_job()
        context = Context.of(job.today, self.term_id.school_year)
        plans = RosterValidator(self.env, job).plan([row._edu_incoming(context) for row in rows])
        RosterWriter(self.env, job).carry_out(plans)
        counts = dict.fromkeys((CREATE, UPDATE, UNCHANGED), 0)
        Row = self.env["edu.roster.import.row"]
        done_ids = []
        for row, plan in zip(rows, plans, strict=True):
            if plan.action in counts:
                counts[plan.action] += 1
                if not plan.is_left:
                    done_ids.append(plan.student_id)
            vals = Row._edu_values_of(plan) or {
                "state": "imported",
                "problems": False,
                "code": False,
                "severity": "warning",
                "student_id": plan.student_id,
            }
            row.sudo().write(vals)
        self.sudo().write(
            {
                "new_count": self.new_count + counts[CREATE],
                "changed_count": self.changed_count + counts[UPDATE],
                "unchanged_count": self.unchanged_count + counts[UNCHANGED],
                "missing_student_ids": [fields.Command.unlink(id_) for id_ in done_ids],
            }
        )
        if self.kind == "roster":
            self.env["edu.roster.unlisted"]._edu_named(done_ids)

    def _edu_told_text(self):
        return "\n".join(" ".join(text) for text in self._edu_file_texts())

    def _edu_remember(self):
        """Keep corrected columns for the next file."""
        choices = {
            column.key: (column.header, column.field_key, column.usual_key)
            for column in self.column_ids
        }
        self.env["edu.roster.header"]._edu_remember(self.county_id, self.school_id, choices)

    def _edu_back_to_draft(self):
        """Forget what was read of a file. Called as superuser."""
        self.column_ids.unlink()
        self.row_ids.unlink()
        self.write(
            {
                "state": "draft",
                "file_problems": False,
                "profile_id": False,
                "preview": False,
                **self._edu_zero(),
            }
        )

    def _edu_back_to_mapped(self):
        """Forget a preview, since what it stood on has changed. Called as superuser."""
        previewed = self.filtered(lambda roster: roster.state == "previewed")
        previewed.row_ids.unlink()
        previewed.write({"state": "mapped", "preview": False, **self._edu_zero()})

    @api.model
    def _edu_zero(self):
        names = "row_count new_count changed_count unchanged_count skipped_count new_class_count"
        return {**dict.fromkeys(names.split(), 0), "missing_student_ids": [fields.Command.clear()]}

    def action_keep_profile(self):
        """Keep what the columns of this file hold as a layout, by which files of the same source are
        known from now on. For the bureau, which may then give it a better name."""
        self.ensure_one()
        self._edu_check_may_import()
        if not self.column_ids:
            raise UserError(self.env._("Read the file first."))
        profile = self.env["edu.roster.profile"]._edu_keep(
            (self.upload_name or "").rpartition(".")[0] or self.display_name,
            (self.term_id.school_year or "")[:4],
            self.column_ids,
        )
        self.sudo().profile_id = profile
        return {
            "type": "ir.actions.act_window",
            "res_model": profile._name,
            "res_id": profile.id,
            "view_mode": "form",
        }

    # -- doors ------------------------------------------------------------------------------------

    def action_open_rows(self):
        """The rows of this import that need attention."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rows That Need Attention"),
            "res_model": "edu.roster.import.row",
            "view_mode": "list,kanban,form",
            "domain": [("import_id", "=", self.id)],
            "context": {"search_default_todo": 1},
        }

    def action_open_warnings(self):
        """The rows of this import that went in with a warning."""
        action = self.action_open_rows()
        return {**action, "context": {"search_default_warnings": 1}}

    def action_open_missing(self):
        """The children on the list of these schools whom the file does not name; once it is imported,
        those whom it left on the list of the missing."""
        self.ensure_one()
        if self.state == "done" and self.is_complete and self.kind == "roster":
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "edu_dropout_control.edu_roster_unlisted_action"
            )
            return {
                **action,
                "domain": [("student_id", "in", self.missing_student_ids.ids)],
                "context": {},
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Students Not in This File"),
            "res_model": "edu.student",
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", self.missing_student_ids.ids)],
        }

    # -- housekeeping -----------------------------------------------------------------------------

    @api.autovacuum
    def _gc_uploads(self):
        """Delete the values of files and bad rows whose time is over; what was found stays."""
        today = self.env["edu.policy"]._edu_today()
        over = self.sudo().search([("expires_on", "<", today), ("is_expired", "=", False)])
        over.row_ids.write(
            {
                "payload": False,
                "child_name": False,
                "match_student_id": False,
                "is_expired": True,
            }
        )
        over.column_ids.write({"sample": False})
        over.write({"preview": False, "is_expired": True})
        for roster in over:
            self.env["edu.encrypted.file"]._edu_of(roster).unlink()


@contextmanager
def _without_gc():
    """For one batch: its rows come and go by the thousand, in no cycles, and looking for some costs a
    tenth of the time. The whole process goes without, so never for longer."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def batches(rows, first, most):
    """``rows`` in lists, the first of ``first``, each later one of twice as many up to ``most``; they are
    read as they are worked with, without looking for cycles."""
    size = first
    while True:
        with _without_gc():
            batch = list(islice(rows, size))
        if not batch:
            return
        yield batch
        size = min(2 * size, most)


class _Run:
    """Rows of one file on their way, batch by batch, and what became of them.

    :param memory: of an import that goes on after a break
    """

    def __init__(self, roster, memory=None):
        job = roster._edu_job()
        self.roster = roster
        self.validator = RosterValidator(roster.env, job, memory)
        self.writer = RosterWriter(roster.env, job, self.validator.digest)
        self.counts = dict.fromkeys((CREATE, UPDATE, UNCHANGED, HOLD, REJECT), 0)
        self.skipped = 0
        self.classes = set()

    def take(self, batch, write):
        """Validate a batch of rows and write it; gives the plans of those that are children."""
        with _without_gc():
            return self._take(batch, write)

    def _take(self, batch, write):
        rows = [row for row in batch if not isinstance(row, Passed)]
        self.skipped += len(batch) - len(rows)
        plans = self.validator.plan(rows)
        if write:
            self.writer.carry_out(plans)
            self.validator.done(plans)
        for plan in plans:
            self.counts[plan.action] += 1
            if plan.new_class:
                self.classes.add(plan.new_class)
        self.roster._edu_keep_rows(plans)
        return plans

    def counted(self):
        """Values of the import that tell how many rows became what."""
        return {
            "row_count": sum(self.counts.values()),
            "new_count": self.counts[CREATE],
            "changed_count": self.counts[UPDATE],
            "unchanged_count": self.counts[UNCHANGED],
            "skipped_count": self.skipped,
        }


def _incoming(parsed, after):
    indexes = {sheet.name: sheet.index for sheet in parsed.sheets}
    mappings = {sheet.name: sheet.mapping for sheet in parsed.sheets if sheet.usable}
    places = {
        name: {key: (columns[0].text, columns[0].letter) for key, columns in mapping.fields.items()}
        for name, mapping in mappings.items()
    }
    for row in parsed.rows(tell_duplicates=False, after=after):
        if row.skipped:
            yield Passed(indexes[row.sheet], row.number)
            continue
        yield Incoming(
            row.sheet,
            row.number,
            row.values,
            row.problems,
            partial(_raw_of, row, mappings[row.sheet]),
            places[row.sheet],
            sheet_index=indexes[row.sheet],
        )


def _raw_of(row, mapping):
    """{field key: text} of a parsed row; with what headers tell for every row."""
    raw, out = row.raw, {}
    for key, columns in mapping.fields.items():
        for column in columns:
            if raw.get(column.key):
                out[key] = raw[column.key]
                break
    for key, value in mapping.implied.items():
        if key not in out and out.get(key.replace("_relation", "_name")):
            out[key] = codes.write_code("relation", value)
    return out


def _previewed(plan):
    row = plan.incoming
    return {
        "number": row.number,
        "action": plan.action,
        "values": {key: shown(key, row.raw[key]) for key in PREVIEW_FIELDS if row.raw.get(key)},
    }
