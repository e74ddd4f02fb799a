"""Every public method of every model, as a browser or a program may call it: of a record elsewhere it
writes nothing and tells nothing, whoever calls.

Asked by somebody without any post, and by one person who holds every post of one county, of records of
another: rights of several posts add up, so that what stops this one is the place alone.
"""

import inspect

import psycopg2

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ...models.registry.roles import COUNTY_ROLES, ROLES
from ..common import EduCommon
from .factories import Factories

ADDON = "odoo.addons.edu_dropout_control."
#: what a parameter may be, by its name; None where nothing is known
GIVEN = {
    "reason": "因为",
    "reasons": {"id_number": "因为"},
    "outcome": "arrived",
    "day": "2026-09-02",
    "date": "2026-09-02",
    "ids": [1],
    "vals": {},
    "vals_list": [{}],
    "fnames": ["name"],
    "name": "id_number",
    "names": ["id_number"],
    "limit": 10,
    "domain": [],
    "state": "signed",
}
#: tables that tell who came by, and what is gone with the session
LOGS = ("bus_bus", "ir_logging", "res_users_log", "mail_presence", "res_device_log")
#: about no record that is there
OF_NO_RECORD = frozenset(("create", "default_get", "load", "name_create"))


@tagged("post_install", "-at_install")
class TestDoors(EduCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.factories = Factories(cls)
        cls.everything = new_test_user(cls.env, "everything", groups="base.group_user")
        for role, _label in ROLES:
            if role == "county_admin":  # keeps the registry, whatever county
                continue
            place = cls.county if role in COUNTY_ROLES else cls.school_a
            place = {"class_teacher": cls.class_a, "township": cls.township_a}.get(role, place)
            cls.make_post(cls.everything, role, place)

    def methods(self, model):
        """{name: required parameters} of the public methods that the addon gives ``model``."""
        found = {}
        for cls in type(model).mro():
            if not cls.__module__.startswith(ADDON):
                continue
            for name, method in vars(cls).items():
                if name.startswith("_") or name in found or not inspect.isfunction(method):
                    continue
                try:
                    get_public_method(model, name)
                except AccessError:
                    continue
                if name in OF_NO_RECORD:
                    continue
                _self, *parameters = inspect.signature(method).parameters.values()
                found[name] = [
                    parameter.name
                    for parameter in parameters
                    if parameter.default is parameter.empty
                    and parameter.kind == parameter.POSITIONAL_OR_KEYWORD
                ]
        return found

    def written(self):
        """{table: rows inserted, changed and deleted in this transaction}"""
        self.env.flush_all()
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
                         FROM pg_stat_xact_user_tables WHERE relname != ALL(%s)""",
                    list(LOGS),
                )
            )
        )

    def call(self, record, name, parameters):
        """(what came back, or the error; whether a row was written)"""
        before, result = self.written(), None
        known = {**GIVEN, "partner_ids": record.env.user.partner_id.ids}
        given = [known.get(parameter) for parameter in parameters]
        try:
            with self.env.cr.savepoint() as savepoint:
                try:
                    result = getattr(record, name)(*given)
                    self.settle()
                except psycopg2.Error:
                    raise
                except Exception as error:  # noqa: BLE001 any error keeps the door shut
                    result = error
                after = self.written()
                savepoint.rollback()
        except psycopg2.Error as error:
            result, after = error, before
        self.env.invalidate_all(flush=False)
        return result, {table for table in after if after[table] != before.get(table, 0)}

    def test_nothing_is_written_or_told_elsewhere(self):
        asked, child = 0, self.factories.one("edu.student", True)
        for model in sorted(name for name in self.env.registry if name.startswith("edu.")):
            if self.env[model]._abstract or self.env[model]._transient or model == "edu.demo":
                continue
            _own, other = self.factories.pair(model)
            methods = self.methods(self.env[model])
            self.settle()
            for user in (self.nobody, self.everything):
                record = other.with_user(user).with_context({})
                if record.has_access("read"):
                    continue  # what everybody may read has tests of its own
                for name, parameters in methods.items():
                    with self.subTest(model=model, method=name, user=user.login):
                        with mute_logger("odoo.sql_db"):
                            result, tables = self.call(record, name, parameters)
                        if not isinstance(result, Exception):  # an error takes all back
                            self.assertFalse(tables, "rows were written")
                            self.assertNotIn(child.name, repr(result))
                        asked += 1
        self.assertGreater(asked, 400)
