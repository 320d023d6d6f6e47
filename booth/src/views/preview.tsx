// SPDX-License-Identifier: Apache-2.0
/** The preview (journey.md S8): every race with its names, the vote code to text, and «امضا و ثبت رأی» once the text message came. */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Race } from "../data";
import { chosen, isBlank, type State } from "../session";
import { TimeWord, useTimeIsShort } from "./clocks";
import { copyText } from "./copy";
import { fill, Heading, Icon, Ltr, Note, ShortHash, telephone, useBooth, useRoomFor, Wait } from "./parts";
import { Trail } from "./trail";

export function PreviewView({ state }: { state: State }): VNode {
    const { t, data } = useBooth();
    const seal = useRef<HTMLDivElement>(null);
    const bar = useRoomFor();
    const confirmed = state.sealed?.confirmed === true;
    const short = useTimeIsShort(state);
    const [first, second] = confirmed ? t.preview.barOne : t.preview.barTwo;
    const goal = confirmed ? "#step-sign" : "#step-text";
    const arrived = useSeen(seal, goal);

    const show = (): void => {
        const target = seal.current?.querySelector<HTMLElement>(goal);
        // Only the focus would leave the heading under the clocks on some browsers.
        target?.scrollIntoView({ block: "start" });
        target?.focus({ preventScroll: true });
    };

    return (
        <>
            <div class="page page--booth">
                <Trail state={state} />
                <div class="split split--below">
                    <div>
                        {confirmed ? <Heading title={t.preview.titleReceived}>{t.preview.heading}</Heading> : <Heading>{t.preview.heading}</Heading>}
                        <p class="lede preview__lede">{fill(t.preview.lede, { notYet: <strong>{t.preview.notYet}</strong> })}</p>
                        <div class="sheet">
                            {data.races.map((race, index) => (
                                <Picks key={race.id} state={state} index={index} race={race} />
                            ))}
                        </div>
                    </div>
                    <div class="slot split__stay" ref={seal}>
                        <div class="sheet">
                            <ol class="steps" aria-label={t.preview.stepsLabel}>
                                <TextStep state={state} />
                                <SignStep confirmed={confirmed} hash={state.sealed?.hash} />
                            </ol>
                        </div>
                        {state.sealed && !confirmed && (
                            <details class="preview__help">
                                <summary class="muted">
                                    {t.preview.help} <Icon name="down" />
                                </summary>
                                <p class="muted small">
                                    {fill(t.preview.helpText, {
                                        support: data.support.slice(0, 1).map(({ value }) => (
                                            <a key={value} href={telephone(value)}>
                                                <Ltr>{value}</Ltr>
                                            </a>
                                        )),
                                    })}
                                </p>
                            </details>
                        )}
                    </div>
                </div>
            </div>
            <section ref={bar} class={`bar noprint ${short ? "" : arrived ? "bar--narrow bar--quiet" : "bar--narrow"}`} aria-label={t.preview.barLabel}>
                <TimeWord state={state} />
                <div class="bar__main only-narrow">
                    <p class="bar__left">
                        {first}
                        <br />
                        {second}
                    </p>
                    <button type="button" class="btn btn--main" onClick={show}>
                        {confirmed ? t.preview.toSign : t.preview.toCode}
                        <Icon name="down" />
                    </button>
                </div>
            </section>
        </>
    );
}

/** Whether this part is on the screen, so that nothing need lead to it. */
function useSeen(root: { readonly current: HTMLElement | null }, selector: string): boolean {
    const [seen, setSeen] = useState(false);
    useEffect(() => {
        const part = root.current?.querySelector(selector);
        if (!part || typeof IntersectionObserver !== "function") return undefined;
        const observer = new IntersectionObserver((entries) => setSeen(entries.some((entry) => entry.isIntersecting)), { rootMargin: "0px 0px -25% 0px" });
        observer.observe(part);
        return () => observer.disconnect();
    }, [selector]);
    return seen;
}

function Picks({ state, index, race }: { state: State; index: number; race: Race }): VNode {
    const { t, runner } = useBooth();
    const picked = chosen(state, index);
    const { title } = race;
    return (
        <section class="picks">
            <div class="row row--apart">
                <h2>{title}</h2>
                <button type="button" class="btn btn--bare" onClick={() => runner.send({ type: "visit", step: index })}>
                    <Icon name="edit" />
                    {t.preview.edit}
                    <span class="vh"> {title}</span>
                </button>
            </div>
            {isBlank(state, index) ? (
                <p>
                    <strong>{t.race.blank}</strong>
                </p>
            ) : picked.length === 0 ? (
                <p class="muted">{race.blank ? t.preview.nobody : t.preview.blank}</p>
            ) : (
                <ol>
                    {picked.map((place) => (
                        <li key={place}>{race.candidates[place]?.name}</li>
                    ))}
                </ol>
            )}
        </section>
    );
}

