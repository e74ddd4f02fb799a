import { registry } from "@web/core/registry";

// The bureau draws, draws again, looks at the child and raises its case.
registry.category("web_tour.tours").add("edu_sample_review", {
    steps: () => [
        { content: "the review", trigger: ".o_data_row td[name=display_name]", run: "click" },
        { content: "draw", trigger: ".o_statusbar_buttons button[name=action_draw]", run: "click" },
        { content: "yes", trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { content: "drawn", trigger: ".o_arrow_button_current[data-value=drawn]" },
        { content: "again", trigger: ".o_statusbar_buttons button[name=action_redraw]", run: "click" },
        { content: "the same", trigger: ".o_notification:contains(Identical)" },
        {
            content: "the child",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(张小明) td[name=child_name]",
            run: "click",
        },
        {
            content: "who looked",
            trigger: ".modal .o_field_widget[name=seen_by] input",
            run: "edit 张督学",
        },
        {
            content: "when",
            trigger: ".modal .o_field_widget[name=seen_on] input",
            run: "edit 09/02/2026",
        },
        {
            content: "what was seen",
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit 教室无人，家长称在外",
        },
        {
            content: "not in school",
            trigger: ".modal .o_field_widget[name=result] input[data-value=absent]",
            run: "click",
        },
        { content: "save", trigger: ".modal .o_form_button_save", run: "click" },
        { content: "closed", trigger: "body:not(:has(.modal))" },
        { content: "save all", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_saved" },
        {
            content: "the child again",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Not in school) td[name=child_name]",
            run: "click",
        },
        { content: "its case", trigger: ".modal button[name=action_raise_case]", run: "click" },
        { content: "there it is", trigger: ".modal .o_field_widget[name=case_id]:contains(张小明)" },
        { content: "close", trigger: ".modal .btn-close", run: "click" },
        { content: "closed", trigger: "body:not(:has(.modal))" },
    ],
});
