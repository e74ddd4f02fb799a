import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, split_every

from ...tools.dates import age_on
from ...tools.log_filter import holds_secret
from ...tools.names import comparison_key, full_pinyin
from ...tools.roster import RosterFileError, RowProblem
from .comparison_match import STAGED, ComparisonMatcher
from .comparison_row import KINDS, RESULTS
from .roster_import_row import shown
from .roster_lookup import Places
from .roster_upload import kept, safe

BATCH = 2000
YEARS = 9  # of compulsory education, by the law
#: an error in one of these keeps a row from being compared; any other does not matter here
NEEDED = ("", "name", "id_number", "birthdate")


class EduComparison(models.Model):
    """A list of children from outside, held against the registry (四查三比对): the household register,
    the poverty list, the finds of a village from door to door, the disabled children's list.

    The bureau compares for its county, a township for itself; the inspector reads. A list of one kind,
    place and term is one record: a newer file goes into it, so that what was worked off stays so. The
    file is kept sealed and deleted after the policy's days, with the clear values of its rows.
    """

    _name = "edu.comparison"
    _description = "List compared with the registry"
    _inherit = ["edu.roster.upload.mixin", "edu.scope.mixin"]
    _order = "id desc"
    _edu_school_fields = ()
    _edu_township_fields = ("township_id",)

    kind = fields.Selection(KINDS, "What the List Is", required=True, index=True)
    county_id = fields.Many2one(
        "edu.area", "County", required=True, readonly=True, index=True, ondelete="restrict"
    )
    township_id = fields.Many2one(
        "edu.area",
        "Township",
        index=True,
        ondelete="restrict",
        domain="[('id', 'in', allowed_township_ids)]",
        default=lambda self: self._default_township_id(),
        help="Empty: the list of the whole county",
    )
    village_id = fields.Many2one(
        "edu.area",
        "Village",
        index=True,
        ondelete="restrict",
        domain="[('level', '=', 'village'), ('township_id', '=', township_id)]",
        help="Empty: the list of the whole township",
    )
    allowed_township_ids = fields.Many2many("edu.area", compute="_compute_allowed")
    is_county_allowed = fields.Boolean(compute="_compute_allowed")
    term_id = fields.Many2one(
        "edu.term",
        "Term",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["edu.term"]._current(),
    )
    state = fields.Selection(
        [("draft", "File"), ("compared", "Compared")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    compared_at = fields.Datetime("Last Compared", readonly=True, copy=False)
    compared_by_id = fields.Many2one("res.users", "Compared by", readonly=True, copy=False)
    problem_text = fields.Html("About the File", compute="_compute_problem_text", sanitize=False)
    skipped_count = fields.Integer("Totals and Footers", readonly=True, copy=False)
    repeated_count = fields.Integer("Named Twice in the File", readonly=True, copy=False)

    row_ids = fields.One2many("edu.comparison.row", "comparison_id", "Children on the List")
    row_count = fields.Integer("Children", compute="_compute_counts")
    open_count = fields.Integer("To Work Off", compute="_compute_counts")
    done_count = fields.Integer("Worked Off", compute="_compute_counts")
    absent_count = fields.Integer("Out of School", compute="_compute_counts")
    unlisted_count = fields.Integer("No Longer on the List", compute="_compute_counts")
    count_table = fields.Html("Found", compute="_compute_counts", sanitize=False)

    _list_uniq = models.UniqueIndex(
        "(kind, county_id, COALESCE(township_id, 0), COALESCE(village_id, 0), term_id)",
        "This list is entered for the term already: upload the newer file there.",
    )

    # -- where ------------------------------------------------------------------------------------

    @api.model
    def _edu_allowed_townships(self):
        """Townships whose lists the caller compares."""
        if self.env.su:
            return self.env["edu.area"].search([("level", "=", "township")])
        user = self.env.user.sudo()
        return (user.edu_township_area_ids | user.edu_bureau_area_ids).with_env(self.env)

    @api.model
    def _default_township_id(self):
        user = self.env.user.sudo()
        own = user.edu_township_area_ids
        return own if len(own) == 1 and not user.edu_bureau_area_ids else False

    @api.depends_context("uid")
    def _compute_allowed(self):
        self.allowed_township_ids = self._edu_allowed_townships()
        self.is_county_allowed = self.env.su or bool(self.env.user.sudo().edu_bureau_area_ids)

    def _edu_check_may_compare(self):
        """Raise AccessError unless the caller is of the bureau of every record's county, or of its
        township."""
        if self.env.su:
            return
        user = self.env.user.sudo()
        counties, townships = user.edu_bureau_area_ids.county_id, user.edu_township_area_ids
        for comparison in self.sudo():
            if comparison.county_id not in counties and comparison.township_id not in townships:
                raise AccessError(
                    self.env._("Lists are compared by the township they are of, or the bureau.")
                )

    # -- ORM --------------------------------------------------------------------------------------

    _EDU_GIVEN = frozenset(
        {"kind", "township_id", "village_id", "term_id", "upload", "upload_name"}
    )
    _EDU_FIXED = frozenset({"kind", "township_id", "village_id", "term_id"})

    def _edu_check_given(self, vals):
        if not self.env.su and vals.keys() - self._EDU_GIVEN:
            raise AccessError(self.env._("What a comparison found is not changed by hand."))

    @api.model_create_multi
    def create(self, vals_list):
        Area = self.env["edu.area"].sudo()
        prepared = []
        for vals in vals_list:
            self._edu_check_given(vals)
            township = vals.get("township_id", self._default_township_id())
            township = Area.browse(getattr(township, "id", township) or ())
            county = township.county_id or self.env.user.sudo().edu_bureau_area_ids.county_id[:1]
            county_id = vals.get("county_id") or county.id
            if not county_id:
                raise UserError(self.env._("Choose the township that the list is of."))
            prepared.append({**vals, "township_id": township.id, "county_id": county_id})
        comparisons = super().create(prepared)
        comparisons._edu_check_may_compare()
        return comparisons

    def write(self, vals):
        self._edu_check_given(vals)
        if self.env.su:
            return super().write(vals)
        self._edu_check_may_compare()
        if vals.keys() & self._EDU_FIXED and any(record.state != "draft" for record in self):
            raise UserError(
                self.env._(
                    "What the list is stays as compared. Enter another list for another one."
                )
            )
        result = super().write(vals)
        if "township_id" in vals:
            for comparison in self.sudo():
                if comparison.township_id:
                    comparison.county_id = comparison.township_id.county_id
        self._edu_check_may_compare()
        return result

    @api.constrains("township_id", "village_id")
    def _check_village(self):
        for comparison in self:
            village = comparison.village_id
            if village and village.township_id != comparison.township_id:
                raise UserError(self.env._("The village is not one of the township's."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_compared(self):
        if any(comparison.state != "draft" for comparison in self):
            raise UserError(self.env._("What has been compared stays on record."))

    @api.depends("kind", "county_id", "township_id", "village_id", "term_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for comparison in self:
            place = comparison.village_id or comparison.township_id or comparison.county_id
            comparison.display_name = " · ".join(
                filter(
                    None,
                    (
                        kinds.get(comparison.kind),
                        place.sudo().name,
                        comparison.term_id.display_name,
                    ),
                )
            )

    @api.depends("row_ids.state", "row_ids.result", "row_ids.is_listed")
    @api.depends_context("lang")
    def _compute_counts(self):
        groups = self.env["edu.comparison.row"]._read_group(
            [("comparison_id", "in", self.ids)],
            ["comparison_id", "result", "state", "is_listed"],
            ["__count"],
        )
        labels = dict(
            self.env["edu.comparison.row"]._fields["result"]._description_selection(self.env)
        )
        for comparison in self:
            counts, own = {}, [group[1:] for group in groups if group[0] == comparison]
            for result, state, _listed, count in own:
                of = counts.setdefault(result, {"all": 0, "open": 0, "done": 0})
                of["all"] += count
                if state != "settled":
                    of[state] += count
            comparison.row_count = sum(of["all"] for of in counts.values())
            comparison.open_count = sum(of["open"] for of in counts.values())
            comparison.done_count = sum(of["done"] for of in counts.values())
            comparison.absent_count = counts.get("absent", {}).get("all", 0)
            comparison.unlisted_count = sum(group[3] for group in own if not group[2])
            lines = Markup().join(
                Markup("<tr><td>%s</td>%s</tr>")
                % (
                    labels[result],
                    Markup().join(
                        Markup("<td class='text-end'>%s</td>") % counts[result][key]
                        for key in ("all", "open", "done")
                    ),
                )
                for result, _label in RESULTS
                if result in counts
            )
            comparison.count_table = lines and Markup(
                "<table class='table table-sm mb-0'><thead><tr><th></th><th class='text-end'>%s</th>"
                "<th class='text-end'>%s</th><th class='text-end'>%s</th></tr></thead>"
                "<tbody>%s</tbody></table>"
            ) % (self.env._("Children"), self.env._("To work off"), self.env._("Worked off"), lines)

    @api.depends("file_problems", "repeated_count", "skipped_count")
    @api.depends_context("lang")
    def _compute_problem_text(self):
        for comparison in self:
            texts = comparison._edu_file_texts()
            if comparison.repeated_count:
                texts.append(
                    (
                        self.env._(
                            "%(count)s rows name a child once more; the first row counts.",
                            count=comparison.repeated_count,
                        ),
                        "",
                    )
                )
            items = Markup().join(Markup("<li><b>%s</b> %s</li>") % text for text in texts)
            comparison.problem_text = items and Markup("<ul class='mb-0 ps-3'>%s</ul>") % items

    # -- the file ---------------------------------------------------------------------------------

    def _edu_parsed(self, overrides=None, profiles=None, keep=False):
        known = self.env["edu.roster.header"]._edu_overrides(self.county_id, self.env["edu.school"])
        return super()._edu_parsed({**known, **(overrides or {})}, profiles, keep)

    def action_compare(self):
        """Read the file and compare it with the registry; a long one in the background, see
        :meth:`_edu_start`. For the bureau and the township; raises UserError for a file that cannot be
        read at all. Rows that cannot be read are kept, and worked off like every other."""
        self.ensure_one()
        self._edu_check_may_compare()
        self.sudo().lock_for_update()
        self._edu_check_idle()
        limit = self.env["edu.policy"]._current().import_now_rows
        with self._edu_parsed() as parsed:
            if not any(sheet.usable for sheet in parsed.sheets):
                problems = [
                    *parsed.problems,
                    *(each for sheet in parsed.sheets for each in sheet.problems),
                ]
                raise UserError(
                    "\n".join(dict.fromkeys(" ".join(self._edu_words(each)) for each in problems))
                )
            if parsed.is_longer_than(limit):
                self._edu_start()
            else:
                self._edu_compare(parsed)
        return True

    def _edu_compare(self, parsed):
        """Compare all rows of a parsed file, in this transaction."""
        self.ensure_one()
        matcher, reader = ComparisonMatcher(self), _Reader(self)
        matcher.open_stage()
        unreadable = []
        try:
            for batch in split_every(BATCH, parsed.rows(tell_duplicates=False)):
                matcher.stage(reader.take(batch, unreadable))
        except RosterFileError as error:
            raise self._edu_file_error(error) from None
        repeated = matcher.close_stage()
        unread_ids = self._edu_keep_unreadable(unreadable, reader.names)
        matcher.refresh(unread_ids)
        matcher.match(new=False)
        matcher.update()
        matcher.match(new=True)
        matcher.insert()
        self._edu_compared()
        self.sudo().write(
            {
                "skipped_count": reader.skipped,
                "repeated_count": repeated,
                "file_problems": kept(parsed.told()),
            }
        )

    def action_compare_again(self):
        """Compare what is kept with the registry as it is now; what was worked off stays. For the
        bureau and the township."""
        for comparison in self:
            comparison._edu_check_may_compare()
            if comparison.state != "compared":
                raise UserError(self.env._("Compare the file first."))
            comparison.sudo().lock_for_update()
            comparison._edu_check_idle()
            matcher = ComparisonMatcher(comparison)
            matcher.match(new=False)
            matcher.update()
            comparison._edu_compared()
        return True

    def _edu_judge_again(self, rows):
        """Find ``rows`` anew, of which a person has said something."""
        self.ensure_one()
        matcher = ComparisonMatcher(self)
        matcher.match(new=False, ids=rows.ids)
        matcher.update()
        self.env["edu.comparison.row"].invalidate_model(flush=False)

    def _edu_compared(self):
        self.env["edu.comparison.row"].invalidate_model(flush=False)
        self.sudo().write(
            {
                "state": "compared",
                "compared_at": fields.Datetime.now(),
                "compared_by_id": self.env.uid,
            }
        )
        self.invalidate_recordset(["row_ids"], flush=False)

    def _edu_keep_unreadable(self, unreadable, names):
        """Keep rows that cannot be compared: each once, however often its file comes. One that a
        newer file gives readably under the same name is done with.

        :param unreadable: [{values of a row}]
        :param names: keys of the names that were read
        :return: ids of the kept rows that stand in this file
        """
        Row = self.env["edu.comparison.row"].sudo()
        known = Row.search([("comparison_id", "=", self.id), ("raw_key", "!=", False)])
        by_key = {row.raw_key: row for row in known}
        made = Row.create(
            [
                {
                    **vals,
                    "comparison_id": self.id,
                    "kind": self.kind,
                    "county_id": self.county_id.id,
                    "term_id": self.term_id.id,
                }
                for vals in {vals["raw_key"]: vals for vals in unreadable}.values()
                if vals["raw_key"] not in by_key
            ]
        )
        here = {vals["raw_key"] for vals in unreadable}
        gone = known.filtered(
            lambda row: row.state == "open" and row.raw_key not in here and row.name_key in names
        )
        gone._edu_close("superseded", self.env._("Read in the file of %s", self.uploaded_on))
        return made.ids + [row.id for row in known if row.raw_key in here]

    # -- doors ------------------------------------------------------------------------------------

    def _edu_open_rows(self, name, **context):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_comparison_row_action"
        )
        return {
            **action,
            "name": name,
            "domain": [("comparison_id", "=", self.id)],
            "context": context,
        }

    def action_open_todo(self):
        """The children of this list who are to be worked off."""
        return self._edu_open_rows(self.env._("To Work Off"), search_default_todo=1)

    def action_open_absent(self):
        """The children of this list who are out of school by the registry."""
        return self._edu_open_rows(self.env._("Out of School"), search_default_absent=1)

    def action_open_all(self):
        """All children of this list."""
        return self._edu_open_rows(self.env._("Children on the List"), search_default_group_state=1)

    # -- housekeeping -----------------------------------------------------------------------------

    @api.autovacuum
    def _gc_uploads(self):
        """Delete files whose time is over, and with them the clear values of their rows: sealed
        numbers and addresses of all, name and birth date of the children who are in school. What was
        found and worked off stays, and the digest knows the child again in a newer file."""
        today = self.env["edu.policy"]._edu_today()
        over = self.sudo().search([("expires_on", "<", today), ("is_expired", "=", False)])
        if not over:
            return
        self.env["edu.comparison.row"].flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE edu_comparison_row
                      SET id_number_cipher = NULL, address_cipher = NULL, address_masked = NULL,
                          address_digest = NULL, is_expired = TRUE
                    WHERE comparison_id = ANY(%s)""",
                over.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE edu_comparison_row
                      SET child_name = NULL, name_key = NULL, name_sound = NULL, birthdate = NULL
                    WHERE comparison_id = ANY(%s) AND state = 'settled'
                      AND id_number_digest IS NOT NULL""",
                over.ids,
            )
        )
        self.env["edu.comparison.row"].invalidate_model(flush=False)
        over.write({"is_expired": True})
        for comparison in over:
            self.env["edu.encrypted.file"]._edu_of(comparison).unlink()


class _Reader:
    """Turns parsed rows into what is staged, or kept as unreadable."""

    def __init__(self, comparison):
        env = comparison.env
        self.comparison = comparison
        self.row_model = env["edu.comparison.row"]
        self.keyring = env["edu.secret.mixin"]._edu_keyring()
        self.places = Places(env)
        self.skipped = 0
        self.names = set()
        policy = env["edu.policy"]
        self.entrant_age = policy._current().entrant_age
        # the school year's own 31 August decides on the age of entry
        year = int(comparison.term_id.school_year[:4])
        self.cutoff = fields.Date.to_date(f"{year}-08-31")
        self._load_zones(env)

    def _load_zones(self, env):
        self.zones, self.by_code, self.by_name = {}, {}, {}
        schools = (
            env["edu.school"]
            .sudo()
            .search(
                [("county_id", "=", self.comparison.county_id.id), ("kind", "!=", "special")],
                order="id desc",
            )
        )
        for school in schools:
            self.by_code[school.code] = school.id
            self.by_name[comparison_key(school.name)] = school.id
            for area in school.zone_area_ids:
                for grade in range(school.grade_from, school.grade_to + 1):
                    self.zones[area.id, grade] = school.id

    def take(self, rows, unreadable):
        """Tuples to be staged; what cannot be compared goes to ``unreadable``."""
        staged = []
        for row in rows:
            if row.skipped:
                self.skipped += 1
                continue
            name = row.values.get("name")
            if name and holds_secret(name):
                row.problems = [RowProblem("name", "number_in_text", "error", secret=True)]
            wrong = [told for told in row.problems if told.is_error and told.field in NEEDED]
            if wrong or not name:
                unreadable.append(self._unreadable(row, wrong))
                continue
            self.names.add(comparison_key(name))
            values = self._values(row)
            staged.append(tuple(values.get(column) for column in STAGED))
        return staged

    def _unreadable(self, row, wrong):
        raw = json.dumps(sorted(row.raw.items()), ensure_ascii=False)
        name = row.values.get("name") or ""
        place = self._place(row.values)
        return {
            "raw_key": self.keyring.fingerprint(raw.encode()),
            "sheet": row.sheet,
            "number": row.number,
            "child_name": shown("name", name),
            "name_key": not holds_secret(name) and comparison_key(name),
            "result": "unreadable",
            "state": "open",
            "is_listed": True,
            "area_id": place.get("area_id"),
            "township_id": place.get("township_id"),
            "problems": [
                {
                    "f": told.field,
                    "c": told.code,
                    "s": told.severity,
                    "p": safe(told.params),
                    "h": shown("", told.header),
                    "l": told.column,
                }
                for told in wrong
            ],
        }

    def _values(self, row):
        values = row.values
        name, born = values["name"], values.get("birthdate")
        age = born and age_on(born, self.cutoff)
        grade = age and age - self.entrant_age + 1
        group = None
        if grade is not None and born:
            group = "under" if grade < 1 else "over" if grade > YEARS else "school"
            grade = grade if 1 <= grade <= YEARS else None
        place = self._place(values)
        secrets = {}
        for field in ("id_number", "address"):
            columns = self.row_model._edu_secret_values(field, values.get(field), self.keyring)
            secrets.update({column: part or None for column, part in columns.items()})
        return {
            "sheet": row.sheet,
            "number": row.number,
            "child_name": name,
            "name_key": comparison_key(name),
            "name_sound": full_pinyin(name),
            "gender": values.get("gender"),
            "birthdate": born,
            "grade": grade or None,
            "age_group": group,
            "zone_school_id": self._zone_school(values, place, grade),
            **place,
            **secrets,
        }

    def _place(self, values):
        """Where the child lives by the list: its village or township. A township's list stays the
        township's, whatever its rows say."""
        comparison, county_id = self.comparison, self.comparison.county_id.id
        area = (
            self.places.named(values.get("township"), values.get("village"), county_id)
            or self.places.by_code(values.get("household_area_code"))
            or self.places.within(values.get("household_area"), county_id)
            or self.places.within(values.get("address"), county_id)
        )
        if area and area.county_id != county_id:
            area = None
        own = comparison.township_id
        if own and (not area or area.township_id != own.id):
            return {"area_id": (comparison.village_id or own).id, "township_id": own.id}
        return {"area_id": area and area.id, "township_id": area and area.township_id}

    def _zone_school(self, values, place, grade):
        named = self.by_code.get(values.get("zone_school_code")) or self.by_name.get(
            comparison_key(values.get("zone_school_name") or "")
        )
        return (
            named
            or self.zones.get((place["area_id"], grade))
            or self.zones.get((place["township_id"], grade))
        )
