import tempfile
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, date_utils, split_every

from ..reports.ledger_xlsx import write_ledger

BATCH = 5000
MONTHS = 60  # at most, of the monthly totals


class _Names(dict):
    """{(model, id): display name}, each asked for once; None has none."""

    def __init__(self, env):
        super().__init__()
        self.env = env

    def __missing__(self, key):
        model, res_id = key
        name = self.env[model].browse(res_id).display_name if res_id else None
        self[key] = name
        return name


class EduLedgerExport(models.TransientModel):
    """The ledgers as they stood on a day, as a workbook: who stood there, who was struck off until
    then, and what each month brought. For whoever reads ledgers, within the own scope; numbers are
    masked unless the caller's post may see them and a reason is given, which is logged.
    """

    _name = "edu.ledger.export"
    _description = "Export of the ledgers"

    kind = fields.Selection(
        lambda self: self.env["edu.ledger"]._fields["kind"].selection,
        "Ledger",
        help="Empty: all three",
    )
    as_of = fields.Date(
        "As of", required=True, default=lambda self: self.env["edu.policy"]._edu_today()
    )
    date_from = fields.Date(
        "Changes since",
        compute="_compute_date_from",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    township_id = fields.Many2one(
        "edu.area",
        "Township of Residence",
        domain=[("level", "=", "township")],
        ondelete="cascade",
    )
    school_id = fields.Many2one("edu.school", "School", ondelete="cascade")
    with_numbers = fields.Boolean("Whole Identity Numbers")
    reason = fields.Char("Why They Are Needed")

    @api.depends("as_of")
    def _compute_date_from(self):
        """The first day of the school year."""
        for export in self:
            day = export.as_of or self.env["edu.policy"]._edu_today()
            export.date_from = day.replace(year=day.year - (day.month < 9), month=9, day=1)

    def action_export(self):
        """Whoever reads ledgers: fetch the workbook.

        :raise UserError: a day to come, or numbers without a reason
        :raise AccessError: numbers that the caller's post does not include
        """
        self._edu_check_export()
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/ledger/{self.id}/workbook",
            "target": "download",
        }

    def _edu_check_export(self):
        """As :meth:`action_export` raises; asked again when the workbook is fetched."""
        self.ensure_one()
        self.env["edu.ledger"].check_access("read")
        if self.as_of > self.env["edu.policy"]._edu_today():
            raise UserError(self.env._("No ledger is known of a day to come."))
        if self.date_from > self.as_of:
            raise UserError(self.env._("Changes begin before the day of the ledger."))
        if self.with_numbers:
            if len((self.reason or "").strip()) < 2:
                raise UserError(self.env._("Say why you need whole numbers: the reason is logged."))
            self._edu_students()._edu_check_reveal("id_number")

    # -- what is in it ----------------------------------------------------------------------------

    def _edu_domain(self):
        """Entries asked for, of any day."""
        domain = Domain.TRUE
        if self.kind:
            domain &= Domain("kind", "=", self.kind)
        if self.township_id:
            domain &= Domain("residence_township_id", "=", self.township_id.id)
        if self.school_id:
            domain &= Domain("school_id", "=", self.school_id.id)
        return domain

    def _edu_standing(self, day):
        return self._edu_domain() & Domain("as_of", "=", day)

    def _edu_struck_off(self):
        return (
            self._edu_domain()
            & Domain("date_off", ">=", self.date_from)
            & Domain("date_off", "<=", self.as_of)
        )

    def _edu_students(self):
        """Children of the workbook whom the caller may read."""
        entries = self.env["edu.ledger"].search(
            Domain.OR([self._edu_standing(self.as_of), self._edu_struck_off()])
        )
        return entries.student_id._filtered_access("read")

    def _edu_headers(self):
        Ledger, Student = self.env["edu.ledger"], self.env["edu.student"]
        names = (
            (Ledger, "kind"),
            (Student, "name"),
            (Student, "gender"),
            (Student, "birthdate"),
            (Student, "id_number"),
            (Ledger, "school_id"),
            (Ledger, "class_id"),
            (Ledger, "grade"),
            (Ledger, "residence_township_id"),
            (Ledger, "date_on"),
            (Ledger, "reason_on"),
            (Ledger, "date_off"),
            (Ledger, "reason_off"),
            (Ledger, "evidence"),
        )
        return [model._fields[name]._description_string(self.env) for model, name in names]

    def _edu_rows(self, domain, with_end):
        """Rows of the entries of ``domain``, a batch at a time, read in one statement each: as many as
        a county has children go into a workbook.

        :param with_end: whether the strike-off and its evidence are told; of those who stood there
            that day they are not
        """
        Ledger, Student = self.env["edu.ledger"], self.env["edu.student"]
        kinds = dict(Ledger._fields["kind"]._description_selection(self.env))
        genders = dict(Student._fields["gender"]._description_selection(self.env))
        names = _Names(self.env)
        Ledger.flush_model()
        Student.flush_model()
        for ids in split_every(BATCH, Ledger.search(domain, order="kind, date_on, id").ids):
            # asked for these children only: for all, it would be found anew for each batch
            children = Ledger._search([("id", "in", ids)]).subselect("student_id")
            readable = Student.with_context(active_test=False)._search([("id", "in", children)])
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT entry.kind, child.name, entry.gender, entry.student_id IN %(readable)s,
                           child.id, child.birthdate, child.id_number_masked, entry.school_id,
                           entry.class_id, entry.grade, entry.residence_township_id,
                           entry.date_on, entry.reason_on, entry.date_off, entry.reason_off,
                           entry.evidence
                      FROM unnest(%(ids)s) WITH ORDINALITY AS asked(id, at)
                      JOIN edu_ledger entry ON entry.id = asked.id
                      JOIN edu_student child ON child.id = entry.student_id
                  ORDER BY asked.at
                    """,
                    readable=readable.subselect(),
                    ids=list(ids),
                )
            )
            clear = self._edu_clear([row[4] for row in rows if row[3]])
            for (
                kind,
                name,
                gender,
                seen,
                child_id,
                birthdate,
                masked,
                school,
                klass,
                grade,
                township,
                date_on,
                reason_on,
                date_off,
                reason_off,
                evidence,
            ) in rows:
                # who may read the entry sees the name beside it; the rest is the child's own
                yield (
                    kinds[kind],
                    name,
                    genders.get(gender),
                    birthdate if seen else None,
                    (clear.get(child_id) or masked) if seen else None,
                    names["edu.school", school],
                    names["edu.class", klass],
                    grade or None,
                    names["edu.area", township],
                    date_on,
                    reason_on,
                    date_off if with_end else None,
                    reason_off if with_end else None,
                    evidence if with_end else None,
                )

    def _edu_clear(self, student_ids):
        """{id: whole number} of children whom the caller may read, logged; empty when not asked for."""
        if not self.with_numbers or not student_ids:
            return {}
        students = self.env["edu.student"].browse(dict.fromkeys(student_ids))
        clear = students._edu_reveal("id_number", self.reason, "document")
        self.env.invalidate_all()
        return clear

    def _edu_months(self):
        """[(ledger, month, stood at its end, entered, struck off)], and the same by reason:
        [(ledger, month, entered or struck off, reason, how many)]"""
        Ledger = self.env["edu.ledger"]
        kinds = dict(Ledger._fields["kind"]._description_selection(self.env))
        first = max(
            self.date_from.replace(day=1),
            self.as_of.replace(day=1) - relativedelta(months=MONTHS - 1),
        )
        months = list(
            date_utils.date_range(
                fields.Datetime.to_datetime(first),
                fields.Datetime.to_datetime(self.as_of.replace(day=1)),
            )
        )
        moved, reasons = {}, []
        labels = {False: self.env._("Entered"), True: self.env._("Struck off")}
        for is_off, label in labels.items():
            date, why = ("date_off", "reason_off") if is_off else ("date_on", "reason_on")
            domain = (
                self._edu_domain()
                & Domain(date, ">=", max(first, self.date_from))
                & Domain(date, "<=", self.as_of)
            )
            for kind, month, reason, count in Ledger._read_group(
                domain, ["kind", f"{date}:month", why], ["__count"]
            ):
                key = kind, is_off, month.year, month.month
                moved[key] = moved.get(key, 0) + count
                reasons.append((kind, f"{month:%Y-%m}", is_off, label, reason or "", count))
        totals = []
        for month in months:
            end = min(month.date() + relativedelta(months=1) - timedelta(days=1), self.as_of)
            standing = dict(Ledger._read_group(self._edu_standing(end), ["kind"], ["__count"]))
            for kind, label in kinds.items():
                if self.kind and kind != self.kind:
                    continue
                totals.append(
                    (
                        label,
                        f"{month:%Y-%m}",
                        standing.get(kind, 0),
                        moved.get((kind, False, month.year, month.month), 0),
                        moved.get((kind, True, month.year, month.month), 0),
                    )
                )
        reasons.sort(key=lambda row: (list(kinds).index(row[0]), row[1], row[2], -row[5]))
        return totals, [
            (kinds[kind], month, label, reason, count)
            for kind, month, _is_off, label, reason, count in reasons
        ]

    def _edu_write(self):
        """The workbook as an open temporary file without a name; whole numbers never get there in
        clear but inside of it, and it is gone once sent."""
        self.ensure_one()
        title = self.env._("Ledgers as of %(day)s", day=self.as_of)
        since = self.env._("From %(first)s to %(last)s", first=self.date_from, last=self.as_of)
        headers = self._edu_headers()
        ledger = self.env._("Ledger")
        month = self.env._("Month")
        totals, reasons = self._edu_months()
        pages = [
            (
                self.env._("Ledger"),
                title,
                headers,
                self._edu_rows(self._edu_standing(self.as_of), False),
            ),
            (
                self.env._("Struck off"),
                since,
                headers,
                self._edu_rows(self._edu_struck_off(), True),
            ),
            (
                self.env._("By Month"),
                since,
                [
                    ledger,
                    month,
                    self.env._("On it at the End"),
                    self.env._("Entered"),
                    self.env._("Struck off"),
                ],
                totals,
            ),
            (
                self.env._("By Reason"),
                since,
                [ledger, month, self.env._("Change"), self.env._("Reason"), self.env._("Children")],
                reasons,
            ),
        ]
        file = tempfile.TemporaryFile()  # noqa: SIM115 closed by whoever sends it
        write_ledger(file, pages, in_memory=self.with_numbers)
        file.seek(0)
        return file

    def _edu_file_name(self):
        return self.env._("ledgers-%(day)s.xlsx", day=self.as_of)
