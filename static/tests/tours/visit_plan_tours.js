import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const at = (name, tag) => `.o_field_widget[name=${name}] ${tag}`;

// On a phone: the route, the child, its record at the door.
tours.add("edu_visit_route", {
    steps: () => [
        { content: "the route", trigger: ".o_kanban_record:contains(柳树村)", run: "click" },
        {
            content: "the child has a button",
            trigger: ".o_field_widget[name=line_ids] .o_kanban_record:contains(张小花) button[name=action_record]",
            run: "click",
        },
        { content: "who goes is known", trigger: at("visitor_ids", ".o_tag:contains(Class teacher A)") },
        { content: "where too", trigger: `${at("place", "input")}:value(柳树村)` },
        { content: "whom they met", trigger: at("met", "input"), run: "edit 父亲" },
        { content: "the results", trigger: at("result", ".o_select_menu_toggler"), run: "click" },
        { content: "promised", trigger: ".o_select_menu_item:contains(Return promised)", run: "click" },
        { content: "it is taken", trigger: `${at("result", "input")}:value(Return promised)` },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_view .o_field_widget[name=entered_at]" },
        { content: "back to the route", trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        {
            content: "it shows the visit",
            trigger: ".o_field_widget[name=line_ids] .o_kanban_record:contains(张小花):contains(Visited)",
        },
    ],
});
