// SPDX-License-Identifier: Apache-2.0
/** The voter's way through the session machine, step by step (journey.md S5–S14). */
import { describe, expect, it } from "vitest";
import type { Opening } from "../../src/protocol";
import { begin, BLANK, currentStep, isBlank, isFull, mayLeave, mayVisit, missing, next, SEAL_TRIES, wouldLose, type Event, type State } from "../../src/session";

const HASH = "A".repeat(43);
const DEADLINES = { expiresAt: 1_200_000, electionEndsAt: 9_000_000, lastCastAt: 10_200_000 };
const RACES = [
    { min: 0, max: 2, size: 3, blank: false },
    { min: 1, max: 1, size: 2, blank: false },
];
/** The step of the preview. */
const PREVIEW = RACES.length;

type Loose = Event extends infer E ? (E extends { attempt: number } ? Omit<E, "attempt"> & { attempt?: number } : E) : never;

/** Events one after the other; those of work carry the attempt of the moment unless another is given. */
function go(state: State, ...events: Loose[]): State {
    return events.reduce((at, event) => next(at, { attempt: at.attempt, ...event } as Event), state);
}

const start = begin(RACES, DEADLINES, "authenticated");
const racing = go(start, { type: "opened", credential: "good" });
const sealing = go(racing, { type: "toggle", race: 0, answer: 2 }, { type: "visit", step: 1 }, { type: "toggle", race: 1, answer: 0 }, { type: "visit", step: 2 });
const waiting = go(sealing, { type: "sealed", own: "48590433", hash: HASH, server: "48590433", expiresAt: 1_200_000 });
const ready = go(waiting, { type: "status", state: "confirmed", code: "48590433", deadlines: DEADLINES });
const casting = go(ready, { type: "cast" });

describe("the straight way", () => {
    it("goes from the first race to the receipt", () => {
        expect(start.place).toEqual({ at: "loading" });
        expect(racing.place).toEqual({ at: "race", index: 0 });
        expect(sealing.place).toEqual({ at: "sealing", done: 0, total: 0, tries: 1 });
        expect(waiting.place).toEqual({ at: "preview", unconfirmed: false });
        expect(waiting.sealed).toEqual({ code: "48590433", hash: HASH, choices: [[2], [0]], confirmed: false });
        expect(ready.sealed?.confirmed).toBe(true);
        expect(casting.place).toEqual({ at: "casting" });
        const done = go(casting, { type: "recorded", own: "t", server: "t" });
        expect(done.place).toEqual({ at: "done" });
        expect(done.choices).toEqual([]);
        expect(wouldLose(done)).toBe(false);
    });

    it("asks for the credential if there is none, and again if it is another's", () => {
        const asking = go(start, { type: "opened", credential: "none" });
        expect(asking.place).toEqual({ at: "credential", checking: false, problem: null });
        const wrong = go(asking, { type: "credential_typed" }, { type: "credential_checked", answer: "wrong" });
        expect(wrong.place).toEqual({ at: "credential", checking: false, problem: "wrong" });
        expect(go(wrong, { type: "credential_typed" }, { type: "credential_checked", answer: "good" }).place).toEqual({ at: "race", index: 0 });
    });

    it.each(["superseded", "expired", "left", "cast"] as const)("does not begin in a session that is %s", (state) => {
        expect(begin(RACES, DEADLINES, state).place.at).toBe("ended");
    });
});

describe("a blank vote", () => {
    const rules = [
        { min: 1, max: 2, size: 3, blank: true },
        { min: 0, max: 1, size: 2, blank: false },
    ];
    const first = go(begin(rules, DEADLINES, "authenticated"), { type: "opened", credential: "good" });

    it("stands alone, and is enough where one is the least", () => {
        const blank = go(first, { type: "toggle", race: 0, answer: BLANK });
        expect(blank.choices).toEqual([[BLANK], []]);
        expect([isBlank(blank, 0), isFull(blank, 0), missing(blank, 0), missing(first, 0)]).toEqual([true, true, 0, 1]);
        expect(go(blank, { type: "visit", step: 1 }).place).toEqual({ at: "race", index: 1 });
    });

    it("and names never push each other out", () => {
        const blank = go(first, { type: "toggle", race: 0, answer: BLANK });
        expect(go(blank, { type: "toggle", race: 0, answer: 1 })).toBe(blank);
        const named = go(first, { type: "toggle", race: 0, answer: 1 });
        expect(go(named, { type: "toggle", race: 0, answer: BLANK })).toBe(named);
        const back = go(blank, { type: "toggle", race: 0, answer: BLANK }, { type: "toggle", race: 0, answer: 1 });
        expect(back.choices).toEqual([[1], []]);
    });

    it("is not offered by a race without it", () => {
        const second = go(first, { type: "toggle", race: 0, answer: BLANK }, { type: "visit", step: 1 });
        expect(go(second, { type: "toggle", race: 1, answer: BLANK })).toBe(second);
    });
});

