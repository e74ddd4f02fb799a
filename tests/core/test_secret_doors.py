from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ...models.core.secret_field import Secret
from .test_secret_field import SecretCommon


@tagged("post_install", "-at_install")
class TestSecretDoors(SecretCommon):
    # ------------------------------------------------------------ favourites and defaults

    def favourite(self, **values):
        return self.as_user(self.env["ir.filters"], "principal").create_filter(
            {
                "name": "搜索",
                "model_id": "edu.student",
                "user_ids": [self.user["principal"].id],
                **values,
            }
        )

    def test_favourite_with_a_number_is_refused(self):
        phone = f"{self.phone[:3]} {self.phone[3:7]} {self.phone[7:]}"
        for values in (
            {"domain": f"[('id_number', '=', '{self.number}')]"},
            {"domain": f"[('name', 'ilike', '{self.number}')]"},
            {"domain": "['|', ('grade', '=', 1), ('id_number', 'ilike', '12')]"},
            {"domain": "[('guardian_ids.phone', '=', '12')]"},
            {"domain": "[('guardian_ids', 'any', [('phone', '=', '12')])]"},
            {"domain": "[('address', 'ilike', '柳树村')]"},
            {"context": f"{{'search_default_x': '{self.number}'}}"},
            {"name": self.number},
            {"name": phone},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.favourite(**values)

    def test_favourite_cannot_get_a_number_later(self):
        favourite = self.favourite(domain="[('grade', '=', 1)]")
        with self.assertRaises(UserError):
            favourite.write({"domain": f"[('id_number', '=', '{self.number}')]"})

    def test_ordinary_favourites_are_kept(self):
        for domain in (
            "[('grade', '=', 1)]",
            "[('id_number', '=', False)]",
            "[('birthdate', '>', context_today())]",
            "[('school_id.name', 'ilike', '东河')]",
            "[]",
        ):
            with self.subTest(domain=domain):
                self.assertTrue(self.favourite(domain=domain))

    def test_no_default_value_for_a_secret(self):
        with self.assertRaises(UserError):
            self.env["ir.default"].set("edu.student", "id_number", self.number)
        self.env["ir.default"].set("edu.student", "ethnicity", "汉族")

    # ------------------------------------------------------------ core's Import

    def test_core_import_is_refused_on_the_server(self):
        user = self.user["records_admin"]
        for model, columns in (
            ("edu.student", ["name", "id_number"]),
            ("edu.student", ["name"]),
            ("edu.guardian", ["name"]),
            ("edu.student", ["guardian_ids/phone"]),
        ):
            records = self.env[model].with_user(user).with_context(import_file=True)
            with self.subTest(model=model, columns=columns), self.assertRaises(UserError) as caught:
                records.load(columns, [["x"] * len(columns)])
            self.assertIn("import of Dropout Control", str(caught.exception))

    def test_core_import_takes_no_file(self):
        Import = self.env["base_import.import"].with_user(self.user["records_admin"])
        for model in ("edu.student", "edu.guardian"):
            with self.subTest(model=model), self.assertRaises(UserError):
                Import.create({"res_model": model, "file": b"x"})
        harmless = Import.create({"res_model": "res.partner.category"})
        with self.assertRaises(UserError):
            harmless.write({"res_model": "edu.student", "file": b"x"})

    def test_core_import_elsewhere_goes_on(self):
        category = self.env["res.partner.category"].with_user(self.env.ref("base.user_admin"))
        self.assertTrue(category.load(["name"], [["x"]])["ids"])

    def test_views_offer_no_import(self):
        for model in self.env["edu.secret.mixin"]._edu_secret_models():
            arch = self.env[model].get_views([(False, "list")])["views"]["list"]["arch"]
            self.assertEqual(etree.fromstring(arch).get("import"), "0")

    # ------------------------------------------------------------ views

    def test_secrets_get_their_widget_in_every_view(self):
        """A plain text box would have people edit the mask."""
        found = 0

        def check(node, model, where):
            nonlocal found
            for child in node:
                field = None
                if child.tag == "field":
                    field = self.env[model]._fields.get(child.get("name"))
                if isinstance(field, Secret):
                    found += 1
                    self.assertEqual(child.get("widget"), "edu_secret", f"{where}: {field}")
                inner = field.comodel_name if field is not None else None
                check(child, inner or model, where)

        views = self.env["ir.ui.view"].search(
            [("model", "like", "edu."), ("type", "in", ("form", "list", "kanban"))]
        )
        for view in views.filtered(lambda view: view.model in self.env and not view.inherit_id):
            answer = self.env[view.model].get_views([(view.id, view.type)])
            arch = etree.fromstring(answer["views"][view.type]["arch"])
            check(arch, view.model, view.xml_id)
        self.assertGreater(found, 5)
        search = self.env["edu.student"].get_views([(False, "search")])["views"]["search"]["arch"]
        self.assertNotIn("edu_secret", search)


@tagged("post_install", "-at_install")
class TestSecretRpc(SecretCommon, HttpCase):
    """What a client can send, over the wire."""

    def setUp(self):
        super().setUp()
        self.user["records_admin"].password = "records_admin_a"
        self.authenticate("records_admin_a", "records_admin_a")

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def test_context_from_outside_opens_nothing(self):
        before = self.row(self.child, "id_number_digest")
        for fake in (True, "<edu secret write>", {"a": 1}):
            context = {"edu_secret_write": fake}
            self.call(
                "edu.student",
                "web_save",
                [self.child.id],
                {"id_number_digest": "forged"},
                specification={"id_number": {}},
                context=context,
            )
            self.assertEqual(self.row(self.child, "id_number_digest"), before)

    def test_private_methods_are_not_called(self):
        for method in ("_edu_secret_clear", "_edu_reveal", "_edu_decrypt"):
            with self.subTest(method=method), self.assertRaises(Exception) as caught:
                self.call("edu.student", method, [self.child.id], "id_number")
            self.assertNotIn(self.number, str(caught.exception))

    def test_reveal_over_the_wire(self):
        answer = self.call(
            "edu.student", "edu_reveal", [self.child.id], field_name="id_number", reason="核对"
        )
        self.assertEqual(answer, {str(self.child.id): self.number})
        self.assertEqual(len(self.env["edu.reveal.log"].search([])), 1)
