// SPDX-License-Identifier: Apache-2.0
/**
 * Does what the session's state says (session.ts) and tells it what came of it.
 *
 * 1. a state that is work (`loading`, `sealing`, `casting`) starts that work once per attempt
 * 2. while the voter chooses or waits for the text message, look at the session from time to time
 * 3. at an ending wipe what this device holds
 *
 * Point of no return: from the first byte of `cast` on, the signed ballot is kept and only the same bytes are sent again.
 */
import { Refusal, Unreachable, type VotingApi } from "./api";
import type { ServerClock } from "./clock";
import { type BoothData, objectionTo } from "./data";
import { SealingError, type Sealer } from "./sealing";
import { begin, chosen, currentStep, isBlank, next, ownDeadline, type Event, type State } from "./session";

/** What the runner is given, so that tests can give something else: time, storage and places to go. */
export interface World {
    readonly data: BoothData;
    readonly api: VotingApi;
    readonly clock: ServerClock;
    readonly openSealer: () => Promise<Sealer>;
    readonly credential: { readonly read: () => string | null; readonly forget: () => void };
    readonly go: (url: string) => void;
    readonly hidden: () => boolean;
}

/** Endings after which the voter comes back by logging in again in this very window: the credential may wait for that. */
const KEEPS_CREDENTIAL: ReadonlySet<string> = new Set(["expired", "signed_out"]);

const CREDENTIAL = /[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}-[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}/;

export class Runner {
    state: State;
    private readonly world: World;
    private readonly listeners = new Set<(state: State) => void>();
    private sealer: Sealer | null = null;
    private signed: { readonly ballot: string; readonly tracker: string } | null = null;
    private ticking: ReturnType<typeof setInterval> | undefined;
    private looking: ReturnType<typeof setTimeout> | undefined;
    private lookUnderWay = false;

    constructor(world: World) {
        this.world = world;
        const { data } = world;
        this.state = begin(
            data.races.map((race) => ({ min: race.min, max: race.max, size: race.candidates.length, blank: race.blank })),
            { expiresAt: data.session.expires_at, electionEndsAt: data.election_ends_at, lastCastAt: data.last_cast_at },
            data.session.state,
        );
    }

    start(): void {
        const { data, clock } = this.world;
        if (this.state.place.at === "ended") {
            this.wipe();
            return;
        }
        this.ticking = setInterval(() => this.send({ type: "tick", now: clock.now() }), 1000);
        const objection = objectionTo(data.races, data.election);
        if (objection) this.send({ type: "stop", why: objection });
        else void this.open(this.state.attempt);
    }