describe("testing a sealed ballot", () => {
    const OPENING: Opening = { election: HASH, ballot: HASH, credential: "ab", seed: "00".repeat(32), choices: [] };
    const asking = go(ready, { type: "challenge" });
    const auditing = go(asking, { type: "audit" });
    const opened = go(auditing, { type: "audited", opening: OPENING, used: 1, most: 3 });

    it("asks first, then gives the ballot up, then opens it; then a new one is sealed from the same choices", () => {
        expect(asking.place).toEqual({ at: "challenge", spent: false });
        expect(asking.sealed).toEqual(ready.sealed);
        expect(auditing.place).toEqual({ at: "auditing" });
        expect(auditing.sealed?.hash).toBe(HASH);
        expect(opened.place).toEqual({ at: "opened", opening: OPENING, used: 1, most: 3 });
        expect(opened.sealed).toBe(null);
        const again = go(opened, { type: "visit", step: PREVIEW });
        expect(again.place).toEqual({ at: "sealing", done: 0, total: 0, tries: 1 });
        expect(again.choices).toEqual(ready.choices);
        const fresh = go(again, { type: "sealed", own: "11111111", hash: "B".repeat(43), server: "11111111", expiresAt: 1_200_000 });
        expect(fresh.sealed).toEqual({ code: "11111111", hash: "B".repeat(43), choices: [[2], [0]], confirmed: false });
        expect(fresh.codes).toBe(ready.codes + 1);
    });

    it("is left without a trace before the voter agrees", () => {
        const back = go(asking, { type: "visit", step: PREVIEW });
        expect(back.place).toEqual({ at: "preview", unconfirmed: false });
        expect(back.sealed).toBe(ready.sealed);
        expect(go(back, { type: "cast" }).place).toEqual({ at: "casting" });
    });

    it("begins at the preview of a sealed ballot only, and never twice", () => {
        for (const state of [start, racing, sealing, casting, auditing, opened]) expect(go(state, { type: "challenge" })).toBe(state);
        for (const state of [racing, waiting, ready, casting, auditing, opened]) expect(go(state, { type: "audit" })).toBe(state);
        for (const state of [ready, asking, opened]) expect(go(state, { type: "audited", opening: OPENING, used: 1, most: 3 })).toBe(state);
    });

    it("never casts from there on, nor shows the ballot in the preview again", () => {
        for (const state of [asking, auditing, opened]) expect(go(state, { type: "cast" })).toBe(state);
        const trouble = go(auditing, { type: "failed", kind: "network" });
        expect(trouble.place).toEqual({ at: "trouble", kind: "network", during: "auditing" });
        expect(go(trouble, { type: "cast" })).toBe(trouble);
        expect(go(trouble, { type: "visit", step: PREVIEW })).toBe(trouble);
    });

    it("goes on with the same ballot after the network came back", () => {
        const again = go(auditing, { type: "failed", kind: "network" }, { type: "retry" });
        expect(again.place).toEqual({ at: "auditing" });
        expect(again.sealed?.hash).toBe(HASH);
        expect(again.attempt).toBeGreaterThan(auditing.attempt);
    });

    it("is not taken for another window's doing when its code goes", () => {
        expect(go(auditing, { type: "status", state: "authenticated", code: null, deadlines: DEADLINES })).toBe(auditing);
        expect(go(auditing, { type: "status", state: "superseded", code: null, deadlines: DEADLINES }).place).toMatchObject({ why: "elsewhere" });
    });

    it("that one time too many is refused leaves the ballot as it was", () => {
        const spent = go(auditing, { type: "refused", code: "audit_limit" });
        expect(spent.place).toEqual({ at: "challenge", spent: true });
        expect(go(spent, { type: "audit" })).toBe(spent);
        const back = go(spent, { type: "visit", step: PREVIEW });
        expect(go(back, { type: "cast" }).place).toEqual({ at: "casting" });
    });

    it("with a worker that failed begins anew from the choices; the ballot stays given up", () => {
        const trouble = go(auditing, { type: "failed", kind: "device" });
        expect(trouble.place).toEqual({ at: "trouble", kind: "device", during: "loading" });
        expect([trouble.sealed, trouble.choices]).toEqual([null, ready.choices]);
    });

    it("ends with the voter's time, and nothing of the opening remains", () => {
        const late = go(opened, { type: "tick", now: 1_200_000 });
        expect(late.place).toEqual({ at: "ended", why: "expired", tracker: null });
        expect(JSON.stringify(late)).not.toContain(OPENING.seed);
    });

    it("sees that another window sealed meanwhile", () => {
        const other = go(asking, { type: "status", state: "sealed", code: "22222222", deadlines: DEADLINES });
        expect(other.place).toEqual({ at: "trouble", kind: "other_window", during: "sealing" });
    });

    it("may be left for a race, and the trail stays", () => {
        expect([currentStep(asking), currentStep(opened), currentStep(auditing)]).toEqual([PREVIEW, PREVIEW, null]);
        expect(go(opened, { type: "visit", step: 0 }).place).toEqual({ at: "race", index: 0 });
        expect([mayLeave(asking), mayLeave(opened), mayLeave(auditing)]).toEqual([true, true, false]);
    });
});

