from odoo import models

from .secret_field import Secret


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    def _postprocess_tag_field(self, node, name_manager, node_info):
        """A secret gets its widget wherever it stands: in a plain text box people would edit the
        mask."""
        field = name_manager.model._fields.get(node.get("name"))
        if (
            isinstance(field, Secret)
            and field.kind
            and not node.get("widget")
            and node_info.get("view_type") in ("form", "list", "kanban")
        ):
            node.set("widget", "edu_secret")
        return super()._postprocess_tag_field(node, name_manager, node_info)
