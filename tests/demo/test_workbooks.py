import base64
import tempfile
from pathlib import Path

from odoo.tests import tagged

from ...demo import workbooks
from ..common import EduCommon


@tagged("post_install", "-at_install")
class TestDemoWorkbooks(EduCommon):
    """The workbooks that ``dev/run`` lays out for trying the import."""

    def test_three_mistakes_and_one_new_child(self):
        for number in range(7):
            self.make_student(self.class_a, name=f"周大{'一二三四五六七'[number]}")
        with tempfile.TemporaryDirectory() as folder:
            paths = workbooks.write(self.env, folder)
            self.assertIn(Path(folder) / f"{self.school_a.name}.xlsx", paths)
            data = (Path(folder) / f"{self.school_a.name}.xlsx").read_bytes()
        roster = self.as_user(self.env["edu.roster.import"], "records_admin").create(
            {
                "school_id": self.school_a.id,
                "upload": base64.b64encode(data),
                "upload_name": "东河中心小学.xlsx",
            }
        )
        for step in (roster.action_read, roster.action_preview, roster.action_import):
            step()
        self.assertEqual(roster.row_count, 9)
        self.assertEqual(roster.new_count, 1)
        self.assertEqual(roster.rejected_count, 3)
        wrong = roster.row_ids.filtered(lambda row: row.severity == "error")
        self.assertEqual(
            sorted(wrong.mapped("code")), ["class_unknown", "date_impossible", "id_checksum"]
        )
