// SPDX-License-Identifier: Apache-2.0
/**
 * Where the voter is, as a pure function: a state and an event give the next state (ARCHITECTURE.md §6, journey.md S5–S14).
 *
 * No document, no network, no clock: those who have them (runner.ts) send events and do what the state says:
 *
 * 1. `loading`     open the worker, look for the credential
 * 2. `credential`  ask for it
 * 3. `race`        choose; the limits are kept here and proved by the ballot
 * 4. `sealing`     seal and register the hash; `preview` shows the code and waits for the text message
 * 5. `casting`     sign and send; from here on only the server knows whether the vote is in the box
 *    or `challenge` → `auditing` → `opened`: the server gives the sealed ballot up for ever, then it is opened; a new one is sealed
 * 6. `done`, or `ended` with a reason, or `trouble` with a way to try again
 *
 * Each piece of work carries the `attempt` that began it; an answer to an earlier attempt changes nothing.
 */

import type { Opening } from "./protocol/opening";

/** What the machine must know of a race. */
export interface RaceRule {
    readonly min: number;
    readonly max: number;
    readonly size: number;
    /** Whether «رأی سفید» is a choice of its own. */
    readonly blank: boolean;
}

/** In the place of a candidate: the voter chose «رأی سفید». It stands alone. */
export const BLANK = -1;

/** Per race the chosen candidates' places, ascending; or BLANK alone. */
export type Choices = readonly (readonly number[])[];

/** Milliseconds since 1970, server time. */
export interface Deadlines {
    readonly expiresAt: number;
    readonly electionEndsAt: number;
    readonly lastCastAt: number;
}

/** A ballot that is sealed and registered: `confirmed` once its own code came by text message. */
export interface Sealed {
    readonly code: string;
    readonly hash: string;
    readonly choices: Choices;
    readonly confirmed: boolean;
}

export type Ending =
    | "elsewhere" // another device took over
    | "expired"
    | "closed"
    | "left"
    | "signed_out"
    | "already_cast"
    | "credential_used"
    | "code_mismatch" // the server's vote code is not the one of this sealed ballot
    | "tracker_mismatch" // the server recorded something else than was sent
    | "names_mismatch" // the page's names are not those of the election file
    | "kind"; // a question of a kind that this booth cannot seal

export type TroubleKind =
    | "network" // nothing came back
    | "server" // it answered that it cannot now
    | "device" // the worker failed
    | "refused" // the ballot was refused as it is
    | "other_window"; // another window of the same login sealed after this one

/** The work that trouble interrupts and that `retry` begins again. */
export type Work = "loading" | "sealing" | "casting" | "auditing";

/** `wrong` is a credential, but not this voter's; the others are none. */
export type CredentialProblem = "length" | "characters" | "wrong";

export type Place =
    | { readonly at: "loading" }
    | { readonly at: "credential"; readonly checking: boolean; readonly problem: CredentialProblem | null }
    | { readonly at: "race"; readonly index: number }
    | { readonly at: "sealing"; readonly done: number; readonly total: number; readonly tries: number }
    | { readonly at: "preview"; readonly unconfirmed: boolean }
    | { readonly at: "casting" }
    | { readonly at: "challenge"; /** The server takes no more of them in this session. */ readonly spent: boolean }
    | { readonly at: "auditing" }
    | { readonly at: "opened"; readonly opening: Opening; /** How many were challenged in this session, and how many may be. */ readonly used: number; readonly most: number }
    | { readonly at: "done" }
    | { readonly at: "trouble"; readonly kind: TroubleKind; readonly during: Work }
    | { readonly at: "ended"; readonly why: Ending; /** The tracker of what was sent, if the server names another. */ readonly tracker: string | null };

export interface State {
    readonly races: readonly RaceRule[];
    readonly place: Place;
    readonly choices: Choices;
    /** The furthest step that was reached; steps are the races and then the preview. */
    readonly furthest: number;
    readonly sealed: Sealed | null;
    /** How many ballots were sealed and shown: from the second on the page says that the code is new. */
    readonly codes: number;
    readonly attempt: number;
    readonly deadlines: Deadlines;
    /** The voter asked to leave and has not yet said whether to. */
    readonly leaving: boolean;
    /** The last look at the server got no answer. */
    readonly offline: boolean;
}

export type SessionState = "authenticated" | "sealed" | "confirmed" | "cast" | "expired" | "superseded" | "left";