describe("choosing", () => {
    it("keeps the maximum and takes back", () => {
        const two = go(racing, { type: "toggle", race: 0, answer: 2 }, { type: "toggle", race: 0, answer: 0 });
        expect(two.choices).toEqual([[0, 2], []]);
        expect(go(two, { type: "toggle", race: 0, answer: 1 })).toBe(two);
        expect(go(two, { type: "toggle", race: 0, answer: 2 }, { type: "toggle", race: 0, answer: 1 }).choices).toEqual([[0, 1], []]);
    });

    it.each([-1, 3, 0.5, Number.NaN])("knows no answer %s", (answer) => {
        expect(go(racing, { type: "toggle", race: 0, answer })).toBe(racing);
    });

    it("changes no race but the one on the page", () => {
        expect(go(racing, { type: "toggle", race: 1, answer: 0 })).toBe(racing);
    });

    it("keeps the minimum before the way on", () => {
        const second = go(racing, { type: "visit", step: 1 });
        expect(missing(second, 1)).toBe(1);
        expect(mayVisit(second, PREVIEW)).toBe(false);
        expect(go(second, { type: "visit", step: PREVIEW })).toBe(second);
        expect(go(second, { type: "visit", step: 0 }).place).toEqual({ at: "race", index: 0 });
    });

    it("does not jump over a race that was not seen", () => {
        expect(go(racing, { type: "visit", step: PREVIEW })).toBe(racing);
        expect(mayVisit(racing, -1)).toBe(false);
        expect(mayVisit(racing, PREVIEW + 1)).toBe(false);
    });

    it("keeps the choices back and forth", () => {
        const back = go(waiting, { type: "visit", step: 0 }, { type: "visit", step: 1 });
        expect(back.choices).toEqual([[2], [0]]);
        expect(currentStep(back)).toBe(1);
    });
});

