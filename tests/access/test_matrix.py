"""One table of model × role × own or other scope × read, write, create, unlink generates the tests.

``matrix.csv`` holds, per model and role, the letters of ``rwcu`` that pass in the own and in the
other scope ("-" for none). A model, a role or a scope without a row turns the suite red, and so does
a row without a model. Wizards hold rows of their creator only: their scope is "any".

``EDU_WRITE_MATRIX=1 dev/test tests/access`` writes the table anew from what the code does; the diff
is then read by a person.
"""

import csv
import os
from pathlib import Path

from odoo.tests import tagged

from ...models.registry.roles import ROLES
from ..common import EduCommon
from .factories import Factories

TABLE = Path(__file__).with_name("matrix.csv")
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}
NOBODY = "(no post)"


@tagged("post_install", "-at_install")
class TestAccessMatrix(EduCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.factories = Factories(cls)

    def models(self):
        """All models of the addon that have a table."""
        return sorted(
            name
            for name, model in self.env.registry.items()
            if name.startswith("edu.") and not model._abstract and name != "edu.demo"
        )

    def users(self):
        return {**{role: self.user[role] for role, _label in ROLES}, NOBODY: self.nobody}

    def letters(self, record):
        passed = "".join(
            letter for letter, operation in OPERATIONS.items() if record.has_access(operation)
        )
        return passed or "-"

    def actual(self):
        """[(model, role, own, other)] as the code has it."""
        rows = []
        for name in self.models():
            transient = self.env[name]._transient
            own, other = (None, None) if transient else self.factories.pair(name)
            self.env.flush_all()
            for role, user in self.users().items():
                if transient:
                    letters = self.letters(self.env[name].with_user(user))
                    rows.append((name, role, letters, letters))
                else:
                    rows.append(
                        (
                            name,
                            role,
                            self.letters(own.with_user(user).with_context({})),
                            self.letters(other.with_user(user).with_context({})),
                        )
                    )
        return rows

    def test_matrix(self):
        actual = self.actual()
        if os.environ.get("EDU_WRITE_MATRIX"):
            with TABLE.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(("model", "role", "own", "other"))
                writer.writerows(actual)
        with TABLE.open(encoding="utf-8") as file:
            rows = {(row["model"], row["role"]): row for row in csv.DictReader(file)}
        checked = 0
        for name, role, own, other in actual:
            with self.subTest(model=name, role=role):
                self.assertIn((name, role), rows, "no row says what is allowed here")
                row = rows.pop((name, role))
                self.assertEqual((own, other), (row["own"], row["other"]))
                checked += 1
        self.assertFalse(rows, "rows of models or roles that are gone")
        self.assertGreater(checked, 100)

    def test_nobody_without_a_post_reads_anything_of_a_child(self):
        for name in self.models():
            with self.subTest(model=name):
                self.assertFalse(self.env[name].with_user(self.nobody).has_access("read"))

    def test_every_granted_right_has_a_rule_of_its_role(self):
        """Without one, a role's ACL would reach the whole county (and unlink has no filter at all)."""
        free = {
            # read by everybody with a post, written by whoever keeps the county's tables
            "edu.area",
            "edu.calendar.day",
            "edu.code",
            "edu.policy",
            "edu.responsibility.template",
            "edu.report.kind",
            "edu.report.question",
            "edu.roster.profile",
            "edu.roster.profile.line",
            "edu.term",
            "edu.warning.rule",
            "edu.work.plan.template",
            "edu.work.plan.template.line",
        }
        unruled = []
        access = self.env["ir.model.access"].search([("model_id.model", "like", "edu.%")])
        for line in access:
            model = line.model_id.model
            if model in free or self.env[model]._transient:
                continue
            for letter, operation in OPERATIONS.items():
                if not line[f"perm_{operation}"]:
                    continue
                if (
                    line.group_id == self.env.ref("edu_dropout_control.group_user")
                    and letter == "r"
                ):
                    continue  # schools, classes, posts: who answers is no secret
                if line.group_id == self.env.ref("edu_dropout_control.group_county_admin"):
                    continue  # keeps the registry of the whole county
                ruled = self.env["ir.rule"].search_count(
                    [
                        ("model_id", "=", line.model_id.id),
                        ("groups", "in", line.group_id.ids),
                        (f"perm_{operation}", "=", True),
                    ]
                )
                if not ruled and not self._open_by_design(model, letter):
                    unruled.append((model, line.group_id.name, operation))
        self.assertFalse(unruled)

    def _open_by_design(self, model, letter):
        # these ask their parent record themselves (tests of their own)
        return model in self.factories.guarded_by_parent or (
            model in ("edu.class", "edu.school", "edu.post") and letter == "r"
        )

    def test_rules_grant_no_more_than_the_acl(self):
        """A rule whose perm_* the ACL does not grant is noise that hides a hole."""
        for rule in self.env["ir.rule"].search([("model_id.model", "like", "edu.%")]):
            for operation in OPERATIONS.values():
                if not rule[f"perm_{operation}"]:
                    continue
                for group in rule.groups:
                    granted = self.env["ir.model.access"].search_count(
                        [
                            ("model_id", "=", rule.model_id.id),
                            ("group_id", "in", group.all_implied_ids.ids),
                            (f"perm_{operation}", "=", True),
                        ]
                    )
                    with self.subTest(rule=rule.name, group=group.name, operation=operation):
                        self.assertTrue(granted)
