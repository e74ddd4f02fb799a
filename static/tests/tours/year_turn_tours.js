import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

// The bureau counts, sees a school with an open question, leaves it for later, and turns the others.
tours.add("edu_year_turn_bureau", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { content: "county and term are filled in", trigger: "div[name=county_id] input:value(青禾县)" },
        { trigger: "button[name=action_count]", run: "click" },
        { content: "an open question", trigger: ".alert-warning:contains(open questions)" },
        {
            content: "by name",
            trigger: ".o_data_row:contains(东河中学) td[name=problems]:contains(钱九)",
        },
        {
            trigger: ".o_data_row:contains(东河中学) button[name=action_later]",
            run: "click",
        },
        { trigger: ".o_data_row:contains(东河中学):contains(Left for later)" },
        { trigger: "button[name=action_run]", run: "click" },
        { trigger: ".modal .btn-primary", run: "click" },
        { trigger: ".o_data_row:contains(东河中心小学):contains(Turned)" },
        { trigger: ".o_data_row:contains(东河中学):contains(Left for later)" },
        {
            trigger: ".o_arrow_button_current:contains(Some schools left)",
        },
    ],
});
