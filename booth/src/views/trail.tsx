// SPDX-License-Identifier: Apache-2.0
/** The trail of races and the preview (journey.md S6): where the voter is, what is done, and the way back. */
import type { VNode } from "preact";
import { currentStep, mayVisit, type State } from "../session";
import { Icon, useBooth } from "./parts";

export function Trail({ state }: { state: State }): VNode {
    const { t, data, runner } = useBooth();
    const here = currentStep(state) ?? 0;
    const titles = [...data.races.map((race) => race.title), t.trail.preview];
    return (
        <nav aria-label={t.trail.label}>
            <ol class={titles.length > 5 ? "trail trail--many" : "trail"}>
                {titles.map((title, step) => {
                    const number = t.digits(step + 1);
                    if (step === here) {
                        return (
                            <li key={step} class="now" aria-current="step">
                                <span>
                                    <i>{number}</i>
                                    <span class="trail__name">{title}</span>
                                    <span class="vh"> ({t.trail.position(step + 1, titles.length)})</span>
                                </span>
                            </li>
                        );
                    }
                    const done = step <= state.furthest && step < data.races.length;
                    const mark = done ? <Icon name="tick" /> : number;
                    return (
                        <li key={step} class={done ? "done" : ""}>
                            {mayVisit(state, step) && step <= state.furthest ? (
                                <button type="button" onClick={() => runner.send({ type: "visit", step })}>
                                    <i>{mark}</i>
                                    <span class="trail__name">{title}</span>
                                    {done && <span class="vh"> ({t.trail.done})</span>}
                                </button>
                            ) : (
                                <span>
                                    <i>{mark}</i>
                                    <span class="trail__name">{title}</span>
                                </span>
                            )}
                        </li>
                    );
                })}
            </ol>
        </nav>
    );
}
