// SPDX-License-Identifier: Apache-2.0
/**
 * The place of the screens that test a sealed ballot. They come in a script of their own (pages/booth-challenge.tsx), as few voters ask
 * for them; it is there before anything is done to the ballot.
 */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { State } from "../session";
import { LoadingView } from "./moments";
import { Heading, useBooth, type Booth } from "./parts";

declare global {
    /** Draws the screens into an element; without a state it takes them away. Set by booth-challenge.js: an entry of the build exports nothing. */
    var sandoghChallenge: ((root: HTMLElement, booth: Booth, state: State | null) => void) | undefined;
}

export function ChallengeView({ state }: { state: State }): VNode {
    const booth = useBooth();
    const { t, goBack, load } = booth;
    const root = useRef<HTMLDivElement>(null);
    const [tries, setTries] = useState(1);
    const [lost, setLost] = useState(false);
    const [come, setCome] = useState(globalThis.sandoghChallenge !== undefined);

    useEffect(() => {
        if (come) return;
        setLost(false);
        // A browser may remember that a script did not come; another address is asked for anew.
        load(`booth-challenge.js?${tries}`).then(
            () => setCome(true),
            () => setLost(true),
        );
    }, [tries]);
    useEffect(() => {
        if (root.current) globalThis.sandoghChallenge?.(root.current, booth, state);
    });
    useEffect(() => {
        const element = root.current;
        return () => element && globalThis.sandoghChallenge?.(element, booth, null);
    }, []);

    return (
        <div>
            <div ref={root} />
            {!come && !lost && <LoadingView />}
            {lost && (
                <div class="page page--form stack">
                    <Heading>{t.trouble.network.heading}</Heading>
                    <p>{t.trouble.network.text}</p>
                    <button type="button" class="btn btn--main wide" onClick={() => setTries(tries + 1)}>
                        {t.trouble.retry}
                    </button>
                    <button type="button" class="btn wide" onClick={goBack}>
                        {t.back}
                    </button>
                </div>
            )}
        </div>
    );
}
