import { Component, onWillStart, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { getDataURLFromFile } from "@web/core/utils/urls";

const SHEET = "edu.roster.sheet";
const PICTURE_SIDE = 2000;

// Not here: what happens most often comes first
const AWAY = [
    "suspected",
    "never_enrolled",
    "on_leave",
    "transfer_out",
    "elsewhere",
    "suspended",
    "postponed",
    "abroad",
    "deceased",
];

/** A child that was merely expected has never enrolled; one of the registry has dropped out. */
function awayOutcomes(line) {
    const wrong = line.origin === "entrant" ? "suspected" : "never_enrolled";
    return AWAY.filter((code) => code !== wrong || code === line.outcome);
}

/** A phone's picture of a document, small enough for a village's network. */
async function readFile(file) {
    let url = await getDataURLFromFile(file);
    if (file.type.startsWith("image/") && file.size > 500000) {
        const image = new Image();
        image.src = url;
        await image.decode();
        const scale = Math.min(1, PICTURE_SIDE / Math.max(image.width, image.height));
        const canvas = document.createElement("canvas");
        canvas.width = image.width * scale;
        canvas.height = image.height * scale;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        url = canvas.toDataURL("image/jpeg", 0.85);
    }
    return { name: file.name, data: url.split(",")[1] };
}

/** What a change sends to the server: the outcome and the facts that belong to it. */
function payload(change, data) {
    const values = { line_id: change.line_id, outcome: change.outcome, files: change.files };
    for (const name of data.facts[change.outcome] || []) {
        values[name] = change[name];
    }
    return values;
}

function newChange(line, outcome, data) {
    const change = { line_id: line.id, outcome, files: [], old_files: line.files };
    for (const name of Object.keys(data.labels)) {
        change[name] = line[name];
    }
    change.missing_since = change.missing_since || data.term_start;
    return change;
}

/** Chips for the outcomes, and inputs for the facts that the chosen one asks for. */
export class RosterOutcome extends Component {
    static template = "edu_dropout_control.RosterOutcome";
    static props = { change: Object, line: Object, data: Object, outcomes: Array };

    get facts() {
        const { data, change } = this.props;
        const required = data.required[change.outcome] || [];
        return (data.facts[change.outcome] || []).map((name) => ({
            name,
            label: data.labels[name],
            required: required.includes(name),
            type: data.dates.includes(name)
                ? "date"
                : name === "receipt_pending"
                  ? "checkbox"
                  : "text",
        }));
    }
    get takesFiles() {
        return this.props.data.proven.includes(this.props.change.outcome);
    }
    get fileNames() {
        const { change } = this.props;
        return [...change.old_files, ...change.files.map((file) => file.name)];
    }
    async onFiles(ev) {
        for (const file of ev.target.files) {
            this.props.change.files.push(await readFile(file));
        }
        ev.target.value = "";
    }
}

/** Common to the dialogs: send, and show what the server refuses without losing the entries. */
class RosterDialog extends Component {
    setup() {
        this.orm = useService("orm");
        this.state = useState({ error: "", busy: false });
    }
    async send(...args) {
        this.state.error = "";
        this.state.busy = true;
        try {
            await this.orm.call(SHEET, "action_mark", [[this.props.sheetId], ...args]);
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            this.state.error = error.data?.message || error.message;
            return;
        } finally {
            this.state.busy = false;
        }
        this.props.onSaved();
        this.props.close();
    }
}

/** “All here, except…”: tick who is not, say why, enter the heads. */
export class RosterExceptDialog extends RosterDialog {
    static template = "edu_dropout_control.RosterExceptDialog";
    static components = { Dialog, RosterOutcome };
    static props = { sheetId: Number, data: Object, onSaved: Function, close: Function };

    setup() {
        super.setup();
        const { data } = this.props;
        this.entry = useState({ heads: "", filter: "", changes: {} });
        for (const line of data.lines) {
            if (line.outcome !== "unmarked" && !data.present.includes(line.outcome)) {
                this.entry.changes[line.id] = newChange(line, line.outcome, data);
            }
        }
    }
    get lines() {
        const filter = this.entry.filter.trim().toLowerCase();
        return this.props.data.lines.filter(
            (line) => !filter || line.name.includes(filter) || line.pinyin.includes(filter)
        );
    }
    get saveLabel() {
        const count = Object.keys(this.entry.changes).length;
        return count ? _t("All here, except %(count)s", { count }) : _t("All here");
    }
    outcomes(line) {
        return awayOutcomes(line);
    }
    toggle(line) {
        if (this.entry.changes[line.id]) {
            delete this.entry.changes[line.id];
        } else {
            // an approval of the last check that still holds is the likeliest reason
            const outcome = line.approved_by ? "suspended" : awayOutcomes(line)[0];
            this.entry.changes[line.id] = newChange(line, outcome, this.props.data);
        }
    }
    async save() {
        const heads = parseInt(this.entry.heads, 10);
        if (!(heads >= 0)) {
            this.state.error = _t("Count the children in the room and enter the number.");
            return;
        }
        const { data } = this.props;
        const changes = Object.values(this.entry.changes).map((change) => payload(change, data));
        // taken off the exceptions: here after all
        for (const line of data.lines) {
            const away = line.outcome !== "unmarked" && !data.present.includes(line.outcome);
            if (away && !this.entry.changes[line.id]) {
                changes.push({ line_id: line.id, outcome: line.here });
            }
        }
        await this.send(changes, heads, true);
    }
}

/** One child: here, or else what. */
export class RosterLineDialog extends RosterDialog {
    static template = "edu_dropout_control.RosterLineDialog";
    static components = { Dialog, RosterOutcome };
    static props = {
        sheetId: Number,
        line: Object,
        data: Object,
        onSaved: Function,
        close: Function,
    };

    setup() {
        super.setup();
        const { line, data } = this.props;
        this.change = useState(newChange(line, line.outcome, data));
    }
    get outcomes() {
        const { line } = this.props;
        const here = line.origin === "registry" ? [line.here] : ["new_entry", "transfer_in"];
        return [...here, ...awayOutcomes(line), "unmarked"];
    }
    async save() {
        await this.send([payload(this.change, this.props.data)]);
    }
}

/** The class teacher's screen: how far the class is, one tap for all, one for each child. */
export class RosterMarker extends Component {
    static template = "edu_dropout_control.RosterMarker";
    static props = { record: Object, readonly: { type: Boolean, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ data: null, heads: "", error: "", filter: "" });
        onWillStart(() => this.load());
    }
    get sheetId() {
        return this.props.record.resId;
    }
    async load() {
        this.state.data = await this.orm.call(SHEET, "action_marker_data", [[this.sheetId]]);
    }
    async reload() {
        this.state.heads = "";
        await Promise.all([this.load(), this.props.record.load()]);
    }
    count(test) {
        return this.state.data.lines.filter(test).length;
    }
    get totals() {
        const { data } = this.state;
        const counts = {
            all: data.lines.length,
            unmarked: this.count((line) => line.outcome === "unmarked"),
            here: this.count((line) => data.present.includes(line.outcome)),
            missing: this.count((line) => data.missing.includes(line.outcome)),
            home: this.count((line) => line.at_home && data.present.includes(line.outcome)),
        };
        counts.other = counts.all - counts.unmarked - counts.here - counts.missing;
        counts.progress = counts.all
            ? Math.floor((100 * (counts.all - counts.unmarked)) / counts.all)
            : 0;
        return counts;
    }
    get lines() {
        const { data, filter } = this.state;
        // what still needs an eye comes first
        const rank = (line) =>
            data.missing.includes(line.outcome)
                ? 0
                : line.outcome === "unmarked"
                  ? 1
                  : data.present.includes(line.outcome)
                    ? 3
                    : 2;
        return data.lines
            .filter((line) => !filter || rank(line) === filter.rank)
            .sort((a, b) => rank(a) - rank(b));
    }
    get signLabel() {
        return _t("Sign: %(heads)s heads", { heads: this.state.data.head_count });
    }
    get signedLabel() {
        return _t("Signed: %(heads)s heads", { heads: this.state.data.heads });
    }
    get headsAgree() {
        return this.state.data.heads === this.state.data.head_count;
    }
    badge(line) {
        const { data } = this.state;
        if (data.missing.includes(line.outcome)) {
            return "text-bg-danger";
        }
        if (data.present.includes(line.outcome)) {
            return "text-bg-success";
        }
        return line.outcome === "unmarked" ? "text-bg-light" : "text-bg-info";
    }
    detail(line) {
        const { data } = this.state;
        const facts = (data.facts[line.outcome] || [])
            .filter((name) => line[name] && name !== "receipt_pending")
            .map((name) => `${data.labels[name]}: ${line[name]}`);
        if (line.receipt_pending) {
            facts.push(data.labels.receipt_pending);
        }
        return facts.join(" · ");
    }
    openExcept() {
        this.dialog.add(RosterExceptDialog, {
            sheetId: this.sheetId,
            data: this.state.data,
            onSaved: () => this.reload(),
        });
    }
    openLine(line) {
        if (!this.state.data.can_mark) {
            return;
        }
        this.dialog.add(RosterLineDialog, {
            sheetId: this.sheetId,
            line,
            data: this.state.data,
            onSaved: () => this.reload(),
        });
    }
    async addChild() {
        const action = await this.orm.call(SHEET, "action_add_child", [[this.sheetId]]);
        this.action.doAction(action, { onClose: () => this.reload() });
    }
    async sign() {
        const heads = this.headsAgree ? null : parseInt(this.state.heads, 10);
        if (!this.headsAgree && !(heads >= 0)) {
            this.state.error = _t("Count the children in the room and enter the number.");
            return;
        }
        this.state.error = "";
        let dialog;
        try {
            dialog = await this.orm.call(SHEET, "action_sign", [[this.sheetId], heads]);
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            this.state.error = error.data?.message || error.message;
            return;
        }
        if (dialog?.type) {
            // the policy asks for a password or a drawn signature
            this.action.doAction(dialog, { onClose: () => this.reload() });
            return;
        }
        await this.reload();
    }
}

registry.category("view_widgets").add("edu_roster_marker", {
    component: RosterMarker,
    fieldDependencies: [{ name: "can_mark", type: "boolean" }],
});
