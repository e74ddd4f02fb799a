import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const CHILD = "张小明";
const at = (name, tag) => `.o_field_widget[name=${name}] ${tag}`;
const press = (label) => ({
    content: `press ${label}`,
    trigger: `.o_statusbar_buttons button:contains(${label})`,
    run: "click",
});
const state = (name) => ({
    content: `it is ${name}`,
    trigger: `.o_form_statusbar .o_statusbar_status .o_arrow_button_current[data-value=${name}]`,
});
const open = { content: "the change", trigger: `.o_kanban_record:contains(${CHILD})`, run: "click" };

// The records administrator applies for what the guardian asked; what is missing is said before.
tours.add("edu_status_change_apply", {
    steps: () => [
        open,
        state("draft"),
        {
            content: "what is missing is said",
            trigger: ".alert-info .o_field_widget[name=missing]:contains(Reason)",
        },
        { content: "the reason", trigger: at("reason", "input"), run: "edit 骨折手术，需要休养" },
        { content: "saved", trigger: ".o_form_button_save", run: "click" },
        { content: "nothing is missing", trigger: "body:not(:has(.o_field_widget[name=missing]))" },
        press("Apply"),
        state("applied"),
        { content: "nobody approves the own application", trigger: "body:not(:has(.o_statusbar_buttons button:contains(Approve)))" },
    ],
});

// The township approves, with the number of its decision.
tours.add("edu_status_change_approve", {
    steps: () => [
        open,
        state("applied"),
        press("Approve"),
        { content: "the number", trigger: `.modal ${at("number", "input")}`, run: "edit 东河休〔2026〕3号" },
        { content: "confirm", trigger: ".modal .modal-footer button[name=action_done]", run: "click" },
        { content: "closed", trigger: "body:not(:has(.modal))" },
        state("in_force"),
        { content: "by whom", trigger: at("decided_as", "span") + ", .o_field_widget[name=decided_as]:contains(Township)" },
    ],
});
