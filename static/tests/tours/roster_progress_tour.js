import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

function call(model, method, ...args) {
    const url = `/web/dataset/call_kw/${model}/${method}`;
    return rpc(url, { model, method, args, kwargs: {} });
}

function waiting(number) {
    return `.o_data_row:contains(东河中心小学) td[name=unmarked_count]:contains(${number})`;
}

/** The list of the progress stays open; what changes in it came over the bus. */
registry.category("web_tour.tours").add("edu_roster_progress", {
    steps: () => [
        { content: "five children are to be marked", trigger: waiting(5) },
        {
            content: "a teacher marks one elsewhere",
            trigger: ".o_list_view",
            async run() {
                const [line] = await call(
                    "edu.roster.check.line",
                    "search_read",
                    [
                        ["student_name", "=", "王一"],
                        ["outcome", "=", "unmarked"],
                    ],
                    ["sheet_id"]
                );
                await call("edu.roster.sheet", "action_mark", line.sheet_id[0], [
                    { line_id: line.id, outcome: "arrived" },
                ]);
            },
        },
        { content: "the list shows it by itself", trigger: waiting(4) },
    ],
});
