"""The writer of a roster import as the ORM would do it: what the set-based one is held against."""

from collections import defaultdict

from ...models.monitoring.roster_plan import CREATE, UPDATE
from ...models.monitoring.roster_write import RosterWriter


class OrmWriter(RosterWriter):
    """Record by record, through ``create`` and ``write``."""

    def _write_batch(self, plans):
        self._make_classes(plans)
        new = [plan for plan in plans if plan.action == CREATE]
        changed = [plan for plan in plans if plan.action == UPDATE]
        for plan in new:
            plan.student_id = self.students.create(plan.vals).id
        for plan in changed:
            student = self.students.browse(plan.student_id)
            vals = dict(plan.vals)
            if plan.move:
                klass = self.env["edu.class"].browse(vals.pop("class_id", None) or [])
                grade = vals.pop("grade", None) or klass.grade
                student._edu_move(self.env["edu.school"].browse(plan.school_id), klass, grade)
            if vals:
                student.write(vals)
            if plan.state:
                student._edu_set_state(plan.state)
        guardians = defaultdict(list)
        for plan in plans:
            for guardian_id, vals in plan.guardians:
                if guardian_id:
                    self.guardians.browse(guardian_id).write(vals)
                else:
                    guardians[plan.student_id].append({**vals, "student_id": plan.student_id})
        for vals_list in guardians.values():
            self.guardians.create(vals_list)
        self._expect(plans)
        self.students.env.flush_all()
        self._tell(new, changed)

    def _log(self, bodies):
        self.env["edu.student"].browse(bodies)._message_log_batch(bodies=bodies)