describe("sealing", () => {
    it("does not seal again when nothing was changed: the code and its confirmation stand", () => {
        const back = go(ready, { type: "visit", step: 0 }, { type: "toggle", race: 0, answer: 0 }, { type: "toggle", race: 0, answer: 0 }, { type: "visit", step: PREVIEW });
        expect(back.place).toEqual({ at: "preview", unconfirmed: false });
        expect(back.sealed).toEqual(ready.sealed);
    });

    it("seals again after a change, and what was confirmed before is not any more", () => {
        const again = go(ready, { type: "visit", step: 0 }, { type: "toggle", race: 0, answer: 0 }, { type: "visit", step: PREVIEW });
        expect(again.place.at).toBe("sealing");
        expect(again.sealed).toBe(null);
        const fresh = go(again, { type: "sealed", own: "11111111", hash: HASH, server: "11111111", expiresAt: 1_200_000 });
        expect(fresh.sealed).toEqual({ code: "11111111", hash: HASH, choices: [[0, 2], [0]], confirmed: false });
        expect(fresh.codes).toBe(2);
        expect(go(fresh, { type: "cast" })).toBe(fresh);
    });

    it("refuses a code that is not this ballot's, and keeps nothing", () => {
        const refused = go(sealing, { type: "sealed", own: "48590433", hash: HASH, server: "48590434", expiresAt: 1_200_000 });
        expect(refused.place).toEqual({ at: "ended", why: "code_mismatch", tracker: null });
        expect(refused.sealed).toBe(null);
        expect(refused.choices).toEqual([]);
    });

    it("drops the answer of sealing that was given up", () => {
        const away = go(sealing, { type: "visit", step: 0 });
        expect(go(away, { type: "sealed", attempt: sealing.attempt, own: "1", hash: HASH, server: "1", expiresAt: 0 })).toBe(away);
        expect(go(away, { type: "refused", attempt: sealing.attempt, code: "malformed" })).toBe(away);
        expect(go(away, { type: "failed", attempt: sealing.attempt, kind: "network" })).toBe(away);
        const again = go(away, { type: "visit", step: 1 }, { type: "visit", step: PREVIEW });
        expect(go(again, { type: "sealed", attempt: sealing.attempt, own: "1", hash: HASH, server: "1", expiresAt: 0 })).toBe(again);
    });

    it("seals afresh while codes are taken, but not for ever", () => {
        let state = sealing;
        for (let tries = 2; tries <= SEAL_TRIES; tries++) {
            const before = state.attempt;
            state = go(state, { type: "refused", code: "code_taken" });
            expect(state.place).toEqual({ at: "sealing", done: 0, total: 0, tries });
            expect(state.attempt).toBe(before + 1);
        }
        expect(go(state, { type: "refused", code: "code_taken" }).place).toEqual({ at: "trouble", kind: "server", during: "sealing" });
    });
});

describe("confirmation", () => {
    it("of another code opens nothing", () => {
        const other = go(waiting, { type: "status", state: "confirmed", code: "11111111", deadlines: DEADLINES });
        expect(other.place).toEqual({ at: "trouble", kind: "other_window", during: "sealing" });
        expect(other.sealed).toBe(null);
        expect(go(other, { type: "retry" }).place.at).toBe("sealing");
        expect(go(other, { type: "retry" }).choices).toEqual(waiting.choices);
    });

    it("that was asked before the last sealing is not heard", () => {
        const again = go(ready, { type: "visit", step: 0 }, { type: "toggle", race: 0, answer: 0 }, { type: "visit", step: PREVIEW });
        const fresh = go(again, { type: "sealed", own: "11111111", hash: HASH, server: "11111111", expiresAt: 1_200_000 });
        expect(go(fresh, { type: "status", attempt: ready.attempt, state: "confirmed", code: "48590433", deadlines: DEADLINES })).toBe(fresh);
    });

    it("is waited for: nothing is cast before", () => {
        expect(go(waiting, { type: "cast" })).toBe(waiting);
    });

    it("that the server takes back closes the button again", () => {
        const back = go(casting, { type: "refused", code: "not_confirmed" });
        expect(back.place).toEqual({ at: "preview", unconfirmed: true });
        expect(back.sealed?.confirmed).toBe(false);
        expect(go(back, { type: "cast" })).toBe(back);
    });
});

