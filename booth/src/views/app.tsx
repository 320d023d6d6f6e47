// SPDX-License-Identifier: Apache-2.0
/** The screen that belongs to the state, under the clocks while there is time to keep. */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { mayLeave, type State } from "../session";
import { ChallengeView } from "./challenge";
import { Clocks } from "./clocks";
import { CredentialView } from "./credential";
import { EndingView } from "./ending";
import { CastingView, DoneView, LeaveView, LoadingView, TroubleView } from "./moments";
import { Icon, useBooth } from "./parts";
import { PreviewView } from "./preview";
import { RaceView } from "./race";

export function useSession(): State {
    const { runner } = useBooth();
    const [state, setState] = useState(runner.state);
    useEffect(() => {
        setState(runner.state);
        return runner.subscribe(setState);
    }, []);
    return state;
}

export function App(): VNode {
    const state = useSession();
    const { at } = state.place;
    return (
        <>
            {at !== "loading" && at !== "ended" && at !== "done" && <Clocks state={state} />}
            <Screen state={state} />
        </>
    );
}

function Screen({ state }: { state: State }): VNode {
    const { place } = state;
    if (state.leaving) return <LeaveView key="leave" />;
    switch (place.at) {
        case "loading":
            return <LoadingView key="loading" />;
        case "credential":
            return <CredentialView key="credential" checking={place.checking} problem={place.problem} />;
        case "race":
            return <RaceView key={`race-${place.index}`} state={state} index={place.index} />;
        // One screen: the voter reads the names while the ballot is being sealed.
        case "sealing":
        case "preview":
            return <PreviewView key="preview" state={state} />;
        case "challenge":
        case "auditing":
        case "opened":
            return <ChallengeView key="challenge" state={state} />;
        case "casting":
            return <CastingView key="casting" />;
        case "done":
            return <DoneView key="done" />;
        case "trouble":
            return <TroubleView key="trouble" kind={place.kind} during={place.during} />;
        case "ended":
            return <EndingView key="ended" why={place.why} tracker={place.tracker} />;
    }
}

/** «خروج» in the page's header, while there is something to leave. */
export function ExitButton(): VNode | null {
    const { t, runner } = useBooth();
    const state = useSession();
    if (!mayLeave(state) || state.leaving) return null;
    return (
        <button type="button" class="btn btn--bare noprint" onClick={() => runner.send({ type: "leave" })}>
            <Icon name="exit" />
            {t.exit}
        </button>
    );
}
