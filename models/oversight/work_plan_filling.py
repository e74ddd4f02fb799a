from odoo import fields, models
from odoo.exceptions import ValidationError

from .work_plan import WANTED


class EduWorkPlanFilling(models.Model):
    """What goes into a plan: from the template, from what the last one left unfinished, from the open
    cases."""

    _inherit = "edu.work.plan"

    def action_fill(self):
        """Records administrator or dean: take over what the template, the last plan and the cases hold
        and the plan does not yet. Doing it again adds only what is new, and marks it as new."""
        self.ensure_one()
        self._edu_check_editable()
        measures, children = self._edu_fill()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if measures or children else "info",
                "message": (
                    self.env._(
                        "New in the plan: %(measures)s measures, %(children)s children.",
                        measures=measures,
                        children=children,
                    )
                    if measures or children
                    else self.env._("Nothing new: the plan holds everything.")
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _edu_fill(self):
        """→ (number of measures added, number of children added)"""
        self.ensure_one()
        plan = self.sudo()
        for rows in (plan.measure_ids, plan.child_ids):
            rows.filtered("is_new").write({"is_new": False})
        children = plan._edu_fill_children()
        measures = plan._edu_fill_template() + plan._edu_fill_unfinished()
        if measures or children:
            plan._message_log(
                body=self.env._(
                    "New in the plan: %(measures)s measures, %(children)s children.",
                    measures=measures,
                    children=children,
                )
            )
        return measures, children

    def _edu_fill_children(self):
        """Open cases of the school become children of the plan; what is known of them is brought up to
        date, what was typed stays."""
        cases = self._edu_wanted_cases()
        rows = {row.case_id: row for row in self.child_ids}
        for case, row in rows.items():
            if case in cases:
                row.write(row._edu_facts(case))
        new = cases.filtered(lambda case: case not in rows or not rows[case].is_planned)
        Child = self.env["edu.work.plan.child"]
        for case in new:
            values = {"is_planned": True, "is_new": True}
            if case in rows:
                rows[case].write(values)
            else:
                Child.create({"plan_id": self.id, "case_id": case.id, **values})
        return len(new)

    def _edu_fill_template(self):
        """Measures of the county's template, and its prevention for the causes that occur here."""
        template = self.env["edu.work.plan.template"]._edu_for(self.school_id)
        texts = {
            name: template[name] for name in ("goals", "guarantee") if template and not self[name]
        }
        if texts:
            self.write(texts)
        causes = self.child_ids.cause_id
        lines = (template.line_ids - self.taken_line_ids).filtered(
            lambda line: line.kind == "work" or not line.cause_id or line.cause_id in causes
        )
        self.env["edu.work.plan.measure"].create(
            [{**line._edu_measure(self), "is_new": True} for line in lines]
        )
        self.taken_line_ids |= lines
        return len(lines)

    def _edu_fill_unfinished(self):
        """What the last plan of the school left open, and those of the schools that it took over; each
        needs a new date."""
        last = self.search(
            [
                ("school_id", "=", self.school_id.id),
                ("term_id.start_date", "<", self.term_id.start_date),
            ],
            limit=1,
        )
        left = last.measure_ids.filtered(lambda measure: measure.state == "open")
        left |= self._edu_unfinished_of_closed()
        left -= self.taken_measure_ids
        staff = self._edu_staff()
        self.env["edu.work.plan.measure"].create(
            [
                {
                    "plan_id": self.id,
                    "carried_from_id": measure.id,
                    "kind": measure.kind,
                    "cause_id": measure.cause_id.id,
                    "name": measure.name,
                    "responsible_id": (measure.responsible_id & staff).id,
                    "with_whom": measure.with_whom,
                    "budget": measure.budget,
                    "is_new": True,
                }
                for measure in left
            ]
        )
        self.taken_measure_ids |= left
        return len(left)

    def _edu_unfinished_of_closed(self):
        """What the plans of the schools that were closed and went into this one left open in the last
        term, and nobody else took over."""
        last = self.env["edu.term"].search(
            [("start_date", "<", self.term_id.start_date)], order="start_date desc", limit=1
        )
        closed = (
            self.env["edu.school"]
            .with_context(active_test=False)
            .search([("active", "=", False), ("successor_ids", "in", self.school_id.ids)])
        )
        Measure = self.env["edu.work.plan.measure"]
        left = Measure.search(
            [
                ("school_id", "in", closed.ids),
                ("term_id", "in", last.ids),
                ("state", "=", "open"),
                ("in_force_on", "!=", False),
            ]
        )
        return left - Measure.search([("carried_from_id", "in", left.ids)]).carried_from_id

    def _edu_hand_over(self, school):
        """The school of these plans, which nobody signed, is closed, and ``school`` takes over: it owes
        one plan, which takes in what was written in theirs and is not in it yet. Where it has none they
        become its own; where its own is signed, what is lost is named there. Private, as superuser."""
        for plan in self:
            target = self.search([("school_id", "=", school.id), ("term_id", "=", plan.term_id.id)])
            if not target:
                plan.school_id = school
                continue
            if target._edu_is_open():
                plan._edu_move_into(target)
            elif plan.measure_ids:
                target._message_log(
                    body=self.env._(
                        "The plan of %(school)s, which is closed, was not signed. Its measures:"
                        " %(measures)s",
                        school=plan.school_id.name,
                        measures=self.env._("; ").join(plan.measure_ids.mapped("name")),
                    )
                )
            plan.unlink()

    def _edu_move_into(self, target):
        def known(measures):
            return {(measure.kind, measure.cause_id, measure.name) for measure in measures}

        there = known(target.measure_ids)
        measures = self.measure_ids.filtered(lambda measure: not known(measure) & there)
        children = self.child_ids.filtered(
            lambda child: child.case_id not in target.child_ids.case_id
        )
        target.taken_measure_ids |= measures.carried_from_id
        for rows in (measures, children):
            rows.write({"plan_id": target.id, "is_new": True})
        if measures or children:
            target._message_log(
                body=self.env._(
                    "From the plan of %(school)s, which is closed: %(measures)s measures,"
                    " %(children)s children.",
                    school=self.school_id.name,
                    measures=len(measures),
                    children=len(children),
                )
            )

    def _edu_wanted_cases(self):
        """Open cases of the school whose children are not back, past access rights."""
        self.ensure_one()
        return (
            self.env["edu.dropout.case"]
            .sudo()
            .search(
                [("school_id", "=", self.school_id.id), ("state", "in", WANTED)],
                order="grade, class_id, student_id, id",
            )
        )

    def _edu_staff(self):
        """Who can be put down for a measure: users with a post at the school, at its central school or
        in its township."""
        self.ensure_one()
        school = self.sudo().school_id
        posts = (
            self.env["edu.post"]
            .sudo()
            .search(
                self.env["edu.post"]._edu_current_domain()
                & fields.Domain.OR(
                    [
                        fields.Domain("school_id", "in", (school | school.parent_id).ids),
                        fields.Domain("area_id", "=", school.area_id.id),
                    ]
                )
            )
        )
        return posts.user_id.filtered("active")

    def _edu_problems(self):
        """Return, as sentences, what keeps the plan from being signed; none when nothing does."""
        self.ensure_one()
        problems = []
        if not (self.goals or "").strip():
            problems.append(self.env._("The goals are not written down."))
        if not self.measure_ids:
            problems.append(self.env._("There is no measure yet: fill the plan in."))
        staff = self._edu_staff()
        for measure in self.measure_ids.filtered(lambda measure: measure.state == "open"):
            problems += measure._edu_problems(staff)
        cases = self._edu_wanted_cases()
        rows = self.child_ids.filtered("is_planned")
        for row in rows.filtered(lambda row: row.case_id in cases):
            problems += row._edu_problems()
        gone = cases - rows.case_id
        if gone:
            problems.append(
                self.env._(
                    "Not in the plan yet: %(children)s. Fill it in once more.",
                    children=self.env._(", ").join(gone.student_id.mapped("name")),
                )
            )
        return problems

    def _edu_raise_problems(self):
        problems = self.sudo()._edu_problems()
        if problems:
            raise ValidationError(
                self.env._("This is still missing:") + "\n- " + "\n- ".join(problems)
            )
