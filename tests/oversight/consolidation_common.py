from datetime import date

from .common import ReportCommon


class BoardMixin:
    def cell(self, board, table, row, column):
        [found] = [each for each in board["tables"] if each["key"] == table]
        [line] = [each for each in found["rows"] if each["key"] == str(row)]
        at = [each["key"] for each in found["columns"]].index(column)
        return line["cells"][at]


class ConsolidationCommon(BoardMixin, ReportCommon):
    """Two townships that report: school A with a dropout and a suspected child, its teaching point
    with a zero report, school B with a suspected girl; 东河中学 has not begun."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_student(cls.class_a, name="王小强")
        cls.env["edu.roster.check"].search([("school_id", "=", cls.school_a.id)]).action_refresh()
        cls.clerk_2 = cls.make_user("clerk_2", "township", cls.township_a, name="Clerk 2")
        cls.officer_2 = cls.make_user("officer_2", "bureau", cls.county, name="Officer 2")
        cls.close_check(missing=cls.student | cls.second)
        cls.confirm(cls.student)
        cls.submit(cls.report)
        cls.point_report = cls.report_of(cls.point_a)
        cls.env["edu.roster.check"].search([("school_id", "=", cls.point_a.id)]).with_user(
            cls.user["records_admin"]
        ).action_close()
        cls.submit(cls.point_report)
        cls.report_b = cls.report_of(cls.school_b)
        cls.close_check_b()

    @classmethod
    def close_check_b(cls):
        check = cls.env["edu.roster.check"].search(
            [("school_id", "=", cls.school_b.id), ("term_id", "=", cls.term.id)]
        )
        for sheet in check.sheet_ids.filtered("line_ids"):
            sheet.with_user(cls.other_user["class_teacher"]).action_mark(
                [
                    {
                        "line_id": sheet.line_ids.id,
                        "outcome": "suspected",
                        "missing_since": "2026-09-01",
                    }
                ],
                heads=0,
            )
            cls.env["edu.dropout.case"]._edu_raise(cls.other_student, "check", "2026-09-01")
            sheet.with_user(cls.other_user["class_teacher"]).action_sign()
        check.with_user(cls.other_user["records_admin"]).action_close()

    @classmethod
    def submit_b(cls):
        people = {"checked": "records_admin", "filled": "dean", "reviewed": "principal"}
        for role, person in people.items():
            getattr(cls.as_b(cls.report_b, person), f"action_sign_{role}")()
        cls.as_b(cls.report_b, "principal").action_submit()
        return cls.report_b

    @classmethod
    def as_b(cls, record, role):
        return record.with_user(cls.other_user[role])

    @classmethod
    def consolidation(cls, place, user, **values):
        """Made by ``user`` for a township or the county, not drawn up yet."""
        field = "township_id" if place.level == "township" else "county_id"
        values.setdefault("term_id", cls.term.id)
        return (
            cls.env["edu.report.consolidation"]
            .with_user(user)
            .create({"kind": "dropout_report", field: place.id, **values})
        )

    @classmethod
    def drawn_up(cls, place, user, **values):
        record = cls.consolidation(place, user, **values)
        record.action_consolidate()
        return record

    def tables(self, record):
        return record.sudo().version_id.content["tables"]


class HalfYearCommon(BoardMixin, ReportCommon):
    """A spring term before, with its checks, so that two fixed dates lie between them."""

    freeze = "2026-09-12 01:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spring = cls.env["edu.term"].create(
            {
                "school_year": "2025-2026",
                "season": "spring",
                "start_date": "2026-02-24",
                "end_date": "2026-07-10",
            }
        )

    @classmethod
    def check_of(cls, school, term):
        check = cls.env["edu.roster.check"].search(
            [("school_id", "=", school.id), ("term_id", "=", term.id)]
        ) or cls.env["edu.roster.check"].create({"school_id": school.id, "term_id": term.id})
        check.write({"state": "closed", "closed_on": term.start_date})
        sheet = check.sheet_ids.filtered(lambda each: not each.class_id) or cls.env[
            "edu.roster.sheet"
        ].create({"check_id": check.id})
        return check, sheet[:1]

    @classmethod
    def found(cls, student, term, school, grade, outcome="arrived", origin="registry"):
        """What the roster check of ``term`` found of a child."""
        check, sheet = cls.check_of(school, term)
        line = cls.env["edu.roster.check.line"].create(
            {
                "check_id": check.id,
                "sheet_id": sheet.id,
                "term_id": term.id,
                "school_id": school.id,
                "student_id": student.id,
                "grade": grade,
                "outcome": "arrived",
                "origin": origin,
            }
        )
        # the proofs that an outcome asks for are no matter here
        line.flush_recordset()
        line._write({"outcome": outcome})
        line.invalidate_recordset()
        return line

    @classmethod
    def ledger(cls, student, kind, on, off=None, grade=3):
        entry = cls.env["edu.ledger"].create(
            {
                "kind": kind,
                "student_id": student.id,
                "school_id": student.school_id.id,
                "grade": grade,
                "date_on": on,
            }
        )
        if off:
            entry.date_off = off
        return entry

    @classmethod
    def half_year(cls, user, **place):
        return (
            cls.env["edu.report.consolidation"]
            .with_user(user)
            .create({"kind": "half_year", "term_id": False, "date_to": date(2026, 9, 10), **place})
        )
