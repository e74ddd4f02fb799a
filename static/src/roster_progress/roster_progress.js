import { onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

const NAME = "edu_roster_progress";
const PAUSE = 2000; // milliseconds: many teachers mark at once

/** Reads the view's records again soon after the server has told that the progress of a roster check
 * is another one. What it tells is only that: figures come by the user's own rights. */
function useLiveProgress(reload) {
    const bus = useService("bus_service");
    let timer;
    const hear = () => {
        timer ||= browser.setTimeout(async () => {
            timer = undefined;
            await reload();
        }, PAUSE);
    };
    onMounted(() => {
        bus.subscribe(NAME, hear);
        bus.addChannel(NAME);
    });
    onWillUnmount(() => {
        bus.unsubscribe(NAME, hear);
        bus.deleteChannel(NAME);
        browser.clearTimeout(timer);
    });
}

export class RosterProgressListController extends ListController {
    setup() {
        super.setup();
        useLiveProgress(() => this.model.load());
    }
}

export class RosterProgressKanbanController extends KanbanController {
    setup() {
        super.setup();
        useLiveProgress(() => this.model.load());
    }
}

const views = registry.category("views");
views.add("edu_roster_progress_list", { ...listView, Controller: RosterProgressListController });
views.add("edu_roster_progress_kanban", {
    ...kanbanView,
    Controller: RosterProgressKanbanController,
});
