import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const child = (name) => `.o_edu_roll_child:contains(${name})`;
const chip = (name, status) =>
    `li:has(.o_edu_roll_child:contains(${name})) .o_edu_chip[data-status=${status}]`;

// A class teacher on a phone: forty names, one absent, one ill, one late; later the absent one comes.
tours.add("edu_roll_call_teacher", {
    steps: () => [
        { content: "nobody called yet", trigger: ".o_edu_roll_open" },
        { content: "all are here", trigger: ".o_edu_roll_here:contains(/^40$/)" },
        { trigger: child("王二"), run: "click" },
        { content: "a tap means absent", trigger: ".o_edu_roll_away:contains(/^1$/)" },
        { trigger: child("王三"), run: "click" },
        { trigger: chip("王三", "leave"), run: "click" },
        { trigger: ".o_edu_roll_confirm", run: "click" },
        { content: "who asked?", trigger: ".o_edu_error:contains(Enter the guardian)" },
        { trigger: ".o_edu_roll_leave input[name=requested_by]", run: "edit 奶奶" },
        { trigger: child("王四"), run: "click" },
        { trigger: chip("王四", "late"), run: "click" },
        { trigger: ".o_edu_roll_confirm:contains(38 here, 2 not)", run: "click" },
        { content: "the class was called", trigger: ".o_edu_roll_called" },
        { trigger: ".o_edu_roll_confirm:disabled" },
        { content: "the absent child comes late", trigger: chip("王二", "late"), run: "click" },
        { trigger: ".o_edu_roll_confirm:contains(Correct: 39 here, 1 not)", run: "click" },
        { content: "the correction shows", trigger: ".o_edu_roll_called:contains(Corrected by)" },
        { content: "yesterday was not called", trigger: ".o_edu_roll_previous", run: "click" },
        { trigger: ".o_edu_roll_date:contains(2026-09-15)" },
        { trigger: ".o_edu_roll_open" },
        { content: "one tap", trigger: ".o_edu_roll_confirm:contains(all 40 are here)", run: "click" },
        { trigger: ".o_edu_roll_called:contains(later than the day itself)" },
    ],
});

// The boarders at night: one is missing, and turns up.
tours.add("edu_roll_call_boarders", {
    steps: () => [
        { trigger: ".o_edu_roll_open" },
        { content: "boarders only", trigger: ".o_edu_roll_here:contains(/^3$/)" },
        { trigger: child("王一"), run: "click" },
        { trigger: ".o_edu_roll_confirm:contains(2 here, 1 not)", run: "click" },
        { trigger: ".o_edu_roll_called" },
        { trigger: ".o_edu_roll_away:contains(/^1$/)" },
        { content: "turned up", trigger: child("王一"), run: "click" },
        { trigger: ".o_edu_roll_confirm:contains(3 here, 0 not)", run: "click" },
        { trigger: ".o_edu_roll_called:contains(Corrected by)" },
        { trigger: ".o_edu_roll_away:contains(/^0$/)" },
    ],
});

// Two taps: the dean has the whole school, nobody is missing. Then the bureau's list.
tours.add("edu_roll_call_school", {
    steps: () => [
        { trigger: ".o_edu_roll_place:contains(All boarders of)" },
        { trigger: ".o_edu_roll_confirm:contains(all 4 are here)", run: "click" },
        { trigger: ".o_edu_roll_called" },
    ],
});

tours.add("edu_roll_status_bureau", {
    steps: () => [
        { trigger: ".o_data_row:contains(西岭学校):contains(Not called)" },
        { trigger: "body:not(:has(.o_data_row:contains(东河中心小学)))" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot th:contains(西岭)" },
    ],
});
