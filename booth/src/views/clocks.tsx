// SPDX-License-Identifier: Apache-2.0
/** The two clocks, what they say aloud, and the sentence before the window ends (WCAG 2.2.1 and 4.1.3). */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { countdown, dueAnnouncement } from "../clock";
import { ownDeadline, type State } from "../session";
import { fill, Icon, useBooth } from "./parts";

/** The server's time, anew each second. */
export function useNow(): number {
    const { clock } = useBooth();
    const [now, setNow] = useState(() => clock.now());
    useEffect(() => {
        const timer = setInterval(() => setNow(clock.now()), 1000);
        return () => clearInterval(timer);
    }, []);
    return now;
}

export function Clocks({ state }: { state: State }): VNode {
    const { t } = useBooth();
    const now = useNow();
    const { deadlines } = state;
    const election = countdown(deadlines.electionEndsAt - now, false);
    const left = ownDeadline(deadlines) - now;
    const due = dueAnnouncement(left);
    return (
        <section class="clocks noprint" aria-label={t.clocks.label}>
            <div class="clock" role="timer" aria-live="off">
                <span>{t.clocks.election}</span>{" "}
                <span class="clock__time">
                    {election.days > 0 && <span class="clock__days">{t.clocks.days(election.days)} </span>}
                    <b>{t.digits(election.text)}</b>
                </span>
            </div>
            <div class={due === null || due > 2 ? "clock clock--mine" : "clock clock--late"} role="timer" aria-live="off">
                <span>{t.clocks.own}</span> <b>{t.digits(countdown(left, true).text)}</b>
            </div>
            <p class="vh" aria-live="polite">
                {due === null ? "" : t.clocks.announce(due)}
            </p>
        </section>
    );
}

/** Shown in the bar at the bottom, where its coming moves nothing that the voter is about to touch. */
export function TimeWord({ state }: { state: State }): VNode | null {
    const { t, data } = useBooth();
    const now = useNow();
    const { deadlines } = state;
    const left = ownDeadline(deadlines) - now;
    const due = dueAnnouncement(left);
    if (due === null) {
        if (now < deadlines.electionEndsAt || left <= 0) return null;
        return <p class="bar__word">{t.clocks.grace}</p>;
    }
    // A new login helps only while the election still takes logins for long enough to be worth it.
    const again = deadlines.electionEndsAt - now > left;
    return (
        <p class="bar__word">
            <Icon name="clock" />
            <span>
                {t.clocks.short(due)} {again ? fill(t.clocks.again, { login: <a href={data.urls.login}>{t.clocks.login}</a> }) : t.clocks.last}
                {again && <span class="bar__hint"> {t.clocks.hint}</span>}
            </span>
        </p>
    );
}

/** Whether the bar has something to say about time, so that it shows on wide screens too. */
export function useTimeIsShort(state: State): boolean {
    const now = useNow();
    const left = ownDeadline(state.deadlines) - now;
    return dueAnnouncement(left) !== null || (now >= state.deadlines.electionEndsAt && left > 0);
}
