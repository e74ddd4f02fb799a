import random

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError

from ...models.oversight.consolidation_half_year import DECREASES, INCREASES
from ...tools import figures as sums
from .consolidation_common import HalfYearCommon


class TestHalfYearTables(HalfYearCommon):
    """Changes of the student body, dropouts, whereabouts: against a school made by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["edu.roster.check.line"].search([]).unlink()
        a, b, junior = cls.school_a, cls.school_b, cls.junior_a

        def child(name, klass=cls.class_a, **values):
            return cls.make_student(klass, name=name, **values)

        stays, up = child("留"), child("升", gender="female")
        gone, lost, ill = child("转"), child("辍"), child("病")
        back, new, went = (
            child("回"),
            child("新", gender="female"),
            child("升学", cls.class_junior_a),
        )
        moved_in, unknown = child("转来"), child("疑")
        spring, autumn = cls.spring, cls.term
        cls.found(stays, spring, a, 3)
        cls.found(stays, autumn, a, 3)
        cls.found(up, spring, a, 3)
        cls.found(up, autumn, a, 4)
        cls.found(gone, spring, a, 3)
        cls.found(gone, autumn, b, 3, "transfer_in")
        cls.found(lost, spring, a, 3)
        cls.found(lost, autumn, a, 3, "suspected")
        cls.ledger(lost, "dropout", "2026-09-05")
        cls.found(ill, spring, a, 3)
        cls.found(ill, autumn, a, 3, "suspended")
        cls.found(back, spring, a, 3, "suspended")
        cls.found(back, autumn, a, 3, "resumed")
        cls.found(new, autumn, a, 1, "new_entry", "entrant")
        cls.found(went, spring, a, 6)
        cls.found(went, autumn, junior, 7, "new_entry", "entrant")
        cls.found(moved_in, spring, b, 3)
        cls.found(moved_in, autumn, a, 3)
        cls.found(unknown, spring, a, 3)
        cls.found(unknown, autumn, a, 3, "suspected")
        cls.ledger(unknown, "suspected", "2026-09-02")
        # on the ledger from before: one came back in June, one is still out
        cls.old, cls.out = child("旧", gender="female"), child("外")
        cls.ledger(cls.old, "dropout", "2025-11-01", "2026-06-01")
        cls.ledger(cls.out, "dropout", "2025-11-02", grade=5)
        cls.case_out = cls.env["edu.dropout.case"].create(
            {"student_id": cls.out.id, "raised_on": "2025-11-02"}
        )
        cls.case_out.whereabouts_id = cls.code("whereabouts", "home")
        cls.env["edu.dropout.case"].create(
            {"student_id": cls.old.id, "raised_on": "2025-10-20"}
        ).sudo().write({"returned_on": "2026-06-01", "state": "closed"})
        # their cases are old: nobody suspects these two any more
        for entry in cls.env["edu.ledger"].search(
            [("kind", "=", "suspected"), ("student_id", "in", (cls.old | cls.out).ids)]
        ):
            entry.date_off = entry.date_on
        cls.lost, cls.unknown, cls.gone = lost, unknown, gone
        for school in (cls.school_a, cls.junior_a, cls.point_a, cls.school_b):
            cls.check_of(school, spring)
            cls.check_of(school, autumn)

    def registers(self, schools):
        kind = self.env["edu.consolidation.half.year"]
        return kind._edu_registers(
            schools, fields.Date.to_date("2026-03-11"), fields.Date.to_date("2026-09-10"), True
        )

    def sum_of(self, tables, table, column):
        return sums.numbers_of(tables, table, None, column)

    def test_school_made_by_hand(self):
        tables, members = self.registers(self.school_a)
        self.assertEqual(
            tables["increase"],
            {
                "1": {"new_entry": [0, 1, 0]},
                "3": {"start": [5, 1, 0], "resumed": [1, 0, 0], "transfer_in": [1, 0, 0]},
                "4": {"moved_up_in": [0, 1, 0]},
                "6": {"start": [1, 0, 0]},
            },
        )
        self.assertEqual(
            tables["decrease"],
            {
                "1": {"end": [0, 1, 0]},
                "3": {
                    "moved_up_out": [0, 1, 0],
                    "transfer_out": [1, 0, 0],
                    "dropout": [1, 0, 0],
                    "suspended": [1, 0, 0],
                    "missing": [1, 0, 0],
                    "end": [3, 0, 0],
                },
                "4": {"end": [0, 1, 0]},
                "6": {"graduated": [1, 0, 0]},
            },
        )
        self.assertEqual(
            tables["dropouts"],
            {
                "3": {
                    "start": [0, 1, 0],
                    "returned": [0, 1, 0],
                    "new": [1, 0, 0],
                    "end": [1, 0, 0],
                    "suspected": [1, 0, 0],
                },
                "5": {"start": [1, 0, 0], "end": [1, 0, 0]},
            },
        )
        home = str(self.code("whereabouts", "home").id)
        self.assertEqual(tables["whereabouts"], {home: {"5": [1, 0, 0]}, "0": {"3": [1, 0, 0]}})
        self.assertEqual(members["decrease"]["3"]["dropout"], [[self.lost.id], [], []])
        self.assertNotIn("start", members["increase"]["3"])

    def test_child_that_goes_on_enters_the_junior_school(self):
        tables, _members = self.registers(self.junior_a)
        self.assertEqual(tables["increase"]["7"], {"new_entry": [1, 0, 0]})

    def test_every_grade_adds_up_whatever_happens(self):
        chance = random.Random(7)
        outcomes = (
            "arrived on_leave new_entry transfer_in resumed suspended transfer_out deceased"
            " abroad elsewhere suspected postponed never_enrolled unmarked"
        ).split()
        schools = self.school_a | self.school_b | self.junior_a
        for number in range(60):
            child = self.make_student(self.class_a, gender=chance.choice(["male", "female"]))
            for term in (self.spring, self.term):
                if chance.random() < 0.8:
                    self.found(
                        child,
                        term,
                        chance.choice(schools),
                        chance.randint(1, 9),
                        chance.choice(outcomes[:2] if chance.random() < 0.5 else outcomes),
                    )
            if number % 5 == 0:
                self.ledger(
                    child,
                    "dropout",
                    chance.choice(["2025-12-01", "2026-05-01", "2026-09-03"]),
                    chance.choice([None, "2026-09-08"]),
                    chance.randint(1, 9),
                )
        tables, _members = self.registers(schools)
        for grade in range(1, 10):
            with self.subTest(grade=grade):
                at = {
                    name: sum(
                        sum(sums.numbers_of(tables, table, grade, column)) for column in columns
                    )
                    for name, table, columns in (
                        ("start", "increase", ["start"]),
                        ("in", "increase", [*INCREASES, "moved_up_in"]),
                        ("out", "decrease", [*DECREASES, "moved_up_out"]),
                        ("end", "decrease", ["end"]),
                        ("d0", "dropouts", ["start", "new"]),
                        ("d1", "dropouts", ["returned", "other_off", "end"]),
                    )
                }
                self.assertEqual(at["start"] + at["in"] - at["out"], at["end"])
                self.assertEqual(at["d0"], at["d1"])
        whole = sums.merged([self.registers(school)[0] for school in schools])
        self.assertEqual(sums.differing(whole, tables), set())

    # -- from school to county --------------------------------------------------------------------

    def hand_in(self, school, people):
        record = self.half_year(people["records_admin"], school_id=school.id)
        record.action_consolidate()
        record.action_sign_filled()
        record.with_user(people["principal"]).action_sign_reviewed()
        record.with_user(people["principal"]).action_submit()
        return record

    def test_schools_hand_in_township_and_county_add_up(self):
        school = self.hand_in(self.school_a, self.user)
        point = self.hand_in(self.point_a, self.user)
        other = self.hand_in(self.school_b, self.other_user)
        self.assertEqual((school.level, school.township_id), ("school", self.township_a))
        township = self.half_year(self.user["township"], township_id=self.township_a.id)
        township.action_consolidate()
        tables = township.sudo().version_id.content["tables"]
        own = sums.merged(record.sudo().version_id.content["tables"] for record in (school, point))
        self.assertEqual(
            sums.differing(own, {k: v for k, v in tables.items() if k != "schools"}), set()
        )
        self.assertEqual(
            tables["schools"][str(self.school_a.id)],
            {
                "start": [7],
                "in": [3],
                "out": [5],
                "end": [5],
                "new": [1],
                "returned": [1],
                "dropout": [2],
            },
        )
        states = {s["name"]: s["state"] for s in township.sudo().version_id.content["schools"]}
        self.assertEqual(
            states, {"东河中学": "missing", "东河中心小学": "counted", "柳树教学点": "counted"}
        )
        county = self.half_year(self.user["bureau"], county_id=self.county.id)
        county.action_consolidate()
        tables = county.sudo().version_id.content["tables"]
        everything = sums.merged(
            record.sudo().version_id.content["tables"] for record in (school, point, other)
        )
        self.assertEqual(
            sums.differing(everything, {k: v for k, v in tables.items() if k != "schools"}), set()
        )

    def test_children_behind_a_figure(self):
        record = self.hand_in(self.school_a, self.user)
        cell = {"table": "decrease", "row": "3", "column": "dropout", "gender": None}
        township = self.half_year(self.user["township"], township_id=self.township_a.id)
        township.action_consolidate()
        self.ledger(self.gone, "dropout", "2026-09-06")
        for shown in (record, township):
            with self.subTest(level=shown.level):
                action = shown.edu_children(cell)
                found = self.env["edu.student"].with_user(shown.env.user).search(action["domain"])
                self.assertEqual(found, self.lost)
        # who may not read a child does not get it, whatever ids are asked for
        stranger = self.env["edu.student"].with_user(self.other_user["township"])
        self.assertFalse(stranger.search(action["domain"]))

    def test_snapshot_stays_and_today_stands_beside_it(self):
        record = self.hand_in(self.school_a, self.user)
        self.ledger(self.gone, "dropout", "2026-09-06")
        board = record.edu_board()
        cell = self.cell(board, "dropouts", 3, "new")
        self.assertEqual((cell["value"], cell["today"]), (1, 2))
        self.assertFalse(board["has_live"])

    def test_deadlines_are_the_policys(self):
        self.env["edu.policy"].search([]).write({"half_year_school_day": 13})
        record = self.half_year(self.user["records_admin"], school_id=self.school_a.id)
        self.assertEqual(str(record.deadline), "2026-09-13")
        self.assertEqual(str(record.date_from), "2026-03-11")
        self.on("2026-09-13 16:30:00")  # half past midnight on the 14th
        record.action_consolidate()
        record.action_sign_filled()
        record.with_user(self.user["principal"]).action_sign_reviewed()
        record.with_user(self.user["principal"]).action_submit()
        self.assertTrue(record.is_late)
        self.assertEqual(record.deadline_state, "done_late")

    def test_waits_for_the_close_of_the_check(self):
        check, _sheet = self.check_of(self.school_a, self.term)
        check.state = "open"
        record = self.half_year(self.user["records_admin"], school_id=self.school_a.id)
        self.assertTrue(record.problems)
        with self.assertRaises(UserError):
            record.action_consolidate()
        check.state = "closed"
        record.action_consolidate()
        self.assertTrue(record.version_id)

    def test_only_fixed_dates_that_are_over(self):
        for day in ("2026-09-11", "2027-03-10"):
            with self.subTest(day=day), self.assertRaises(ValidationError):
                self.half_year(self.user["records_admin"], school_id=self.school_a.id, date_to=day)

    def test_everybody_has_tables_to_draw_up_once(self):
        Record = self.env["edu.report.consolidation"]
        Record._cron_half_year()
        made = Record.search([("kind", "=", "half_year")])
        self.assertEqual(
            made.filtered(lambda each: each.county_id == self.county)
            .mapped("level")
            .count("school"),
            4,
        )
        self.assertEqual(
            made.filtered(lambda each: each.level == "township").township_id,
            self.township_a | self.township_b | self.township_x,
        )
        Record._cron_half_year()
        self.assertEqual(Record.search_count([("kind", "=", "half_year")]), len(made))
        self.assertEqual(set(made.mapped("date_to")), {fields.Date.to_date("2026-09-10")})

    def test_tables_to_be_handed_in_are_a_duty_by_level(self):
        self.env["edu.report.consolidation"]._cron_half_year()
        self.env["edu.duty"]._edu_sync("edu.report.consolidation")
        duties = self.env["edu.duty"].search([("res_model", "=", "edu.report.consolidation")])
        mine = duties.filtered(lambda duty: duty.school_id == self.school_a)
        self.assertEqual(mine.kind_id.code, "half_year")
        self.assertEqual(str(mine.deadline), "2026-09-15")
        self.assertEqual(mine.user_id, self.user["records_admin"])
        for area, code, role in (
            (self.township_a, "half_year_township", "township"),
            (self.county, "half_year_county", "bureau"),
        ):
            duty = duties.filtered(
                lambda duty, area=area: duty.area_id == area and not duty.school_id
            )
            self.assertEqual((duty.kind_id.code, duty.user_id), (code, self.user[role]))
        record = self.env["edu.report.consolidation"].browse(mine.res_id)
        record.sudo().write({"first_submitted_at": "2026-09-14 02:00:00"})
        record._edu_duty_sync()
        self.assertEqual(mine.state, "done")

    def test_a_school_draws_up_its_own_and_a_township_reads_what_was_handed_in(self):
        with self.assertRaises(AccessError):
            self.half_year(self.user["records_admin"], school_id=self.school_b.id)
        with self.assertRaises(AccessError):
            self.half_year(self.user["township"], school_id=self.school_a.id)
        record = self.half_year(self.user["records_admin"], school_id=self.school_a.id)
        self.assertFalse(record.with_user(self.user["township"]).has_access("read"))
        self.assertFalse(record.with_user(self.user["principal"]).can_consolidate)
        record.action_consolidate()
        record.action_sign_filled()
        record.with_user(self.user["principal"]).action_sign_reviewed()
        record.with_user(self.user["vice_principal"]).action_submit()
        clerk = record.with_user(self.user["township"])
        self.assertTrue(clerk.has_access("read"))
        self.assertFalse(clerk.can_consolidate)
        with self.assertRaises(AccessError):
            clerk.action_consolidate()
        clerk.action_receive()
        self.assertEqual(record.state, "received")
        self.assertFalse(record.with_user(self.other_user["township"]).has_access("read"))
