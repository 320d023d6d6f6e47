// SPDX-License-Identifier: Apache-2.0
/** Screens without choices of their own: loading, leaving, casting, done, and what went wrong with a way on. */
import type { VNode } from "preact";
import type { TroubleKind, Work } from "../session";
import { Heading, Icon, Note, Support, useBooth, Wait, type IconName } from "./parts";

export function LoadingView(): VNode {
    const { t } = useBooth();
    return (
        <div class="page page--form">
            <Heading passing>{t.loading.heading}</Heading>
            <div class="after" role="status">
                <Wait>{t.loading.wait}</Wait>
            </div>
        </div>
    );
}

/** The voter asked to leave: a screen, not a box over the screen. */
export function LeaveView(): VNode {
    const { t, runner, clock, goBack } = useBooth();
    return (
        <div class="page page--form">
            <Sign icon="exit" />
            <Heading>{t.leave.heading}</Heading>
            <p>{t.leave.text}</p>
            <p class="muted">{clock.now() < runner.state.deadlines.electionEndsAt ? t.leave.later : t.leave.over}</p>
            <div class="after stack">
                <button type="button" class="btn btn--main wide" onClick={goBack}>
                    {t.leave.stay}
                </button>
                <button type="button" class="btn wide" onClick={() => runner.send({ type: "left" })}>
                    {t.leave.go}
                </button>
            </div>
        </div>
    );
}

export function CastingView(): VNode {
    const { t } = useBooth();
    return (
        <div class="page page--form">
            <Sign icon="box" />
            <Heading>{t.casting.heading}</Heading>
            <p>{t.casting.text}</p>
            <div class="after" role="status">
                <Wait>{t.casting.wait}</Wait>
            </div>
            <p class="muted small after">{t.casting.slow}</p>
        </div>
    );
}

export function DoneView(): VNode {
    const { t, data } = useBooth();
    return (
        <div class="page page--form">
            <Sign icon="tick" kind="ok" />
            <Heading>{t.done.heading}</Heading>
            <p>{t.done.text}</p>
            <a class="btn btn--main wide after" href={data.urls.receipt}>
                {t.done.link}
            </a>
        </div>
    );
}

export function TroubleView({ kind, during }: { kind: TroubleKind; during: Work }): VNode {
    const { t, runner } = useBooth();
    const words = t.trouble[kind];
    return (
        <div class="page page--form">
            <Sign icon={kind === "other_window" ? "devices" : "alert"} />
            <Heading>{words.heading}</Heading>
            <p>{words.text}</p>
            <div class="after stack">
                {during === "casting" ? (
                    <Note kind="warn" icon="alert">
                        {t.trouble.uncertain}
                    </Note>
                ) : (
                    <Note kind="ok" icon="tick">
                        {t.trouble.kept}
                    </Note>
                )}
                <button type="button" class="btn btn--main wide" onClick={() => runner.send({ type: "retry" })}>
                    {kind === "other_window" ? t.trouble.newCode : t.trouble.retry}
                </button>
            </div>
            <section class="after stack stack--near apart">
                <h2>{t.trouble.stillNot}</h2>
                <Support />
            </section>
        </div>
    );
}

export function Sign({ icon, kind = "calm" }: { icon: IconName; kind?: "calm" | "ok" | "bad" }): VNode {
    return (
        <span class={`seal seal--${kind} booth__sign`}>
            <Icon name={icon} />
        </span>
    );
}
