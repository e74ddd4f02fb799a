"""The county that the tests share: two townships, four schools, everybody who works in them.

Side A is the own scope of the people in ``cls.user``; side B is the other scope, with its people in
``cls.other_user``. It is the second morning of the autumn term of 2026.
"""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

from ..models.registry.roles import COUNTY_ROLES, ROLES
from ..tools.identity import (
    make_identity,
    make_phone,
    make_school_code,
    make_student_no,
)

NOW = "2026-09-02 00:30:00"  # UTC; half past eight in the county


class CountyMixin:
    """Areas, schools, classes, people with posts and a few children, made in ``cls.env``."""

    term_start, term_end = date(2026, 9, 1), date(2027, 1, 22)
    _serial = 0

    @classmethod
    def make_county(cls):
        cls._make_areas()
        cls._make_schools()
        cls._make_people()
        cls.term = cls.env["edu.term"].create(
            {
                "school_year": "2026-2027",
                "season": "autumn",
                "start_date": cls.term_start,
                "end_date": cls.term_end,
            }
        )
        cls.student = cls.make_student(cls.class_a, name="张小明")
        cls.other_student = cls.make_student(cls.class_b, name="李小红", gender="female")

    @classmethod
    def _make_areas(cls):
        def area(name, code, level, parent=None):
            return cls.env["edu.area"].create(
                {
                    "name": name,
                    "code": code,
                    "level": level,
                    "parent_id": parent.id if parent else False,
                }
            )

        cls.county = area("青禾县", "990001", "county")
        cls.township_a = area("东河镇", "990001101", "township", cls.county)
        cls.township_b = area("西岭乡", "990001102", "township", cls.county)
        cls.village_a = area("柳树村", "990001101201", "village", cls.township_a)
        cls.village_b = area("石桥村", "990001102201", "village", cls.township_b)
        cls.other_county = area("白水县", "990002", "county")
        cls.township_x = area("南坪镇", "990002101", "township", cls.other_county)

    @classmethod
    def make_school(cls, name, area, kind, **values):
        cls._serial += 1
        return cls.env["edu.school"].create(
            {
                "name": name,
                "code": make_school_code(cls._serial),
                "area_id": area.id,
                "kind": kind,
                **values,
            }
        )

    @classmethod
    def make_class(cls, school, grade, number=1):
        return cls.env["edu.class"].create(
            {
                "school_id": school.id,
                "grade": grade,
                "number": number,
                "entry_year": 2026,
            }
        )

    @classmethod
    def _make_schools(cls):
        zone_a = [Command.set(cls.village_a.ids)]
        cls.junior_a = cls.make_school("东河中学", cls.township_a, "junior", zone_area_ids=zone_a)
        cls.school_a = cls.make_school(
            "东河中心小学",
            cls.township_a,
            "primary",
            zone_area_ids=zone_a,
            junior_school_id=cls.junior_a.id,
        )
        cls.point_a = cls.make_school(
            "柳树教学点", cls.township_a, "teaching_point", parent_id=cls.school_a.id
        )
        cls.school_b = cls.make_school("西岭学校", cls.township_b, "nine_year")
        cls.school_x = cls.make_school("南坪小学", cls.township_x, "primary")
        cls.class_a = cls.make_class(cls.school_a, 3)
        cls.class_a2 = cls.make_class(cls.school_a, 3, 2)
        cls.class_junior_a = cls.make_class(cls.junior_a, 7)
        cls.class_b = cls.make_class(cls.school_b, 3)

    @classmethod
    def make_post(cls, user, role, place, **values):
        """A post of ``user`` at ``place`` (class, school or area)."""
        field = {
            "edu.class": "class_id",
            "edu.school": "school_id",
            "edu.area": "area_id",
        }
        return cls.env["edu.post"].create(
            {
                "user_id": user.id,
                "role": role,
                field[place._name]: place.id,
                "date_from": "2026-08-01",
                **values,
            }
        )

    @classmethod
    def make_user(cls, login, role=None, place=None, **values):
        # tours read the screen: in English, whatever the database's own language is
        values.setdefault("lang", "en_US")
        user = new_test_user(cls.env, login=login, groups="base.group_user", **values)
        if role:
            cls.make_post(user, role, place)
        return user

    @classmethod
    def _make_people(cls):
        cls.user, cls.other_user = {}, {}
        for role, label in ROLES:
            if role == "class_teacher":
                places = cls.class_a, cls.class_b
            elif role == "township":
                places = cls.township_a, cls.township_b
            elif role in COUNTY_ROLES:
                places = cls.county, cls.other_county
            else:
                places = cls.school_a, cls.school_b
            cls.user[role] = cls.make_user(f"{role}_a", role, places[0], name=f"{label} A")
            cls.other_user[role] = cls.make_user(f"{role}_b", role, places[1], name=f"{label} B")
        cls.nobody = cls.make_user("nobody_without_post", name="Nobody")
        cls.nobody_else = cls.make_user("nobody_else", name="Nobody Else")

    @classmethod
    def make_student(cls, klass=None, **values):
        """A made-up child of region 990000, with valid numbers, a guardian and an address."""
        cls._serial += 1
        serial = cls._serial
        gender = values.setdefault("gender", "male")
        born = values.setdefault("birthdate", date(2018, 3, 1))
        side_b = klass and klass.school_id.area_id == cls.township_b
        village = cls.village_b if side_b else cls.village_a
        defaults = {
            "name": f"学生{serial}",
            "id_number": make_identity(born, gender, serial % 500),
            "national_no": make_student_no(born, gender, serial % 500),
            "residence_area_id": village.id,
            "household_area_id": village.id,
            "address": f"{village.parent_id.name}{village.name}{serial}号",
            "guardian_ids": [
                Command.create(
                    {
                        "name": f"家长{serial}",
                        "relation_id": cls.env.ref("edu_dropout_control.code_relation_father").id,
                        "phone": make_phone(serial),
                    }
                )
            ],
        }
        if klass:
            defaults.update(school_id=klass.school_id.id, class_id=klass.id)
        return cls.env["edu.student"].create({**defaults, **values})

    def settle(self):
        """As at the end of a request: what waits for the commit is done, duties and their to-dos too."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def asked(self, record):
        """Open to-dos of a record, beside those of its duties."""
        return record.activity_ids.filtered(lambda activity: not activity.edu_duty_id)

    def as_user(self, record, role, other=False):
        """``record`` as the person of ``role`` on side A (or B) sees it."""
        return record.with_user((self.other_user if other else self.user)[role])


class EduCommon(CountyMixin, TransactionCase):
    """The county on the second morning of term, without demo data."""

    freeze = NOW

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen = cls.startClassPatcher(freeze_time(cls.freeze))
        # twenty log-ins a class: their passwords need no protection
        cls.startClassPatcher(patch("odoo.addons.base.models.res_users.MIN_ROUNDS", 1))
        cls.env = cls.env(context={**cls.env.context, "no_reset_password": True})
        cls._serial = 0
        cls.env["res.lang"]._activate_lang("en_US")  # a prepared database may speak Chinese only
        cls.make_county()
