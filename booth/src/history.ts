// SPDX-License-Identifier: Apache-2.0
/**
 * The browser's back button moves one step back inside the booth.
 *
 * Each step is an entry of the history with nothing but a word in it; the address never changes, so nothing about the vote
 * is written where browsers keep addresses.
 */
import type { Runner } from "./runner";
import { currentStep, type State } from "./session";

type Mark = number | "leave" | "challenge";

/** Where the state stands in the history; null where no step is meant. */
function markOf(state: State): Mark | null {
    const { at } = state.place;
    return state.leaving ? "leave" : at === "challenge" || at === "auditing" || at === "opened" ? "challenge" : currentStep(state);
}

export interface Trailkeeper {
    /** Leaves the screen that asks about leaving or about testing, as the back button would. */
    goBack(): void;
    stop(): void;
}

export function keepHistory(runner: Runner, window: Window): Trailkeeper {
    const { history } = window;
    let popping = false;
    let last: Mark | null = markOf(runner.state);
    history.replaceState({ booth: last }, "");

    const unsubscribe = runner.subscribe((state) => {
        const mark = markOf(state);
        if (mark === null || mark === last) return;
        // The first step takes the place of loading, so that one press leaves the page as anywhere else.
        if (last === null) history.replaceState({ booth: mark }, "");
        else if (!popping) history.pushState({ booth: mark }, "");
        last = mark;
    });

    const onPop = (event: PopStateEvent): void => {
        const mark = (event.state as { booth?: Mark | null } | null)?.booth ?? null;
        popping = true;
        if (runner.state.leaving && mark !== "leave") runner.send({ type: "stay" });
        if (mark === "leave" || mark === "challenge") runner.send({ type: mark });
        else if (mark !== null) runner.send({ type: "visit", step: mark });
        popping = false;
        last = markOf(runner.state) ?? last;
    };
    window.addEventListener("popstate", onPop);

    return {
        goBack: () => {
            popping = true;
            runner.send(runner.state.leaving ? { type: "stay" } : { type: "visit", step: runner.state.races.length });
            popping = false;
            history.back();
        },
        stop: () => {
            unsubscribe();
            window.removeEventListener("popstate", onPop);
        },
    };
}
