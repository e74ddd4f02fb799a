import { Component, onWillStart, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const MODEL = "edu.roll.call";
const BOARDERS = ["return", "night"];

/**
 * Calling the roll with one thumb: everybody is here, a tap for each child that is not, one button to
 * say that the class was called. The same screen calls the boarders on their return and at night.
 */
export class RollCall extends Component {
    static template = "edu_dropout_control.RollCall";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        const params = this.props.action.params || {};
        this.state = useState({
            data: null,
            labels: null,
            taps: {},
            filter: "",
            leader: false,
            error: "",
            busy: false,
        });
        onWillStart(async () => {
            this.state.labels = await this.orm.call(MODEL, "action_labels", []);
            await this.load(params);
        });
    }

    // Loading

    async load({ class_id = false, school_id = false, date = false, kind = false }) {
        this.state.error = "";
        const data = await this.orm.call(MODEL, "action_sheet", [class_id, school_id, date, kind]);
        this.take(data);
        this.state.taps = {};
    }
    take(data) {
        this.state.data = data;
        this.state.leader = data.leader_id;
    }
    get place() {
        const { class_id, school_id, date, kind } = this.state.data;
        return { class_id, school_id, date, kind };
    }
    onPlace(ev) {
        const { class_id, school_id } = this.state.data.places[ev.target.value];
        return this.load({ ...this.place, class_id, school_id });
    }
    isPlace(place) {
        const { class_id, school_id } = this.state.data;
        return place.class_id === class_id && place.school_id === school_id;
    }
    onDate(date) {
        return this.load({ ...this.place, date });
    }
    onKind(kind) {
        return this.load({ ...this.place, kind });
    }
    get isBoarders() {
        return BOARDERS.includes(this.state.data.kind);
    }
    get kinds() {
        return this.isBoarders ? BOARDERS : [];
    }
    get display() {
        return { controlPanel: {} };
    }

    // The children

    status(child) {
        return this.state.taps[child.id]?.status || child.status;
    }
    label(status) {
        return this.state.labels.statuses[status];
    }
    get offered() {
        return this.state.labels.offered[this.state.data.kind].slice(1);
    }
    get away() {
        return this.isBoarders ? "missing" : "absent";
    }
    get readonly() {
        return Boolean(this.state.data.no_call);
    }
    get children() {
        const filter = this.state.filter.trim().toLowerCase();
        return this.state.data.children.filter(
            (child) => !filter || child.name.includes(filter) || child.pinyin.includes(filter)
        );
    }
    count(test) {
        return this.state.data.children.filter((child) => test(this.status(child))).length;
    }
    get totals() {
        const all = this.state.data.children.length;
        const away = this.count((status) => status === this.away);
        const leave = this.count((status) => status === "leave");
        return { all, away, leave, here: all - away - leave };
    }
    toggle(child) {
        if (this.readonly) {
            return;
        }
        this.set(child, this.status(child) === "here" ? this.away : "here");
    }
    set(child, status) {
        if (status === child.status) {
            delete this.state.taps[child.id];
            return;
        }
        const tap = { status };
        if (status === "leave" && !this.isBoarders && !child.has_leave) {
            tap.leave = {
                kind: "sick",
                requested_by: "",
                requested_how: "phone",
                date_to: this.state.data.date,
            };
        }
        this.state.taps[child.id] = tap;
    }
    leaveOf(child) {
        return this.state.taps[child.id]?.leave;
    }
    badge(status) {
        return (
            { here: "text-bg-light", absent: "text-bg-danger", missing: "text-bg-danger" }[
                status
            ] || "text-bg-warning"
        );
    }

    // Confirming

    get hasTaps() {
        return Object.keys(this.state.taps).length > 0;
    }
    get isDone() {
        return Boolean(this.state.data.called) && !this.hasTaps;
    }
    get confirmLabel() {
        const { here, away, leave } = this.totals;
        if (this.isDone) {
            return _t("Called");
        }
        if (this.state.data.called) {
            return _t("Correct: %(here)s here, %(other)s not", { here, other: away + leave });
        }
        return away + leave
            ? _t("Called: %(here)s here, %(other)s not", { here, other: away + leave })
            : _t("Called: all %(here)s are here", { here });
    }
    get calledLabel() {
        const { by, at, late } = this.state.data.called;
        return late
            ? _t("Called by %(by)s on %(at)s, later than the day itself", { by, at })
            : _t("Called by %(by)s at %(at)s", { by, at });
    }
    get correctedLabel() {
        const { corrected_by: by, corrected_at: at } = this.state.data.called;
        return by ? _t("Corrected by %(by)s at %(at)s", { by, at }) : "";
    }
    async confirm() {
        const { data, taps } = this.state;
        const shown = Object.fromEntries(data.children.map((child) => [child.id, child.status]));
        const changes = Object.entries(taps).map(([id, tap]) => ({
            student_id: Number(id),
            was: shown[id],
            ...tap,
        }));
        if (changes.some(({ leave }) => leave && !leave.requested_by.trim())) {
            this.state.error = _t("Who asked for the leave? Enter the guardian.");
            return;
        }
        this.state.error = "";
        this.state.busy = true;
        try {
            const { class_id, school_id, date, kind } = data;
            const result = await this.orm.call(MODEL, "action_call", [
                class_id,
                school_id,
                date,
                kind,
                changes,
                data.serial,
                this.state.leader,
            ]);
            this.state.taps = {};
            this.take(result);
            if (result.merged) {
                this.notification.add(
                    _t("Somebody else has called meanwhile: the sheet shows what both entered."),
                    { type: "warning" }
                );
            }
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            await this.refused(error.data?.message || error.message);
        } finally {
            this.state.busy = false;
        }
    }
    /** Show the sheet as it is now, with those of the own taps that still mean the same. */
    async refused(message) {
        const { data, taps } = this.state;
        const shown = Object.fromEntries(data.children.map((child) => [child.id, child.status]));
        const { class_id, school_id, date, kind } = data;
        this.take(await this.orm.call(MODEL, "action_sheet", [class_id, school_id, date, kind]));
        for (const child of this.state.data.children) {
            if (child.id in taps && child.status !== shown[child.id]) {
                delete taps[child.id];
            }
        }
        this.state.error = message;
    }
    openRecord() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: this.state.data.called.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("edu_roll_call", RollCall);
