import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// A class teacher at a desk: who stands highest, why, what helped, and what was done.
tours.add("edu_warning_teacher_list", {
    steps: () => [
        { content: "most points first", trigger: ".o_data_row:first:contains(王二):contains(65)" },
        { trigger: ".o_data_row:first:contains(A parent died):contains(Left behind)" },
        { trigger: ".o_data_row:eq(1):contains(张小明):contains(20)" },
        { content: "no child of another class", trigger: ".o_list_view:not(:contains(李小红))" },
        { trigger: ".o_data_row:first button[name=action_note]", run: "click" },
        { trigger: ".modal .o_field_widget[name=student_id]:contains(王二)" },
        { trigger: ".modal [name=note] textarea", run: "edit 已家访，安排心理老师谈话" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { content: "it shows", trigger: ".o_data_row:first:contains(已家访)" },
        { content: "and takes nothing away", trigger: ".o_data_row:first:contains(65)" },
        { trigger: ".o_data_row:first td[name=student_id]", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name=warning_ids] .o_data_row:contains(+45), .o_form_view .o_field_widget[name=warning_ids] .o_data_row:contains(45)" },
        { trigger: ".o_form_view .o_field_widget[name=note_ids] .o_data_row:contains(已家访)" },
    ],
});

// The same on a phone.
tours.add("edu_warning_teacher_phone", {
    steps: () => [
        { trigger: ".o_kanban_record:first:contains(王二):contains(65)" },
        { trigger: ".o_kanban_record:first:contains(A parent died)" },
        { trigger: ".o_kanban_record:first button[name=action_note]", run: "click" },
        { trigger: ".modal [name=note] textarea", run: "edit 已电话联系家长" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: ".o_kanban_record:first:contains(已电话联系家长):contains(65)" },
    ],
});
