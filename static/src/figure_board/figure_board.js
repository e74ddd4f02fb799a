import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const MODEL = "edu.report.consolidation";

/** The figures of a consolidated report: what was reported, beside it what the same question gives
 * today, and behind each figure its children. */
export class FigureBoard extends Component {
    static template = "edu_dropout_control.FigureBoard";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ board: null });
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({ record }) => {
            if (this.key(record) !== this.loaded) {
                return this.load(record);
            }
        });
    }

    key(record) {
        return JSON.stringify([record.resId, record.data.version_id, record.data.state]);
    }

    async load(record, version = null) {
        this.loaded = this.key(record);
        this.state.board = record.resId
            ? await this.orm.call(MODEL, "edu_board", [record.resId, version])
            : null;
    }

    choose(event) {
        return this.load(this.props.record, Number(event.target.value));
    }

    /** Whether today's reports say something else than the version. */
    isChanged(cell) {
        return this.state.board.drawn_up && cell.today !== cell.value;
    }

    isLiveChanged(cell) {
        return this.state.board.has_live && cell.live !== cell.value;
    }

    get summary() {
        const { counted, schools } = this.state.board;
        return _t("%(counted)s of %(schools)s schools are counted.", { counted, schools });
    }

    genders(cell) {
        return _t("%(boys)s boys, %(girls)s girls", { boys: cell.boys, girls: cell.girls });
    }

    async open(cell, source, gender = null) {
        const { table, row, column } = cell;
        const action = await this.orm.call(MODEL, "edu_children", [
            this.props.record.resId,
            { table, row: row === "all" ? null : row, column, gender },
            this.state.board.version,
            source,
        ]);
        if (action) {
            return this.action.doAction(action);
        }
    }
}

registry.category("view_widgets").add("edu_figure_board", { component: FigureBoard });
