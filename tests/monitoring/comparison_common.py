"""What the tests of the comparisons share: made-up lists and the way an officer takes with one."""

import base64
from datetime import date

from ...tools.identity import make_identity
from ...tools.sample import ENTRANTS, write_export
from .common import MonitoringCommon


class ComparisonCommon(MonitoringCommon):
    """The township of side A compares, unless a test says otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = {}
        for child in (*cls.children, cls.other_student):
            cls.numbers[child] = child._edu_secret_clear("id_number")[child.id]

    @classmethod
    def listed(cls, child, **values):
        """A child of the registry as a list from outside names it."""
        return {
            "township": cls.township_a.name,
            "village": cls.village_a.name,
            "name": child.name,
            "gender": child.gender,
            "birthdate": child.birthdate,
            "id_number": cls.numbers.get(child),
            "address": "青禾县东河镇柳树村8号",
            **values,
        }

    @classmethod
    def unknown(cls, serial=1, **values):
        """A child that no school has."""
        born = values.get("birthdate", date(2019, 5, 6))
        number = values.pop("id_number", make_identity(born, "male", 400 + serial))
        return {
            "township": cls.township_a.name,
            "village": cls.village_a.name,
            "name": f"周无名{'甲乙丙丁戊己庚辛'[serial % 8]}",
            "gender": "male",
            "birthdate": born,
            "id_number": number,
            "address": f"青禾县东河镇柳树村{serial}号",
            **values,
        }

    def upload(self, data, kind="household", user=None, name="户籍名单.xlsx", **values):
        Comparison = self.env["edu.comparison"].with_user(user or self.user["township"])
        return Comparison.create(
            {
                "kind": kind,
                "upload": base64.b64encode(data),
                "upload_name": name,
                **values,
            }
        )

    def again(self, comparison, *children):
        """A newer file of the same list."""
        comparison.write({"upload": base64.b64encode(write_export(children, layout=ENTRANTS))})
        comparison.action_compare()
        self.env.flush_all()
        self.env.invalidate_all()

    def compare(self, *children, **values):
        comparison = self.upload(write_export(children, layout=ENTRANTS), **values)
        comparison.action_compare()
        self.env.flush_all()
        self.env.invalidate_all()
        return comparison

    def row(self, comparison, name):
        return comparison.row_ids.filtered(lambda row: row.child_name == name)

    def found(self, comparison):
        """{name: (result, state)}"""
        return {row.child_name: (row.result, row.state) for row in comparison.sudo().row_ids}
