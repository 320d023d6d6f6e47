// SPDX-License-Identifier: Apache-2.0
/** Where a session ended without a vote from this page: each reason with its own words and its own way on (journey.md S11, S14). */
import type { VNode } from "preact";
import type { Ending } from "../session";
import { Heading, Icon, Note, Support, useBooth, type IconName } from "./parts";
import { Sign } from "./moments";

/** The one main way on; the others are plain. */
const WAYS: Readonly<Record<Exclude<Ending, "elsewhere">, { icon: IconName; main: "login" | "landing" | "receipt" | "support" }>> = {
    expired: { icon: "clock", main: "login" },
    signed_out: { icon: "exit", main: "login" },
    closed: { icon: "box", main: "landing" },
    left: { icon: "exit", main: "landing" },
    already_cast: { icon: "tick", main: "receipt" },
    credential_used: { icon: "alert", main: "support" },
    code_mismatch: { icon: "alert", main: "support" },
    tracker_mismatch: { icon: "alert", main: "support" },
    names_mismatch: { icon: "alert", main: "support" },
    kind: { icon: "alert", main: "support" },
};

export function EndingView({ why: reason, tracker }: { why: Ending; tracker: string | null }): VNode {
    const { t, data, clock, runner } = useBooth();
    if (reason === "elsewhere") return <Elsewhere />;
    // After the election's end nobody can log in again: the end is what counts.
    const over = clock.now() >= runner.state.deadlines.electionEndsAt;
    const why = over && (reason === "expired" || reason === "signed_out" || reason === "left") ? "closed" : reason;
    const words = t.endings[why];
    const { icon, main } = WAYS[why];
    const links = { login: data.urls.login, landing: data.urls.landing, receipt: data.urls.receipt };
    return (
        <div class="page page--form">
            <Sign icon={icon} kind={main === "support" ? "bad" : why === "already_cast" ? "ok" : "calm"} />
            <Heading>{words.heading}</Heading>
            <p>{words.text}</p>
            {tracker !== null && (
                <div class="sheet after">
                    <h2>{t.endings.tracker}</h2>
                    <p class="hash" lang="en">
                        {tracker}
                    </p>
                </div>
            )}
            {(why === "expired" || why === "left" || why === "closed" || why === "signed_out") && (
                <div class="after">
                    <Note kind="ok" icon="tick">
                        {why === "left" ? t.endings.nothing : t.endings.nothingCast}
                    </Note>
                </div>
            )}
            <div class="after stack">
                {main === "support" ? (
                    <Support main />
                ) : (
                    <a class="btn btn--main wide" href={links[main]}>
                        {t.endings[main]}
                    </a>
                )}
                {main !== "landing" && (
                    <a class="btn btn--bare wide" href={links.landing}>
                        {t.endings.landing}
                    </a>
                )}
            </div>
        </div>
    );
}

function Elsewhere(): VNode {
    const { t, data } = useBooth();
    const e = t.endings;
    return (
        <div class="page page--form">
            <Sign icon="devices" />
            <Heading>{e.elsewhere.heading}</Heading>
            <p>{e.elsewhere.text}</p>
            <div class="after">
                <Note kind="ok" icon="tick">
                    {e.nothing}
                </Note>
            </div>
            <div class="sheet after">
                <section class="stack stack--near">
                    <h2>{e.you}</h2>
                    <p class="muted">{e.youText}</p>
                    <a class="btn btn--main wide" href={data.urls.login}>
                        {e.youLogin}
                    </a>
                </section>
                <section class="stack stack--near apart">
                    <h2>{e.notYou}</h2>
                    <p class="muted">{e.notYouText}</p>
                    <Support />
                </section>
            </div>
        </div>
    );
}

/** A browser that cannot seal: shown before anything else runs. */
export function UnsupportedView(): VNode {
    const { t, data } = useBooth();
    return (
        <div class="page page--form">
            <Sign icon="alert" />
            <Heading>{t.unsupported.heading}</Heading>
            <p>{t.unsupported.text}</p>
            <div class="after stack">
                <Support />
                <a class="btn btn--bare wide" href={data.urls.landing}>
                    <Icon name="back" />
                    {t.endings.landing}
                </a>
            </div>
        </div>
    );
}
