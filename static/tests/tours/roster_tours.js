import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const row = (name) => `.o_edu_except_dialog label.o_edu_row:contains(${name})`;

// A class teacher on a phone: 45 children, two of them missing.
tours.add("edu_roster_teacher_marks", {
    steps: () => [
        { content: "nobody is marked", trigger: ".o_edu_count_unmarked:contains(45)" },
        { trigger: ".o_edu_all_here", run: "click" },
        { trigger: row("王二"), run: "click" },
        { content: "ticked means missing", trigger: ".o_edu_chip[data-outcome=suspected].btn-primary" },
        { trigger: row("王三"), run: "click" },
        { trigger: ".o_edu_except_dialog .o_edu_heads", run: "edit 44" },
        { trigger: ".o_edu_save:contains(except 2)", run: "click" },
        {
            content: "the difference is named",
            trigger: ".o_edu_error:contains(You counted 44 heads; 43 children are marked as here)",
        },
        { trigger: ".o_edu_except_dialog .o_edu_heads", run: "edit 43" },
        { trigger: ".o_edu_save", run: "click" },
        { content: "all are marked", trigger: ".o_edu_count_unmarked:contains(/^0$/)" },
        { content: "the missing come first", trigger: ".o_edu_line:first:contains(王)" },
        { trigger: ".o_edu_sign:contains(43)", run: "click" },
        { content: "signed", trigger: ".o_edu_marker .alert-success:contains(43)" },
    ],
});

// Corrections and a child that is not on the list.
tours.add("edu_roster_teacher_corrects", {
    steps: () => [
        { trigger: ".o_edu_line:contains(王一)", run: "click" },
        { trigger: ".o_edu_chip[data-outcome=on_leave]", run: "click" },
        { trigger: ".modal .o_edu_save", run: "click" },
        { content: "the date is asked for", trigger: ".modal .o_edu_error:contains(Leave Until)" },
        {
            trigger: ".modal input[name=leave_until]",
            run({ anchor }) {
                anchor.value = "2026-09-10";
                anchor.dispatchEvent(new Event("input", { bubbles: true }));
            },
        },
        { trigger: ".modal .o_edu_save", run: "click" },
        { trigger: ".o_edu_line:contains(王一):contains(Absent with leave)" },
        { trigger: ".o_edu_add", run: "click" },
        { trigger: ".modal [name=name] input", run: "edit 赵新来" },
        { trigger: ".modal [name=gender] input[data-value=female]", run: "click" },
        { trigger: ".modal [name=birthdate] input, .modal [name=birthdate] button", run: "click" },
        { trigger: ".modal [name=birthdate] input", run: "edit 05/01/2018" },
        { trigger: ".modal [name=guardian_name] input", run: "edit 赵父" },
        { trigger: ".modal button[name=action_add]", run: "click" },
        { trigger: ".o_edu_line:contains(赵新来):contains(Newly entered)" },
    ],
});

// A junior school expects thirty children; one does not come.
tours.add("edu_roster_thirtieth_child", {
    steps: () => [
        { trigger: ".o_kanban_record:contains(东河中学)", run: "click" },
        { trigger: ".o_field_widget[name=sheet_ids] .o_data_row:contains(No class yet) button[name=action_open]", run: "click" },
        { trigger: ".o_edu_count_unmarked:contains(30)" },
        { trigger: ".o_edu_all_here", run: "click" },
        { trigger: row("毕业生三十"), run: "click" },
        { trigger: ".o_edu_chip[data-outcome=never_enrolled].btn-primary" },
        { trigger: ".o_edu_except_dialog .o_edu_heads", run: "edit 29" },
        { trigger: ".o_edu_save", run: "click" },
        { trigger: ".o_edu_sign:contains(29)", run: "click" },
        { trigger: ".o_edu_marker .alert-success" },
        { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item:last a", run: "click" },
        { trigger: "button[name=action_close]", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current[data-value=closed]" },
    ],
});

// A repeat check: as many heads as the list says, or a change is entered; then it is signed.
tours.add("edu_roster_repeat_sign", {
    steps: () => [
        { content: "the class", trigger: ".o_data_row td[name=occasion]", run: "click" },
        { content: "heads", trigger: ".o_field_widget[name=heads] input", run: "edit 3" },
        { content: "sign", trigger: ".o_statusbar_buttons button[name=action_sign]", run: "click" },
        { content: "refused", trigger: ".o_error_dialog .modal-body" },
        { content: "read", trigger: ".o_error_dialog .modal-footer .btn-primary", run: "click" },
        { content: "closed", trigger: "body:not(:has(.modal))" },
        { content: "counted again", trigger: ".o_field_widget[name=heads] input", run: "edit 5" },
        { content: "sign", trigger: ".o_statusbar_buttons button[name=action_sign]", run: "click" },
        {
            content: "signed",
            trigger: ".o_form_statusbar .o_arrow_button_current[data-value=signed]",
        },
    ],
});
