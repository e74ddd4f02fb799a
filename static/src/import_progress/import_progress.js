import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const EVERY = 2000; // milliseconds

/** How far an import in the background has come; shows the record anew when it is through. */
export class ImportProgress extends Component {
    static template = "edu_dropout_control.ImportProgress";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.progress = useState({ done: 0, total: 0, left: 0, seconds: null });
        onWillStart(() => this.ask());
        onWillUnmount(() => {
            this.over = true;
            browser.clearTimeout(this.timer);
        });
    }

    async ask() {
        const { record } = this.props;
        if (!record.resId || record.data.state !== "running") {
            // the form may stand on another record, or begin to run, at any time
            return this.later();
        }
        try {
            const told = await this.orm.silent.call("edu.roster.import", "edu_progress", [record.resId]);
            Object.assign(this.progress, told);
            if (told.state !== "running" && !this.over) {
                await record.load();
            }
        } catch {
            // a lost connection: the next question may be answered
        }
        return this.later();
    }

    later() {
        if (!this.over) {
            this.timer = browser.setTimeout(() => this.ask(), EVERY);
        }
    }

    get percent() {
        const { done, total } = this.progress;
        return total ? Math.min(100, Math.round((100 * done) / total)) : 0;
    }

    get words() {
        const { done, left, seconds } = this.progress;
        if (seconds === null || seconds === undefined) {
            return _t("%(done)s rows done, %(left)s left", { done, left });
        }
        return _t("%(done)s rows done, %(left)s left, about %(seconds)s seconds", {
            done,
            left,
            seconds,
        });
    }
}

registry.category("view_widgets").add("edu_import_progress", { component: ImportProgress });
