import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

export const SHOW_SECONDS = 30;

/**
 * Asks why a confidential value is to be shown. With `onReveal` the value goes to the caller;
 * without it the dialog shows the value itself, for half a minute.
 */
export class RevealDialog extends Component {
    static template = "edu_dropout_control.RevealDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        resModel: String,
        resId: Number,
        fieldName: { type: String, optional: true },
        options: { type: Object, optional: true },
        onReveal: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.title = _t("Show a Confidential Number");
        this.state = useState({ reason: "", fieldName: "", clear: null, busy: false });
        onWillStart(async () => {
            this.options =
                this.props.options ||
                (await this.orm.call(this.props.resModel, "edu_reveal_options", [
                    [this.props.resId],
                ]));
            this.state.fieldName = this.props.fieldName || Object.keys(this.options.fields)[0];
            this.state.reason = this.options.one_tap || "";
        });
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get fieldNames() {
        return this.props.fieldName ? [this.props.fieldName] : Object.keys(this.options.fields);
    }

    get canShow() {
        return this.state.reason.trim().length > 1 && !this.state.busy;
    }

    async show() {
        if (!this.canShow) {
            return;
        }
        this.state.busy = true;
        try {
            const { resModel, resId } = this.props;
            const clear = await reveal(
                this.orm,
                resModel,
                resId,
                this.state.fieldName,
                this.state.reason
            );
            if (this.props.onReveal) {
                this.props.onReveal(clear);
                this.props.close();
                return;
            }
            this.state.clear = clear || _t("Nothing is entered.");
            this.timer = browser.setTimeout(() => this.props.close(), SHOW_SECONDS * 1000);
        } finally {
            this.state.busy = false;
        }
    }
}

/** The clear value of one field of one record; the server checks and logs. */
export async function reveal(orm, resModel, resId, fieldName, reason) {
    const clear = await orm.call(resModel, "edu_reveal", [[resId]], {
        field_name: fieldName,
        reason,
    });
    return clear[resId];
}

registry.category("actions").add("edu_reveal", (env, action) => {
    const { resModel, resId } = action.params;
    env.services.dialog.add(RevealDialog, { resModel, resId });
});