describe("casting", () => {
    it("begins once, however often the button is pressed", () => {
        expect(go(casting, { type: "cast" })).toBe(casting);
    });

    it("cannot be left, edited, expired or overtaken: only its own answer tells", () => {
        const quiet: Loose[] = [
            { type: "leave" },
            { type: "visit", step: 0 },
            { type: "tick", now: 99_999_999 },
            { type: "status", state: "superseded", code: null, deadlines: DEADLINES },
            { type: "status_refused", code: "expired" },
            { type: "stop", why: "elsewhere" },
        ];
        for (const event of quiet) expect(go(casting, event)).toBe(casting);
        expect(mayLeave(casting)).toBe(false);
        expect(wouldLose(casting)).toBe(true);
    });

    it("that got no answer is tried again, and stays uncertain until then", () => {
        const lost = go(casting, { type: "failed", kind: "network" });
        expect(lost.place).toEqual({ at: "trouble", kind: "network", during: "casting" });
        expect(lost.sealed).toEqual(casting.sealed);
        expect(go(lost, { type: "tick", now: 99_999_999 })).toBe(lost);
        expect(mayLeave(lost)).toBe(false);
        expect(go(lost, { type: "retry" }).place).toEqual({ at: "casting" });
    });

    it("shows the tracker of what was sent if the server names another", () => {
        expect(go(casting, { type: "recorded", own: "mine", server: "other" }).place).toEqual({ at: "ended", why: "tracker_mismatch", tracker: "mine" });
    });

    it.each([
        ["no_session", "signed_out"],
        ["superseded", "elsewhere"],
        ["expired", "expired"],
        ["left", "left"],
        ["already_cast", "already_cast"],
        ["credential_used", "credential_used"],
        ["election_closed", "closed"],
    ])("refused as %s ends as %s", (code, why) => {
        const over = go(casting, { type: "refused", code });
        expect(over.place).toEqual({ at: "ended", why, tracker: null });
        expect(over.choices).toEqual([]);
    });

    it.each(["hash_mismatch", "invalid_ballot", "too_large", "malformed", "unexpected"])("refused as %s goes back to sealing with the choices kept", (code) => {
        const trouble = go(casting, { type: "refused", code });
        expect(trouble.place).toEqual({ at: "trouble", kind: code === "hash_mismatch" ? "other_window" : "refused", during: "sealing" });
        expect(trouble.sealed).toBe(null);
        expect(trouble.choices).toEqual(casting.choices);
    });
});

describe("endings", () => {
    it("come with the time: the own window, or the election's last moment if that is earlier", () => {
        expect(go(racing, { type: "tick", now: 1_199_999 })).toBe(racing);
        expect(go(racing, { type: "tick", now: 1_200_000 }).place).toEqual({ at: "ended", why: "expired", tracker: null });
        const short = begin(RACES, { ...DEADLINES, lastCastAt: 600_000 }, "authenticated");
        expect(go(short, { type: "tick", now: 600_000 }).place).toEqual({ at: "ended", why: "closed", tracker: null });
    });

    it("come when another device takes over, with the choices gone", () => {
        const over = go(waiting, { type: "status", state: "superseded", code: null, deadlines: DEADLINES });
        expect(over.place).toEqual({ at: "ended", why: "elsewhere", tracker: null });
        expect(over.choices).toEqual([]);
        expect(go(over, { type: "cast" })).toBe(over);
        expect(go(over, { type: "retry" })).toBe(over);
    });

    it("come by leaving, which is asked first", () => {
        const asked = go(waiting, { type: "leave" });
        expect(asked.leaving).toBe(true);
        expect(go(asked, { type: "cast" })).toBe(asked);
        expect(go(asked, { type: "stay" }).place).toEqual(waiting.place);
        expect(go(waiting, { type: "left" })).toBe(waiting);
        expect(go(asked, { type: "left" }).place).toEqual({ at: "ended", why: "left", tracker: null });
    });
});

describe("trouble", () => {
    it("keeps the choices and begins the same work again", () => {
        const trouble = go(sealing, { type: "failed", kind: "server" });
        expect(trouble.choices).toEqual(sealing.choices);
        const again = go(trouble, { type: "retry" });
        expect(again.place.at).toBe("sealing");
        expect(again.attempt).toBe(sealing.attempt + 1);
    });

    it("of the worker starts a new worker, and then goes on where the voter was", () => {
        const broken = go(sealing, { type: "failed", kind: "device" });
        expect(broken.place).toEqual({ at: "trouble", kind: "device", during: "loading" });
        const opened = go(broken, { type: "retry" }, { type: "opened", credential: "good" });
        expect(opened.place).toEqual({ at: "race", index: 1 });
        expect(opened.choices).toEqual(sealing.choices);
    });

    it("of a look at the server is only noted", () => {
        const offline = go(waiting, { type: "status_lost" });
        expect(offline).toEqual({ ...waiting, offline: true });
        expect(go(offline, { type: "status_lost" })).toBe(offline);
        expect(go(offline, { type: "status", state: "sealed", code: "48590433", deadlines: DEADLINES }).offline).toBe(false);
    });
});
