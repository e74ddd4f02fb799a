import base64
import json
import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import county_workbook
from ..tools.dates import parse_date
from ..tools.roster.reader import RosterFileError

# Hashing a password takes the server most of a second: so many people a step keep a step short.
PEOPLE_PER_STEP = 40
_UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class EduCountySetup(models.TransientModel):
    """Sets up a county from one workbook: areas, schools, classes, people with posts and log-ins.

    For the county administrator. The workbook may be uploaded again: what exists is updated, never
    doubled. Rows are independent: a wrong one is named with sheet, row and remedy, the others go in.
    """

    _name = "edu.county.setup"
    _description = "County Set-up"

    state = fields.Selection(
        [("upload", "Upload"), ("checked", "Checked"), ("done", "Done")],
        default="upload",
        required=True,
    )
    file = fields.Binary("Filled-in Workbook", attachment=False)
    file_name = fields.Char()
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")
    problem_ids = fields.One2many("edu.county.setup.problem", "setup_id", "Problems", readonly=True)
    area_count = fields.Integer("Areas", readonly=True)
    school_count = fields.Integer("Schools", readonly=True)
    class_count = fields.Integer("Classes", readonly=True)
    person_count = fields.Integer("People", readonly=True)
    people_left = fields.Integer("People Still to Come", readonly=True)
    login_cipher = fields.Text(groups=fields.NO_ACCESS)
    has_logins = fields.Boolean(compute="_compute_has_logins", compute_sudo=True)

    @api.depends("state")
    def _compute_template(self):
        for setup in self:
            setup.template = base64.b64encode(county_workbook.write_template())
            setup.template_name = self.env._("county set-up.xlsx")

    @api.depends("state", "people_left")
    def _compute_has_logins(self):
        for setup in self:
            setup.has_logins = bool(setup.login_cipher)

    def action_check(self):
        """Read the workbook and name its problems; writes nothing."""
        self._edu_check_admin()
        self._edu_run(dry=True)
        self.state = "checked"
        return self._edu_reopen()

    def action_apply(self):
        """Set up what is right in the workbook; at most ``PEOPLE_PER_STEP`` new log-ins a step."""
        self._edu_check_admin()
        self._edu_run(dry=False)
        self.state = "checked" if self.people_left else "done"
        if self.state == "done":
            self.file = False  # it may hold first passwords
        return self._edu_reopen()

    def action_download_logins(self):
        """The new log-ins with their first passwords, as a workbook, once."""
        self._edu_check_admin()
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/setup/{self.id}/logins",
            "target": "new",
        }

    def action_open_schools(self):
        """The schools as they stand now."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "edu_dropout_control.edu_school_action"
        )

    def _edu_check_admin(self):
        if not self.env.user.has_group("edu_dropout_control.group_county_admin"):
            raise AccessError(self.env._("Only the county administrator sets up the county."))

    def _edu_reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("County Set-up"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _edu_take_logins(self):
        """[(name, login, password, post)] of the log-ins made, and forget them."""
        self.ensure_one()
        cipher = self.sudo().login_cipher
        if not cipher:
            return []
        text = self.env["edu.secret.mixin"]._edu_decrypt(self._name, "login_cipher", cipher)
        self.sudo().login_cipher = False
        return json.loads(text)

    # Reading and applying

    def _edu_run(self, dry):
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the filled-in workbook first."))
        policy = self.env["edu.policy"]._current()
        try:
            book = county_workbook.read(
                base64.b64decode(self.file), max_unpacked=policy.upload_max_mb << 20
            )
        except RosterFileError as error:
            raise UserError(self.env["edu.problem"]._edu_text(error.problem)) from None
        self.problem_ids.unlink()
        run = _Run(self, dry)
        for sheet, header in book.missing:
            if header:
                run.problem(sheet, 0, header, self.env._("This column is missing."))
            else:
                run.problem(sheet, 0, "", self.env._("This sheet is missing."))
        run.areas(book.rows["行政区划"])
        run.schools(book.rows["学校"])
        run.classes(book.rows["班级"])
        run.people(book.rows["教职工"])
        self.env["edu.county.setup.problem"].create(run.problems)
        self.write({f"{kind}_count": count for kind, count in run.counts.items()})
        self.people_left = run.people_left
        if run.logins:
            self._edu_keep_logins(run.logins)

    def _edu_keep_logins(self, logins):
        mixin = self.env["edu.secret.mixin"]
        old = self._edu_take_logins()
        text = json.dumps([*old, *logins], ensure_ascii=False)
        self.sudo().login_cipher = mixin._edu_encrypt(self._name, "login_cipher", text)


class EduCountySetupProblem(models.TransientModel):
    """One thing wrong in the workbook, with its place."""

    _name = "edu.county.setup.problem"
    _description = "Problem of a county set-up"
    _order = "id"

    setup_id = fields.Many2one("edu.county.setup", required=True, ondelete="cascade")
    sheet = fields.Char()
    row = fields.Integer()
    column = fields.Char()
    message = fields.Char("What Is Wrong")


class _Run:
    """One pass over the workbook. ``dry`` checks what can be told without writing."""

    def __init__(self, setup, dry):
        self.setup, self.env, self.dry = setup, setup.env, dry
        self.problems, self.logins = [], []
        self.counts = {"area": 0, "school": 0, "class": 0, "person": 0}
        self.people_left = 0
        self.area_codes, self.school_codes = set(), set()
        # places that a dry run has only read, not made
        self.headers = {
            (sheet, key): header
            for sheet, columns in county_workbook.SHEETS.items()
            for key, header, _required, _hint in columns
        }

    def problem(self, sheet, row, column, message):
        self.problems.append(
            {
                "setup_id": self.setup.id,
                "sheet": sheet,
                "row": row,
                "column": self.headers.get((sheet, column), column),
                "message": message,
            }
        )

    def wrong(self, row, key, message):
        self.problem(row.sheet, row.number, key, message)

    def complete(self, row):
        """Whether all required cells are filled; names those that are not."""
        empty = [
            key
            for key, _header, required, _hint in county_workbook.SHEETS[row.sheet]
            if required and not row.values.get(key)
        ]
        for key in empty:
            self.wrong(row, key, self.env._("Fill in this cell."))
        return not empty

    def chosen(self, row, key, choices, default=None):
        """The code behind a word from a list, or None with a problem."""
        word = row.values.get(key, "")
        if not word and default:
            return default
        if word not in choices:
            self.wrong(
                row,
                key,
                self.env._(
                    "“%(word)s” is not in the list: %(list)s",
                    word=word,
                    list="、".join(choices),
                ),
            )
        return choices.get(word)

    def number(self, row, key, lowest, highest):
        text = row.values.get(key, "")
        if text.isdecimal() and lowest <= int(text) <= highest:
            return int(text)
        self.wrong(
            row,
            key,
            self.env._(
                "A whole number from %(first)s to %(last)s is expected.",
                first=lowest,
                last=highest,
            ),
        )
        return None

    def save(self, row, model, record, values):
        """Create or update within a savepoint; a refusal of the model becomes the row's problem."""
        try:
            with self.env.cr.savepoint():
                if not record:
                    record = self.env[model].create(values)
                else:
                    changed = {
                        name: value
                        for name, value in values.items()
                        if record._fields[name].convert_to_write(record[name], record) != value
                    }
                    if changed:
                        record.write(changed)
                record.flush_recordset()
                return record
        except (ValidationError, UserError) as error:
            self.wrong(row, "", str(error.args[0] if error.args else error))
        return None

    # Sheet by sheet

    def areas(self, rows):
        Area = self.env["edu.area"].with_context(active_test=False)
        known = {area.code: area for area in Area.search([])}
        lengths = (12, 9, 6, 4, 2)
        for row in sorted(rows, key=lambda row: len(row.values.get("code", ""))):
            if not self.complete(row):
                continue
            code = row.values["code"]
            level = self.chosen(row, "level", county_workbook.LEVELS)
            parent_code = row.values.get("parent_code") or next(
                (
                    code[:length]
                    for length in lengths
                    if length < len(code) and code[:length] in known
                ),
                "",
            )
            if not level:
                continue
            if parent_code and parent_code not in known:
                self.wrong(row, "parent_code", self.env._("No area has this code."))
                continue
            self.counts["area"] += 1
            if self.dry:
                known.setdefault(code, Area)
                continue
            values = {
                "name": row.values["name"],
                "code": code,
                "level": level,
                "parent_id": known[parent_code].id if parent_code else False,
            }
            area = self.save(row, "edu.area", known.get(code), values)
            if area:
                known[code] = area
        self.known_areas = known

    def schools(self, rows):
        School = self.env["edu.school"].with_context(active_test=False)
        known = {school.code: school for school in School.search([])}
        links = []
        # central schools before their teaching points
        for row in sorted(rows, key=lambda row: bool(row.values.get("parent_code"))):
            if not self.complete(row):
                continue
            values = row.values
            kind = self.chosen(row, "kind", county_workbook.KINDS)
            setting = self.chosen(row, "setting", county_workbook.SETTINGS, default="rural")
            if values["area_code"] not in self.known_areas:
                self.wrong(row, "area_code", self.env._("No area has this code."))
                continue
            if not re.fullmatch(r"\d{10}", values["code"]):
                self.wrong(row, "code", self.env._("A school code has ten digits."))
                continue
            parent_code = values.get("parent_code")
            if parent_code and parent_code not in known:
                self.wrong(row, "parent_code", self.env._("No school has this code."))
                continue
            zone = [
                code for code in re.split(r"[、,，;；\s]+", values.get("zone_codes", "")) if code
            ]
            unknown = [code for code in zone if code not in self.known_areas]
            if unknown:
                self.wrong(
                    row,
                    "zone_codes",
                    self.env._("No area has this code: %(codes)s", codes="、".join(unknown)),
                )
                continue
            grades = {
                key: self.number(row, key, 1, 9)
                for key in ("grade_from", "grade_to")
                if values.get(key)
            }
            if not kind or not setting or None in grades.values():
                continue
            self.counts["school"] += 1
            if values.get("junior_code"):
                links.append(row)
            if self.dry:
                known.setdefault(values["code"], School)
                continue
            record = known.get(values["code"])
            school = self.save(
                row,
                "edu.school",
                record,
                {
                    "name": values["name"],
                    "code": values["code"],
                    "kind": kind,
                    "setting": setting,
                    "area_id": self.known_areas[values["area_code"]].id,
                    "parent_id": known[parent_code].id if parent_code else False,
                    "zone_area_ids": [
                        fields.Command.set([self.known_areas[code].id for code in zone])
                    ],
                    **grades,
                },
            )
            if school:
                known[values["code"]] = school
        for row in links:
            junior = known.get(row.values["junior_code"])
            if junior is None:
                self.wrong(row, "junior_code", self.env._("No school has this code."))
            elif not self.dry and known.get(row.values["code"]):
                self.save(
                    row,
                    "edu.school",
                    known[row.values["code"]],
                    {"junior_school_id": junior.id},
                )
        self.known_schools = known

    def classes(self, rows):
        Class = self.env["edu.class"]
        self.known_classes = {(c.school_id.code, c.grade, c.number): c for c in Class.search([])}
        for row in rows:
            if not self.complete(row):
                continue
            code = row.values["school_code"]
            grade = self.number(row, "grade", 1, 9)
            number = self.number(row, "number", 1, 99)
            year = row.values.get("entry_year")
            year = self.number(row, "entry_year", 1990, 2100) if year else 0
            if code not in self.known_schools:
                self.wrong(row, "school_code", self.env._("No school has this code."))
                continue
            if grade is None or number is None or year is None:
                continue
            self.counts["class"] += 1
            key = (code, grade, number)
            if self.dry:
                self.known_classes.setdefault(key, Class)
                continue
            klass = self.save(
                row,
                "edu.class",
                self.known_classes.get(key),
                {
                    "school_id": self.known_schools[code].id,
                    "grade": grade,
                    "number": number,
                    "entry_year": year,
                },
            )
            if klass:
                self.known_classes[key] = klass

    def people(self, rows):
        Users = self.env["res.users"].with_context(active_test=False, no_reset_password=True)
        logins = [row.values.get("login") for row in rows if row.values.get("login")]
        known = {user.login: user for user in Users.search([("login", "in", logins)])}
        made = 0
        waiting = set()
        for row in rows:
            if not self.complete(row):
                continue
            post = self.post_values(row)
            if post is None:
                continue
            login = row.values["login"]
            user = known.get(login)
            if user and user.name != row.values["name"]:
                self.wrong(
                    row,
                    "login",
                    self.env._("This log-in belongs to somebody else: %(name)s", name=user.name),
                )
                continue
            self.counts["person"] += login not in waiting
            if self.dry:
                waiting.add(login)
                self.people_left = len(waiting - known.keys())
                continue
            if not user:
                if made >= PEOPLE_PER_STEP:
                    waiting.add(login)
                    self.people_left = len(waiting)
                    continue
                user, password = self.make_user(row)
                if not user:
                    continue
                made += 1
                known[login] = user
                self.logins.append([user.name, login, password, row.values["role"]])
            self.hold(row, user, post)
            waiting.discard(login)

    def post_values(self, row):
        """Values of the post without its user, or None with the problem named."""
        values = row.values
        role = self.chosen(row, "role", county_workbook.ROLES)
        if not role:
            return None
        post = {"role": role, "section": values.get("section") or False}
        post["is_acting"] = county_workbook.YES.get(values.get("is_acting", ""), False)
        place = values["place_code"]
        if place in self.known_areas and len(place) < 10:
            post["area_id"] = self.known_areas[place].id
        elif place not in self.known_schools:
            self.wrong(row, "place_code", self.env._("No school and no area has this code."))
            return None
        elif role == "class_teacher":
            match = re.fullmatch(r"([1-9])\s*[-.－—]\s*(\d{1,2})", values.get("class_name", ""))
            key = match and (place, int(match[1]), int(match[2]))
            if key not in self.known_classes:
                self.wrong(
                    row,
                    "class_name",
                    self.env._("The school has no such class; write it as in 3-2."),
                )
                return None
            post["class_id"] = self.known_classes[key].id
        else:
            post["school_id"] = self.known_schools[place].id
        today = self.env["edu.policy"]._edu_today()
        post["date_from"], post["date_to"] = today, False
        for key in ("date_from", "date_to"):
            if values.get(key):
                parsed = parse_date(values[key])
                if parsed.problem or not parsed.value:
                    self.wrong(
                        row,
                        key,
                        self.env._("This is no date; write it as in 2026-09-01."),
                    )
                    return None
                post[key] = parsed.value
        return post

    def make_user(self, row):
        password = row.values.get("password") or "".join(
            secrets.choice(_UNMISTAKABLE) for _i in range(10)
        )
        try:
            with self.env.cr.savepoint():
                # log-ins are the installation's to give; who may is asked at the button
                user = (
                    self.env["res.users"]
                    .sudo()
                    .with_context(no_reset_password=True)
                    .create(
                        {
                            "name": row.values["name"],
                            "login": row.values["login"],
                            "password": password,
                            "email": row.values.get("email") or False,
                            "lang": self.env.user.lang,
                            "tz": self.env["edu.policy"]._edu_tz_name(),
                            "group_ids": [fields.Command.set([self.env.ref("base.group_user").id])],
                        }
                    )
                )
                return user, password
        except (ValidationError, UserError) as error:
            self.wrong(row, "login", str(error.args[0] if error.args else error))
        return None, None

    def hold(self, row, user, values):
        """The post, unless the person holds it already from that day on."""
        domain = [("user_id", "=", user.id)]
        domain += [
            (name, "=", values.get(name) or False) for name in ("role", "area_id", "class_id")
        ]
        if values.get("school_id"):
            domain.append(("school_id", "=", values["school_id"]))
        held = self.env["edu.post"].search(domain, limit=1)
        if held and (not held.date_to or held.date_to >= values["date_from"]):
            if values["date_to"] and held.date_to != values["date_to"]:
                held.date_to = values["date_to"]
            return
        self.save(row, "edu.post", None, {**values, "user_id": user.id})
