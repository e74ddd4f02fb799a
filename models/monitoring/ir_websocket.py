from odoo import models

from .roster_check import PROGRESS


class IrWebsocket(models.AbstractModel):
    """Whoever asks for the progress of roster checks hears of those that they may read."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        if PROGRESS in channels:
            channels = [channel for channel in channels if channel != PROGRESS]
            channels += self.env["edu.roster.check"]._edu_progress_channels()
        return super()._build_bus_channel_list(channels)
