from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .duty_common import DutyCommon


@tagged("post_install", "-at_install")
class TestDuty(DutyCommon):
    """Duties follow the records: one each, one to-do each, whoever does what."""

    # ------------------------------------------------------------------ one duty, one to-do

    def test_a_record_with_a_deadline_has_one_duty_and_one_to_do(self):
        note = self.note()
        duty = note.duty_ids
        self.assertEqual(len(duty), 1)
        self.assertEqual(duty.deadline, date(2026, 9, 10))
        self.assertEqual(duty.user_id, self.user["class_teacher"])
        self.assertEqual(duty.duty_state, "open")
        todo = self.todos(note)
        self.assertEqual(len(todo), 1)
        self.assertEqual(todo.user_id, self.user["class_teacher"])
        self.assertEqual(todo.date_deadline, date(2026, 9, 10))
        self.assertNotIn(self.user["class_teacher"].partner_id, note.message_partner_ids)

    def test_a_moved_deadline_moves_the_to_do(self):
        note = self.note()
        todo = self.todos(note)
        note.deadline = "2026-09-14"
        self.settle()
        self.assertEqual(self.todos(note), todo)
        self.assertEqual(todo.date_deadline, date(2026, 9, 14))
        self.assertEqual(note.duty_ids.first_deadline, date(2026, 9, 10))

    def test_what_is_done_has_no_to_do_and_stays_in_the_history(self):
        note = self.note()
        todo = self.todos(note)
        note.done_on = "2026-09-02"
        self.settle()
        self.assertFalse(self.todos(note))
        self.assertFalse(todo.active)
        self.assertEqual(todo.date_done, date(2026, 9, 2))
        self.assertEqual(note.duty_ids.duty_state, "done")

    def test_what_ceases_to_be_due_is_dropped_and_can_be_due_again(self):
        note = self.note()
        note.is_due = False
        self.settle()
        self.assertEqual(note.duty_ids.duty_state, "dropped")
        self.assertFalse(self.todos(note))
        note.is_due = True
        self.settle()
        self.assertEqual(note.duty_ids.duty_state, "open")
        self.assertEqual(len(self.todos(note)), 1)

    def test_an_archived_or_deleted_record_owes_nothing(self):
        note, other = self.note(), self.note()
        duty = other.duty_ids
        note.active = False
        other.unlink()
        self.settle()
        self.assertEqual(note.duty_ids.state, "dropped")
        self.assertEqual(duty.state, "dropped")
        self.assertFalse(self.todos(note) | self.todos(other))
        note.active = True
        self.settle()
        self.assertEqual(len(self.todos(note)), 1)

    def test_cycles_are_duties_of_their_own(self):
        note = self.note()
        note.write({"done_on": "2026-09-02"})
        self.settle()
        note.write({"cycle": 1, "done_on": False, "deadline": "2026-10-09"})
        self.settle()
        self.assertEqual(note.duty_ids.mapped("slot"), [0, 1])
        self.assertEqual(note.duty_ids.mapped("duty_state"), ["done", "open"])
        self.assertEqual(self.todos(note).date_deadline, date(2026, 10, 9))

    def test_a_cancelled_to_do_is_there_again_the_next_night(self):
        note = self.note()
        self.env.cr.execute("DELETE FROM mail_activity WHERE id = %s", [self.todos(note).id])
        self.env.invalidate_all()
        self.night()
        self.assertEqual(len(self.todos(note)), 1)

    def test_nobody_puts_a_to_do_off_or_takes_it_away(self):
        note = self.note()
        todo = self.todos(note).with_user(self.user["class_teacher"])
        for attempt in (
            lambda: todo.write({"date_deadline": "2026-12-31"}),
            lambda: todo.write({"user_id": self.nobody.id}),
            todo.action_reschedule_nextweek,
            todo.action_cancel,
            todo.unlink,
            todo.action_done,
            lambda: todo.sudo().write({"active": False}),
            todo.sudo().unlink,
        ):
            with self.assertRaises(UserError):
                attempt()
        todo.sudo().note = "<p>Rang twice</p>"
        self.assertEqual(len(self.todos(note)), 1)

    def test_nobody_makes_a_to_do_of_a_duty(self):
        note = self.note()
        values = {
            "res_model_id": self.env["ir.model"]._get_id(note._name),
            "res_id": note.id,
            "user_id": self.nobody.id,
            "edu_duty_id": note.duty_ids.id,
            "edu_duty_step": 5,
        }
        made = self.env["mail.activity"].create(values)
        self.assertFalse(made.edu_duty_id)
        with self.assertRaises(UserError):
            made.edu_duty_id = note.duty_ids

    def test_nobody_writes_a_duty(self):
        note = self.note()
        for role in ("class_teacher", "principal", "bureau", "county_admin"):
            duty = note.duty_ids.with_user(self.user[role])
            with self.subTest(role), self.assertRaises(AccessError):
                duty.write({"deadline": "2026-12-31"})
            with self.subTest(role), self.assertRaises(AccessError):
                duty.unlink()

    # ------------------------------------------------------------------ late

    def test_late_is_told_by_the_countys_date(self):
        note = self.note()
        for moment, state in (
            ("2026-09-06 15:59:00", "open"),  # one minute before midnight of the 6th
            ("2026-09-06 16:01:00", "due_soon"),  # the 7th: three days before
            ("2026-09-10 15:59:00", "due_soon"),
            ("2026-09-10 16:01:00", "late"),
        ):
            with self.subTest(moment), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(note.duty_ids.duty_state, state)
                self.assertEqual(note.duty_state, state)
                found = self.Duty.search([("duty_state", "=", state)])
                self.assertIn(note.duty_ids, found)
                groups = self.Duty._read_group(
                    [("id", "in", note.duty_ids.ids)], ["duty_state"], ["__count"]
                )
                self.assertEqual(groups, [(state, 1)])
                self.assertIn(note, self.Note.search([("duty_state", "=", state)]))
                groups = self.Note._read_group([("id", "=", note.id)], ["duty_state"], ["__count"])
                self.assertEqual(groups, [(state, 1)])

    def test_done_late_stays_late_whatever_is_edited(self):
        note = self.note()
        with freeze_time("2026-09-11 02:00:00"):
            note.done_on = "2026-09-11"
            self.settle()
            self.assertEqual(note.duty_ids.duty_state, "done_late")
            self.assertEqual(note.duty_ids.late_since, date(2026, 9, 11))
            note.write({"deadline": "2026-09-30"})
            self.settle()
            note.write({"done_on": "2026-09-01"})
            self.night()
            self.assertEqual(note.duty_ids.duty_state, "done_late")
            # opened again and done "in time"
            note.write({"done_on": False})
            self.settle()
            self.assertEqual(note.duty_ids.duty_state, "open")
            note.write({"done_on": "2026-09-11"})
            self.settle()
            self.assertEqual(note.duty_ids.duty_state, "done_late")

    def test_done_in_time_and_entered_later_is_in_time(self):
        note = self.note()
        with freeze_time("2026-09-12 02:00:00"):
            self.night()
            self.assertEqual(note.duty_ids.late_since, date(2026, 9, 11))
            note.done_on = "2026-09-10"
            self.settle()
            self.assertEqual(note.duty_ids.duty_state, "done")
            self.assertFalse(note.duty_ids.late_since)

    # ------------------------------------------------------------------ who holds it

    def test_whom_the_record_names_holds_it(self):
        note = self.note(user_id=self.user["dean"].id)
        self.assertEqual(note.duty_ids.user_id, self.user["dean"])
        note.user_id = self.user["principal"]
        self.settle()
        self.assertEqual(self.todos(note).user_id, self.user["principal"])

    def test_who_has_no_post_at_the_place_holds_nothing(self):
        for stranger in (self.nobody, self.other_user["dean"], self.other_user["class_teacher"]):
            with self.subTest(stranger.login):
                note = self.note(user_id=stranger.id)
                self.assertEqual(note.duty_ids.user_id, self.user["class_teacher"])

    def test_without_a_teacher_the_next_of_the_chain_holds_it(self):
        note = self.note(class_id=self.class_a2.id)
        self.assertEqual(note.duty_ids.user_id, self.user["records_admin"])
        note = self.note(class_id=False, school_id=self.junior_a.id)
        self.assertEqual(note.duty_ids.user_id, self.user["bureau"], "no post at that school")

    def test_a_teaching_point_falls_to_its_central_school(self):
        note = self.note(class_id=False, school_id=self.point_a.id)
        self.assertEqual(note.duty_ids.user_id, self.user["records_admin"])

    def test_a_school_that_is_closed_falls_to_who_took_it_over(self):
        note = self.note(class_id=False, school_id=self.junior_a.id)
        self.assertEqual(note.duty_ids.user_id, self.user["bureau"], "no post at that school")
        self.junior_a.successor_ids = self.school_a
        self.night()
        self.assertEqual(note.duty_ids.user_id, self.user["bureau"], "it is not closed")
        self.junior_a.active = False
        self.night()
        self.assertEqual(note.duty_ids.user_id, self.user["records_admin"])
        self.assertEqual(self.todos(note).user_id, self.user["records_admin"])
        self.assertTrue(note.duty_ids.with_user(self.user["dean"]).has_access("read"))
        self.assertFalse(note.duty_ids.with_user(self.other_user["dean"]).has_access("read"))
        named = self.note(
            class_id=False, school_id=self.junior_a.id, user_id=self.user["class_teacher"].id
        )
        self.assertEqual(named.duty_ids.user_id, self.user["class_teacher"], "went along")
        self.assertEqual(
            self.climb(note, (3, 6)),
            {self.user["vice_principal"]: 3, self.user["principal"]: 6},
        )

    def test_who_has_no_log_in_is_named_to_who_has(self):
        told = {}

        def tell(records, kind):
            self.assertEqual(kind, "test_administration")
            return {id_: text for id_, text in told.items() if id_ in records.ids}

        self.patch(type(self.Note), "_edu_duty_told", tell)
        values = {"kind": "test_administration", "school_id": False, "class_id": False}
        self.note(area_id=self.township_a.id, **values)
        note = self.Note.create({"deadline": "2026-09-10", "area_id": self.township_a.id, **values})
        told[note.id] = "请告知柳树村 <b>王大山</b>"
        self.settle()
        self.assertIn("柳树村 &lt;b&gt;王大山", str(self.todos(note).note))
        duty = note.duty_ids
        self.assertEqual(duty.told, told[note.id])
        self.climb(note, (3,))
        self.assertIn("柳树村", str(note.message_ids[:1].body))
        other = self.Note.search([("id", "!=", note.id)])
        self.assertFalse(any(other.mapped("duty_ids.told")))
        self.assertFalse(self.todos(other)[:1].note)

    def test_the_townships_chain(self):
        note = self.note(
            kind="test_administration", school_id=False, class_id=False, area_id=self.township_a.id
        )
        self.assertEqual(note.duty_ids.user_id, self.user["township"])
        note = self.note(
            kind="test_administration", school_id=False, class_id=False, area_id=self.village_b.id
        )
        self.assertEqual(note.duty_ids.user_id, self.other_user["township"])

    def test_nobody_there_is_listed(self):
        note = self.note(school_id=self.school_x.id, class_id=False)
        self.assertEqual(note.duty_ids.user_id, self.other_user["bureau"])
        self.env["edu.post"].search(
            [("user_id", "=", self.other_user["bureau"].id)]
        ).date_to = "2026-09-01"
        self.night()
        self.assertFalse(note.duty_ids.user_id)
        self.assertFalse(self.todos(note))

    def test_duties_of_who_left_are_handed_over_and_listed(self):
        note = self.note()
        teacher = self.user["class_teacher"]
        new = self.make_user("new_teacher", name="New Teacher")
        teacher.edu_post_ids.date_to = "2026-09-01"
        self.make_post(new, "class_teacher", self.class_a, date_from="2026-09-02")
        self.night()
        duty = note.duty_ids
        self.assertEqual(duty.user_id, new)
        self.assertEqual(duty.former_user_id, teacher)
        self.assertEqual(duty.handed_on, date(2026, 9, 2))
        self.assertEqual(self.todos(note).user_id, new)
        self.assertIn("New Teacher", str(note.message_ids[:1].body))
        seen = duty.with_user(self.user["bureau"]).search([("former_user_id", "!=", False)])
        self.assertEqual(seen, duty)

    def test_an_acting_post_stands_in_for_its_dates(self):
        note = self.note(user_id=self.user["class_teacher"].id)
        acting = self.make_user("acting_teacher")
        self.make_post(
            acting,
            "class_teacher",
            self.class_a,
            is_acting=True,
            date_from="2026-09-03",
            date_to="2026-09-05",
        )
        for day, holder in (
            ("2026-09-02", self.user["class_teacher"]),
            ("2026-09-03", acting),
            ("2026-09-05", acting),
            ("2026-09-06", self.user["class_teacher"]),
        ):
            with self.subTest(day), freeze_time(f"{day} 01:00:00"):
                self.night()
                self.assertEqual(self.todos(note).user_id, holder)

    # ------------------------------------------------------------------ escalation

    def climb(self, note, days):
        """Nights after the deadline; who was reached, by the night."""
        reached = {}
        for late in days:
            with freeze_time(f"{date(2026, 9, 10) + timedelta(late)} 01:00:00"):
                self.night()
                for step in note.duty_ids.step_ids:
                    reached.setdefault(step.user_id, late)
        return reached

    def test_the_chain_of_education(self):
        note = self.note()
        users = self.user
        self.assertEqual(
            self.climb(note, range(1, 20)),
            {
                users["records_admin"]: 3,
                users["vice_principal"]: 6,
                users["principal"]: 9,
                users["bureau"]: 12,
            },
        )
        todos = self.todos(note)
        self.assertEqual(
            todos.user_id,
            users["class_teacher"]
            | users["records_admin"]
            | users["vice_principal"]
            | users["principal"]
            | users["bureau"],
        )
        self.assertEqual(len(todos), 5)
        said = "".join(str(body) for body in note.message_ids.mapped("body"))
        self.assertEqual(said.count(users["principal"].name), 1)
        note.done_on = "2026-09-30"
        self.settle()
        self.assertFalse(self.todos(note), "all are taken away with the duty")

    def test_the_chain_of_administration(self):
        note = self.note(
            kind="test_administration", school_id=False, class_id=False, area_id=self.township_a.id
        )
        self.assertEqual(self.climb(note, range(1, 20)), {self.user["bureau"]: 3})

    def test_steps_of_one_person_collapse(self):
        self.env["edu.post"].search(
            [("user_id", "=", self.user["vice_principal"].id)]
        ).date_to = "2026-09-01"
        self.make_post(self.user["principal"], "vice_principal", self.school_a)
        note = self.note()
        self.assertEqual(
            self.climb(note, range(1, 20)),
            {
                self.user["records_admin"]: 3,
                self.user["principal"]: 6,
                self.user["bureau"]: 9,
            },
        )

    def test_who_holds_it_is_not_passed_it(self):
        note = self.note(user_id=self.user["principal"].id)
        self.assertEqual(self.climb(note, range(1, 20)), {self.user["bureau"]: 3})

    def test_nights_without_the_cron_are_made_up_for(self):
        note = self.note()
        reached = self.climb(note, [7])
        self.assertEqual(set(reached), {self.user["records_admin"], self.user["vice_principal"]})

    def test_days_between_steps_are_the_policys(self):
        self.env["edu.policy"]._current().escalation_days = 5
        note = self.note()
        self.assertEqual(self.climb(note, range(1, 10)), {self.user["records_admin"]: 5})

    def test_a_second_run_on_the_same_day_writes_nothing(self):
        self.note()
        with freeze_time("2026-09-20 01:00:00"):
            self.night()
            self.env.flush_all()
            tables = ("edu_duty", "edu_duty_step", "mail_activity", "mail_message")
            before = self.stamps(tables)
            self.Duty._cron_duties()
            self.env.flush_all()
            self.assertEqual(self.stamps(tables), before)

    def stamps(self, tables):
        """Where each row lies: a row that is written again lies elsewhere."""
        found = []
        for table in tables:
            self.env.cr.execute(f"SELECT id, ctid::text FROM {table} ORDER BY id")
            found.append(self.env.cr.fetchall())
        return found

    # ------------------------------------------------------------------ the calendar

    def test_a_provisional_deadline_becomes_firm_with_a_line_in_the_chatter(self):
        self.env["edu.calendar.day"].search([("date", ">=", "2027-01-01")]).unlink()
        note = self.note(deadline="2027-01-15")
        self.assertTrue(note.duty_ids.is_provisional)
        self.env["edu.calendar.day"].create({"date": "2027-01-01", "kind": "off", "name": "元旦"})
        note.deadline = "2027-01-18"
        self.night()
        self.assertFalse(note.duty_ids.is_provisional)
        self.assertIn("2027-01-18", str(note.message_ids[:1].body))

    # ------------------------------------------------------------------ reminders

    def messages(self, user):
        return self.env["mail.message"].search(
            [("partner_ids", "=", user.partner_id.id), ("message_type", "=", "user_notification")]
        )

    def test_one_message_a_day_and_person_however_many_duties(self):
        for _number in range(30):
            self.Note.create(
                {
                    "deadline": "2026-09-03",
                    "class_id": self.class_a.id,
                    "school_id": self.school_a.id,
                }
            )
        self.settle()
        teacher = self.user["class_teacher"]
        before = self.messages(teacher)
        Digest = self.env["edu.duty.digest"]
        Digest._cron_send()
        told = self.messages(teacher) - before
        self.assertEqual(len(told), 1)
        self.assertIn("30", told.subject)
        self.assertEqual(str(told.body).count("<li>"), 20)
        self.assertIn("10", str(told.body).split("</ul>")[1])
        Digest._cron_send()
        self.assertEqual(self.messages(teacher) - before, told)
        with freeze_time("2026-09-03 00:30:00"):
            Digest._cron_send()
        self.assertEqual(len(self.messages(teacher) - before), 2)

    def test_nothing_due_soon_no_message_and_none_on_days_off(self):
        self.note(deadline="2026-09-30")
        other = self.other_user["class_teacher"]
        self.note(deadline="2026-09-07", school_id=self.school_b.id, class_id=self.class_b.id)
        before = self.messages(self.user["class_teacher"]) | self.messages(other)
        with freeze_time("2026-09-05 01:00:00"):  # a Saturday
            self.env["edu.duty.digest"]._cron_send()
        self.assertEqual(self.messages(self.user["class_teacher"]) | self.messages(other), before)
        with freeze_time("2026-09-04 01:00:00"):
            self.env["edu.duty.digest"]._cron_send()
        self.assertEqual(len(self.messages(other) - before), 1)
        self.assertFalse(self.messages(self.user["class_teacher"]) - before)

    # ------------------------------------------------------------------ who sees what

    def test_scope(self):
        mine, theirs = (
            self.note(),
            self.note(
                school_id=self.school_b.id, class_id=self.class_b.id, area_id=self.township_b.id
            ),
        )
        mine.area_id = self.township_a
        self.settle()
        both = (mine | theirs).duty_ids
        for role in (
            "class_teacher",
            "records_admin",
            "dean",
            "vice_principal",
            "principal",
            "township",
        ):
            with self.subTest(role):
                self.assertEqual(
                    self.as_user(self.Duty, role).search([("id", "in", both.ids)]), mine.duty_ids
                )
                self.assertEqual(
                    self.as_user(self.Duty, role, other=True).search([("id", "in", both.ids)]),
                    theirs.duty_ids,
                )
        for role in ("bureau", "inspector"):
            with self.subTest(role):
                self.assertEqual(
                    self.as_user(self.Duty, role).search([("id", "in", both.ids)]), both
                )
                self.assertFalse(
                    self.as_user(self.Duty, role, other=True).search([("id", "in", both.ids)])
                )
        self.assertFalse(self.Duty.with_user(self.nobody).has_access("read"))

    # ------------------------------------------------------------------ whatever happens

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
        ],
    )
    @given(
        st.lists(
            st.sampled_from(
                "done undone earlier later other_class dean nobody archive restore drop again"
                " next cancel night teacher_leaves".split()
            ),
            min_size=30,
            max_size=30,
        )
    )
    def test_exactly_one_to_do_an_open_duty_after_any_thirty_actions(self, actions):
        note = self.note()
        for action in actions:
            getattr(self, f"do_{action}")(note)
            self.settle()
        self.night()
        todos = self.todos(note).filtered(lambda todo: not todo.edu_duty_step)
        for duty in note.duty_ids:
            todo = todos.filtered(lambda todo, duty=duty: todo.edu_duty_id == duty)
            wanted = 1 if duty.state == "open" and duty.user_id else 0
            self.assertEqual(len(todo), wanted, duty.state)
            if todo:
                self.assertEqual(todo.user_id, duty.user_id)
                self.assertEqual(todo.date_deadline, duty.deadline)
        due = note.active and note.is_due and not note.done_on
        self.assertEqual(
            len(note.duty_ids.filtered(lambda duty: duty.state == "open")), 1 if due else 0
        )

    def do_done(self, note):
        note.done_on = note.done_on or "2026-09-03"

    def do_undone(self, note):
        note.done_on = False

    def do_earlier(self, note):
        note.deadline -= timedelta(1)

    def do_later(self, note):
        note.deadline += timedelta(1)

    def do_other_class(self, note):
        klass = self.class_b if note.class_id == self.class_a else self.class_a
        note.write({"class_id": klass.id, "school_id": klass.school_id.id})

    def do_dean(self, note):
        note.user_id = self.user["dean"]

    def do_nobody(self, note):
        note.user_id = self.nobody

    def do_archive(self, note):
        note.active = False

    def do_restore(self, note):
        note.active = True

    def do_drop(self, note):
        note.is_due = False

    def do_again(self, note):
        note.is_due = True

    def do_next(self, note):
        note.write({"cycle": note.cycle + 1, "done_on": False})

    def do_cancel(self, note):
        self.env.cr.execute(
            "DELETE FROM mail_activity WHERE res_model = %s AND res_id = %s", [note._name, note.id]
        )
        self.env.invalidate_all()

    def do_night(self, _note):
        self.night()

    def do_teacher_leaves(self, _note):
        post = self.user["class_teacher"].edu_post_ids
        post.date_to = False if post.date_to else "2026-09-01"
