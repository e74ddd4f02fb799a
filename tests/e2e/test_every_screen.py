"""Every screen that a menu opens, as every role: its views, its filters and groupings, the empty form
of what can be created. One role clicks through all of it in the browser."""

import re

from lxml import etree

from odoo import fields
from odoo.tests import Form, HttpCase, tagged
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time

from ...models.registry.roles import ROLES
from ..casework.common import CaseCommon
from ..monitoring.common import MonitoringCommon

TEXT = ("char", "text", "many2one", "many2many")
ROOT = "edu_dropout_control.menu_root"
CLICK = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
    f".startClickEverywhere('{ROOT}');"
)


class ScreensCommon(MonitoringCommon, CaseCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_case(cls.one, "persuading")
        cls.make_case(cls.two, "observing")


@tagged("post_install", "-at_install")
class TestEveryScreen(ScreensCommon):
    def actions(self, env):
        """The window actions that the menus of the addon open for the user of ``env``."""
        menus = env["ir.ui.menu"].load_menus(False)
        todo = [self.env.ref(ROOT).id]
        while todo:
            menu = menus.get(todo.pop())
            if not menu:
                continue
            todo += menu["children"]
            if menu["action_model"] == "ir.actions.act_window":
                yield env["ir.actions.act_window"].sudo().browse(menu["action_id"])

    def values(self, env):
        return {
            "uid": env.uid,
            "context_today": lambda: fields.Date.context_today(env.user),
            "relativedelta": dateutil.relativedelta.relativedelta,
            "datetime": datetime,
            "time": time,
            "self": "张",
            "active_id": False,
            "allowed_company_ids": env.companies.ids,
        }

    def try_search(self, env, model, arch):
        """Every filter finds without an error, every grouping groups."""
        Model = env[model]
        for node in arch.iter("filter", "field"):
            with self.subTest(node=node.get("name") or node.get("string")):
                domain = node.get("domain") if node.tag == "filter" else node.get("filter_domain")
                if domain:
                    Model.search(safe_eval(domain, self.values(env)), limit=3)
                elif node.tag == "field" and Model._fields[node.get("name")].type in TEXT:
                    Model.search([(node.get("name"), "ilike", "张")], limit=3)
                context = safe_eval(node.get("context") or "{}", self.values(env))
                if context.get("group_by"):
                    Model.formatted_read_group([], [context["group_by"]], ["__count"])

    def check_cards(self, arch):
        """What a card asks of its record is declared: the browser fails on the rest."""
        text = etree.tostring(arch, encoding="unicode")
        asked = set(re.findall(r"\brecord\.(\w+)\.", text))
        self.assertLessEqual(asked, {node.get("name") for node in arch.iter("field")})

    def test_views_filters_and_empty_forms(self):
        for role, _label in ROLES:
            user = self.user[role]
            env = self.env(user=user)
            opened = 0
            for action in self.actions(env):
                opened += 1
                with self.subTest(role=role, action=action.xml_id):
                    views = [(view_id, kind) for view_id, kind in action.views]
                    got = env[action.res_model].get_views([*views, (False, "search")])["views"]
                    archs = {kind: etree.fromstring(view["arch"]) for kind, view in got.items()}
                    self.try_search(env, action.res_model, archs["search"])
                    if "kanban" in archs:
                        self.check_cards(archs["kanban"])
                    for kind in ("list", "kanban"):
                        if kind in archs:
                            names = [node.get("name") for node in archs[kind].iter("field")]
                            env[action.res_model].search([], limit=3).read(set(names))
                    form = archs.get("form")
                    if form is not None and form.get("create", "1") not in ("0", "false", "False"):
                        context = safe_eval(action.context or "{}", self.values(env))
                        if env[action.res_model].has_access("create"):
                            Form(env[action.res_model].with_context(**context))
            self.assertGreater(opened, 3, role)


@tagged("post_install", "-at_install")
class TestClickEverything(ScreensCommon, HttpCase):
    allow_end_on_form = True

    def test_a_bureau_officer_clicks_everything(self):
        user = self.user["bureau"]
        user.password = user.login
        self.browser_js(
            "/odoo",
            CLICK,
            "odoo.isReady === true",
            login=user.login,
            timeout=600,
            success_signal="clickbot test succeeded",
        )
