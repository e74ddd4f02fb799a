import importlib.util
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from ...hooks import need_btree_gin
from .common import ReportCommon

ROOT = Path(__file__).parents[2]


@tagged("post_install", "-at_install")
class TestMigration(ReportCommon):
    """What an update does to the data of a county that runs already."""

    def migrate(self, number, stage="post", addon="edu_dropout_control", pyfile=None):
        """Run the script as Odoo does, which says in its frame what it runs."""
        pyfile = pyfile or str(ROOT / "migrations" / number / f"{stage}-migration.py")
        spec = importlib.util.spec_from_file_location(f"{addon}_{stage}_migration", pyfile)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def as_before(self):
        """The report as it was signed before its lines belonged to a version."""
        self.close_check(missing=self.student)
        self.confirm(self.student)
        self.submit()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE edu_dropout_report_line SET version_id = NULL, is_current = FALSE, measures = NULL"
        )
        self.env.cr.execute("UPDATE edu_dropout_report_version SET grade_totals = NULL")
        self.env.invalidate_all()

    def test_signed_reports_have_their_lines_again(self):
        self.as_before()
        version = self.report.version_id
        totals = version._edu_grade_totals(version._edu_content())
        self.assertFalse(self.report.line_ids)
        self.migrate("19.0.1.1.0")
        line = self.report.line_ids
        self.assertEqual((line.student_id, line.version_id), (self.student, version))
        self.assertEqual(sum(line.measures.values()), line.measure_count)
        self.assertGreater(line.measure_count, 0)
        self.assertEqual(version.grade_totals, totals)
        self.assertTrue(totals)
        self.assertEqual(self.report._edu_signoff_verify(), [])

    def test_drafts_and_versions_that_have_theirs_stay(self):
        self.close_check(missing=self.student)
        self.report._edu_refresh()
        draft = self.report.line_ids
        self.migrate("19.0.1.1.0")
        self.assertEqual(self.report.line_ids, draft)
        self.assertFalse(draft.version_id)
        self.submit()
        before = self.report.line_ids.read(["version_id", "measures", "is_current"])
        self.migrate("19.0.1.1.0")
        self.assertEqual(
            self.report.line_ids.read(["version_id", "measures", "is_current"]), before
        )

    def test_todos_are_those_of_one_model(self):
        todos = self.env["edu.duty.kind"].search([]).activity_type_id
        expected = {todo: todo.res_model for todo in todos}
        self.env.cr.execute("UPDATE mail_activity_type SET res_model = NULL, sequence = 9")
        self.env.invalidate_all()
        self.migrate("19.0.1.1.0")
        for todo, model in expected.items():
            if not model.startswith("edu.home"):  # came later
                with self.subTest(todo=todo.name):
                    self.assertEqual((todo.res_model, todo.sequence), (model, 1))

    def test_lines_lose_the_indexes_that_one_replaces(self):
        def indexes():
            rows = self.env.execute_query(
                SQL(
                    "SELECT indexname FROM pg_indexes WHERE tablename = %s", "edu_roster_check_line"
                )
            )
            return {name for (name,) in rows}

        now = indexes()
        self.assertIn("edu_roster_check_line_scope_idx", now)
        for name in ("_school_id_index", "_sheet_id_index"):
            self.env.cr.execute(
                SQL(
                    "CREATE INDEX %s ON edu_roster_check_line (school_id)",
                    SQL.identifier(f"edu_roster_check_line_{name}"),
                )
            )
        self.assertEqual(len(indexes()), len(now) + 2)
        self.migrate("19.0.1.2.0", "pre")
        self.assertEqual(indexes(), now)

    def test_a_database_without_btree_gin_is_told_what_to_do(self):
        need_btree_gin(self.env)  # it is there, and asked for again does no harm
        extension = self.env.execute_query(
            SQL("SELECT 1 FROM pg_extension WHERE extname = 'btree_gin'")
        )
        self.assertTrue(extension)
        # one that may not be made again stands for one that may not be made
        with (
            patch.object(type(self.env), "execute_query", lambda *args: []),
            self.assertRaisesRegex(UserError, "CREATE EXTENSION btree_gin"),
        ):
            need_btree_gin(self.env)

    def test_the_manifest_names_the_last_migration(self):
        numbers = sorted(path.name for path in (ROOT / "migrations").iterdir() if path.is_dir())
        module = self.env["ir.module.module"].search([("name", "=", "edu_dropout_control")])
        self.assertEqual(module.installed_version, numbers[-1])