export type Event =
    | { readonly type: "opened"; readonly attempt: number; readonly credential: "good" | "none" | "wrong" }
    | { readonly type: "credential_typed" }
    | { readonly type: "credential_checked"; readonly answer: "good" | CredentialProblem }
    | { readonly type: "toggle"; readonly race: number; readonly answer: number }
    | { readonly type: "visit"; readonly step: number }
    | { readonly type: "sealing"; readonly attempt: number; readonly done: number; readonly total: number }
    | { readonly type: "sealed"; readonly attempt: number; readonly own: string; readonly hash: string; readonly server: string; readonly expiresAt: number }
    | { readonly type: "challenge" }
    | { readonly type: "audit" }
    | { readonly type: "audited"; readonly attempt: number; readonly opening: Opening; readonly used: number; readonly most: number }
    | { readonly type: "cast" }
    | { readonly type: "recorded"; readonly attempt: number; readonly own: string; readonly server: string }
    | { readonly type: "refused"; readonly attempt: number; readonly code: string }
    | { readonly type: "failed"; readonly attempt: number; readonly kind: "network" | "server" | "device" }
    | { readonly type: "retry" }
    | { readonly type: "status"; readonly attempt: number; readonly state: SessionState; readonly code: string | null; readonly deadlines: Deadlines }
    | { readonly type: "status_refused"; readonly attempt: number; readonly code: string }
    | { readonly type: "status_lost" }
    | { readonly type: "leave" }
    | { readonly type: "stay" }
    | { readonly type: "left" }
    | { readonly type: "tick"; readonly now: number }
    | { readonly type: "stop"; readonly why: Ending };

/** A server that finds every fresh code taken is broken; it is asked this often. */
export const SEAL_TRIES = 5;

export function begin(races: readonly RaceRule[], deadlines: Deadlines, state: SessionState): State {
    const first: State = {
        races,
        place: { at: "loading" },
        choices: races.map(() => []),
        furthest: 0,
        sealed: null,
        codes: 0,
        attempt: 1,
        deadlines,
        leaving: false,
        offline: false,
    };
    const over = endingOf(state);
    return over ? ended(first, over) : first;
}

/** The next state; the very same object when the event changes nothing. */
export function next(state: State, event: Event): State {
    const { place } = state;
    // (1) An ending is final; whatever arrives late finds nothing to change.
    if (place.at === "ended" || place.at === "done") return state;
    // (2) Answers to work that was given up are dropped.
    if ("attempt" in event && event.attempt !== state.attempt) return state;

    switch (event.type) {
        case "opened":
            if (place.at !== "loading") return state;
            if (event.credential === "good") return resumed(state);
            return { ...state, place: { at: "credential", checking: false, problem: event.credential === "wrong" ? "wrong" : null } };
        case "credential_typed":
            return place.at === "credential" && !place.checking ? { ...state, place: { at: "credential", checking: true, problem: null } } : state;
        case "credential_checked":
            if (place.at !== "credential" || !place.checking) return state;
            if (event.answer === "good") return resumed(state);
            return { ...state, place: { at: "credential", checking: false, problem: event.answer } };
        case "toggle":
            return place.at === "race" && place.index === event.race && !state.leaving ? toggled(state, event.race, event.answer) : state;
        case "visit":
            return visited(state, event.step);
        case "sealing":
            return place.at === "sealing" ? { ...state, place: { ...place, done: event.done, total: event.total } } : state;
        case "sealed":
            if (place.at !== "sealing") return state;
            // The code is the voter's only check that the server confirms this very ballot (ARCHITECTURE.md §3).
            if (event.own !== event.server) return ended(state, "code_mismatch");
            return {
                ...state,
                place: { at: "preview", unconfirmed: false },
                sealed: { code: event.own, hash: event.hash, choices: state.choices, confirmed: false },
                codes: state.codes + 1,
                offline: false,
                deadlines: { ...state.deadlines, expiresAt: event.expiresAt },
            };
        case "challenge":
            return place.at === "preview" && state.sealed && !state.leaving ? { ...state, place: { at: "challenge", spent: false } } : state;
        case "audit":
            return place.at === "challenge" && !place.spent && !state.leaving ? working(state, { at: "auditing" }) : state;
        case "audited":
            // From here on the ballot is known to the page: it can be shown, and never cast.
            if (place.at !== "auditing") return state;
            return { ...state, sealed: null, offline: false, place: { at: "opened", opening: event.opening, used: event.used, most: event.most } };
        case "cast":
            return place.at === "preview" && state.sealed?.confirmed === true && !state.leaving ? working(state, { at: "casting" }) : state;
        case "recorded":
            if (place.at !== "casting") return state;
            return event.own === event.server ? { ...state, place: { at: "done" }, choices: [], sealed: null } : ended(state, "tracker_mismatch", event.own);
        case "refused":
            return refused(state, event.code);
        case "failed":
            if (event.kind === "device") {
                // A worker that failed made no ballot that was sent; a new one starts from the choices.
                if (place.at !== "loading" && place.at !== "credential" && place.at !== "sealing" && place.at !== "casting" && place.at !== "auditing") return state;
                return { ...state, leaving: false, sealed: null, place: { at: "trouble", kind: "device", during: "loading" } };
            }
            if (place.at !== "sealing" && place.at !== "casting" && place.at !== "auditing") return state;
            return { ...state, leaving: false, place: { at: "trouble", kind: event.kind, during: place.at } };
        case "retry":
            return place.at === "trouble" ? working(state, workPlace(place.during)) : state;
        case "status":
            return looked(state, event.state, event.code, event.deadlines);
        case "status_refused": {
            const why = ENDING_BY_CODE[event.code];
            return why && !uncertain(state) ? ended(state, why) : state;
        }
        case "status_lost":
            return state.offline ? state : { ...state, offline: true };
        case "leave":
            return mayLeave(state) && !state.leaving ? { ...state, leaving: true } : state;
        case "stay":
            return state.leaving ? { ...state, leaving: false } : state;
        case "left":
            return state.leaving ? ended(state, "left") : state;
        case "tick":
            // Once a ballot was sent only the server can say whether it came in time.
            if (uncertain(state)) return state;
            if (event.now >= state.deadlines.lastCastAt) return ended(state, "closed");
            return event.now >= state.deadlines.expiresAt ? ended(state, "expired") : state;
        case "stop":
            return uncertain(state) ? state : ended(state, event.why);
    }
}

