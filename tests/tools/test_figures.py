import unittest

from ...tools import figure_form as form, figures as sums
from ...tools.sheet_names import sheet_names


class TestFigures(unittest.TestCase):
    """Tables that are added up."""

    def test_cells_add_up_and_rows_too(self):
        tables = {}
        sums.count(tables, "grades", 3, "dropout", "male", 2)
        sums.count(tables, "grades", 3, "dropout", "female", 1)
        sums.count(tables, "grades", 4, "dropout", None, 1)
        self.assertEqual(sums.numbers_of(tables, "grades", 3, "dropout"), [2, 1, 0])
        self.assertEqual(sums.numbers_of(tables, "grades", None, "dropout"), [2, 1, 1])
        self.assertEqual(sums.numbers_of(tables, "grades", 9, "dropout"), [])

    def test_sum_of_several_leaves_them_as_they_are(self):
        one, two = {"t": {"1": {"a": [1, 2, 0]}}}, {"t": {"1": {"a": [4, 0, 1], "b": [7]}}}
        self.assertEqual(sums.merged([one, two]), {"t": {"1": {"a": [5, 2, 1], "b": [7]}}})
        self.assertEqual(one, {"t": {"1": {"a": [1, 2, 0]}}})

    def test_nought_and_nothing_are_the_same(self):
        old = {"t": {"1": {"a": [0, 0, 0], "b": [1]}}}
        new = {"t": {"1": {"b": [2]}, "2": {"a": [1, 0, 0]}}}
        self.assertEqual(sums.differing(old, old), set())
        self.assertEqual(sums.differing(old, {"t": {"1": {"b": [1]}}}), set())
        self.assertEqual(sums.differing(old, new), {("t", "1", "b"), ("t", "2", "a")})


class TestSheetNames(unittest.TestCase):
    def test_every_name_is_one_that_excel_takes(self):
        names = sheet_names(
            [
                "东河中学",
                "东河中学",
                "A[1]:b*c?d/e\\f",
                "'quoted'",
                "",
                None,
                "History",
                "x" * 40,
                "X" * 40,
                "西" * 31,
                "西" * 35,
            ]
        )
        self.assertEqual(len(names), 11)
        self.assertEqual(len({name.casefold() for name in names}), 11)
        for name in names:
            self.assertTrue(0 < len(name) <= 31, name)
            self.assertFalse(set("[]:*?/\\") & set(name), name)
            self.assertFalse(name.startswith("'") or name.endswith("'"), name)
            self.assertNotEqual(name.casefold(), "history")
        self.assertEqual(names[:2], ["东河中学", "东河中学 (2)"])


def content(rows, kind="dropout_report", level="county"):
    """A county with so many rows in each table."""
    tables, labels, order = {}, {}, {}
    for table in form.FORMS[kind]:
        if table.rows is None:
            tables[table.key] = {"all": {key: [1] for key, _words, _split in table.columns}}
            continue
        most = min(rows, 9) if table.rows == "grade" else rows
        keys = [str(number) for number in range(1, most + 1)]
        tables[table.key] = {
            key: {
                column: [1] if split == form.ONE else [2, 1, 0]
                for column, _words, split in table.columns
            }
            for key in keys
        }
        labels[table.key] = {key: f"第{key}行" for key in keys}
        order[table.key] = keys
    return {
        "kind": kind,
        "level": level,
        "place": {"name": "青禾县", "code": "990001"},
        "term": {"school_year": "2026-2027", "season": "autumn"},
        "period": {"from": "2026-03-11", "to": "2026-09-10"},
        "as_of": "2026-09-18",
        "due": {},
        "schools": [
            {"id": number, "name": f"第{number}学校", "state": "counted", "version": number}
            for number in range(1, rows + 1)
        ],
        "tables": tables,
        "labels": labels,
        "order": order,
        "remark": None,
    }


class TestFigureForm(unittest.TestCase):
    """The printed form."""

    def height(self, parts):
        total = 0
        for part in parts:
            grid = part["grid"]
            total += form.CAPTION + form.ROW * (1 + bool(grid["groups"]) + grid["split"])
            total += form.ROW * max(len(part["rows"]), 1)
            total += form.NOTE if grid["note"] and part["last"] else 0
        return total

    def test_no_page_overflows_and_no_row_is_lost(self):
        for kind in form.FORMS:
            for rows in (0, 1, 3, 40, 400):
                with self.subTest(kind=kind, rows=rows):
                    told = content(rows, kind)
                    shown = form.document(told)
                    room = form.PAGE
                    for number, parts in enumerate(shown["pages"]):
                        first = form.FIRST if number == 0 else 24
                        self.assertLessEqual(self.height(parts) + first, room)
                        self.assertTrue(parts or rows == 0)
                    printed = {}
                    for parts in shown["pages"]:
                        for part in parts:
                            key = part["grid"]["key"]
                            printed.setdefault(key, []).extend(part["rows"])
                    for table in form.tables_of(told):
                        self.assertEqual(printed[table.key], form.grid(table, told)["rows"])
                    self.assertIsNone(shown["foot_page"], "signatures stand below a table")
                    end = self.height(shown["pages"][-1]) + form.FOOT
                    self.assertLessEqual(
                        end + (form.FIRST if len(shown["pages"]) == 1 else 24), room
                    )

    def test_a_very_long_remark_takes_the_signatures_along(self):
        shown = form.document({**content(3), "remark": "长" * 6000})
        self.assertEqual(shown["foot_page"], len(shown["pages"]) + 1)

    def test_totals_add_up(self):
        table = next(each for each in form.FORMS["dropout_report"] if each.key == "cause")
        grid = form.grid(table, content(5))
        self.assertEqual(grid["rows"][0], ("第1行", [[2, 1, 3], [2, 1, 3], [2, 1, 3], [6, 3, 9]]))
        self.assertEqual(grid["rows"][-1], ("合计", [[10, 5, 15]] * 3 + [[30, 15, 45]]))

    def test_unknown_figure_is_no_nought(self):
        told = content(1)
        del told["tables"]["figures"]["all"]["previous"]
        table = form.FORMS["dropout_report"][0]
        numbers = form.grid(table, told)["rows"][0][1]
        self.assertEqual(numbers[:2], [["—"], [1]])

    def test_missing_schools_are_named_by_what_is_lacking(self):
        told = content(3)
        told["schools"][0]["state"] = "missing"
        told["schools"][1]["state"] = "returned"
        shown = form.document(told)
        self.assertEqual(shown["missing"], ["未报送：第1学校", "已退回、未重报：第2学校"])
        self.assertEqual(shown["counted"], "应报学校3所，已报并汇总1所")