function TextStep({ state }: { state: State }): VNode {
    const { t, data, goingOut } = useBooth();
    const { sealed, place } = state;
    const confirmed = sealed?.confirmed === true;
    return (
        <li class={confirmed ? "done" : ""}>
            <i>{confirmed ? <Icon name="tick" /> : t.digits(1)}</i>
            <h2 id="step-text" tabIndex={-1}>
                {t.preview.textStep}
            </h2>
            {sealed ? (
                <>
                    <p class="votecode">
                        <small>{t.preview.codeLabel}</small>
                        <bdi>
                            <span>{t.digits(sealed.code.slice(0, 4))}</span>
                            <span>{t.digits(sealed.code.slice(4))}</span>
                        </bdi>
                    </p>
                    {!confirmed && state.codes > 1 && <p class="small preview__new">{t.preview.newCode}</p>}
                    <p class="preview__send">
                        {fill(t.preview.send, {
                            mobile: <Ltr>{t.digits(data.voter.mobile)}</Ltr>,
                            number: (
                                <strong>
                                    <Ltr>{t.digits(data.inbound_number)}</Ltr>
                                </strong>
                            ),
                        })}
                    </p>
                    {!confirmed && (
                        <div class="pair preview__pair">
                            <a class="btn" href={`sms:${data.inbound_number}?body=${sealed.code}`} onClick={goingOut}>
                                <Icon name="message" />
                                {t.preview.openSms}
                            </a>
                            <CopyCode key={sealed.code} code={sealed.code} />
                        </div>
                    )}
                </>
            ) : (
                <Sealing done={place.at === "sealing" ? place.done : 0} total={place.at === "sealing" ? place.total : 0} />
            )}
            {/* Always here, so that what comes into it is announced. */}
            <div role="status" class="stack">
                {sealed && confirmed && (
                    <Note kind="ok" icon="tick" title={t.preview.received}>
                        {t.preview.receivedText}
                    </Note>
                )}
                {sealed && !confirmed && place.at === "preview" && place.unconfirmed && (
                    <Note kind="warn" icon="alert" title={t.preview.unconfirmed}>
                        {t.preview.unconfirmedText}
                    </Note>
                )}
                {sealed && !confirmed && state.offline && (
                    <Note kind="warn" icon="alert" title={t.preview.offline}>
                        {t.preview.offlineText}
                    </Note>
                )}
                {sealed && !confirmed && !state.offline && <Wait>{t.preview.waiting}</Wait>}
            </div>
        </li>
    );
}

function Sealing({ done, total }: { done: number; total: number }): VNode {
    const { t } = useBooth();
    const sealed = total > 0 && done >= total;
    return (
        <div class="sealing">
            <Wait>
                <span role="status">{sealed ? t.preview.registering : t.preview.sealing}</span>
            </Wait>
            <progress max={Math.max(1, total)} value={done} aria-label={t.preview.sealing} />
            <p class="muted small">{t.preview.sealingHint}</p>
        </div>
    );
}

function SignStep({ confirmed, hash }: { confirmed: boolean; hash: string | undefined }): VNode {
    const { t, runner } = useBooth();
    return (
        <li class={confirmed ? "" : "later"}>
            <i>{t.digits(2)}</i>
            <h2 id="step-sign" tabIndex={-1}>
                {t.preview.signStep}
            </h2>
            <div class="stack stack--near">
                <Note kind="warn" icon="alert">
                    <span id="last-warning">{t.preview.warning}</span>
                </Note>
                <button
                    type="button"
                    class={confirmed ? "btn btn--main btn--big" : "btn btn--big"}
                    aria-disabled={confirmed ? undefined : "true"}
                    aria-describedby={confirmed ? "last-warning" : "not-yet"}
                    onClick={() => runner.send({ type: "cast" })}
                >
                    {t.preview.sign}
                </button>
                {!confirmed && (
                    <p class="muted small" id="not-yet">
                        {t.preview.notYetSign}
                    </p>
                )}
                {hash !== undefined && (
                    <div class="preview__test">
                        <p class="muted small">{fill(t.preview.hash, { hash: <ShortHash>{hash}</ShortHash> })}</p>
                        <p class="muted small" id="test-hint">
                            {t.preview.testHint}
                        </p>
                        <button type="button" class="btn btn--bare" aria-describedby="test-hint" onClick={() => runner.send({ type: "challenge" })}>
                            {t.preview.test}
                        </button>
                    </div>
                )}
            </div>
        </li>
    );
}

function CopyCode({ code }: { code: string }): VNode {
    const { t } = useBooth();
    const [copied, setCopied] = useState<boolean | null>(null);
    return (
        <button type="button" class="btn" onClick={() => void copyText(code).then(setCopied)}>
            <Icon name={copied === true ? "tick" : "copy"} />
            <span aria-live="polite">{copied === null ? t.preview.copy : copied ? t.preview.copied : t.preview.notCopied}</span>
        </button>
    );
}
