import json

from odoo.tests import BaseCase, tagged

from ..e2e.server import ApiError, RealServer

SCRIPT = """
from datetime import timedelta
import json
from freezegun import freeze_time
from odoo.addons.edu_dropout_control.tests.oversight.common import ReportCommon

class County(ReportCommon):
    pass

County.env = env(context={**env.context, "no_reset_password": True})
County._serial = 0
with freeze_time(County.freeze):
    County.make_county()
    County.term.with_user(County.user["bureau"]).action_open()
    County.report = County.report_of(County.school_a)
    County.close_check()
    County.sign(County.report, "checked", "filled")
keys = {
    role: env["res.users.apikeys"].with_user(County.user[role])._generate(
        None, "test", env.cr.now() + timedelta(days=1))
    for role in ("principal", "vice_principal", "bureau", "records_admin")
}
env.cr.commit()
print("RESULT " + json.dumps({"keys": keys, "report": County.report.id}))
"""


@tagged("post_install", "-at_install")
class TestTwoSignAtOnce(BaseCase):
    """Two people, one report, the same moment: on a real server."""

    def test_one_chain_one_review_one_decision(self):
        with RealServer(SCRIPT) as server:
            line = next(line for line in server.output.splitlines() if line.startswith("RESULT "))
            made = json.loads(line.removeprefix("RESULT "))
            keys, ids = made["keys"], [made["report"]]

            def together(*calls):
                results = server.together(
                    *(
                        (keys[role], "edu.dropout.report", method, {"ids": ids})
                        for role, method in calls
                    )
                )
                return [result for result in results if isinstance(result, ApiError)]

            # both leaders review at once: one signature, the other is told to reload
            refused = together(
                ("principal", "action_sign_reviewed"), ("vice_principal", "action_sign_reviewed")
            )
            self.assertEqual(len(refused), 1)
            self.assertIn("order is", refused[0].message)
            signoffs = server.call(
                keys["principal"],
                "edu.signoff",
                "search_read",
                domain=[("res_model", "=", "edu.dropout.report"), ("res_id", "in", ids)],
                fields=["role", "sequence", "previous_hash", "hash"],
            )
            self.assertEqual([s["role"] for s in signoffs], ["checked", "filled", "reviewed"])
            self.assertEqual(
                [s["previous_hash"] for s in signoffs], [False, *(s["hash"] for s in signoffs[:2])]
            )

            # both submit at once: one submission
            refused = together(("principal", "action_submit"), ("vice_principal", "action_submit"))
            self.assertEqual(len(refused), 1)
            self.assertIn("already", refused[0].message)

            # the bureau accepts in two windows
            refused = together(("bureau", "action_accept"), ("bureau", "action_accept"))
            self.assertEqual(len(refused), 1)
            [report] = server.call(
                keys["principal"], "edu.dropout.report", "read", ids=ids, fields=["state"]
            )
            self.assertEqual(report["state"], "accepted")
            answer = server.call(
                keys["principal"], "edu.dropout.report", "action_signoff_verify", ids=ids
            )
            self.assertEqual(answer["params"]["type"], "success")
