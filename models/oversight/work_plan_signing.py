from odoo import models
from odoo.exceptions import UserError

from ..core.signing import signing
from ..core.signoff_mixin import SCHOOL_NAME
from ..registry.roles import LEADING_GROUP
from .work_plan import LEADERS


class EduWorkPlanSigning(models.Model):
    """Who signs a plan, how a version reads in words, and how it is withdrawn to be corrected."""

    _inherit = "edu.work.plan"

    def _edu_signoff_content(self):
        """What is signed: the plan's own columns, and the names that stood for them when it was
        frozen. Holds no number of a person."""
        self.ensure_one()
        plan = self.sudo()
        return {
            **(plan.facts or plan._edu_facts()),
            "goals": (plan.goals or "").strip() or None,
            "guarantee": (plan.guarantee or "").strip() or None,
            "measures": [measure._edu_content() for measure in plan.measure_ids.sorted("id")],
            "children": [
                child._edu_content()
                for child in plan.child_ids.filtered("is_planned").sorted(
                    lambda child: (child.grade, child.class_number, child.id)
                )
            ],
        }

    def _edu_facts(self):
        """Names that may change while the plan stays as it was signed.

        - school {name, code, township, central}, term {school_year, season}, due: date as text
        - group: [[role, [names]]] of the leading group, class_teachers: their number
        - people {id of a user: name}, causes {id of a code: name}, ids as text
        """
        self.ensure_one()
        plan = self._edu_form_lang()
        school = plan.school_id
        Post = self.env["edu.post"]
        people = plan.measure_ids.responsible_id | plan.child_ids.persuader_id
        causes = plan.measure_ids.cause_id | plan.child_ids.cause_id
        return {
            "school": {
                "name": school.name,
                "code": school.code,
                "township": school.area_id.name,
                "central": school.parent_id.name or None,
            },
            "term": {"school_year": plan.term_id.school_year, "season": plan.term_id.season},
            "due": (plan.deadline and plan.deadline.isoformat()) or None,
            "group": [
                [role, Post._holders(role, school=school).mapped("name")]
                for role in LEADING_GROUP
                if role != "class_teacher"
            ],
            "class_teachers": len(Post._holders("class_teacher", school=school)),
            "people": {str(person.id): person.name for person in people},
            "causes": {str(cause.id): cause.name for cause in causes},
        }

    def _edu_form_lang(self):
        """The document is Chinese: ``self`` in that language where it is installed."""
        installed = self.env["res.lang"]._get_data(code="zh_CN")
        return self.with_context(lang="zh_CN") if installed else self

    def _edu_signoff_expected(self):
        return {"draft": (), "returned": (), "to_review": ("filled",)}.get(
            self.state, ("filled", "reviewed")
        )

    # How it reads in a comparison of versions

    _edu_signoff_skipped = frozenset({"id", "case", "people", "causes"})

    def _edu_signoff_words(self):
        Measure, Child = self.env["edu.work.plan.measure"], self.env["edu.work.plan.child"]

        def label(model, name):
            return model._fields[name]._description_string(self.env)

        return {
            "school": self.env._("School"),
            SCHOOL_NAME: self.env._("Name of the School"),
            "term": self.env._("Term"),
            "school_year": self.env._("School Year"),
            "season": self.env._("Season"),
            "code": self.env._("School Code"),
            "township": self.env._("Township"),
            "central": self.env._("Central School"),
            "group": self.env._("Leading Group"),
            "class_teachers": self.env._("Class Teachers"),
            "goals": label(self, "goals"),
            "guarantee": label(self, "guarantee"),
            "measures": self.env._("Measures"),
            "children": self.env._("Children"),
            "kind": label(Measure, "kind"),
            "cause": label(Child, "cause_id"),
            "name": self.env._("Name"),
            "grade": label(Child, "grade"),
            "class_number": label(Child, "class_number"),
            "standing": label(Child, "planned_standing"),
            "person": label(Measure, "responsible_id"),
            "with": label(Measure, "with_whom"),
            "due": label(Measure, "deadline"),
            "budget": label(Measure, "budget"),
            "how": label(Child, "approach"),
            "left_over": label(Measure, "carried_from_id"),
            # named alone where somebody changed what stands for a name
            "people": self.env._("Persons"),
            "causes": self.env._("Causes"),
        }

    def _edu_signoff_item(self, path, item, position):
        if path == ("children",):
            return item["case"], item["name"]
        return super()._edu_signoff_item(path, item, position)

    def _edu_signoff_text(self, path, value):
        key = path[-1]
        if key == "group":
            roles = dict(self.env["edu.post"]._fields["role"]._description_selection(self.env))
            return "\n".join(
                f"{roles[role]}: {self.env._(', ').join(names)}" for role, names in value
            )
        records = {"person": "res.users", "cause": "edu.code"}
        if key in records and value:
            return self.env[records[key]].sudo().browse(value).name
        choices = {
            "kind": ("edu.work.plan.measure", "kind"),
            "standing": ("edu.work.plan.child", "planned_standing"),
            "season": ("edu.term", "season"),
        }
        if key in choices and value:
            model, name = choices[key]
            labels = self.env[model]._fields[name]._description_selection(self.env)
            return dict(labels).get(value, value)
        return super()._edu_signoff_text(path, value)

    @signing
    def action_sign_filled(self):
        """Records administrator or dean: I filled it in. Freezes the plan.

        :raise ValidationError: with everything that is still missing
        """
        for plan in self:
            plan._edu_check_editable()
            plan._edu_raise_problems()
            plan.sudo().write({"facts": plan.sudo()._edu_facts()})
            plan._edu_sign("filled")
            plan.sudo().write({"state": "to_review"})
            plan._edu_ask(LEADERS, self.env._("Review the work plan"))

    @signing
    def action_sign_reviewed(self):
        """Principal or vice principal who did not fill it in: I reviewed it. Its measures are in force
        from now on."""
        for plan in self:
            plan._edu_check_role(LEADERS)
            plan._edu_expect("to_review")
            plan._edu_sign("reviewed")
            plan.sudo().write({"state": "signed"})
            plan.sudo().measure_ids._edu_come_into_force()
            plan._edu_done_asking()

    def _edu_expect(self, state):
        for plan in self:
            if plan.state != state:
                states = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "“%(document)s” would have to be “%(state)s” for this. Reload it.",
                        document=plan.display_name,
                        state=states[state],
                    )
                )