    subscribe(listener: (state: State) => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    send(event: Event): void {
        const before = this.state;
        this.state = next(before, event);
        if (this.state === before) return;
        this.act(before, event);
        for (const listener of this.listeners) listener(this.state);
    }

    /** The voter typed or pasted a credential, perhaps with the link or the whole message around it. */
    async type(text: string): Promise<void> {
        this.send({ type: "credential_typed" });
        const { place, attempt } = this.state;
        if (place.at !== "credential" || !place.checking || !this.sealer) return;
        try {
            const good = await this.holds(this.sealer, CREDENTIAL.exec(text)?.[0] ?? text);
            this.send({ type: "credential_checked", answer: good ? "good" : "wrong" });
        } catch (error) {
            if (isShape(error)) this.send({ type: "credential_checked", answer: error.reason === "characters" ? "characters" : "length" });
            else this.send({ type: "failed", attempt, kind: "device" });
        }
    }

    /** The page is shown again or the network came back. */
    wake(online: boolean): void {
        const { place } = this.state;
        if (online && place.at === "trouble" && place.kind === "network") this.send({ type: "retry" });
        else if (this.pause() !== null) void this.look();
    }

    /** What is left of the voter's window, in milliseconds. */
    left(): number {
        return ownDeadline(this.state.deadlines) - this.world.clock.now();
    }

    private act(before: State, event: Event): void {
        const { place, attempt } = this.state;
        if (place.at === "ended" || place.at === "done") {
            this.wipe();
            if (event.type === "left") void this.world.api.leave().catch(ignore);
            if (place.at === "done") this.world.go(this.world.data.urls.receipt);
            return;
        }
        // (1)
        if (attempt !== before.attempt) {
            if (place.at === "loading") void this.open(attempt);
            if (place.at === "sealing") void this.seal(attempt);
            if (place.at === "casting") void this.cast(attempt);
            if (place.at === "auditing") void this.audit(attempt);
        }
        // (2) At each step at once, so that a page overtaken by another device says so at its next step (journey.md S14).
        const step = currentStep(before);
        if (step !== null && step !== currentStep(this.state) && place.at === "race") void this.look();
        else this.plan();
    }

    private async open(attempt: number): Promise<void> {
        const { openSealer, credential } = this.world;
        try {
            this.sealer?.forget();
            const sealer = await openSealer();
            if (attempt !== this.state.attempt) {
                sealer.forget();
                return;
            }
            this.sealer = sealer;
            const stored = credential.read();
            let answer: "good" | "none" | "wrong" = "none";
            if (stored !== null) {
                const good = await this.holds(sealer, stored).catch((error: unknown) => {
                    if (isShape(error)) return false;
                    throw error;
                });
                answer = good ? "good" : "wrong";
                // It opens nothing here: another voter's, or one of an earlier election.
                if (!good) credential.forget();
            }
            this.send({ type: "opened", attempt, credential: answer });
        } catch {
            this.send({ type: "failed", attempt, kind: "device" });
        }
    }

    private async holds(sealer: Sealer, typed: string): Promise<boolean> {
        return (await sealer.credential(typed)).public === this.world.data.session.public_credential;
    }

    private async seal(attempt: number): Promise<void> {
        const { api, clock, data } = this.world;
        const wanted = (): boolean => attempt === this.state.attempt;
        this.signed = null;
        await this.work(attempt, async (sealer) => {
            const choices = data.races.map((race, index) => [
                ...(race.blank ? [Number(isBlank(this.state, index))] : []),
                ...race.candidates.map((_, place) => Number(chosen(this.state, index).includes(place))),
            ]);
            const sealed = await sealer.seal(choices, (done, total) => this.send({ type: "sealing", attempt, done, total }));
            if (!wanted()) return;
            const answer = await api.seal(sealed.hash, data.session.public_credential, wanted);
            clock.correct(answer.now, answer.sent);
            this.send({ type: "sealed", attempt, own: sealed.code, hash: sealed.hash, server: answer.vote_code, expiresAt: answer.expires_at });
        });
    }

    private async cast(attempt: number): Promise<void> {
        await this.work(attempt, async (sealer) => {
            this.signed ??= await sealer.sign();
            const answer = await this.world.api.cast(this.signed.ballot);
            this.send({ type: "recorded", attempt, own: this.signed.tracker, server: answer.tracker });
        });
    }

    /** First the server gives the ballot up for ever; only its answer opens it. */
    private async audit(attempt: number): Promise<void> {
        await this.work(attempt, async (sealer) => {
            const hash = this.state.sealed?.hash ?? "";
            const { audited, most } = await this.world.api.audit(hash);
            if (attempt !== this.state.attempt) return;
            const opening = await sealer.reveal();
            if (opening.ballot !== hash) throw new Error("another ballot was opened");
            this.send({ type: "audited", attempt, opening, used: audited, most });
        });
    }

    private async work(attempt: number, work: (sealer: Sealer) => Promise<void>): Promise<void> {
        try {
            if (!this.sealer) throw new Error("no worker");
            await work(this.sealer);
        } catch (error) {
            if (error instanceof Refusal) this.send({ type: "refused", attempt, code: error.code });
            else this.send({ type: "failed", attempt, kind: error instanceof Unreachable ? error.kind : "device" });
        }
    }

    private async look(): Promise<void> {
        const { api, clock } = this.world;
        const { attempt } = this.state;
        if (this.lookUnderWay) return;
        this.lookUnderWay = true;
        clearTimeout(this.looking);
        try {
            const answer = await api.status();
            clock.correct(answer.now, answer.sent);
            const deadlines = { expiresAt: answer.expires_at, electionEndsAt: answer.election_ends_at, lastCastAt: answer.last_cast_at };
            this.send({ type: "status", attempt, state: answer.state, code: answer.vote_code, deadlines });
        } catch (error) {
            if (error instanceof Refusal) this.send({ type: "status_refused", attempt, code: error.code });
            else if (error instanceof Unreachable) this.send({ type: "status_lost" });
            else throw error;
        } finally {
            this.lookUnderWay = false;
            this.plan();
        }
    }

    private plan(): void {
        clearTimeout(this.looking);
        const pause = this.pause();
        if (pause !== null) this.looking = setTimeout(() => void this.look(), pause);
    }

    /** Milliseconds until the next look; null where a look would tell nothing. */
    private pause(): number | null {
        const { place, sealed } = this.state;
        const hidden = this.world.hidden();
        if (place.at === "preview" || place.at === "challenge") return sealed?.confirmed === true ? 10_000 : hidden ? 15_000 : 2_500;
        if (place.at === "race" || place.at === "credential" || place.at === "opened") return hidden ? 60_000 : 30_000;
        return null;
    }

    private wipe(): void {
        const { place } = this.state;
        clearInterval(this.ticking);
        clearTimeout(this.looking);
        this.sealer?.forget();
        this.sealer = null;
        this.signed = null;
        if (place.at !== "ended" || !KEEPS_CREDENTIAL.has(place.why)) this.world.credential.forget();
    }
}

function isShape(error: unknown): error is SealingError {
    return error instanceof SealingError && error.code === "credential_shape";
}

/** Leaving is done on this device in any case; the server's session ends by itself. */
function ignore(): void {
    return undefined;
}
