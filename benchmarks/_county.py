"""A made-up county of as many children as asked for, written by SQL, since how they came in is not what
its jobs measure. It grows: more schools may be added to one that stands.
"""

import subprocess

from odoo import Command
from odoo.tools import SQL

from odoo.addons.edu_dropout_control.tools.identity import make_school_code

SCHOOL_SIZE = 540
CLASS_SIZE = 45
TOWNSHIPS = 12


def vacuum(env, tables):
    """Clear away and count what was deleted or taken back, as autovacuum does in time. To be called
    between two transactions: it sees what is committed."""
    names = [f"--table={table}" for table in tables]
    subprocess.run(["vacuumdb", "--analyze", "--quiet", *names, env.cr.dbname], check=True)


class County:
    """Townships with a village each, a bureau officer and this year's autumn term; no school yet."""

    def __init__(self, env):
        self.env = env
        Area = env["edu.area"]
        self.county = Area.create({"name": "青禾县", "code": "990001", "level": "county"})
        self.townships = Area.create(
            [
                {
                    "name": f"第{number}镇",
                    "code": f"990001{100 + number}",
                    "level": "township",
                    "parent_id": self.county.id,
                }
                for number in range(1, TOWNSHIPS + 1)
            ]
        )
        self.villages = Area.create(
            [
                {
                    "name": f"{township.name}村",
                    "code": f"{township.code}201",
                    "level": "village",
                    "parent_id": township.id,
                }
                for township in self.townships
            ]
        )
        today = env["edu.policy"]._edu_today()
        self.term = env["edu.term"].create(
            {
                "school_year": f"{today.year}-{today.year + 1}",
                "season": "autumn",
                "start_date": today.replace(month=9, day=1),
                "end_date": today.replace(year=today.year + 1, month=1, day=20),
            }
        )
        self.schools = env["edu.school"]
        self.officer = self.person("bureau", area_id=self.county.id)

    def person(self, role, **place):
        """A user who holds ``role`` at the place (a value of ``edu.post``)."""
        user = self.env["res.users"].create(
            {
                "name": f"Bench {role}",
                "login": f"bench_{role}",
                "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
            }
        )
        self.env["edu.post"].create(
            {"user_id": user.id, "role": role, "date_from": "2020-01-01", **place}
        )
        return user

    def grow(self, children, **columns):
        """Add schools with their classes until there are ``children`` children, or a few more.

        :param columns: further columns of the children added, each as SQL over their number ``n``
        :return: the schools added
        """
        wanted = -(-children // SCHOOL_SIZE) - len(self.schools)
        first = len(self.schools) + 1
        schools = self.env["edu.school"].create(
            [
                {
                    "name": f"第{number}学校",
                    "code": make_school_code(number),
                    "kind": "nine_year",
                    "area_id": self.townships[number % TOWNSHIPS].id,
                }
                for number in range(first, first + wanted)
            ]
        )
        self.env["edu.class"].create(
            [
                {"school_id": school.id, "grade": number % 9 + 1, "number": number // 9 + 1}
                for school in schools
                for number in range(SCHOOL_SIZE // CLASS_SIZE)
            ]
        )
        self.env.flush_all()
        self._fill(schools, children - len(self.schools) * SCHOOL_SIZE, columns)
        self.schools += schools
        return schools

    def _fill(self, schools, count, columns):
        """Children of all classes of ``schools`` in turn, by one statement."""
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                INSERT INTO edu_student (
                    name, name_pinyin, gender, birthdate, id_type, school_id, class_id, grade,
                    enrolment_state, placement, registry_completion, household_area_id,
                    residence_area_id, household_township_id, residence_township_id,
                    school_township_id, active, create_uid, create_date, write_uid, write_date
                    %(names)s)
                SELECT '王' || n, 'wang wang' || n, 'male', DATE '2015-09-01' + n %% 300, '1',
                       k.school_id, k.id, k.grade, 'enrolled', 'regular', 'none', v.id, v.id,
                       v.township_id, v.township_id, s.area_id, TRUE, 1, now(), 1, now()
                       %(values)s
                  FROM generate_series(0, %(last)s) n
                  JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at FROM edu_class
                         WHERE school_id = ANY(%(schools)s)) k ON k.at = n / %(size)s
                  JOIN edu_school s ON s.id = k.school_id
                  JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS at FROM edu_area
                         WHERE id = ANY(%(villages)s)) v ON v.at = n %% %(count)s
                """,
                names=SQL("").join(SQL(", %s", SQL.identifier(name)) for name in columns),
                values=SQL("").join(SQL(", %s", value) for value in columns.values()),
                last=count - 1,
                schools=schools.ids,
                size=CLASS_SIZE,
                villages=self.villages.ids,
                count=len(self.villages),
            )
        )
        for table in ("edu_student", "edu_class", "edu_school"):
            cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        self.env.invalidate_all(flush=False)
