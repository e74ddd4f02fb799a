"""Our roster import beside Odoo's own import of the same rows into the same model, in one run.

Ours: from the uploaded workbook to flushed rows, read, matched, checked, with guardians and chatter,
as a bureau officer within the record rules. Odoo's: ``load()`` of rows that are read and looked up
already, as superuser, since it is refused to everybody else. Each takes its own children, and is taken
back before the other begins.
"""

import base64
import time
from contextlib import contextmanager
from datetime import date, timedelta

from odoo import Command
from odoo.tools import mute_logger

from odoo.addons.edu_dropout_control.tools.identity import (
    make_identity,
    make_phone,
    make_school_code,
    make_student_no,
)
from odoo.addons.edu_dropout_control.tools.sample import write_export

TITLE = "Roster import"
ROWS = 1000
WARM_UP = 100
ROUNDS = 3
CLASS_SIZE = 45


class County:
    """One school with its classes, the officer who imports, and as many children as asked for."""

    def __init__(self, env):
        self.env = env
        areas = env["edu.area"]
        county = areas.create({"name": "青禾县", "code": "990001", "level": "county"})
        township = areas.create(
            {"name": "东河镇", "code": "990001101", "level": "township", "parent_id": county.id}
        )
        self.village = areas.create(
            {
                "name": "柳树村",
                "code": "990001101201",
                "level": "village",
                "parent_id": township.id,
            }
        )
        self.school = env["edu.school"].create(
            {
                "name": "东河学校",
                "code": make_school_code(1),
                "kind": "nine_year",
                "area_id": township.id,
            }
        )
        self.classes = env["edu.class"].create(
            [
                {"school_id": self.school.id, "grade": 3, "number": number + 1}
                for number in range(ROWS // CLASS_SIZE + 1)
            ]
        )
        user = env["res.users"].create(
            {
                "name": "Bureau officer",
                "login": "bench_bureau",
                "group_ids": [Command.set(env.ref("base.group_user").ids)],
            }
        )
        env["edu.post"].create(
            {
                "user_id": user.id,
                "role": "bureau",
                "area_id": county.id,
                "date_from": "2020-01-01",
            }
        )
        self.officer = user
        today = env["edu.policy"]._edu_today()
        self.term = env["edu.term"].create(
            {
                "school_year": f"{today.year}-{today.year + 1}",
                "season": "autumn",
                "start_date": date(today.year, 9, 1),
                "end_date": date(today.year + 1, 1, 20),
            }
        )
        self.first_birth = date(today.year - 9, 9, 1)
        self.father = env.ref("edu_dropout_control.code_relation_father")
        self.made = 0

    def children(self, count):
        """Children as a registry lists them; nobody twice."""
        out = []
        for _each in range(count):
            born = self.first_birth + timedelta(days=self.made % 300)
            serial = self.made // 300
            out.append(
                {
                    "school_name": self.school.name,
                    "school_code": self.school.code,
                    "name": f"王{chr(0x4E00 + self.made % 2000)}{chr(0x5E00 + self.made % 1999)}",
                    "gender": "male",
                    "birthdate": born,
                    "id_type": "1",
                    "id_number": make_identity(born, "male", serial),
                    "national_no": make_student_no(born, "male", serial),
                    "ethnicity": "汉族",
                    "household_area": "青禾县东河镇柳树村",
                    "address": f"青禾县东河镇柳树村{self.made}号",
                    "grade": 3,
                    "class_number": self.made % len(self.classes) + 1,
                    "entry_month": f"{self.term.start_date.year - 2}-09",
                    "study_mode": "走读",
                    "boarding": False,
                    "registry_state": "enrolled",
                    "guardian1_name": "王建国",
                    "guardian1_relation": "father",
                    "guardian1_phone": make_phone(self.made),
                }
            )
            self.made += 1
        return out

    def ours(self, children):
        """Seconds of our import, from pressing “Read” to flushed rows; and of reading the file again
        when nothing has changed."""
        data = base64.b64encode(write_export(children))
        seconds = []
        for expected in ("new_count", "unchanged_count"):
            roster = (
                self.env["edu.roster.import"]
                .with_user(self.officer)
                .create(
                    {
                        "school_id": self.school.id,
                        "term_id": self.term.id,
                        "upload": data,
                        "upload_name": "bench.xlsx",
                    }
                )
            )
            self.env.flush_all()
            self.env.invalidate_all()
            started = time.perf_counter()
            roster.action_read()
            roster._edu_run_file(write=True)
            self.env.flush_all()
            seconds.append(time.perf_counter() - started)
            if roster[expected] != len(children):
                raise RuntimeError(f"{roster[expected]} of {len(children)} rows: {expected}")
        return seconds

    COLUMNS = (
        "name gender birthdate id_type id_number national_no ethnicity school_id/.id class_id/.id"
        " household_area_id/.id residence_area_id/.id address entry_month study_mode boarding"
        " enrolment_state guardian_ids/name guardian_ids/relation_id/.id guardian_ids/phone"
        " guardian_ids/sequence"
    ).split()

    def loads(self, children):
        """Seconds of Odoo's ``load()`` of the same columns, flushed."""
        rows = [
            [
                child["name"],
                child["gender"],
                str(child["birthdate"]),
                child["id_type"],
                child["id_number"],
                child["national_no"],
                child["ethnicity"],
                str(self.school.id),
                str(self.classes[child["class_number"] - 1].id),
                str(self.village.id),
                str(self.village.id),
                child["address"],
                child["entry_month"],
                child["study_mode"],
                "0",
                child["registry_state"],
                child["guardian1_name"],
                str(self.father.id),
                child["guardian1_phone"],
                "10",
            ]
            for child in children
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        started = time.perf_counter()
        result = self.env["edu.student"].load(self.COLUMNS, rows)
        self.env.flush_all()
        seconds = time.perf_counter() - started
        if not result["ids"] or len(result["ids"]) != len(children):
            raise RuntimeError(f"load: {result['messages'][:3]}")
        return seconds


@contextmanager
def taken_back(env):
    with env.cr.savepoint() as savepoint:
        yield
        savepoint.rollback()
    env.invalidate_all()


def run(env):
    with mute_logger("odoo.addons.base.models.ir_attachment"):
        county = County(env)
        first, again, loaded = [], [], []
        for count in (WARM_UP, *[ROWS] * ROUNDS):
            children = county.children(count)
            with taken_back(env):
                seconds = county.ours(children)
                first.append(seconds[0])
                again.append(seconds[1])
            with taken_back(env):
                loaded.append(county.loads(children))
    ours, same, load = (min(seconds[1:]) for seconds in (first, again, loaded))
    return [
        {"figure": "our import, rows per second", "value": ROWS / ours},
        {"figure": "Odoo's load(), rows per second", "value": ROWS / load},
        {
            "figure": "our import against Odoo's load()",
            "value": load / ours,
            "target": "at least 1",
            "met": load >= ours,
        },
        {
            "figure": "the same file again, part of the first time",
            "value": same / ours,
            "target": "at most 0.5",
            "met": same <= ours / 2,
        },
    ]
