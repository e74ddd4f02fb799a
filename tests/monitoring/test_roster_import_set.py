"""Written as a set, the rows are the ones that the ORM would have written."""

from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...models.core.set_writer import SetWriter
from ...models.monitoring import roster_import
from ...models.monitoring.roster_write import FOLLOWING, OWN_COLUMNS
from ...tools.identity import make_disability_no, make_identity, make_student_no
from ...tools.sample import SHORT
from .orm_writer import OrmWriter
from .roster_common import RosterCommon

LAYOUT = (
    *SHORT,
    ("村", "village"),
    ("曾用名", "former_name"),
    ("成员1工作单位", "guardian1_workplace"),
)
#: what differs between two runs of the same thing, or between two ciphers of one value
OWN_TO_A_RUN = ("id", "message_id", "create_date", "write_date", "date")
TABLES = {
    "edu_student": ("name", "id_number_digest"),
    "edu_guardian": ("name", "sequence", "phone_digest", "workplace"),
    "edu_class": ("school_id", "grade", "number"),
    "edu_entrant": ("grade",),
    "edu_roster_check_line": ("name_pinyin",),
    "edu_code_edu_student_rel": (),
    "mail_message": ("model", "body", "subtype_id"),
    "mail_tracking_value": (),
    "mail_followers": (),
}


