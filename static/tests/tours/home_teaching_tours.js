import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const at = (name, tag) => `.o_field_widget[name=${name}] ${tag}`;
const CARD = ".o_kanban_record:contains(周小树)";

// On a phone, at the end of the lesson: everything but the lesson itself is known.
tours.add("edu_home_lesson", {
    steps: () => [
        { content: "nothing held this week", trigger: `${CARD}:contains(0):contains(1)` },
        { content: "record", trigger: `${CARD} button[name=action_record]`, run: "click" },
        { content: "who taught is known", trigger: at("teacher_ids", ".o_tag:contains(Class teacher A)") },
        { content: "where too", trigger: `${at("place", "input")}:value(柳树村三组)` },
        { content: "what was taught", trigger: at("content", "textarea"), run: "edit 练习用勺，认识红色" },
        { content: "how the child did", trigger: at("response", "input[data-value=helped]"), run: "click" },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_view .o_field_widget[name=entered_at]" },
        { content: "back to the children", trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        { content: "this week has its lesson", trigger: `${CARD}:contains(Last lesson)` },
    ],
});

// The next week the child is in hospital: two taps and a reason.
tours.add("edu_home_lesson_not_held", {
    steps: () => [
        { content: "record", trigger: `${CARD} button[name=action_record]`, run: "click" },
        { content: "not held", trigger: at("outcome", "input[data-value=not_held]"), run: "click" },
        { content: "nothing was taught", trigger: "body:not(:has(.o_field_widget[name=content]))" },
        {
            content: "in hospital",
            trigger: at("reason_id", ".o_radio_item:contains(The child is in hospital) input"),
            run: "click",
        },
        { content: "save", trigger: ".o_form_button_save", run: "click" },
        { content: "saved", trigger: ".o_form_view .o_field_widget[name=entered_at]" },
    ],
});