/** Whether the voter chose «رأی سفید» in this race. */
export function isBlank(state: State, race: number): boolean {
    return chosen(state, race).includes(BLANK);
}

/** Whether no candidate more may be chosen in this race. */
export function isFull(state: State, race: number): boolean {
    return isBlank(state, race) || chosen(state, race).length >= rule(state, race).max;
}

/** How many are still to be chosen before the race can be left. */
export function missing(state: State, race: number): number {
    return isBlank(state, race) ? 0 : Math.max(0, rule(state, race).min - chosen(state, race).length);
}

export function chosen(state: State, race: number): readonly number[] {
    return state.choices[race] ?? [];
}

/** Whether this step may be visited now: reached before or the very next one, and nothing between here and there is short of its minimum. */
export function mayVisit(state: State, step: number): boolean {
    const here = currentStep(state);
    if (here === null || state.leaving || !Number.isInteger(step) || step < 0 || step > state.races.length) return false;
    if (step <= here) return true;
    if (step > Math.max(state.furthest, here + 1)) return false;
    for (let race = 0; race < step; race++) if (missing(state, race) > 0) return false;
    return true;
}

/** The step on the trail: a race's number, or the number of races for sealing and preview; null off the trail. */
export function currentStep(state: State): number | null {
    const { place } = state;
    if (place.at === "race") return place.index;
    if (place.at === "sealing" || place.at === "preview" || place.at === "challenge" || place.at === "opened") return state.races.length;
    return null;
}

export function mayLeave(state: State): boolean {
    return (currentStep(state) !== null || state.place.at === "credential" || state.place.at === "trouble") && !uncertain(state);
}

/** Whether closing the page now would lose something the voter did. */
export function wouldLose(state: State): boolean {
    if (state.place.at === "ended" || state.place.at === "done") return false;
    return uncertain(state) || state.choices.some((race) => race.length > 0);
}

/** A ballot was sent and the answer has not come: it may already be in the box. */
export function uncertain(state: State): boolean {
    const { place } = state;
    return place.at === "casting" || (place.at === "trouble" && place.during === "casting");
}

/** The moment after which this voter cannot cast: the own window or the last of the election, whichever ends first. */
export function ownDeadline({ expiresAt, lastCastAt }: Deadlines): number {
    return Math.min(expiresAt, lastCastAt);
}

function rule(state: State, race: number): RaceRule {
    return state.races[race] ?? { min: 0, max: 0, size: 0, blank: false };
}

function toggled(state: State, race: number, answer: number): State {
    const before = chosen(state, race);
    const { size, blank } = rule(state, race);
    if (answer === BLANK ? !blank : !Number.isInteger(answer) || answer < 0 || answer >= size) return state;
    const has = before.includes(answer);
    // Nothing changes but what was pressed: neither names nor blank give way to the other by themselves.
    if (!has && (answer === BLANK ? before.length > 0 : isFull(state, race))) return state;
    const after = has ? before.filter((other) => other !== answer) : [...before, answer].sort((a, b) => a - b);
    return { ...state, choices: state.choices.map((list, index) => (index === race ? after : list)) };
}

function visited(state: State, step: number): State {
    // From testing a ballot, and from one that was opened, the way back is the preview: with that ballot, or with a new one.
    const testing = state.place.at === "challenge" || state.place.at === "opened";
    if (!mayVisit(state, step) || (step === currentStep(state) && !testing)) return state;
    const furthest = Math.max(state.furthest, step);
    // A new attempt, so that sealing that is still running cannot answer into a race.
    if (step < state.races.length) return { ...state, furthest, attempt: state.attempt + 1, place: { at: "race", index: step } };
    // Nothing was changed since: the sealed ballot, its code and its confirmation stand.
    if (state.sealed && same(state.sealed.choices, state.choices)) return { ...state, furthest, place: { at: "preview", unconfirmed: false } };
    return working({ ...state, furthest }, workPlace("sealing"));
}

