from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ..models.monitoring.roster_validate import PRESENT
from ..tools.log_filter import holds_secret
from ..tools.sample import TEMPLATE, write_export

BATCH = 500
ROLES = ("records_admin", "bureau")
#: columns of the template that are filled besides those that its fields name
ALSO = {"编号": "serial", "区县": "county", "家庭地址": "address"}
LAYOUT = tuple((header, ALSO.get(header, key)) for header, key in TEMPLATE)
CODE_LENGTH = 12  # of a division's code in the template


class EduRegistryExport(models.TransientModel):
    """Children of one school in the 74 columns that schools type into the national platform, so that
    nothing is typed twice: what is held is filled in, the rest is empty.

    For the records administrator and the bureau, of a school of theirs. The whole numbers are in it, so
    a reason is asked for and every number is logged as shown; the workbook is sent as it is made and
    kept nowhere.
    """

    _name = "edu.registry.export"
    _description = "Export for the national platform"

    school_id = fields.Many2one(
        "edu.school",
        "School",
        required=True,
        ondelete="cascade",
        default=lambda self: self._default_school(),
    )
    allowed_school_ids = fields.Many2many("edu.school", compute="_compute_allowed")
    content = fields.Selection(
        [
            ("completion", "Registry entries still to be made"),
            ("changes", "New and changed since a day"),
            ("all", "All students"),
        ],
        "What to Export",
        required=True,
        default="completion",
    )
    since = fields.Date(
        default=lambda self: (
            self.env["edu.term"]._current().start_date or self.env["edu.policy"]._edu_today()
        )
    )
    reason = fields.Char("Why Whole Numbers Are Needed")
    student_count = fields.Integer("Children", compute="_compute_student_count")

    @api.model
    def _default_school(self):
        schools = self.env.user.sudo().edu_records_admin_school_ids
        return schools if len(schools) == 1 else False

    @api.depends_context("uid")
    def _compute_allowed(self):
        user = self.env.user.sudo()
        self.allowed_school_ids = user.edu_records_admin_school_ids | user.edu_bureau_school_ids

    @api.depends("school_id", "content", "since")
    def _compute_student_count(self):
        for export in self:
            export.student_count = (
                self.env["edu.student"].search_count(export._edu_domain())
                if export.school_id and export.content
                else 0
            )

    def _edu_domain(self):
        """Children asked for."""
        domain = Domain("school_id", "=", self.school_id.id)
        if self.content == "completion":
            return domain & Domain("registry_completion", "in", ("to_apply", "applied"))
        domain &= Domain("enrolment_state", "in", PRESENT)
        if self.content == "changes" and self.since:
            zone = ZoneInfo(self.env["edu.policy"]._edu_tz_name())
            first = datetime.combine(self.since, time(), zone).astimezone(UTC).replace(tzinfo=None)
            domain &= Domain("write_date", ">=", first) | Domain(
                "guardian_ids.write_date", ">=", first
            )
        return domain

    # -- asking -----------------------------------------------------------------------------------

    def action_export(self):
        """Records administrator of the school, bureau: fetch the workbook.

        :raise UserError: nobody to export, or no reason
        """
        self._edu_check_export()
        return {
            "type": "ir.actions.act_url",
            "url": f"/edu/registry/{self.id}/workbook",
            "target": "download",
        }

    def _edu_check_export(self):
        """As :meth:`action_export` raises; asked again when the workbook is fetched."""
        self.ensure_one()
        self.school_id._edu_check_role(ROLES)
        reason = (self.reason or "").strip()
        if len(reason) < 2:
            raise UserError(self.env._("Say why you need whole numbers: the reason is logged."))
        if holds_secret(reason):
            raise UserError(self.env._("Do not write numbers of persons into the reason."))
        if self.content == "changes" and not self.since:
            raise UserError(self.env._("Say since when."))
        if not self.student_count:
            raise UserError(self.env._("There is no child to export."))

    # -- what is in it ----------------------------------------------------------------------------

    def _edu_rows(self):
        """{field key: value} of each child, in the order of classes; every number is logged."""
        Student = self.env["edu.student"]
        ids = Student.search(self._edu_domain(), order="grade, class_id, name, id").ids
        serial = 0
        for batch in split_every(BATCH, ids):
            children = Student.browse(batch)
            clear = {name: self._edu_clear(children, name) for name in ("id_number", "address")}
            guardians = children.guardian_ids
            known = {name: self._edu_clear(guardians, name) for name in ("phone", "id_number")}
            for child in children:
                serial += 1
                row = self._edu_row(child, {name: clear[name].get(child.id) for name in clear})
                for at, guardian in enumerate(child.guardian_ids[:2], 1):
                    row |= self._edu_guardian(
                        at, guardian, {name: known[name].get(guardian.id) for name in known}
                    )
                row["serial"] = str(serial)
                yield {key: value for key, value in row.items() if value not in (False, None, "")}

    def _edu_clear(self, records, name):
        """Clear values of those that have one, checked and logged."""
        filled = records.filtered(name)
        return filled._edu_reveal(name, self.reason, "document") if filled else {}

    def _edu_row(self, child, clear):
        yes = {True: "是", False: "否"}
        area = child.household_area_id.code or ""
        return {
            "county": child.school_id.county_id.name,
            "school_name": child.school_id.name,
            "school_code": child.school_id.code,
            "household_area_code": area and area.ljust(CODE_LENGTH, "0"),
            "grade": child.grade,
            "class_number": child.class_id.number,
            "disability_type": child.disability_type_id.code,
            **{name: yes[child[name]] for name in ("left_behind", "migrant", "orphan")},
            **{
                name: child[name]
                for name in (
                    "name gender birthdate id_type ethnicity household_kind former_name aux_no"
                    " entry_month entry_mode study_mode"
                ).split()
            },
            **clear,
        }

    def _edu_guardian(self, at, guardian, clear):
        row = {
            f"guardian{at}_name": guardian.name,
            f"guardian{at}_relation": guardian.relation_id.code,
            f"guardian{at}_workplace": guardian.workplace,
            f"guardian{at}_is_legal": "是" if guardian.is_legal else "否",
            **{f"guardian{at}_{name}": value for name, value in clear.items()},
        }
        return row | {"phone": clear["phone"]} if at == 1 else row

    def _edu_write(self):
        """The workbook, as bytes; it is never written to a disk."""
        self.ensure_one()
        return write_export(self._edu_rows(), layout=LAYOUT, title="", sheet="学生信息")

    def _edu_file_name(self):
        return self.env._(
            "registry-%(school)s-%(day)s.xlsx",
            school=self.school_id.name,
            day=self.env["edu.policy"]._edu_today(),
        )
