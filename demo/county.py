import itertools
import random
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import Command, api, models
from odoo.exceptions import UserError

from ..tools.identity import make_identity, make_phone, make_school_code
from . import people
from .history import History
from .names import ETHNICITIES, person

SEED = 2026
DAYS_IN_TERM = 7  # today is that many days after the first day of the current term


class EduDemo(models.AbstractModel):
    """A small county, made by code from a fixed seed: every person and number in it is made up
    (region 990000). Its calendar hangs on the day it is made: today is the eighth day of term, so
    that the check of ten days is under way; the term before has run its whole course.

    Called by ``demo/demo.xml`` only.
    """

    _name = "edu.demo"
    _description = "Demo county"

    @api.model
    def _edu_generate(self):
        # a module's translations are loaded after its data: signed documents are Chinese for ever
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        self.env["ir.module.module"]._load_module_terms(["edu_dropout_control"], languages)
        env = (
            self.sudo()
            .with_context(
                lang="zh_CN" if self.env["res.lang"].search([("code", "=", "zh_CN")]) else None,
                no_reset_password=True,
                tracking_disable=True,
                mail_create_nosubscribe=True,
            )
            .env
        )
        county = County(env)
        county.make()
        History(county).run()
        env["edu.duty"]._cron_duties()


class County:
    """Makes areas, schools, classes, staff and children, and remembers them for the history."""

    def __init__(self, env):
        self.env = env
        self.rng = random.Random(SEED)
        self.phones = itertools.count(1)
        self.school, self.classes, self.users = {}, {}, {}

    @contextmanager
    def at(self, day, hour=9, minute=0):
        """The world at an hour of a day, county time."""
        try:
            from freezegun import freeze_time
        except ImportError:
            raise UserError(
                self.env._(
                    "The demo county has a past: install the Python package freezegun to make it."
                )
            ) from None
        # the county is eight hours ahead of UTC
        moment = datetime(day.year, day.month, day.day, hour, minute) - timedelta(hours=8)
        self.env.flush_all()
        # what is entered then was entered then: rules are tried with what was known on a day
        with freeze_time(moment), patch.object(self.env.cr, "now", lambda: moment):
            self.env.invalidate_all()
            self.env.registry.clear_cache()
            yield
            self.env.flush_all()
            self.env["edu.duty"]._edu_sync_queued()
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def make(self):
        self.terms()
        self.areas()
        self.schools()
        self.staff()
        self.children()

    def terms(self):
        today = self.env["edu.policy"]._edu_today()
        self.today = today
        start = today - timedelta(days=DAYS_IN_TERM)
        autumn = today.month >= 7
        year = start.year if autumn else start.year - 1
        if autumn:
            before = ("spring", year - 1, date(year, 2, 25))
        else:
            before = ("autumn", year, date(year, 9, 1))
        Term = self.env["edu.term"]
        self.term_before = Term.create(
            {
                "school_year": f"{before[1]}-{before[1] + 1}",
                "season": before[0],
                "start_date": before[2],
                "end_date": before[2] + timedelta(days=128),
            }
        )
        self.term = Term.create(
            {
                "school_year": f"{year}-{year + 1}",
                "season": "autumn" if autumn else "spring",
                "start_date": start,
                "end_date": start + timedelta(days=135),
            }
        )

    def areas(self):
        Area = self.env["edu.area"]

        def area(name, code, level, parent=None):
            return Area.create(
                {
                    "name": name,
                    "code": code,
                    "level": level,
                    "parent_id": parent.id if parent else False,
                }
            )

        self.county = area("青禾县", "990001", "county")
        self.townships, self.villages = [], []
        for code, name, villages in people.TOWNSHIPS:
            township = area(name, code, "township", self.county)
            self.townships.append(township)
            self.villages.append(
                [
                    area(village, f"{code}{200 + number}", "village", township)
                    for number, village in enumerate(villages, 1)
                ]
            )

    def schools(self):
        School, Class = self.env["edu.school"], self.env["edu.class"]
        for number, row in enumerate(people.SCHOOLS, 1):
            key, name, kind, setting, township, central, _junior, classes = row
            zone = self.villages[township]
            if kind == "teaching_point":
                zone = zone[:1]
            self.school[key] = School.create(
                {
                    "name": name,
                    "code": make_school_code(number),
                    "kind": kind,
                    "setting": setting,
                    "area_id": self.townships[township].id,
                    "parent_id": self.school[central].id if central else False,
                    "zone_area_ids": [Command.set([village.id for village in zone])],
                }
            )
            year = self.term.start_date.year
            for grade, count, _children in classes:
                for index in range(1, count + 1):
                    self.classes[key, grade, index] = Class.create(
                        {
                            "school_id": self.school[key].id,
                            "grade": grade,
                            "number": index,
                            "entry_year": year - (grade - 1) % 6,
                        }
                    )
        for key, _name, _kind, _setting, _township, _central, junior, _classes in people.SCHOOLS:
            if junior:
                self.school[key].junior_school_id = self.school[junior]

    # Staff

    def user(self, name, login, password=None):
        values = {
            "name": name,
            "login": login,
            "lang": "zh_CN" if self.env["res.lang"]._lang_get("zh_CN") else self.env.lang,
            "tz": "Asia/Shanghai",
            "group_ids": [Command.set(self.env.ref("base.group_user").ids)],
        }
        if password:
            values["password"] = password
        return self.env["res.users"].create(values)

    def staff(self):
        """Everybody who answers: a leading group in every school, clerks in every township, the
        bureau and the supervision office. Those of ``people.LOGINS`` can log in."""
        since = self.term_before.start_date - timedelta(days=200)
        taken = {}
        posts = []
        for login, name, role, place, klass in people.LOGINS:
            user = self.user(name, login, people.PASSWORD)
            self.users[login] = user
            taken[role, place, klass] = user
        counter = itertools.count(1)

        def hold(role, place, klass=None):
            user = taken.get((role, place, klass))
            if not user:
                gender = self.rng.choice(("male", "female"))
                user = self.user(person(self.rng, gender), f"yuangong{next(counter):03d}")
                taken[role, place, klass] = user
            values = {"user_id": user.id, "role": role, "date_from": since}
            if klass:
                values["class_id"] = self.classes[(place, *klass)].id
            elif place in self.school:
                values["school_id"] = self.school[place].id
            elif place == "county":
                values["area_id"] = self.county.id
            else:
                values["area_id"] = self.townships[place].id
            posts.append(values)

        for key, *_rest in people.SCHOOLS:
            point = self.school[key].kind == "teaching_point"
            for role in (
                ("records_admin",)
                if point
                else (
                    "principal",
                    "vice_principal",
                    "dean",
                    "records_admin",
                )
            ):
                hold(role, key)
        for key, grade, index in self.classes:
            hold("class_teacher", key, (grade, index))
        for number in range(len(self.townships)):
            hold("township", number)
        for role in ("bureau", "student_aid", "inspector", "county_admin"):
            hold(role, "county")
        for values in posts:
            if values["role"] == "bureau":
                values["section"] = "基础教育股"
        self.env["edu.post"].create(posts)
        self.holder = taken

    # Children

    def child(self, klass, grade, /, school=None, **over):
        """Values of a child of ``klass``, or expected by ``school``; ``over`` replaces some."""
        rng = self.rng
        gender = rng.choice(("male", "female"))
        year = self.term.start_date.year - 6 - (grade - 1)
        born = date(year - 1, 9, 1) + timedelta(days=rng.randrange(365))
        school = klass.school_id if klass else school
        township = next(
            index for index, area in enumerate(self.townships) if area == school.area_id
        )
        village = rng.choice(self.villages[township])
        parent_male = rng.random() < 0.6
        name = person(rng, gender)
        parent = name[0] if parent_male else rng.choice("王李张刘陈杨黄赵吴周")
        relation = "father" if parent_male else "mother"
        if rng.random() < 0.12:
            relation = rng.choice(("grandfather", "grandmother"))
        data = {
            "name": name,
            "gender": gender,
            "birthdate": born,
            "ethnicity": rng.choice(ETHNICITIES),
            "id_number": make_identity(born, gender, self._order(born, gender)),
            "school_id": school.id,
            "class_id": klass.id if klass else False,
            "grade": grade,
            "residence_area_id": village.id,
            "household_area_id": village.id if rng.random() < 0.95 else False,
            "address": f"{village.parent_id.name}{village.name}{rng.randrange(1, 180)}号",
            "boarding": grade >= 7 and rng.random() < 0.4,
            "left_behind": rng.random() < 0.14,
            "entry_month": f"{year + 6 + (0 if grade < 7 else 6)}-09",
            "study_mode": "走读",
            "guardian_ids": [
                Command.create(
                    {
                        "name": parent
                        + rng.choice("国建志文春秀桂玉")
                        + rng.choice("民华英兰平军芳林"),
                        "relation_id": self.code("relation", relation).id,
                        "phone": make_phone(next(self.phones)),
                        "is_legal": True,
                    }
                )
            ],
        }
        if over.get("enrolment_state") != "expected":
            data["national_no"] = "G" + data["id_number"]
        if data["boarding"]:
            data["study_mode"] = "住校"
        groups = [
            code
            for code, chance in (
                ("out_of_poverty", 0.09),
                ("minimum_living", 0.04),
                ("left_behind", 1.0 if data["left_behind"] else 0),
                ("single_parent", 0.05),
                ("orphan", 0.003),
            )
            if rng.random() < chance
        ]
        data["special_group_ids"] = [
            Command.set([self.code("special_group", code).id for code in groups])
        ]
        if klass and klass.school_id.kind == "special":
            data["placement"] = "special_school"
            data["disability_type_id"] = self.code("disability", rng.choice("12567")).id
            data["disability_grade"] = rng.choice("1234")
        return {**data, **over}

    def _order(self, born, gender):
        """The next free order number of children born on one day."""
        self._orders = getattr(self, "_orders", {})
        key = (born, gender)
        self._orders[key] = self._orders.get(key, -1) + 1
        return self._orders[key]

    def code(self, kind, code):
        return self.env.ref(f"edu_dropout_control.code_{kind}_{code}")

    def children(self):
        Student = self.env["edu.student"]
        autumn = self.term.season == "autumn"
        for key, *_middle, classes in people.SCHOOLS:
            rows = []
            for grade, count, size in classes:
                if autumn and (grade == 1 or (grade == 7 and self.school[key].kind == "junior")):
                    continue  # no registry entry on the first day: the entrants
                for index in range(1, count + 1):
                    number = size - self.rng.randrange(0, 3)
                    rows += [
                        self.child(self.classes[key, grade, index], grade) for _i in range(number)
                    ]
            Student.create(rows)
        self.entrants = {}
        if not autumn:
            return
        for key, *_middle, junior, classes in people.SCHOOLS:
            school = self.school[key]
            first = next((row for row in classes if row[0] == 1), None)
            if first and school.kind != "special":
                rows = [
                    self.child(
                        None,
                        1,
                        school=school,
                        grade=0,
                        entry_month=False,
                        enrolment_state="expected",
                        expected_school_id=school.id,
                        expected_grade=1,
                    )
                    for _i in range(first[1] * first[2])
                ]
                self.entrants[key, 1] = Student.create(rows)
            if junior and any(row[0] == 6 for row in classes):
                target = next(row for row in people.SCHOOLS if row[0] == junior)
                if target[2] != "junior":
                    continue
                feeders = [
                    row[0]
                    for row in people.SCHOOLS
                    if row[6] == junior and any(c[0] == 6 for c in row[7])
                ]
                seventh = next(row for row in target[7] if row[0] == 7)
                number = seventh[1] * seventh[2] // len(feeders)
                rows = [
                    self.child(None, 7, school=school, grade=6, class_id=False)
                    for _i in range(number)
                ]
                self.entrants.setdefault((junior, 7), Student)
                self.entrants[junior, 7] |= Student.create(rows)
