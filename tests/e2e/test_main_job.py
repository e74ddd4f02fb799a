"""The main job from a registry file to a child back in school, through the public API (JSON-2) of a
real server, by the people whose job it is, two of them at once where they would collide. Then the
dump, the file store and the DEBUG log are searched for every number of a child that was used."""

import base64
import csv
import io
import json
from datetime import date, timedelta

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ...tools.identity import make_identity, make_phone, make_student_no
from ...tools.sample import SHORT, cell
from .server import ApiError, RealServer

# Run by an Odoo shell on the copy: the tests' county around today, and a key for everybody.
SCRIPT = """
import json
from datetime import date, timedelta
from odoo.addons.edu_dropout_control.tests.common import CountyMixin

class County(CountyMixin):
    pass

County.env = env(context={"no_reset_password": True})
today = env["edu.policy"]._edu_today()
County.term_start, County.term_end = today - timedelta(days=2), today + timedelta(days=120)
County.make_county()
if not env["edu.policy"]._edu_is_workday(today):  # a roll is called on school days
    Day = env["edu.calendar.day"]
    Day.search([("date", "=", today)]).unlink()
    Day.create({"date": today, "kind": "workday", "name": "e2e"})
second = County.make_user("class_teacher_2", "class_teacher", County.class_a)
people = {**County.user, "class_teacher_2": second}
keys = {}
for role, user in people.items():
    Keys = env(user=user.id)["res.users.apikeys"].sudo()
    keys[role] = Keys._generate("rpc", "e2e", date.today() + timedelta(days=1))
env.cr.commit()
clear = []
for child in County.student | County.other_student:
    for name in ("id_number", "national_no", "address"):
        clear += child._edu_secret_clear(name).values()
    clear += child.guardian_ids._edu_secret_clear("phone").values()
print("E2E" + json.dumps({
    "keys": keys, "clear": clear, "term": County.term.id, "school": County.school_a.id,
    "class": County.class_a.id, "school_code": County.school_a.code,
    "today": today.isoformat(), "dean": people["dean"].id, "teacher": people["class_teacher"].id,
}))
"""


