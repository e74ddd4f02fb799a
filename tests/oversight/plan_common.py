"""Work plans of a term that is open: filled in, signed, submitted, approved."""

from ..casework.common import CaseCommon


class PlanCommon(CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.term.with_user(cls.user["bureau"]).action_open()
        cls.plan = cls.plan_of(cls.school_a)

    @classmethod
    def plan_of(cls, school, term=None):
        return cls.env["edu.work.plan"].search(
            [("school_id", "=", school.id), ("term_id", "=", (term or cls.term).id)]
        )

    @classmethod
    def make_term(cls, **values):
        """The spring term, opened."""
        term = cls.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "spring",
                "start_date": "2027-03-01",
                "end_date": "2027-07-09",
                **values,
            }
        )
        term._edu_open(cls.school_a | cls.school_b)
        return term

    @classmethod
    def fill(cls, plan=None):
        """Fill it in and put down what the template does not know."""
        plan = plan or cls.plan
        cls.as_user(cls, plan, "records_admin").action_fill()
        for measure in plan.measure_ids:
            measure.responsible_id = measure.responsible_id or cls.user["dean"]
        for child in plan.child_ids:
            child.target_on = child.target_on or "2026-10-10"
            child.persuader_id = child.persuader_id or cls.user["class_teacher"]
        return plan

    @classmethod
    def sign(cls, plan=None):
        plan = cls.fill(plan)
        cls.as_user(cls, plan, "records_admin").action_sign_filled()
        cls.as_user(cls, plan, "principal").action_sign_reviewed()
        return plan

    @classmethod
    def submit(cls, plan=None):
        plan = cls.sign(plan)
        cls.as_user(cls, plan, "principal").action_submit()
        return plan

    @classmethod
    def approve(cls, plan=None):
        plan = cls.submit(plan)
        cls.as_user(cls, plan, "bureau").action_approve()
        return plan

    @classmethod
    def step(cls, record, step, role, **values):
        """Take a step that asks for something, as the person of ``role``."""
        if step == "withdraw":
            values.update(res_model=record._name, res_id=record.id)
            wizard = cls.env["edu.signoff.withdraw"].with_user(cls.user[role])
            return wizard.create({"reason": " ", **values}).action_confirm()
        name = "plan_id" if record._name == "edu.work.plan" else "measure_id"
        wizard = cls.env["edu.work.plan.step"].with_user(cls.user[role])
        return wizard.create({name: record.id, "step": step, **values}).action_confirm()
