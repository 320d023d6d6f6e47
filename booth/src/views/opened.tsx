// SPDX-License-Identifier: Apache-2.0
/** A challenged ballot, open: what was in it, whether it is the ballot that was closed, and how to see it on another device (protocol.md §14). */
import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { challengeMessages } from "../messages/challenge";
import { type Opening, openingFragment, openingText } from "../protocol/opening";
import type { SealingError } from "../sealing";
import { copyText } from "./copy";
import { fill, Heading, Icon, Note, ShortHash, Support, useBooth, Wait } from "./parts";
import { QrPicture } from "./qr";

type Verdict = "busy" | "good" | "different" | "failed";

export function OpenedView({ opening, used, most }: { opening: Opening; used: number; most: number }): VNode {
    const { t, data, goBack, openSealer } = useBooth();
    const words = challengeMessages(data.language).open;
    const [verdict, setVerdict] = useState<Verdict>("busy");
    const [tries, setTries] = useState(0);
    const [done, setDone] = useState(0);

    // In a worker of its own: the one that sealed the ballot is not asked whether it did it well.
    useEffect(() => {
        let wanted = true;
        const settle = (found: Verdict): void => {
            if (wanted) setVerdict(found);
        };
        setVerdict("busy");
        void (async () => {
            const sealer = await openSealer();
            try {
                await sealer.check(opening, (pieces, total) => wanted && setDone(pieces / total));
            } finally {
                sealer.forget();
            }
        })().then(
            () => settle("good"),
            (error: unknown) => {
                // By its code: the booth's errors are of another copy of the class than this script's.
                const { code } = error as Partial<SealingError>;
                settle(code === "different" || code === "malformed" ? "different" : "failed");
            },
        );
        return () => {
            wanted = false;
        };
    }, [tries]);

    return (
        <div class="page page--form">
            <Heading>{words.heading}</Heading>
            <div role="status" class="stack">
                {verdict === "busy" && <Wait>{words.busy}</Wait>}
                {verdict === "good" && (
                    <Note kind="ok" icon="tick" title={words.good}>
                        {words.goodText}
                    </Note>
                )}
                {verdict === "different" && (
                    <Note kind="bad" icon="alert" title={words.different}>
                        {words.differentText}
                    </Note>
                )}
                {verdict === "failed" && (
                    <Note kind="warn" icon="alert" title={words.failed}>
                        {words.failedText}
                    </Note>
                )}
            </div>
            {verdict === "busy" && <progress class="opened__progress" max={1} value={done} aria-label={words.busy} />}
            {verdict === "failed" && (
                <button type="button" class="btn after" onClick={() => setTries(tries + 1)}>
                    {words.retry}
                </button>
            )}
            <div class="sheet after">
                <h2>{words.names}</h2>
                {data.races.map((race, index) => {
                    const choices = opening.choices[index] ?? [];
                    const names = race.candidates.filter((_, place) => choices[place + Number(race.blank)] === 1).map(({ name }) => name);
                    return <Held key={race.id} title={race.title} names={names} none={race.blank && choices[0] === 1 ? words.blank : words.nobody} />;
                })}
                <dl class="facts">
                    <div>
                        <dt>{words.before}</dt>
                        <dd>
                            <ShortHash>{opening.ballot}</ShortHash>
                        </dd>
                    </div>
                    {verdict === "good" && (
                        <div>
                            <dt>{words.after}</dt>
                            <dd>
                                <ShortHash>{opening.ballot}</ShortHash>
                            </dd>
                        </div>
                    )}
                </dl>
            </div>
            <div class="after stack stack--near">
                {verdict === "different" ? (
                    <Support main />
                ) : (
                    <>
                        <p class="muted small" id="reseal-hint">
                            {words.resealText}
                        </p>
                        <button type="button" class="btn btn--main wide" aria-describedby="reseal-hint" onClick={goBack}>
                            {words.reseal}
                        </button>
                    </>
                )}
                <p class="muted small">{fill(words.used, { used: t.digits(used), most: t.digits(most) })}</p>
            </div>
            <Elsewhere opening={opening} />
        </div>
    );
}

function Held({ title, names, none }: { title: string; names: readonly string[]; none: string }): VNode {
    return (
        <section class="picks">
            <h3>{title}</h3>
            {names.length === 0 ? (
                <p>{none}</p>
            ) : (
                <ol>
                    {names.map((name) => (
                        <li key={name}>{name}</li>
                    ))}
                </ol>
            )}
        </section>
    );
}

function Elsewhere({ opening }: { opening: Opening }): VNode {
    const { data } = useBooth();
    const words = challengeMessages(data.language).open;
    const [copied, setCopied] = useState<boolean | null>(null);
    const link = data.urls.open + openingFragment(opening);
    const file = useMemo(() => URL.createObjectURL(new Blob([openingText(opening)], { type: "application/json" })), [opening]);
    useEffect(() => () => URL.revokeObjectURL(file), [file]);
    const name = `ballot-${opening.ballot.slice(0, 8).replace(/[^A-Za-z0-9]/g, "-")}.json`;
    return (
        <section class="sheet after stack stack--near">
            <h2>{words.elsewhere}</h2>
            <p>{words.elsewhereText}</p>
            <QrPicture text={link} label={words.picture} />
            <Note kind="warn" icon="alert">
                {words.private}
            </Note>
            <a class="btn wide" href={link} target="_blank" rel="noopener noreferrer">
                <Icon name="devices" />
                {words.link}
            </a>
            <button type="button" class="btn wide" onClick={() => void copyText(link).then(setCopied)}>
                <Icon name={copied === true ? "tick" : "copy"} />
                <span aria-live="polite">{copied === null ? words.copy : copied ? words.copied : words.notCopied}</span>
            </button>
            <a class="btn btn--bare wide" href={file} download={name}>
                {words.file}
            </a>
            <p class="muted small">{words.fileText}</p>
            <pre class="hash command" lang="en">{`sandogh ballot open ${name} --election ${new URL(data.urls.landing, data.urls.open).href}`}</pre>
        </section>
    );
}
