"""Children of the demo county who cannot come to school: one taught at home since the term before, with a
week missed and one that could not be held; one whose plan waits for approval; one without a plan."""

from datetime import date, datetime, timedelta

from odoo import Command

LESSONS = (
    (
        "洗手、用勺吃饭：先示范，再手把手，最后自己做三口。",
        "能自己拿勺，撒得少了。",
        "午饭头三口自己吃，妈妈不催。",
        "helped",
    ),
    (
        "认识红、黄两色：按颜色分积木，跟读“红”“黄”。",
        "十块里分对七块，会说“红”。",
        "晾衣服时让孩子找红色的。",
        "eager",
    ),
    (
        "坐位平衡和抓握：坐小凳抛接软球，捏夹子。",
        "能坐五分钟，左手抓握进步。",
        "每天坐小凳看图画书，早晚各一次。",
        "helped",
    ),
    (
        "听名字、看图说词：家人照片、动物卡片。",
        "听到名字会转头，今天有些累。",
        "吃饭前叫名字，等他看过来。",
        "tired",
    ),
)


class HomeTeaching:
    """Plays home teaching into ``history`` (see ``history.History``)."""

    def __init__(self, history):
        self.history, self.county, self.env = history, history.county, history.env

    def run(self):
        history = self.history
        child = self.disabled("dhz", 8, 1)
        self.past(child, "dhz", (8, 1))
        self.present(child, "dhz", (8, 1))
        waiting = self.disabled("cg1", 4, 2)
        with self.county.at(history.day(4, history.now), 10):
            plan = self.draft(waiting, "cg1", (4, 2), history.day(10, history.now))
            plan.action_submit()
        with self.county.at(history.day(3, history.now), 10):
            history.as_(self.disabled("np1", 5, 1), "records_admin", "np1").placement = "home"
        with self.county.at(self.county.today, 0, 20):
            self.env["edu.home.teaching.week"]._cron_fix()

    def disabled(self, key, grade, index):
        """A child without a story, with its certificate in the registry."""
        klass = self.county.classes[key, grade, index]
        child = self.env["edu.student"].search(
            [
                ("class_id", "=", klass.id),
                ("enrolment_state", "=", "enrolled"),
                ("case_ids", "=", False),
            ],
            order="id desc",
            limit=1,
        )
        number = child._edu_secret_clear("id_number")[child.id]
        self.history.as_(child, "records_admin", key).write(
            {
                "disability_type_id": self.county.code("disability", "7").id,
                "disability_grade": "1",
                "disability_no": f"{number}71",
            }
        )
        return child

    def draft(self, child, key, klass, first, last=None):
        """By the class teacher; the guardian has signed."""
        history = self.history
        teacher = history.who("class_teacher", key, klass)
        year_end = date(first.year + (first.month > 8), 8, 31)
        return history.as_(self.env["edu.home.teaching"], "class_teacher", key, klass).create(
            {
                "student_id": child.id,
                "date_from": first,
                "date_to": last or min(self.county.term.end_date, year_end),
                "responsible_id": teacher.id,
                "teacher_names": "周慧（县特殊教育学校，康复训练）",
                "times": "周三下午 14:30",
                "place_note": child.residence_area_id.name,
                "assessment": "脑瘫，左侧肢体无力；能坐，不能独立行走。"
                "能听懂简单指令，会说十几个词。喜欢积木和儿歌。",
                "subject_ids": [
                    Command.set(
                        [
                            self.county.code("home_subject", code).id
                            for code in ("life", "cognition", "movement", "parents")
                        ]
                    )
                ],
                "goals_long": "吃饭、洗手基本自理；能用词语表达需要；坐位平衡稳定。",
                "goals": "1. 自己用勺吃完半碗饭。\n2. 认识红、黄、蓝、绿四色。\n3. 独坐十分钟。",
                "content": "生活自理、感知与认知、坐位平衡与抓握训练，每次附家长指导。",
                "method": "实物教学，小步子，多重复，及时鼓励；家长每天练习两次，每次十分钟。",
                "consent_by": child.guardian_ids[:1].name,
                "consent_on": self.env["edu.policy"]._edu_today(),
                "consent_file_ids": [Command.set(history.file(teacher, "监护人同意书.pdf").ids)],
            }
        )

    def approve(self, plan, key, day):
        with self.county.at(day, 15):
            plan.action_submit()
        with self.county.at(day, 17):
            self.history.as_(plan, "vice_principal", key).action_approve()

    def past(self, child, key, klass):
        """A term: most weeks kept, one forgotten, one not held, one written down too late."""
        history, last = self.history, self.county.term_before.end_date
        first = history.day(9)
        with self.county.at(first, 10):
            plan = self.draft(child, key, klass, first, last)
        self.approve(plan, key, first)
        wednesday, number = first + timedelta(days=(1 - first.weekday()) % 7 + 1), 0
        while wednesday <= last:
            number += 1
            if number == 6:
                self.lesson(plan, key, klass, wednesday, reason="road")
            elif number != 10:
                self.lesson(plan, key, klass, wednesday, number, later=11 if number == 13 else 0)
            wednesday += timedelta(days=7)
        with self.county.at(last, 11):
            history.as_(plan, "class_teacher", key, klass).write(
                {
                    "review": "1. 能自己吃半碗，仍需扶碗。\n2. 认识红、黄、蓝。\n3. 独坐八分钟。",
                    "review_result": "partly",
                }
            )
        with self.county.at(last + timedelta(days=4), 0, 20):
            self.env["edu.home.teaching.week"]._cron_fix()

    def present(self, child, key, klass):
        """This term's plan runs, with its first lesson."""
        history = self.history
        first = history.day(1, history.now)
        with self.county.at(first, 10):
            plan = self.draft(child, key, klass, first)
        self.approve(plan, key, first)
        self.lesson(plan, key, klass, history.day(5, history.now))

    def lesson(self, plan, key, klass, day, number=0, reason=None, later=0):
        content, progress, homework, response = LESSONS[number % len(LESSONS)]
        teacher = self.history.who("class_teacher", key, klass)
        values = {
            "teaching_id": plan.id,
            # half past two in the county
            "started_at": datetime(day.year, day.month, day.day, 6, 30),
            "teacher_ids": [Command.set(teacher.ids)],
            "teacher_names": "周慧（县特殊教育学校，康复训练）",
            "place": plan.place_note,
        }
        if reason:
            values |= {
                "outcome": "not_held",
                "reason_id": self.county.code("home_not_held", reason).id,
            }
        else:
            values |= {
                "content": content,
                "progress": progress,
                "homework": homework,
                "response": response,
                "guardian": plan.consent_by,
                "subject_ids": [Command.set(plan.subject_ids.ids)],
            }
        with self.county.at(day + timedelta(days=later), 16, 10):
            if not reason:
                values["signature_ids"] = [
                    Command.set(self.history.file(teacher, "送教记录（家长签字）.pdf").ids)
                ]
            Session = self.env["edu.home.teaching.session"]
            self.history.as_(Session, "class_teacher", key, klass).create(values)