@tagged("post_install", "-at_install")
class TestMainJob(BaseCase):
    def child(self, serial):
        born = date(2018, 3, 1) + timedelta(days=serial)
        return {
            "school_name": "东河中心小学",
            "school_code": self.facts["school_code"],
            "name": "赵" + "一二三四五六七八"[serial] + "明",
            "gender": "male",
            "birthdate": born,
            "id_type": "1",
            "id_number": make_identity(born, "male", 400 + serial),
            "national_no": make_student_no(born, "male", 400 + serial),
            "grade": 3,
            "class_number": 1,
            "registry_state": "enrolled",
            "guardian1_name": "赵大山",
            "guardian1_relation": "father",
            "guardian1_phone": make_phone(7000 + serial),
        }

    def roster(self, children):
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow([header for header, _key in SHORT])
        for child in children:
            writer.writerow([cell(key, child.get(key)) if key else "" for _header, key in SHORT])
        return out.getvalue().encode()

    def call(self, role, model, method, **arguments):
        return self.server.call(self.facts["keys"][role], model, method, **arguments)

    def read(self, role, model, domain, *names):
        return self.call(role, model, "search_read", domain=domain, fields=list(names))

    def test_from_a_registry_file_to_a_child_back_in_school(self):
        with RealServer(SCRIPT) as self.server:
            line = next(row for row in self.server.output.splitlines() if row.startswith("E2E"))
            self.facts = json.loads(line[3:])
            children = [self.child(serial) for serial in range(8)]
            wrong = {**children[7], "id_number": children[7]["id_number"][:-1] + "!"}
            data = self.roster([*children[:7], wrong])
            self._import(data)
            self._check()
            self._case()
            self._report()
            numbers = set(self.facts["clear"]) - {None, "", False}
            for child in children:
                numbers |= {child["id_number"], child["national_no"], child["guardian1_phone"]}
            self._search(numbers, children[0])
            self.server.stop()
            self._leaks(numbers, data)

    def _import(self, data):
        [roster] = self.call(
            "records_admin",
            "edu.roster.import",
            "create",
            vals_list=[
                {
                    "school_id": self.facts["school"],
                    "upload": base64.b64encode(data).decode(),
                    "upload_name": "学生.csv",
                }
            ],
        )
        for step in ("action_read", "action_preview", "action_import"):
            self.call("records_admin", "edu.roster.import", step, ids=[roster])
        children = self.read(
            "records_admin", "edu.student", [["name", "=like", "赵%"]], "name", "id_number"
        )
        self.assertEqual(len(children), 7, "the good rows are in, the bad one is not")
        for child in children:
            self.assertRegex(child["id_number"], r"^\*+.{2}$")
        with self.assertRaises(ApiError):
            self.call("township", "edu.roster.import", "action_import", ids=[roster])

    def _check(self):
        with self.assertRaises(ApiError):
            self.call("class_teacher", "edu.term", "action_open", ids=[self.facts["term"]])
        self.call("bureau", "edu.term", "action_open", ids=[self.facts["term"]])
        [self.sheet] = [
            row["id"]
            for row in self.read(
                "class_teacher", "edu.roster.sheet", [["class_id", "=", self.facts["class"]]]
            )
        ]
        lines = self.read(
            "class_teacher", "edu.roster.check.line", [["sheet_id", "=", self.sheet]], "student_id"
        )
        self.assertEqual(len(lines), 8)
        missing, first, second, *rest = lines
        today = self.facts["today"]

        def marks(line):
            return {
                "ids": [self.sheet],
                "changes": [
                    {"line_id": missing["id"], "outcome": "suspected", "missing_since": today},
                    {"line_id": line["id"], "outcome": "arrived"},
                ],
            }

        keys = self.facts["keys"]
        both = self.server.together(
            (keys["class_teacher"], "edu.roster.sheet", "action_mark", marks(first)),
            (keys["class_teacher_2"], "edu.roster.sheet", "action_mark", marks(second)),
        )
        self.assertEqual(both, [True, True])
        found = {
            row["id"]: row["outcome"]
            for row in self.read(
                "class_teacher", "edu.roster.check.line", [["sheet_id", "=", self.sheet]], "outcome"
            )
        }
        self.assertEqual(found[first["id"]], "arrived", "no lost update")
        self.assertEqual(found[second["id"]], "arrived", "no lost update")
        self.assertEqual(found[missing["id"]], "suspected")
        cases = self.read("class_teacher", "edu.dropout.case", [], "student_id", "state")
        self.assertEqual(len(cases), 1, "two teachers, one case")
        self.assertEqual(cases[0]["student_id"][0], missing["student_id"][0])
        self.case = cases[0]["id"]
        with self.assertRaisesRegex(ApiError, "9"):
            self.call(
                "class_teacher",
                "edu.roster.sheet",
                "action_mark",
                ids=[self.sheet],
                changes=[],
                heads=9,
                rest=True,
            )
        self.call(
            "class_teacher",
            "edu.roster.sheet",
            "action_mark",
            ids=[self.sheet],
            changes=[],
            heads=2 + len(rest),
            rest=True,
        )
        self.call("class_teacher", "edu.roster.sheet", "action_sign", ids=[self.sheet])
        self._roll(first["student_id"][0], second["student_id"][0])

    def _roll(self, first, second):
        """Two teachers call the class in the same moment, each with another child absent."""
        keys, today = self.facts["keys"], self.facts["today"]

        def absent(student):
            change = {"student_id": student, "was": "here", "status": "absent"}
            return {
                "class_id": self.facts["class"],
                "school_id": False,
                "date": today,
                "kind": "day",
                "changes": [change],
            }

        both = self.server.together(
            (keys["class_teacher"], "edu.roll.call", "action_call", absent(first)),
            (keys["class_teacher_2"], "edu.roll.call", "action_call", absent(second)),
        )
        self.assertEqual(sorted(each["merged"] for each in both), [False, True])
        absences = self.read("class_teacher", "edu.absence", [["date", "=", today]], "student_id")
        self.assertEqual({row["student_id"][0] for row in absences}, {first, second})
        calls = self.read("class_teacher", "edu.roll.call", [], "absent_count")
        self.assertEqual([row["absent_count"] for row in calls], [2], "one call, no lost update")

    def _case(self):
        keys, case = self.facts["keys"], {"ids": [self.case]}
        self.call("class_teacher", "edu.dropout.case", "action_verify", **case)
        self.call(
            "class_teacher",
            "edu.visit",
            "create",
            vals_list=[
                {
                    "case_id": self.case,
                    "method": "home",
                    "visitor_ids": [[6, 0, [self.facts["teacher"], self.facts["dean"]]]],
                    "met": "父亲",
                    "situation": "孩子在家",
                    "result": "promised",
                }
            ],
        )
        with self.assertRaises(ApiError):
            self.call("principal", "edu.dropout.case", "write", vals={"state": "closed"}, **case)
        codes = {
            row["code"]: row["id"]
            for row in self.read(
                "principal",
                "edu.code",
                [["code", "in", ["weary", "home"]], ["kind", "in", ["cause", "whereabouts"]]],
                "code",
            )
        }
        values = {
            "cause_id": codes["weary"],
            "whereabouts_id": codes["home"],
            "township_responsible_name": "王村干",
        }
        self.call("principal", "edu.dropout.case", "write", vals=values, **case)
        both = self.server.together(
            (
                keys["dean"],
                "edu.dropout.case",
                "write",
                {"vals": {"cause_note": "听不懂课"}, **case},
            ),
            (
                keys["vice_principal"],
                "edu.dropout.case",
                "write",
                {"vals": {"plan": "每周家访"}, **case},
            ),
        )
        self.assertEqual(both, [True, True])
        [row] = self.read(
            "principal", "edu.dropout.case", [["id", "=", self.case]], "cause_note", "plan"
        )
        self.assertEqual((row["cause_note"], row["plan"]), ("听不懂课", "每周家访"))
        self.call("principal", "edu.dropout.case", "action_confirm", **case)
        with self.assertRaisesRegex(ApiError, "article 58"):
            self.call("township", "edu.dropout.case", "action_new_deadline_notice", **case)
        back = {"note": "家长送到学校", **case}
        both = self.server.together(
            (keys["principal"], "edu.dropout.case", "action_return", back),
            (keys["vice_principal"], "edu.dropout.case", "action_return", back),
        )
        self.assertEqual(sorted(map(type, both), key=str), sorted([bool, ApiError], key=str))
        [row] = self.read("principal", "edu.dropout.case", [["id", "=", self.case]], "state")
        self.assertEqual(row["state"], "returned")

    def _report(self):
        [check] = [
            row["id"]
            for row in self.read(
                "records_admin", "edu.roster.check", [["school_id", "=", self.facts["school"]]]
            )
        ]
        self.call("records_admin", "edu.roster.check", "action_close", ids=[check])
        domain = [["school_id", "=", self.facts["school"]], ["term_id", "=", self.facts["term"]]]
        [report] = [row["id"] for row in self.read("records_admin", "edu.dropout.report", domain)]
        for role, step in (
            ("records_admin", "action_refresh"),
            ("records_admin", "action_sign_checked"),
            ("dean", "action_sign_filled"),
            ("principal", "action_sign_reviewed"),
            ("principal", "action_submit"),
            ("township", "action_receive"),
            ("bureau", "action_accept"),
        ):
            self.call(role, "edu.dropout.report", step, ids=[report])
        [row] = self.read("bureau", "edu.dropout.report", [["id", "=", report]], "state")
        self.assertEqual(row["state"], "accepted")

    def _search(self, numbers, child):
        """A full number finds, a part finds nothing, showing it takes a reason."""
        domain = [["id_number", "=", child["id_number"]]]
        [found] = self.read("records_admin", "edu.student", domain, "name")
        self.assertEqual(found["name"], child["name"])
        part = [["id_number", "ilike", child["id_number"][4:14]]]
        self.assertFalse(self.read("records_admin", "edu.student", part))
        reveal = {"ids": [found["id"]], "field_name": "id_number"}
        with self.assertRaises(ApiError):
            self.call("records_admin", "edu.student", "edu_reveal", reason="", **reveal)
        shown = self.call("records_admin", "edu.student", "edu_reveal", reason="核对证件", **reveal)
        self.assertIn(child["id_number"], json.dumps(shown))

    def _leaks(self, numbers, data):
        self.assertGreater(len(numbers), 25)
        places = {"dump": self.server.dump(), "log": self.server.log.read_bytes()}
        self.assertIn(b"edu_student", places["dump"])
        self.assertGreater(len(places["log"]), 100_000, "the log is a DEBUG log")
        files = self.server.files()
        places.update({str(path): path.read_bytes() for path in files})
        sealed = base64.b64encode(data)[200:260]
        for place, content in places.items():
            for number in numbers:
                self.assertFalse(number.encode() in content, f"a number stands in clear: {place}")
            self.assertFalse(sealed in content, f"the uploaded file stands in clear: {place}")
