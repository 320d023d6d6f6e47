// SPDX-License-Identifier: Apache-2.0
/**
 * The screens that test a sealed ballot instead of casting it, as a file of their own beside the booth; see views/challenge.tsx.
 *
 * Drawn by a copy of the view library that came with this file, into an element that the booth leaves alone.
 */
import { render, type VNode } from "preact";
import { challengeMessages } from "../messages/challenge";
import type { State } from "../session";
import { OpenedView } from "../views/opened";
import { Sign } from "../views/moments";
import { BoothContext, Heading, Note, ShortHash, useBooth, Wait } from "../views/parts";

function Screen({ state }: { state: State }): VNode | null {
    const { place, sealed } = state;
    if (place.at === "challenge") return <AskView key="ask" hash={sealed?.hash ?? ""} spent={place.spent} />;
    if (place.at === "auditing") return <WaitView key="wait" />;
    return place.at === "opened" ? <OpenedView key={place.opening.ballot} opening={place.opening} used={place.used} most={place.most} /> : null;
}

function AskView({ hash, spent }: { hash: string; spent: boolean }): VNode {
    const { data, runner, goBack } = useBooth();
    const words = challengeMessages(data.language).ask;
    return (
        <div class="page page--form">
            <Heading>{words.heading}</Heading>
            <p>{words.text}</p>
            <div role="status">
                {spent && (
                    <Note kind="warn" icon="alert" title={words.spent}>
                        {words.spentText}
                    </Note>
                )}
            </div>
            {!spent && (
                <ul class="rules">
                    {words.rules.map((rule) => (
                        <li key={rule}>{rule}</li>
                    ))}
                </ul>
            )}
            <dl class="sheet after facts">
                <div>
                    <dt>{words.before}</dt>
                    <dd>
                        <ShortHash>{hash}</ShortHash>
                        {!spent && <p class="muted small">{words.remember}</p>}
                    </dd>
                </div>
            </dl>
            <div class="after stack stack--near">
                {!spent && (
                    <button type="button" class="btn btn--main wide" onClick={() => runner.send({ type: "audit" })}>
                        {words.go}
                    </button>
                )}
                <button type="button" class={spent ? "btn btn--main wide" : "btn wide"} onClick={goBack}>
                    {words.back}
                </button>
            </div>
        </div>
    );
}

function WaitView(): VNode {
    const { data } = useBooth();
    const words = challengeMessages(data.language).wait;
    return (
        <div class="page page--form">
            <Sign icon="box" />
            <Heading>{words.heading}</Heading>
            <p>{words.text}</p>
            <div class="after" role="status">
                <Wait>{words.wait}</Wait>
            </div>
        </div>
    );
}

globalThis.sandoghChallenge = (root, booth, state) => {
    const screen = state && (
        <BoothContext.Provider value={booth}>
            <Screen state={state} />
        </BoothContext.Provider>
    );
    render(screen, root);
};
