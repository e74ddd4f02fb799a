from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_signing import SigningCommon


@tagged("post_install", "-at_install")
class TestVerifyAll(SigningCommon):
    """Chains are computed anew: those shown, and at night all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.submit()

    def break_it(self):
        self.tamper(
            "UPDATE edu_signoff SET person_name = 'Somebody' WHERE id = %s",
            self.report.signoff_ids[0].id,
        )

    def shown(self, role, domain=()):
        signoffs = self.env["edu.signoff"].with_user(self.user[role])
        return signoffs.with_context(active_domain=list(domain)).action_verify_shown()

    def test_all_hold(self):
        for role in ("inspector", "county_admin"):
            with self.subTest(role=role):
                action = self.shown(role)
                self.assertEqual(action["params"]["type"], "success")
        self.assertFalse(self.env["edu.signoff.fault"].search([]))

    def test_altered_document_is_named(self):
        self.break_it()
        for role in ("inspector", "county_admin"):
            with self.subTest(role=role):
                action = self.shown(role)
                faults = self.env["edu.signoff.fault"].with_user(self.user[role])
                fault = faults.search(action["domain"])
                self.assertEqual(fault.document, self.report.display_name)
                self.assertIn("altered", fault.problems)

    def test_only_what_is_shown(self):
        self.break_it()
        action = self.shown("inspector", [("res_model", "=", "edu.roster.sheet")])
        self.assertNotIn("domain", action)
        chosen = self.report.signoff_ids[0].with_user(self.user["inspector"])
        self.assertEqual(chosen.action_verify_shown()["res_model"], "edu.signoff.fault")

    def test_fault_goes_when_the_chain_holds_again(self):
        name = self.report.signoff_ids[0].person_name
        self.break_it()
        self.shown("inspector")
        self.tamper(
            "UPDATE edu_signoff SET person_name = %s WHERE id = %s",
            name,
            self.report.signoff_ids[0].id,
        )
        fault = self.env["edu.signoff.fault"].search([])
        self.assertEqual(
            fault.with_user(self.user["inspector"]).action_verify()["params"]["type"], "success"
        )
        self.assertFalse(fault.exists())

    def test_last_signature_cut_off_is_missed(self):
        """A chain without its end is whole in itself: the document says what must be there."""
        review = self.report.signoff_ids.filtered(lambda signoff: signoff.role == "reviewed")
        self.tamper("DELETE FROM edu_signoff WHERE id >= %s", review.id)
        self.assertIn(
            "a signature is missing: Reviewed", "".join(self.report._edu_signoff_verify())
        )

    def test_document_that_is_gone(self):
        sheet = self.env["edu.roster.sheet"].search([("state", "=", "signed")], limit=1)
        key = ("edu.roster.sheet", sheet.id)
        self.tamper("DELETE FROM edu_roster_sheet WHERE id = %s", sheet.id)
        faults, new = self.env["edu.signoff.fault"]._edu_verify([key])
        self.assertEqual(faults, new)
        self.assertIn("no longer there", faults.problems)

    def test_who_sees_what(self):
        self.break_it()
        self.shown("inspector")
        Fault, Signoff = self.env["edu.signoff.fault"], self.env["edu.signoff"]
        for role, sees in (
            ("inspector", True),
            ("county_admin", True),
            ("principal", True),
            ("class_teacher", False),
            ("student_aid", False),
        ):
            with self.subTest(role=role):
                self.assertEqual(bool(Fault.with_user(self.user[role]).search([])), sees)
        other = self.other_user["inspector"]
        self.assertFalse(Fault.with_user(other).search([]))
        self.assertFalse(Signoff.with_user(other).search([]))
        admin = self.report.signoff_ids.with_user(self.user["county_admin"])
        self.assertEqual(admin[0].document, self.report.display_name)
        with self.assertRaises(AccessError):
            admin[0].action_open_document()
        inspector = self.report.signoff_ids[0].with_user(self.user["inspector"])
        self.assertEqual(inspector.action_open_document()["res_id"], self.report.id)

    def test_county_administrator_reads_no_reason(self):
        """It may name a child."""
        self.as_user(self.report, "bureau")._edu_return("张小明的原因要补充")
        entry = self.report.signoff_ids[-1]
        inspector = entry.with_user(self.user["inspector"])
        self.assertEqual(inspector.read(["reason"])[0]["reason"], "张小明的原因要补充")
        admin = entry.with_user(self.user["county_admin"])
        with self.assertRaises(AccessError):
            admin.read(["reason"])
        self.assertNotIn("reason", admin.read()[0])
        self.assertNotIn('name="reason"', admin.get_view(view_type="form")["arch"])

    def told(self):
        """What the county administrator was told of the report."""
        office = self.env["edu.policy"]._edu_office_env()
        name = self.report.with_env(office).display_name
        partner = self.user["county_admin"].partner_id
        messages = self.env["mail.message"].search([("partner_ids", "in", partner.ids)])
        return messages.filtered(lambda message: name in message.body)

    def test_at_night_what_does_not_hold_is_written_in_the_countys_language(self):
        self.break_it()
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_signoff_verify").method_direct_trigger()
        problems = self.env["edu.signoff.fault"].search([]).problems
        office = self.report.with_env(self.env["edu.policy"]._edu_office_env())
        self.assertEqual(problems, "\n".join(office._edu_signoff_verify()))

    def test_at_night_all_chains_in_batches(self):
        self.break_it()
        self.patch(type(self.env["edu.signoff.fault"])._edu_chains_after, "__defaults__", (2,))
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_signoff_verify").method_direct_trigger()
        fault = self.env["edu.signoff.fault"].search([])
        self.assertEqual(fault.res_id, self.report.id)
        message = self.told()
        self.assertEqual(len(message), 1)
        self.assertLessEqual(
            (self.user["county_admin"] | self.user["inspector"]).partner_id, message.partner_ids
        )
        self.assertNotIn(self.user["principal"].partner_id, message.partner_ids)
        with self.enter_registry_test_mode():
            self.env.ref("edu_dropout_control.cron_signoff_verify").method_direct_trigger()
        self.assertEqual(self.told(), message)

    def test_number_of_queries_does_not_follow_the_number_of_rows(self):
        """The rows of a batch are read at once; a document adds what its own content takes."""
        report = self.report_of(self.point_a)
        check = self.env["edu.roster.check"].search([("school_id", "=", self.point_a.id)])
        check.with_user(self.user["records_admin"]).action_close()
        self.submit(report)
        for _time in range(3):
            self.as_user(report, "bureau")._edu_return("x")
            self.submit(report)
        Fault = self.env["edu.signoff.fault"]
        counts = []
        for one in (self.report, report):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Fault._edu_verify([(one._name, one.id)])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertGreater(len(report.signoff_ids), 3 * len(self.report.signoff_ids))
        self.assertLessEqual(counts[1], counts[0])
