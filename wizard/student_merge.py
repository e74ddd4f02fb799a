from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class EduStudentMerge(models.TransientModel):
    """Shows two entries of one child beside each other, numbers masked, and merges them. For the bureau
    and for the records administrator of the school where both stand."""

    _name = "edu.student.merge"
    _description = "Merge two entries of one child"

    kept_id = fields.Many2one("edu.student", "Kept", required=True, ondelete="cascade")
    other_id = fields.Many2one("edu.student", "Merged into It", required=True, ondelete="cascade")
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)
    problem = fields.Char(compute="_compute_comparison")
    reason = fields.Char("How You Know")

    @api.depends("kept_id", "other_id")
    @api.depends_context("lang")
    def _compute_comparison(self):
        names = (
            "name gender birthdate id_number national_no school_id class_id enrolment_state"
            " residence_area_id create_date"
        ).split()
        for wizard in self:
            pair = wizard.kept_id, wizard.other_id
            if not all(pair):
                wizard.comparison = wizard.problem = False
                continue
            (wizard.kept_id | wizard.other_id)._edu_check_may_merge()
            rows = []
            for name in names:
                field = pair[0]._fields[name]
                texts = [wizard._edu_text(child, field) for child in pair]
                rows.append((field._description_string(self.env), *texts))
            counts = [dict(child._edu_merge_counts(child)) for child in pair]
            rows += [
                (label, counts[0].get(label, 0), counts[1].get(label, 0)) for label in counts[0]
            ]
            body = Markup().join(
                Markup("<tr class='%s'><th>%s</th><td>%s</td><td>%s</td></tr>")
                % ("table-warning" if kept != other else "", label, kept, other)
                for label, kept, other in rows
            )
            wizard.comparison = Markup(
                "<table class='table table-sm mb-0'><thead><tr><th></th><th>%s</th><th>%s</th></tr>"
                "</thead><tbody>%s</tbody></table>"
            ) % (self.env._("Kept"), self.env._("Merged into it"), body)
            wizard.problem = wizard.other_id._edu_merge_problem(wizard.kept_id) or False

    def _edu_text(self, child, field):
        value = child[field.name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if isinstance(value, models.BaseModel):
            return value.display_name or ""
        if field.type == "datetime":
            value = value and value.date()
        return str(value) if value else ""

    def _edu_show(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Two Entries of One Child"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_swap(self):
        """Keep the other one."""
        self.ensure_one()
        self.write({"kept_id": self.other_id.id, "other_id": self.kept_id.id})
        return self._edu_show()

    def action_merge(self):
        """Bureau, records administrator of both: merge, and show the kept child."""
        self.ensure_one()
        if len((self.reason or "").strip()) < 2:
            raise UserError(self.env._("Say how you know that the two are one child."))
        kept, other = self.kept_id, self.other_id
        other._edu_merge_into(kept, self.reason.strip())
        ids = (kept | other).ids
        self.env["edu.student.duplicate"].sudo().search(
            Domain("student_id", "in", ids) & Domain("other_id", "in", ids)
        ).with_env(self.env)._edu_decided("merged")
        return {
            "type": "ir.actions.act_window",
            "res_model": "edu.student",
            "res_id": kept.id,
            "views": [(False, "form")],
        }
