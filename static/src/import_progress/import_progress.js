import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** How far an import in the background has come, as the server tells whoever started it; shows the
 * record anew when it is through. Without news for a while (a lost connection, an import that somebody
 * else started) it asks. */
export class ImportProgress extends Component {
    static template = "edu_dropout_control.ImportProgress";
    static props = { ...standardWidgetProps };
    static silence = 15000; // milliseconds

    setup() {
        this.orm = useService("orm");
        this.bus = useService("bus_service");
        this.progress = useState({ done: 0, total: 0, left: 0, seconds: null, waiting: "" });
        this.hear = (told) => this.take(told);
        let first;
        onWillStart(async () => {
            first = await this.ask(this.props.record);
        });
        onWillUpdateProps(({ record }) => {
            if (record.resId !== this.props.record.resId) {
                return this.ask(record);
            }
        });
        onMounted(() => {
            this.bus.subscribe("edu_import_progress", this.hear);
            this.bus.start();
            this.wait();
            this.take(first);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("edu_import_progress", this.hear);
            browser.clearTimeout(this.timer);
            this.over = true;
        });
    }

    async ask(record) {
        try {
            const told = await this.orm.silent.call("edu.roster.import", "edu_progress", [record.resId]);
            Object.assign(this.progress, told);
            return told;
        } catch {
            this.progress.waiting = _t("The server does not answer."); // the next time it may
        }
    }

    async take(told) {
        const { record } = this.props;
        if (this.over || told?.id !== record.resId) {
            return;
        }
        Object.assign(this.progress, told);
        this.wait();
        if (told.state !== "running") {
            await record.load();
        }
    }

    /** Ask when nothing is heard from now on. */
    wait() {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(async () => {
            const told = await this.ask(this.props.record);
            if (!this.over) {
                this.wait();
                await this.take(told);
            }
        }, this.constructor.silence);
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
