from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 500


class EduSignoffFault(models.Model):
    """A document whose signatures did not hold when they were verified last, and in what.

    Written by the verification alone, which runs over all chains each night; gone when the chain
    holds again. Read like the document, and by whoever answers for the chains.
    """

    _name = "edu.signoff.fault"
    _description = "Broken Signatures"
    _inherit = ["edu.document.guard.mixin"]
    _order = "found_at desc, id desc"
    _rec_name = "document"

    problems = fields.Text("What Does Not Hold", required=True, readonly=True)
    found_at = fields.Datetime("Found On", required=True, readonly=True)

    _document_uniq = models.UniqueIndex(
        "(res_model, res_id)", "The signatures of this document are known to be broken already."
    )

    @api.model
    def _edu_verify(self, keys):
        """Verify the chains of the documents ``keys``, [(model, id)], a query a model, and keep what
        does not hold.

        :return: (faults as superuser, those of them that are new)
        """
        faults = new = self.sudo().browse()
        by_model = {}
        for model, res_id in keys:
            by_model.setdefault(model, []).append(res_id)
        for model, ids in by_model.items():
            broken = self.env["edu.signoff"]._edu_verify_many(model, ids)
            known = self.sudo().search([("res_model", "=", model), ("res_id", "in", ids)])
            known.filtered(lambda fault, broken=broken: fault.res_id not in broken).unlink()
            known = {fault.res_id: fault for fault in known.exists()}
            for res_id, problems in broken.items():
                text = "\n".join(problems)
                if res_id in known:
                    fault = known[res_id]
                    if fault.problems != text:
                        fault.problems = text
                else:
                    fault = self.sudo().create(
                        {
                            "res_model": model,
                            "res_id": res_id,
                            "problems": text,
                            "found_at": fields.Datetime.now(),
                        }
                    )
                    new |= fault
                faults |= fault
        return faults, new

    @api.model
    def _cron_verify(self):
        """At night: all chains, in batches of documents; where the time is over it goes on there the
        next time. Whoever answers for the chains is told of what is newly broken."""
        parameters = self.env["ir.config_parameter"].sudo()
        parameter = "edu_dropout_control.signoff_verified_to"
        model, _, res_id = (parameters.get_param(parameter) or "").partition(",")
        after = (model, int(res_id or 0))
        while keys := self._edu_chains_after(after):
            _faults, new = self._edu_verify(keys)
            new._edu_tell()
            after = keys[-1]
            parameters.set_param(parameter, f"{after[0]},{after[1]}")
            left = self._edu_count_after(after)
            if not self.env["ir.cron"]._commit_progress(len(keys), remaining=left) and left:
                return
        parameters.set_param(parameter, "")

    @api.model
    def _edu_chains_after(self, after, limit=BATCH):
        """The next documents with sign-offs after ``after``, (model, id), by an index."""
        return self.env.execute_query(
            SQL(
                """
                SELECT res_model, res_id FROM edu_signoff
                 WHERE (res_model, res_id) > (%s, %s)
                 GROUP BY res_model, res_id ORDER BY res_model, res_id LIMIT %s
                """,
                *after,
                limit,
            )
        )

    @api.model
    def _edu_count_after(self, after):
        [(count,)] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM edu_signoff WHERE sequence = 1 AND (res_model, res_id) > (%s, %s)",
                *after,
            )
        )
        return count

    def _edu_tell(self):
        """Tell whoever answers for the chains; the room that knows the posts says who."""

    def action_verify(self):
        """Whoever reads the row: verify the document again."""
        self.check_access("read")
        keys = [(fault.res_model, fault.res_id) for fault in self]
        return self.env["edu.signoff"]._edu_verify_action(keys)