function refused(state: State, code: string): State {
    const { place } = state;
    if (place.at !== "sealing" && place.at !== "casting" && place.at !== "auditing") return state;
    const why = ENDING_BY_CODE[code];
    if (why) return ended(state, why);
    switch (code) {
        case "code_taken":
            if (place.at === "sealing" && place.tries < SEAL_TRIES) return working(state, { at: "sealing", done: 0, total: 0, tries: place.tries + 1 });
            return { ...state, leaving: false, place: { at: "trouble", kind: "server", during: "sealing" } };
        case "audit_limit":
            // Refused before anything was done to the ballot: it may still be cast.
            if (place.at === "auditing") return { ...state, place: { at: "challenge", spent: true } };
            break;
        case "wrong_credential":
            return { ...state, leaving: false, sealed: null, place: { at: "credential", checking: false, problem: "wrong" } };
        case "not_confirmed":
            if (place.at === "casting" && state.sealed)
                return { ...state, sealed: { ...state.sealed, confirmed: false }, place: { at: "preview", unconfirmed: true } };
            break;
        case "hash_mismatch":
            return { ...state, leaving: false, sealed: null, place: { at: "trouble", kind: "other_window", during: "sealing" } };
    }
    // Refused as it is: what may help is a fresh ballot, so the sealed one is dropped.
    return { ...state, leaving: false, sealed: null, place: { at: "trouble", kind: "refused", during: "sealing" } };
}

function looked(state: State, session: SessionState, code: string | null, deadlines: Deadlines): State {
    // While a ballot is under way its own answer tells the truth; a look at the session could be older.
    if (uncertain(state)) return state;
    const over = endingOf(session);
    if (over) return ended(state, over);
    const { sealed, place } = state;
    let after = state.offline ? { ...state, offline: false } : state;
    if (!sameDeadlines(state.deadlines, deadlines)) after = { ...after, deadlines };
    // While a ballot is given up its code goes: that is no other window's doing.
    if (!sealed || place.at === "auditing") return after;
    if (code !== sealed.code) {
        // Another window of this login sealed later. A confirmation of *that* code must never open this page's button.
        const dropped = { ...after, sealed: null };
        return place.at === "preview" || place.at === "challenge" ? { ...dropped, leaving: false, place: { at: "trouble", kind: "other_window", during: "sealing" } } : dropped;
    }
    const confirmed = session === "confirmed";
    if (confirmed === sealed.confirmed) return after;
    return { ...after, sealed: { ...sealed, confirmed }, place: place.at === "preview" ? { at: "preview", unconfirmed: sealed.confirmed } : place };
}

/** Back to the choices, where the voter was. */
function resumed(state: State): State {
    return { ...state, place: { at: "race", index: Math.min(state.furthest, state.races.length - 1) } };
}

function working(state: State, place: Place): State {
    // The worker keeps one sealed ballot: as soon as the next is begun, the one before is gone.
    return { ...state, place, attempt: state.attempt + 1, leaving: false, sealed: place.at === "casting" || place.at === "auditing" ? state.sealed : null };
}

function workPlace(work: Work): Place {
    return work === "sealing" ? { at: "sealing", done: 0, total: 0, tries: 1 } : { at: work };
}

/** Nothing of an unfinished vote remains (journey.md S11): the choices go with the ending. */
function ended(state: State, why: Ending, tracker: string | null = null): State {
    return { ...state, place: { at: "ended", why, tracker }, choices: [], sealed: null, leaving: false, attempt: state.attempt + 1 };
}

function endingOf(session: SessionState): Ending | null {
    switch (session) {
        case "superseded":
            return "elsewhere";
        case "expired":
        case "left":
            return session;
        case "cast":
            return "already_cast";
        case "authenticated":
        case "sealed":
        case "confirmed":
            return null;
    }
}

const ENDING_BY_CODE: Readonly<Record<string, Ending | undefined>> = {
    no_session: "signed_out",
    superseded: "elsewhere",
    expired: "expired",
    left: "left",
    already_cast: "already_cast",
    credential_used: "credential_used",
    election_closed: "closed",
};

function same(one: Choices, other: Choices): boolean {
    return one.length === other.length && one.every((list, race) => list.join() === (other[race] ?? []).join());
}

function sameDeadlines(one: Deadlines, other: Deadlines): boolean {
    return one.expiresAt === other.expiresAt && one.electionEndsAt === other.electionEndsAt && one.lastCastAt === other.lastCastAt;
}
