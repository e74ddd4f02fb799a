import { onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { reveal, RevealDialog, SHOW_SECONDS } from "./reveal_dialog";

const MASK_MARK = "***";

/**
 * A confidential value: shows its mask, takes a whole new value, and shows the clear one for half a
 * minute after asking why. The clear value stays out of the record's data, so nothing saves it.
 */
export class SecretField extends CharField {
    static template = "edu_dropout_control.SecretField";
    static props = { ...CharField.props, canReveal: { type: Boolean, optional: true } };
    static defaultProps = { ...CharField.defaultProps, canReveal: true };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.secret = useState({ clear: null });
        this.revealTitle = _t("Show (logged)");
        this.hideTitle = _t("Hide");
        onWillUpdateProps((next) => {
            const { record, name } = this.props;
            if (next.record.resId !== record.resId || next.record.data[name] !== record.data[name]) {
                this.hide();
            }
        });
        onWillUnmount(() => this.hide());
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get revealable() {
        return this.props.canReveal && this.props.record.resId && this.value.includes(MASK_MARK);
    }

    parse(value) {
        const text = value.trim();
        if (text.includes("*") && text !== this.value) {
            throw new Error("part of a mask");
        }
        return text;
    }

    onFocus() {
        // whatever is typed takes the place of the mask as a whole
        if (this.input.el.value.includes(MASK_MARK)) {
            this.input.el.select();
        }
    }

    async onReveal() {
        if (this.secret.clear !== null) {
            this.hide();
            return;
        }
        const { resModel, resId } = this.props.record;
        const fieldName = this.props.name;
        const options = await this.orm.call(resModel, "edu_reveal_options", [[resId]]);
        if (options.one_tap) {
            this.show(await reveal(this.orm, resModel, resId, fieldName, options.one_tap));
            return;
        }
        this.dialog.add(RevealDialog, {
            resModel,
            resId,
            fieldName,
            options,
            onReveal: (clear) => this.show(clear),
        });
    }

    show(clear) {
        browser.clearTimeout(this.timer);
        this.secret.clear = clear || "";
        this.timer = browser.setTimeout(() => this.hide(), SHOW_SECONDS * 1000);
    }

    hide() {
        browser.clearTimeout(this.timer);
        this.secret.clear = null;
    }
}

export const secretField = {
    ...charField,
    component: SecretField,
    displayName: _t("Confidential number"),
    supportedTypes: ["char"],
    supportedOptions: [],
    extractProps: (fieldInfo) => ({
        ...charField.extractProps(fieldInfo),
        canReveal: fieldInfo.options.reveal ?? true,
    }),
};

registry.category("fields").add("edu_secret", secretField);
