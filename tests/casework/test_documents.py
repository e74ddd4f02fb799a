import os
import subprocess
import tempfile

from .ladder_common import LadderCommon


class TestDocuments(LadderCommon):
    def pdf(self, report, notices, name=None):
        """The rendered PDF as (bytes, text, number of pages)."""
        with self.allow_pdf_render():
            content, kind = (
                self.env["ir.actions.report"]
                .with_user(notices.env.user)
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(f"edu_dropout_control.action_report_{report}", notices.ids)
            )
        self.assertEqual(kind, "pdf")
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(content)
            file.flush()
            text = subprocess.run(
                ["pdftotext", "-layout", file.name, "-"], capture_output=True, text=True, check=True
            ).stdout
            folder = os.environ.get("EDU_KEEP_PDF")
            if folder and name:
                with open(os.path.join(folder, f"{name}.pdf"), "wb") as kept:
                    kept.write(content)
        return content, text, text.count("\f")

    def test_admission_notice_on_paper(self):
        self.advise()
        self.find_no_good_reason()
        draft = self.draft()
        self.pdf("notice", draft, "draft")
        draft.action_issue()
        self.pdf("notice", draft, "admission")
        self.pdf("receipt", draft, "receipt")
        self.pdf("service", draft, "service_blank")
        self.serve(draft)
        self.pdf("service", draft, "service")
        self.at("2026-09-11")
        deadline = self.issue("deadline")
        self.pdf("notice", deadline, "deadline")