@tagged("post_install", "-at_install")
class TestRosterImportSet(RosterCommon):
    def rows_of(self, table):
        """Every row of a table, without what differs from run to run, references to children and
        guardians told by their names."""
        rows = self.env.execute_query_dict(
            SQL("SELECT row_to_json(t)::jsonb AS row FROM %s t", SQL.identifier(table))
        )
        names = dict(
            self.env.execute_query(SQL("SELECT id, name || national_no_digest FROM edu_student"))
        )
        out = []
        for line in rows:
            row = {
                key: value
                for key, value in line["row"].items()
                if key not in OWN_TO_A_RUN and not key.endswith("_cipher")
            }
            for key, value in line["row"].items():
                if key.endswith("_cipher"):
                    row[key] = bool(value)
                elif key in ("student_id", "edu_student_id"):
                    row[key] = names.get(value, value)
                elif key == "class_id" and value:
                    klass = self.env["edu.class"].browse(value)
                    row[key] = (klass.school_id.id, klass.grade, klass.number)
            if row.get("model") == "edu.student" and "res_id" in row:
                row["res_id"] = names.get(row["res_id"], row["res_id"])
            out.append(row)
        return sorted(out, key=lambda row: sorted((k, str(v)) for k, v in row.items()))

    def clear_values(self):
        """Every secret of the county's children and guardians in clear, by name."""
        out = []
        for model in ("edu.student", "edu.guardian"):
            records = self.env[model].sudo().with_context(active_test=False).search([])
            for name in records._edu_secret_fields():
                clear = records._edu_secret_clear(name)
                out += [(record.name, name, clear[record.id] or "") for record in records]
        return sorted(out)

    def outcome(self, writer, files, **values):
        """What the tables hold after importing ``files`` one after the other, taken back again."""
        self.patch(roster_import, "RosterWriter", writer)
        with self.env.cr.savepoint() as savepoint:
            counts = [
                self.counts(self.import_children(children, layout=LAYOUT, **values))
                for children in files
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            tables = {table: self.rows_of(table) for table in TABLES}
            clear = self.clear_values()
            savepoint.rollback()
        self.env.invalidate_all()
        return counts, tables, clear

    def assert_same(self, files, **values):
        expected = self.outcome(OrmWriter, files, **values)
        found = self.outcome(self.set_writer, files, **values)
        self.assertEqual(found[0], expected[0])
        for table, rows in expected[1].items():
            self.assertEqual(len(found[1][table]), len(rows), table)
            for one, other in zip(found[1][table], rows, strict=True):
                self.assertEqual(one, other, table)
        self.assertEqual(found[2], expected[2])
        return found

    def setUp(self):
        super().setUp()
        # the writer that the others are patched over
        self.set_writer = roster_import.RosterWriter

    def children(self):
        """Children of every kind that a row can make."""
        number = self.child(9)["id_number"]
        return [
            self.child(1),
            self.child(2, class_number=None),
            self.child(3, class_number=2, guardian2_name="李梅", guardian2_relation="mother"),
            self.child(
                4,
                former_name="王小小\\n",
                boarding=True,
                left_behind=True,
                migrant=False,
                household_kind="农业户口",
                guardian1_is_legal=False,
                guardian1_workplace="青禾县\t粮站",
                guardian1_id_number=make_identity(date(1985, 4, 5), "male", 4),
            ),
            self.child(5, address="广东省东莞市长安镇", household_area=None, village="石桥村"),
            self.child(6, registry_state="suspended", study_mode=None, entry_month=None),
            self.child(7, class_number=8),
            self.child(8, id_type="A", id_number="E12345678", national_no=None),
            self.child(
                9,
                disability_type="4",
                placement="home",
                disability_no=make_disability_no(number, 4, 2),
            ),
            self.child(10, guardian1_name=None, guardian1_relation=None, guardian1_phone=None),
            self.child(11, ethnicity=None, gender="female"),
            self.child(17, grade=None, class_number=None),
        ]

    def test_new_children(self):
        _counts, tables, _clear = self.assert_same([self.children()], create_missing_classes=True)
        made = [row for row in tables["edu_student"] if row["create_uid"] != self.env.uid]
        self.assertEqual(len(made), 12)

    def test_changed_children(self):
        first = self.children()
        changed = [dict(child) for child in first]
        changed[0].update(name="王大明", class_number=2)
        changed[1].update(class_number=1)
        changed[2].update(guardian1_phone="16900009999", guardian2_name="李小梅")
        changed[3].update(
            class_number=None, grade=4, address="青禾县西岭乡石桥村2号", boarding=False
        )
        changed[4].update(household_area="青禾县西岭乡石桥村", village="柳树村")
        changed[5].update(registry_state="graduated")
        changed[6].update(class_number=12)
        changed[7].update(id_number="E12345679", name="王外")
        changed[9].update(
            guardian1_name="钱新", guardian1_relation="father", registry_state="abroad"
        )
        self.assert_same([first, changed], create_missing_classes=True)

    def test_children_that_move(self):
        child = self.child(12)
        self.make_student(
            self.class_b,
            name=child["name"],
            id_number=child["id_number"],
            national_no=child["national_no"],
        ).sudo().write({"expected_school_id": self.school_a.id, "expected_grade": 3})
        self.assert_same([[child, self.child(13)]])

    def test_temporary_numbers_and_completed_entries(self):
        child = self.child(14)
        temporary = make_student_no(child["birthdate"], "male", 214, "L")
        self.make_student(
            self.class_a,
            name="赵一",
            id_number=self.child(15)["id_number"],
            national_no=False,
            registry_completion="applied",
        )
        self.assert_same(
            [[{**child, "national_no": temporary}], [child, self.child(15, name="赵一")]]
        )

    def test_lines_of_an_open_check_follow_the_child(self):
        child = self.child(16)
        self.import_children([child])
        self.term._edu_open(self.school_a)
        self.assertTrue(self.students(child).roster_line_ids)
        self.assert_same(
            [[{**child, "name": "吕新", "address": "青禾县西岭乡石桥村5号", "class_number": 2}]]
        )

    def test_nothing_is_passed_over_that_the_model_would_do(self):
        """Whoever adds a stored compute, a constraint or an override meets this test."""
        students, guardians = self.env["edu.student"], self.env["edu.guardian"]
        for model, own in ((students, OWN_COLUMNS), (guardians, FOLLOWING)):
            computed = {
                name
                for name, field in model._fields.items()
                if field.store and field.compute and field.column_type
            }
            self.assertEqual(computed, set(own), model._name)
        own_constraints = {
            method.__name__
            for model in (students, guardians)
            for method in model._constraint_methods
            if "edu_dropout_control" in method.__module__
        }
        self.assertEqual(own_constraints, {"_check_birthdate", "_check_class"})

    def test_the_models_constraints_hold_though_no_create_is_called(self):
        writer = self.set_writer(
            self.env(user=self.user["records_admin"]), self.upload_children([])._edu_job()
        )
        for vals, words in (
            ({"class_id": self.class_b.id}, "belong together"),
            ({"birthdate": date(2026, 9, 3)}, "future"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(Exception, words):
                self.write(writer, {"name": "某", "school_id": self.school_a.id, **vals})

    def write(self, writer, vals):
        ids = writer.student_set.insert([writer._filled(vals, is_new=True)])
        writer._check(ids)
        return ids

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_rights_and_rules_hold_though_no_create_is_called(self):
        def writer(user, model="edu.student"):
            return SetWriter(self.env(user=user)[model])

        vals = {"name": "某", "school_id": self.school_b.id}
        admin, dean = self.user["records_admin"], self.user["dean"]
        with self.assertRaises(AccessError):
            writer(admin).insert([vals])
        with self.assertRaises(AccessError):
            writer(dean).insert([{**vals, "school_id": self.school_a.id}])
        with self.assertRaises(AccessError):
            writer(admin).update({self.other_student.id: {"former_name": "某"}})
        with self.assertRaises(AccessError):
            writer(dean).update({self.student.id: {"former_name": "某"}})
        with self.assertRaises(AccessError):
            writer(admin).update({self.student.id: {"school_id": self.school_b.id}})
        with self.assertRaises(AccessError):
            writer(admin, "edu.guardian").insert(
                [{"name": "某", "student_id": self.other_student.id}]
            )
        self.env.invalidate_all()

    def test_a_wrong_choice_is_refused(self):
        with self.assertRaises(ValueError):
            SetWriter(self.env["edu.student"]).insert(
                [{"name": "某", "school_id": self.school_a.id, "gender": "neither"}]
            )

    def test_what_was_read_before_is_read_anew(self):
        child = self.child(20)
        self.import_children([child])
        student = self.students(child)
        self.assertEqual(student.class_id.student_ids & student, student)
        self.assertEqual(student.guardian_ids.class_id, self.class_a)
        roster = self.upload_children([{**child, "class_number": 2, "guardian2_name": "李梅"}])
        roster.action_read()
        roster.action_preview()
        count = self.class_a.student_count
        roster.action_import()
        self.assertEqual(student.class_id, self.class_a2)
        self.assertEqual(len(student.guardian_ids), 2)
        self.assertEqual(student.guardian_ids.class_id, self.class_a2)
        self.assertEqual(self.class_a.student_count, count - 1)
        self.assertIn(student, self.class_a2.student_ids)
        self.assertNotIn(student, self.class_a.student_ids)

    def test_rows_are_written_in_the_order_of_the_file(self):
        children = [self.child(n, birthdate=date(2018, 3, 1) + timedelta(n)) for n in range(21, 40)]
        self.import_children(children)
        students = self.students(*children)
        self.assertEqual(students.ids, sorted(students.ids))
        self.assertEqual(students.mapped("name"), [child["name"] for child in children])

    def test_no_clear_number_in_what_is_staged(self):
        child = self.child(41, guardian1_id_number=make_identity(date(1985, 4, 5), "male", 41))
        self.import_children([child])
        for table in ("edu_student", "edu_guardian"):
            staged = SQL.identifier(f"edu_staged_{table}")
            rows = self.env.execute_query(SQL("SELECT row_to_json(t)::text FROM %s t", staged))
            self.assertTrue(rows)
            text = " ".join(row[0] for row in rows)
            for key in (
                "id_number",
                "national_no",
                "guardian1_phone",
                "address",
                "guardian1_id_number",
            ):
                self.assertNotIn(child[key], text)
        dropped = self.env.execute_query(
            SQL("SELECT relname FROM pg_class WHERE relname LIKE %s", "edu_staged%")
        )
        self.assertTrue(dropped, "they are there until the transaction ends")
