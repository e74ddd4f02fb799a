from datetime import date

from ..monitoring.common import MonitoringCommon
from .common import HomeCommon


class TestHomeNeed(HomeCommon):
    """Disabled children of school age whom nobody teaches: nobody is missed."""

    def needs(self, **values):
        child = self.make_disabled(self.class_a, **values)
        found = self.env["edu.student"].search([("home_need", "!=", False), ("id", "=", child.id)])
        self.assertEqual(bool(found), bool(child.home_need), "compute and search agree")
        return child.home_need

    def test_in_no_school(self):
        for state in ("expected", "dropped_out", "other"):
            self.assertEqual(self.needs(enrolment_state=state), "not_placed")
        self.assertEqual(self.needs(enrolment_state="suspended"), "suspended")

    def test_in_school(self):
        for placement in ("regular", "special_school", "special_class", "remote"):
            self.assertFalse(self.needs(placement=placement))

    def test_gone(self):
        for state in ("transferred_out", "graduated", "deceased", "abroad"):
            self.assertFalse(self.needs(enrolment_state=state))

    def test_of_school_age(self):
        for born, need in (
            (date(2020, 9, 2), "not_placed"),
            (date(2020, 9, 3), False),
            (date(2010, 9, 3), "not_placed"),
            (date(2010, 9, 2), False),
        ):
            self.assertEqual(self.needs(enrolment_state="expected", birthdate=born), need)

    def test_a_certificate_alone(self):
        child = self.make_disabled(self.class_a, enrolment_state="expected")
        child.disability_type_id = False
        self.assertEqual(child.home_need, "not_placed")
        plain = self.make_student(self.class_a, enrolment_state="expected")
        self.assertFalse(plain.home_need)

    def test_at_home_with_and_without_a_plan(self):
        self.child.placement = "home"
        self.assertEqual(self.child.home_need, "no_plan")
        plan = self.make_plan()
        self.env.invalidate_all()
        self.assertFalse(self.child.home_need)
        plan._edu_close(self.code("home_end", "period"), date(2026, 9, 2))
        self.env.invalidate_all()
        self.assertEqual(self.child.home_need, "no_plan")

    def test_who_finds_whom(self):
        child = self.make_disabled(self.class_a, enrolment_state="expected")
        for role in ("bureau", "township", "principal"):
            for other in (False, True):
                found = self.as_user(self.env["edu.student"], role, other).search(
                    [("home_need", "=", "not_placed")]
                )
                self.assertEqual(child in found.sudo(), not other, role)


class TestRosterCheck(MonitoringCommon, HomeCommon):
    """A child who is taught at home is here only by a plan."""

    def open_items(self):
        self.check.action_refresh()
        self.sign_all()
        return "\n".join(self.check._edu_open_items())

    def test_no_plan_keeps_the_check_open(self):
        self.child.placement = "home"
        self.assertIn("周小树 is taught at home", self.open_items())
        self.make_plan()
        self.assertFalse(self.check._edu_open_items())

    def test_a_draft_is_not_enough(self):
        self.child.placement = "home"
        self.draft().action_submit()
        self.assertIn("周小树", self.open_items())

    def test_taught_by_another_way(self):
        self.child.placement = "remote"
        self.assertFalse(self.open_items())

    def test_who_is_missing_needs_none(self):
        self.child.placement = "home"
        self.check.action_refresh()
        self.mark(self.child, "suspected", missing_since="2026-09-01")
        self.assertFalse(self.open_items())
